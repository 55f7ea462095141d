//! The chain as it stands at `confirmed`: what intake, rounds and settlement look at.
//!
//! It wakes and it serves; nothing is paid by it. [`follow`] keeps it up to date.

mod follow;

pub use follow::{Watch, first, follow, optional, unix_time};

use sheaf_client::layout::{Batch, Job, Network, Pool, Round, Validator};
use sheaf_format::{
    Key,
    limits::{SEED_SLOTS_AHEAD, SLOT_MILLISECONDS},
    stage::{PoolStage, RoundState},
};
use sheaf_protocol::api::RoundStage;
use std::collections::BTreeMap;

/// The pool and everything live in it, at one slot.
#[derive(Clone, Debug)]
pub struct View {
    /// The slot.
    pub slot: u64,
    /// The chain's clock, unix time.
    pub unix_time: i64,
    /// The network.
    pub network: Network,
    /// Its registered validators.
    pub validators: Vec<Validator>,
    /// The pool.
    pub pool: Pool,
    /// Tokens in its vault, in base units.
    pub held: u64,
    /// Every job of the pool, by number, with its address.
    pub jobs: BTreeMap<u64, (Key, Job)>,
    /// The live round's account, or the last one's, once it was opened.
    pub round: Option<Round>,
    /// The batches of that round, by job number.
    pub batches: BTreeMap<u64, Batch>,
}

/// Stage of a pool's live round.
pub fn stage(pool: &Pool) -> PoolStage {
    PoolStage::from_byte(pool.round_stage).unwrap_or(PoolStage::Idle)
}

/// The round that a batch posted now would be in, if one can be posted.
pub fn open_intake(pool: &Pool) -> Option<u64> {
    match stage(pool) {
        PoolStage::Idle => Some(pool.round.saturating_add(1)),
        PoolStage::Intake => Some(pool.round),
        PoolStage::Closed | PoolStage::Open => None,
    }
}

impl View {
    /// Stage of the pool's live round.
    pub fn stage(&self) -> PoolStage {
        stage(&self.pool)
    }

    /// The round that a batch posted now would be in, if one can be posted.
    pub fn open_intake(&self) -> Option<u64> {
        open_intake(&self.pool)
    }

    /// The next round that takes batches: the one open for them, or the one after the live one.
    pub fn next_intake(&self) -> u64 {
        self.open_intake()
            .unwrap_or(self.pool.round.saturating_add(1))
    }

    /// Whether round `number` has ended on chain.
    pub fn has_ended(&self, number: u64) -> bool {
        number < self.pool.round || (number == self.pool.round && self.stage() == PoolStage::Idle)
    }

    /// Whether a job takes contributions, by the chain's clock.
    pub fn is_active(&self, job: &Job) -> bool {
        job.cancelled_at == 0 && self.unix_time < job.deadline
    }

    /// Whether the chain takes batches of a job: for a grace also after its cancellation.
    pub const fn takes_batches(&self, job: &Job) -> bool {
        job.takes_batches(self.slot, self.unix_time)
    }

    /// Whether a round that begins now would end within a job's stall limit: else the chain takes
    /// none of its batches.
    pub fn fits_stall_limit(&self, job: &Job) -> bool {
        let p = &self.network.parameters;
        let stages = [
            p.intake_slots,
            p.commit_slots,
            p.reveal_slots,
            p.attest_slots,
            p.window_slots,
            p.settle_slots,
        ];
        let slots = stages.iter().map(|slots| u64::from(*slots)).sum::<u64>()
            + SEED_SLOTS_AHEAD
            + 3 * u64::from(p.grace_slots);
        let milliseconds = slots.saturating_mul(SLOT_MILLISECONDS);
        i64::try_from(milliseconds)
            .is_ok_and(|lasts| lasts <= job.stall_seconds.saturating_mul(1_000))
    }

    /// The job at an address, with its number.
    pub fn job_at(&self, address: &Key) -> Option<(u64, &Job)> {
        self.jobs
            .iter()
            .find(|(_, (at, _))| at == address)
            .map(|(number, (_, job))| (*number, job))
    }

