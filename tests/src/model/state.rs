//! What the program is supposed to remember.

use solana_sdk::pubkey::Pubkey;
use std::collections::{BTreeMap, BTreeSet};

/// Leaves of a tree: contributors with lifetime earnings, by index.
pub type Leaves = Vec<(Pubkey, u64)>;

/// Sum of some leaves.
pub fn sum(leaves: &[(Pubkey, u64)]) -> u64 {
    leaves.iter().map(|(_, cumulative)| cumulative).sum()
}

/// A balance, and what a batch holds of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Escrow {
    /// What is there, the reservation included.
    pub balance: u64,
    /// What the batch of `round` may still take.
    pub reserved: u64,
    /// Round of the batch that holds a reservation, or 0.
    pub round: u64,
    /// What rounds took.
    pub settled_total: u64,
    /// Batches whose accounts exist.
    pub batch_count: u32,
}

/// A job.
#[derive(Clone, Debug)]
pub struct Job {
    /// Its money.
    pub escrow: Escrow,
    /// What a round may take at most.
    pub round_cap: u64,
    /// Unix time of its end.
    pub deadline: i64,
    /// Unix time and slot of its cancellation.
    pub cancelled: Option<(i64, u64)>,
    /// What went back.
    pub refunded_total: u64,
    /// Content of the last paid batch.
    pub last_paid_root: [u8; 32],
}

/// A dataset.
#[derive(Clone, Debug)]
pub struct Dataset {
    /// Its money.
    pub escrow: Escrow,
    /// What a licence costs.
    pub price: u64,
}

/// How far a batch is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchState {
    /// Reserved, not debited.
    Posted,
    /// Debited.
    Settled,
    /// Done.
    Released,
}

/// A batch of a payer (a job, or a dataset with its bit) in a round.
#[derive(Clone, Debug)]
pub struct Batch {
    /// How far it is.
    pub state: BatchState,
    /// What it may take.
    pub reserved: u64,
    /// What it took.
    pub debited: u64,
    /// Its content.
    pub root: [u8; 32],
}

/// How far a pool is in its live round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// There is none.
    Idle,
    /// Batches are taken.
    Intake,
    /// The seed is waited for.
    Closed,
    /// Validators vote, or a result is pending.
    Open,
}

/// How far an opened round is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoundState {
    /// Votes are taken.
    Voting,
    /// A result waits.
    Pending,
    /// Its result is active.
    Final,
    /// It changed nothing.
    Void,
}

/// A validator in a round's table.
#[derive(Clone, Debug, Default)]
pub struct Ballot {
    /// Whose it is.
    pub validator: usize,
    /// Stake at opening.
    pub stake: u64,
    /// Whether it committed.
    pub committed: bool,
    /// Whether it revealed.
    pub revealed: bool,
    /// Which plan it attested to.
    pub attested: Option<usize>,
    /// Whether its duties were counted.
    pub counted: bool,
    /// Whether it was slashed for this round.
    pub slashed: bool,
}

/// What can be attested to.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Leaves of its tree.
    pub leaves: Leaves,
    /// Its sum, as claimed.
    pub total: u64,
    /// Number of leaves, as claimed.
    pub leaf_count: u32,
    /// Debits in order.
    pub debits: Vec<(u64, u64)>,
}

/// An opened round.
#[derive(Clone, Debug)]
pub struct Round {
    /// How far it is.
    pub state: RoundState,
    /// Its base: leaves, and their number as the pool has it.
    pub base: Leaves,
    /// See `base`.
    pub base_leaf_count: u32,
    /// Slots that end stages.
    pub opened_slot: u64,
    /// Commitments end.
    pub commit_until: u64,
    /// Reveals end.
    pub reveal_until: u64,
    /// Attestations end.
    pub attest_until: u64,
    /// The window ends, once a result is pending.
    pub window_until: u64,
    /// All ends.
    pub deadline: u64,
    /// When it ended.
    pub ended_slot: u64,
    /// Ballots by seat.
    pub table: BTreeMap<usize, Ballot>,
    /// What may be attested to: the honest plan, then the crooked one.
    pub outcomes: Vec<Outcome>,
    /// Which of them became pending.
    pub pending: Option<usize>,
    /// How many of its debits are settled.
    pub settled: usize,
    /// Open challenges: index, challenger, and until when they can be answered.
    pub challenges: BTreeMap<u32, (usize, u64)>,
    /// Batches, and how many of them are released.
    pub batch_count: u32,
    /// See `batch_count`.
    pub released_count: u32,
    /// Whether a fraud was proven.
    pub convicted: bool,
    /// Whether the aggregator opened it, or the stranger.
    pub by_aggregator: bool,
}

