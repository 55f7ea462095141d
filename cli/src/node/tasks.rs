//! Which tasks a node does in a round: drawn by hash, so that nodes spread over a job's tasks and
//! every task gets several observers, without anybody telling them.

use sheaf_format::{Key, digest::sha256};
use std::collections::BTreeSet;

const DOMAIN: &[u8] = b"sheaf:choice:v1";

/// The `count` tasks, of `tasks`, that `node` does in `round`, most wanted first: those with the
/// smallest hash of node, job, round and task. The same for every run of the node.
pub fn choose(node: &Key, job: &Key, round: u64, tasks: u32, count: usize) -> Vec<u32> {
    let mut ranked: Vec<([u8; 32], u32)> = (0..tasks)
        .map(|task| {
            let hash = sha256(&[DOMAIN, node, job, &round.to_le_bytes(), &task.to_le_bytes()]);
            (hash, task)
        })
        .collect();
    let count = count.min(ranked.len());
    if count < ranked.len() {
        ranked.select_nth_unstable(count);
        ranked.truncate(count);
    }
    ranked.sort_unstable();
    ranked.into_iter().map(|(_, task)| task).collect()
}

/// As [`choose`], among the tasks that are not `over`.
pub fn choose_new(
    node: &Key,
    job: &Key,
    round: u64,
    tasks: u32,
    count: usize,
    over: &BTreeSet<u32>,
) -> Vec<u32> {
    let ranked = choose(node, job, round, tasks, usize::MAX).into_iter();
    ranked
        .filter(|task| !over.contains(task))
        .take(count)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_repeatable_without_repetition() {
        let chosen = choose(&[1; 32], &[2; 32], 3, 50, 10);
        assert_eq!(chosen, choose(&[1; 32], &[2; 32], 3, 50, 10));
        assert_eq!(chosen.iter().collect::<BTreeSet<_>>().len(), 10);
        assert!(chosen.iter().all(|task| *task < 50));
        assert_ne!(chosen, choose(&[1; 32], &[2; 32], 4, 50, 10));
        assert_ne!(chosen, choose(&[1; 32], &[9; 32], 3, 50, 10));
        assert_eq!(choose(&[1; 32], &[2; 32], 3, 50, 5), chosen[..5]);
    }

    #[test]
    fn no_more_than_there_is_is_chosen() {
        assert_eq!(choose(&[1; 32], &[2; 32], 3, 0, 10), Vec::<u32>::new());
        assert_eq!(choose(&[1; 32], &[2; 32], 3, 5, 0), Vec::<u32>::new());
        let mut all = choose(&[1; 32], &[2; 32], 3, 5, 10);
        all.sort_unstable();
        assert_eq!(all, [0, 1, 2, 3, 4]);
    }

    #[test]
    fn what_is_over_is_not_chosen_again_and_leaves_its_place_to_others() {
        let chosen = |over: &BTreeSet<u32>| choose_new(&[1; 32], &[2; 32], 3, 5, 2, over);
        let first: BTreeSet<u32> = chosen(&BTreeSet::new()).into_iter().collect();
        assert_eq!(
            chosen(&BTreeSet::new()),
            choose(&[1; 32], &[2; 32], 3, 5, 2)
        );
        let second = chosen(&first);
        assert_eq!(second.len(), 2);
        assert!(second.iter().all(|task| !first.contains(task)));
        assert!(chosen(&(0..5).collect()).is_empty());
    }

    #[test]
    fn twenty_nodes_cover_a_job_several_times() {
        let mut observers = [0; 40];
        for node in 0..20 {
            for task in choose(&[node; 32], &[2; 32], 1, 40, 10) {
                observers[task as usize] += 1;
            }
        }
        assert_eq!(observers.iter().sum::<u32>(), 200);
        assert!(
            observers.iter().filter(|count| **count >= 2).count() >= 36,
            "{observers:?}"
        );
        assert!(observers.iter().all(|count| *count <= 12), "{observers:?}");
    }
}
