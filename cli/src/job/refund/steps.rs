//! What stands between a job and its refund: pure, by what the chain says.

use sheaf_client::layout::{Job, Pool, Round};
use sheaf_format::stage::{PoolStage, RoundState};
use std::fmt;

/// What the chain says.
#[derive(Clone, Copy, Debug)]
pub struct Sight<'a> {
    /// The job.
    pub job: &'a Job,
    /// Its pool.
    pub pool: &'a Pool,
    /// The pool's live round, once it is opened.
    pub round: Option<&'a Round>,
    /// The slot.
    pub slot: u64,
    /// The unix time.
    pub unix_time: i64,
}

/// One transaction on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Ends a live round that cannot become final any more.
    Void {
        /// The round.
        round: u64,
    },
    /// Ends the reservation of a round that is over.
    Release {
        /// The round.
        round: u64,
    },
    /// Returns what is left.
    Refund,
}

impl fmt::Display for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Void { round } => {
                write!(formatter, "voiding round {round}, which came to no end")
            }
            Self::Release { round } => write!(formatter, "releasing what round {round} reserved"),
            Self::Refund => write!(formatter, "refunding"),
        }
    }
}

/// Why a job's money cannot come back yet.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Wait {
    /// The job still runs.
    #[error(
        "job {job} has not ended: cancel it with `sheaf job cancel {job}`, or wait for its deadline in {seconds} s"
    )]
    NotEnded {
        /// The job.
        job: u64,
        /// Seconds to its deadline.
        seconds: i64,
    },
    /// A round may still pay from it.
    #[error(
        "round {round} is live, and may still pay for contributions that were accepted: run this again when it has ended; past slot {deadline_slot} (now {slot}) this command ends it"
    )]
    LiveRound {
        /// The round.
        round: u64,
        /// Slot from which anyone may void it.
        deadline_slot: u64,
        /// The slot now.
        slot: u64,
    },
    /// Accepted work may still be batched.
    #[error(
        "job {job} was cancelled, and work accepted before may still be batched until slot {until_slot} (now {slot}): run this again then"
    )]
    Grace {
        /// The job.
        job: u64,
        /// First slot after the grace.
        until_slot: u64,
        /// The slot now.
        slot: u64,
    },
    /// Nothing is left.
    #[error("job {job} has nothing left: everything went to contributors, or back before")]
    Empty {
        /// The job.
        job: u64,
    },
}

/// The transactions that bring the money back now.
///
/// # Errors
/// [`Wait`].
pub fn steps(sight: &Sight<'_>) -> Result<Vec<Step>, Wait> {
    let Sight { job, pool, .. } = *sight;
    let number = job.number;
    if job.cancelled_at == 0 && sight.unix_time < job.deadline {
        return Err(Wait::NotEnded {
            job: number,
            seconds: job.deadline.saturating_sub(sight.unix_time),
        });
    }
    let reserved = job.reserved_round;
    if reserved == 0 && job.balance == 0 {
        return Err(Wait::Empty { job: number });
    }
    if job.takes_batches(sight.slot, sight.unix_time) {
        return Err(Wait::Grace {
            job: number,
            until_slot: job.cancelled_slot.saturating_add(job.grace_slots.into()),
            slot: sight.slot,
        });
    }
    let live = pool.round_stage != PoolStage::Idle as u8;
    let mut steps = Vec::new();
    // The live round holds this job's reservation.
    if live && reserved == pool.round {
        if !is_voidable(sight) {
            return Err(Wait::LiveRound {
                round: pool.round,
                deadline_slot: pool.round_deadline_slot,
                slot: sight.slot,
            });
        }
        steps.push(Step::Void { round: pool.round });
    }
    if reserved != 0 {
        steps.push(Step::Release { round: reserved });
    }
    steps.push(Step::Refund);
    Ok(steps)
}