/// A bonded stake.
#[derive(Clone, Debug)]
pub struct Bond {
    /// Base units.
    pub stake: u64,
    /// Place in the network's table.
    pub seat: usize,
    /// When it may leave, once asked for.
    pub withdraw_after: Option<i64>,
    /// Until when it is in jail.
    pub jailed_until: Option<i64>,
    /// Rounds in a row with a missed duty.
    pub missed: u8,
    /// Last slot at which a vote of it can be slashed.
    pub slashable_until: u64,
    /// Since when it votes without a break.
    pub since_slot: u64,
}

impl Bond {
    /// Whether it has a vote.
    pub const fn votes(&self) -> bool {
        self.withdraw_after.is_none() && self.jailed_until.is_none()
    }
}

/// A ledger page.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// The leaves it knows, and those it knew before.
    pub known: [Leaves; 2],
    /// What was claimed: whose it is, and how much.
    pub claimed: BTreeMap<u32, (Pubkey, u64)>,
}

/// All of it.
#[derive(Clone, Debug)]
pub struct Model {
    /// What a transfer costs, in basis points.
    pub fee_bps: u64,
    /// Now.
    pub slot: u64,
    /// Now.
    pub unix_time: i64,
    /// Jobs by number; none once closed.
    pub jobs: BTreeMap<u64, Job>,
    /// Number of the next job.
    pub next_job: u64,
    /// Datasets by their job's number.
    pub datasets: BTreeMap<u64, Dataset>,
    /// Batches by payer and round.
    pub batches: BTreeMap<(u64, u64), Batch>,
    /// Opened rounds by number; none once closed.
    pub rounds: BTreeMap<u64, Round>,
    /// The live round, or the last one.
    pub round: u64,
    /// How far it is.
    pub stage: Stage,
    /// When its intake began.
    pub started_slot: u64,
    /// Whose hash seeds it.
    pub seed_slot: u64,
    /// When it ends whatever happens.
    pub deadline_slot: u64,
    /// Batches that joined it.
    pub joined: u32,
    /// Vetoes since the last final round.
    pub vetoes: u8,
    /// Leaves of the active tree.
    pub active: Leaves,
    /// Their number, as attested to.
    pub active_leaf_count: u32,
    /// The first page, once open.
    pub page: Option<Page>,
    /// Stakes by validator.
    pub bonds: BTreeMap<usize, Bond>,
    /// The admin, among those who may be, and whom it proposed.
    pub admin: usize,
    /// See `admin`.
    pub proposed_admin: Option<usize>,
    /// What a validator has to stake at least.
    pub minimum_stake: u64,
    /// Rounds of which the prover has evidence.
    pub evidence: BTreeSet<u64>,
    /// Unix time at which a pause ends, and from which another may begin.
    pub paused_until: i64,
    /// See `paused_until`.
    pub pause_again_at: i64,
    /// What arrived at the pool.
    pub arrived_total: u64,
    /// What went back to requesters.
    pub refunded_total: u64,
    /// Tokens that contributors received, by wallet.
    pub received: BTreeMap<Pubkey, u64>,
    /// Stake tokens that provers and the treasury received.
    pub rewards: [u64; 2],
}

impl Model {
    /// What of an amount arrives.
    pub const fn arrives(&self, amount: u64) -> u64 {
        amount - (amount * self.fee_bps).div_ceil(10_000)
    }

    /// Whether nothing is paused.
    pub const fn is_running(&self) -> bool {
        self.unix_time >= self.paused_until
    }

    /// What all contributors claimed.
    pub fn claimed_total(&self) -> u64 {
        let page = self.page.iter().flat_map(|page| page.claimed.values());
        page.map(|(_, claimed)| claimed).sum()
    }

    /// The escrow of a job, or of a dataset by its number with the bit.
    pub fn escrow(&mut self, payer: u64) -> Option<&mut Escrow> {
        match payer.checked_sub(sheaf_format::limits::DATASET_NUMBER_BIT) {
            None => self.jobs.get_mut(&payer).map(|job| &mut job.escrow),
            Some(job) => self.datasets.get_mut(&job).map(|set| &mut set.escrow),
        }
    }

    /// The live round, when it is open.
    pub fn live(&mut self) -> Option<&mut Round> {
        match self.stage {
            Stage::Open => self.rounds.get_mut(&self.round),
            _ => None,
        }
    }
}
