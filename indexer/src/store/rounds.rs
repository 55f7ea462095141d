//! What a round is made of, off the chain.

use super::{Result, intake::Waiting};
use async_trait::async_trait;
use sheaf_format::{Hash, Key};
use sheaf_protocol::{api::OutcomeView, ledger::Leaf, manifest::Manifest, scores::SignedScoreFile};
use std::collections::BTreeSet;

/// A batch as it was frozen, to be posted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrozenBatch {
    /// Number of the job.
    pub job: u64,
    /// Root over its submissions.
    pub root: Hash,
    /// Number of submissions.
    pub count: u32,
    /// Sum of their units.
    pub units: u64,
}

/// A round's outcome as this indexer computed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredOutcome {
    /// The round.
    pub round: u64,
    /// Result and debits.
    pub outcome: OutcomeView,
    /// The data it was computed from.
    pub manifest: Manifest,
}

/// What an outcome changes, to be stored with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutcomeChanges {
    /// Quality in bps and amount of each submission.
    pub contributions: Vec<(Hash, u16, u64)>,
    /// New and changed leaves, by index.
    pub leaves: Vec<(u32, Leaf)>,
}

/// Storage of rounds.
#[async_trait]
pub trait RoundStore: Send + Sync {
    /// The round that submissions taken now go to.
    async fn intake_round(&self) -> Result<u64>;

    /// Sets the round that submissions taken now go to.
    async fn set_intake_round(&self, round: u64) -> Result<()>;

    /// Submissions that wait for a round, by job.
    async fn waiting(&self) -> Result<Vec<Waiting>>;

    /// Puts what waits for the given jobs (number and address) into batches of `round`: of each
    /// contributor's submissions to one task the one that came first. Later ones wait for the next
    /// round, which is the intake round from here on. Gives the batches.
    async fn freeze(&self, round: u64, jobs: &[(u64, Key)]) -> Result<Vec<FrozenBatch>>;

    /// Gives up a frozen batch that never reached the chain: its submissions wait again.
    async fn abandon(&self, round: u64, job: u64) -> Result<()>;

    /// The frozen batches of a round, ascending by job, without those given up.
    async fn frozen(&self, round: u64) -> Result<Vec<FrozenBatch>>;

    /// Rounds after `round` that have a frozen batch.
    async fn frozen_rounds_after(&self, round: u64) -> Result<Vec<u64>>;

    /// A batch file as JSON.
    async fn batch_file(&self, round: u64, job: u64) -> Result<Option<Vec<u8>>>;

    /// Those of the submissions that a final round has paid.
    async fn paid_among(&self, submissions: &[Hash]) -> Result<BTreeSet<Hash>>;

    /// Keeps a score file. The first of a validator in a round stays: its root was revealed.
    async fn put_scores(&self, file: &SignedScoreFile) -> Result<()>;

    /// The score files of a round, ascending by validator.
    async fn scores(&self, round: u64) -> Result<Vec<SignedScoreFile>>;

    /// Keeps a round's outcome with what it changes. The first one stays: it was published.
    async fn put_outcome(&self, outcome: &StoredOutcome, changes: &OutcomeChanges) -> Result<()>;

    /// A round's outcome.
    async fn outcome(&self, round: u64) -> Result<Option<StoredOutcome>>;

    /// The active tree: the round in which it became active, and its leaves in order of index.
    async fn leaves(&self) -> Result<(u64, Vec<Leaf>)>;

    /// Rounds after `round` whose root became active, ascending, with their roots.
    async fn final_rounds_after(&self, round: u64) -> Result<Vec<(u64, Hash)>>;

    /// The leaves that a round's outcome changes.
    async fn changed_leaves(&self, round: u64) -> Result<Vec<(u32, Leaf)>>;
}