    /// Where a round stands whose account this is, as far as its account and the slot tell.
    pub fn round_stage(&self, round: &Round) -> RoundStage {
        match RoundState::from_byte(round.state) {
            Some(RoundState::Final) => RoundStage::Final,
            Some(RoundState::Void) | None => RoundStage::Void,
            Some(RoundState::Pending) if self.slot < round.window_until_slot => RoundStage::Window,
            Some(RoundState::Pending) => RoundStage::Settle,
            Some(RoundState::Voting) if self.slot < round.commit_until_slot => RoundStage::Commit,
            Some(RoundState::Voting) if self.slot < round.reveal_until_slot => RoundStage::Reveal,
            Some(RoundState::Voting) if self.slot < round.attest_until_slot => RoundStage::Attest,
            Some(RoundState::Voting) => RoundStage::Unresolved,
        }
    }

    /// Stage of the live round, if one is live.
    pub fn live_stage(&self) -> Option<RoundStage> {
        match self.stage() {
            PoolStage::Idle => None,
            PoolStage::Intake => Some(RoundStage::Intake),
            PoolStage::Closed => Some(RoundStage::Closed),
            PoolStage::Open => self.round.as_ref().map(|round| self.round_stage(round)),
        }
    }
}

#[cfg(test)]
pub mod fixture {
    //! A view for tests: round 3 is the last one, nothing is live, job 0 is active.

    use super::View;
    use bytemuck::Zeroable;
    use sheaf_client::layout::{Job, Network, Pool};
    use std::collections::BTreeMap;

    /// Address of job 0.
    pub const JOB: [u8; 32] = [7; 32];
    /// The aggregator.
    pub const AGGREGATOR: [u8; 32] = [8; 32];

    /// The view.
    pub fn view() -> View {
        let mut network = Network::zeroed();
        network.parameters.intake_slots = 40;
        network.parameters.grace_slots = 20;
        network.aggregators[0] = AGGREGATOR;
        network.aggregator_count = 1;
        let job = Job {
            aggregator: AGGREGATOR,
            balance: 1_000,
            round_cap: 500,
            price_per_unit: 10,
            deadline: 5_000,
            stall_seconds: 3_600,
            ..Job::zeroed()
        };
        View {
            slot: 1_000,
            unix_time: 100,
            network,
            validators: Vec::new(),
            pool: Pool {
                round: 3,
                active_round: 3,
                next_job: 1,
                ..Pool::zeroed()
            },
            held: 0,
            jobs: BTreeMap::from([(0, (JOB, job))]),
            round: None,
            batches: BTreeMap::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{fixture::view, *};
    use bytemuck::Zeroable;

    #[test]
    fn batches_go_to_the_next_round_or_to_one_still_taking_them() {
        let mut view = view();
        assert_eq!((view.open_intake(), view.next_intake()), (Some(4), 4));
        view.pool.round_stage = PoolStage::Intake as u8;
        assert_eq!((view.open_intake(), view.next_intake()), (Some(3), 3));
        view.pool.round_stage = PoolStage::Closed as u8;
        assert_eq!((view.open_intake(), view.next_intake()), (None, 4));
        assert!(!view.has_ended(3) && view.has_ended(2));
    }

    #[test]
    fn a_round_passes_its_stages_by_slot() {
        let mut view = view();
        let round = Round {
            commit_until_slot: 1_001,
            reveal_until_slot: 1_002,
            attest_until_slot: 1_003,
            ..Round::zeroed()
        };
        let mut stages = Vec::new();
        for slot in 1_000..1_004 {
            view.slot = slot;
            stages.push(view.round_stage(&round));
        }
        use RoundStage::{Attest, Commit, Reveal, Unresolved};
        assert_eq!(stages, [Commit, Reveal, Attest, Unresolved]);
        let pending = Round {
            state: RoundState::Pending as u8,
            window_until_slot: 1_004,
            ..round
        };
        assert_eq!(view.round_stage(&pending), RoundStage::Window);
        view.slot = 1_004;
        assert_eq!(view.round_stage(&pending), RoundStage::Settle);
    }

    #[test]
    fn a_job_is_active_until_cancelled_or_past_its_deadline() {
        let mut view = view();
        let job = view.jobs[&0].1;
        assert!(view.is_active(&job));
        assert!(!view.is_active(&Job {
            cancelled_at: 1,
            ..job
        }));
        view.unix_time = job.deadline;
        assert!(!view.is_active(&job));
    }
}