/// Whether anyone may void the live round: past its hard deadline, or a window's length past the
/// time for attestations without a tallied quorum.
fn is_voidable(sight: &Sight<'_>) -> bool {
    let Some(round) = sight.round else {
        return sight.slot >= sight.pool.round_deadline_slot;
    };
    let patience = round
        .attest_until_slot
        .saturating_add(round.window_slots.into());
    let voting = RoundState::from_byte(round.state) == Some(RoundState::Voting);
    sight.slot >= round.deadline_slot || (voting && sight.slot >= patience)
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytemuck::Zeroable;

    /// A job cancelled at 1,000 with a stall limit of 100 s, in a pool whose last round was 5.
    fn scene() -> (Job, Pool) {
        let job = Job {
            number: 2,
            balance: 50,
            deadline: 9_000,
            cancelled_at: 1_000,
            stall_seconds: 100,
            ..Job::zeroed()
        };
        let pool = Pool {
            round: 5,
            round_deadline_slot: 700,
            ..Pool::zeroed()
        };
        (job, pool)
    }

    fn at(job: &Job, pool: &Pool, slot: u64, unix_time: i64) -> Result<Vec<Step>, Wait> {
        steps(&Sight {
            job,
            pool,
            round: None,
            slot,
            unix_time,
        })
    }

    #[test]
    fn an_ended_job_is_refunded_at_once_when_no_round_is_live() {
        let (mut job, pool) = scene();
        assert_eq!(at(&job, &pool, 10, 1_001), Ok(vec![Step::Refund]));
        job.cancelled_at = 0;
        assert_eq!(
            at(&job, &pool, 10, 8_990),
            Err(Wait::NotEnded {
                job: 2,
                seconds: 10
            })
        );
        assert_eq!(at(&job, &pool, 10, 9_000), Ok(vec![Step::Refund]));
    }

    #[test]
    fn the_reservation_of_a_round_that_is_over_is_released_first() {
        let (mut job, pool) = scene();
        job.reserved_round = 5;
        assert_eq!(
            at(&job, &pool, 10, 1_001),
            Ok(vec![Step::Release { round: 5 }, Step::Refund])
        );
    }

    #[test]
    fn a_live_round_is_waited_for_until_its_deadline_and_voided_then() {
        let (mut job, mut pool) = scene();
        pool.round_stage = PoolStage::Intake as u8;
        job.reserved_round = 5;
        let waiting = Err(Wait::LiveRound {
            round: 5,
            deadline_slot: 700,
            slot: 699,
        });
        assert_eq!(at(&job, &pool, 699, 2_000), waiting);
        let release = [Step::Void { round: 5 }, Step::Release { round: 5 }];
        assert_eq!(
            at(&job, &pool, 700, 2_000),
            Ok([&release[..], &[Step::Refund]].concat())
        );
    }

    #[test]
    fn after_a_cancellation_accepted_work_has_a_grace() {
        let (mut job, mut pool) = scene();
        pool.round_stage = PoolStage::Open as u8;
        (job.cancelled_slot, job.grace_slots) = (100, 50);
        let waiting = Err(Wait::Grace {
            job: 2,
            until_slot: 150,
            slot: 149,
        });
        assert_eq!(at(&job, &pool, 149, 1_001), waiting);
        assert_eq!(at(&job, &pool, 150, 1_001), Ok(vec![Step::Refund]));
        // Never longer than the stall limit.
        assert_eq!(at(&job, &pool, 149, 1_100), Ok(vec![Step::Refund]));
        job.reserved_round = 4;
        assert_eq!(
            at(&job, &pool, 150, 1_001),
            Ok(vec![Step::Release { round: 4 }, Step::Refund])
        );
    }

    #[test]
    fn a_round_without_a_quorum_is_voided_before_its_deadline() {
        let (mut job, mut pool) = scene();
        pool.round_stage = PoolStage::Open as u8;
        job.reserved_round = 5;
        let mut round = Round {
            attest_until_slot: 300,
            window_slots: 40,
            deadline_slot: 700,
            ..Round::zeroed()
        };
        let at = |round: &Round, slot| {
            steps(&Sight {
                job: &job,
                pool: &pool,
                round: Some(round),
                slot,
                unix_time: 1_001,
            })
        };
        assert!(at(&round, 339).is_err());
        assert_eq!(
            at(&round, 340),
            Ok(vec![
                Step::Void { round: 5 },
                Step::Release { round: 5 },
                Step::Refund
            ])
        );
        round.state = RoundState::Pending as u8;
        assert!(at(&round, 340).is_err(), "it can still become final");
        assert!(at(&round, 700).is_ok());
    }

    #[test]
    fn an_empty_job_is_said_to_be_empty() {
        let (mut job, pool) = scene();
        job.balance = 0;
        assert_eq!(at(&job, &pool, 10, 1_001), Err(Wait::Empty { job: 2 }));
        job.reserved_round = 5;
        assert!(
            at(&job, &pool, 10, 1_001).is_ok(),
            "a void debit comes back"
        );
    }
}
