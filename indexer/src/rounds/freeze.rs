//! When batches are made, and of what.

use crate::{store::intake::Waiting, view::View};
use sheaf_format::Key;
use std::collections::BTreeSet;

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
/// once when a batch has begun the round. A job is left out while a batch of its is still to be
/// posted (`unposted`) or holds a reservation, when it has nothing left or has ended, and when a
/// round might outlast its stall limit: the chain would refuse its batch.
pub fn decide(
    view: &View,
    aggregator: &Key,
    waiting: &[Waiting],
    unposted: &BTreeSet<u64>,
    collect_slots: u64,
) -> Decision {
    let Some(round) = view.open_intake() else {
        return Decision::Wait;
    };
    let ready: Vec<(u64, Key, u64)> = waiting
        .iter()
        .filter_map(|entry| {
            let (address, job) = view.jobs.get(&entry.job)?;
            let fits = job.aggregator_in(round) == aggregator
                && job.reserved_round == 0
                && job.available() > 0
                && view.takes_batches(job)
                && view.fits_stall_limit(job)
                && !unposted.contains(&entry.job);
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
        first_slot: 900,
    };

    fn decided(view: &View, waiting: &[Waiting], collect_slots: u64) -> Decision {
        decide(view, &AGGREGATOR, waiting, &BTreeSet::new(), collect_slots)
    }

    fn freeze(round: u64) -> Decision {
        let jobs = vec![(0, JOB)];
        Decision::Freeze { round, jobs }
    }

    #[test]
    fn batches_are_made_once_enough_was_collected() {
        let view = view();
        assert_eq!(decided(&view, &[WAITING], 101), Decision::Wait);
        assert_eq!(decided(&view, &[WAITING], 100), freeze(4));
        assert_eq!(decided(&view, &[], 0), Decision::Wait);
    }

    #[test]
    fn a_round_that_somebody_began_is_joined_at_once() {
        let mut view = view();
        view.pool.round_stage = PoolStage::Intake as u8;
        assert_eq!(decided(&view, &[WAITING], 1_000), freeze(3));
        view.pool.round_stage = PoolStage::Open as u8;
        assert_eq!(decided(&view, &[WAITING], 0), Decision::Wait);
    }

    #[test]
    fn a_batch_that_is_still_to_be_posted_comes_first() {
        let unposted = BTreeSet::from([0]);
        let decision = decide(&view(), &AGGREGATOR, &[WAITING], &unposted, 0);
        assert_eq!(decision, Decision::Wait);
    }

    #[test]
    fn jobs_that_cannot_be_batched_are_left_out() {
        for change in 0..5 {
            let mut view = view();
            let job = &mut view.jobs.get_mut(&0).expect("job 0").1;
            match change {
                0 => job.reserved_round = 3,
                1 => job.balance = 0,
                2 => job.cancelled_at = 1,
                3 => job.stall_seconds = 1,
                _ => job.aggregator = [1; 32],
            }
            assert_eq!(decided(&view, &[WAITING], 0), Decision::Wait, "{change}");
        }
    }
}
