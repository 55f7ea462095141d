//! When batches are made, and of what.

use crate::{store::intake::Waiting, view::View};
use sheaf_format::Key;

/// What to do about batches now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Nothing.
    Wait,
    /// Make batches of what waits for these jobs (number and address), for this round.
    Freeze {
        /// The round.
        round: u64,
        /// The jobs.
        jobs: Vec<(u64, Key)>,
    },
}

/// Whether to make batches now.
///
/// They are made once `collect_slots` have passed since the first submission that waits, or at
/// once when somebody else's batch has begun the round; not while an earlier batch of ours is still
/// to be posted. A job is left out while it holds a reservation, has nothing left, or has ended.
pub fn decide(
    view: &View,
    aggregator: &Key,
    waiting: &[Waiting],
    unposted: bool,
    collect_slots: u64,
) -> Decision {
    let (Some(round), false) = (view.open_intake(), unposted) else {
        return Decision::Wait;
    };
    let ready: Vec<(u64, Key, u64)> = waiting
        .iter()
        .filter_map(|entry| {
            let (address, job) = view.jobs.get(&entry.job)?;
            let fits = job.aggregator == *aggregator
                && job.reserved_round == 0
                && job.available() > 0
                && view.is_active(job);
            fits.then_some((entry.job, *address, entry.first_slot))
        })
        .collect();
    let begun = round == view.pool.round;
    let collected = ready
        .iter()
        .any(|(_, _, first)| view.slot >= first.saturating_add(collect_slots));
    if ready.is_empty() || !(begun || collected) {
        return Decision::Wait;
    }
    Decision::Freeze {
        round,
        jobs: ready
            .into_iter()
            .map(|(number, address, _)| (number, address))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::fixture::{AGGREGATOR, JOB, view};
    use sheaf_format::stage::PoolStage;

    const WAITING: Waiting = Waiting {
        job: 0,
        count: 2,
        first_slot: 900,
    };

    fn freeze(round: u64) -> Decision {
        let jobs = vec![(0, JOB)];
        Decision::Freeze { round, jobs }
    }

    #[test]
    fn batches_are_made_once_enough_was_collected() {
        let view = view();
        let decided = |slots| decide(&view, &AGGREGATOR, &[WAITING], false, slots);
        assert_eq!(decided(101), Decision::Wait);
        assert_eq!(decided(100), freeze(4));
        let nothing = decide(&view, &AGGREGATOR, &[], false, 0);
        assert_eq!(nothing, Decision::Wait);
    }

    #[test]
    fn a_round_that_somebody_began_is_joined_at_once() {
        let mut view = view();
        view.pool.round_stage = PoolStage::Intake as u8;
        assert_eq!(
            decide(&view, &AGGREGATOR, &[WAITING], false, 1_000),
            freeze(3)
        );
        view.pool.round_stage = PoolStage::Open as u8;
        assert_eq!(
            decide(&view, &AGGREGATOR, &[WAITING], false, 0),
            Decision::Wait
        );
    }

    #[test]
    fn a_batch_that_is_still_to_be_posted_comes_first() {
        let decided = decide(&view(), &AGGREGATOR, &[WAITING], true, 0);
        assert_eq!(decided, Decision::Wait);
    }

    #[test]
    fn jobs_that_cannot_be_batched_are_left_out() {
        for change in 0..4 {
            let mut view = view();
            let job = &mut view.jobs.get_mut(&0).expect("job 0").1;
            match change {
                0 => job.reserved_round = 3,
                1 => job.balance = 0,
                2 => job.cancelled_at = 1,
                _ => job.aggregator = [1; 32],
            }
            let decided = decide(&view, &AGGREGATOR, &[WAITING], false, 0);
            assert_eq!(decided, Decision::Wait, "{change}");
        }
    }
}
