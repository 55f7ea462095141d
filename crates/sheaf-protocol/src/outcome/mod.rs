//! A round's outcome: a pure function of published data, by the numbered rules of
//! `docs/protocol.md`. Everyone computes it; nobody is asked to believe it.
//!
//! The order in which batches, contributions, stakes and score files come does not matter. [`compute`]
//! takes a round whole; [`Settlement`] is what it is made of, for rounds that do not fit into memory.

mod compute;
mod job;
mod panel;
mod settlement;

pub use compute::compute;
pub use panel::Scores;
pub use settlement::{Settled, Settlement};

use crate::{
    assignment::Stake,
    batch::Contribution,
    ledger::{Ledger, LedgerError},
    manifest::Manifest,
    rewards::RewardError,
    scores::{ScoreError, ScoreFile},
    text::{Base58Key, HexHash},
};
use serde::{Deserialize, Serialize};
use sheaf_format::{
    Hash, Key,
    digest::{self, RoundResult, RoundScope},
};

/// Why no outcome can be computed: the inputs are not a round's data.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OutcomeError {
    /// The base leaves are those of another pool or program.
    #[error("the base leaves are not those of this pool and program")]
    OtherLedger,
    /// Two batches of a job, or two jobs with one number.
    #[error("job {0} has two batches in the round")]
    RepeatedJob(u64),
    /// A submission twice in one batch.
    #[error("submission {0} comes twice")]
    RepeatedSubmission(HexHash),
    /// A validator twice in the stake table.
    #[error("validator {0} stands twice in the stake table")]
    RepeatedValidator(Base58Key),
    /// Two score files of one validator.
    #[error("validator {0} has two score files")]
    RepeatedScores(Base58Key),
    /// A score file of somebody who is not in the stake table or revealed nothing.
    #[error("{0} has a score file but revealed no scores in this round")]
    NotRevealed(Base58Key),
    /// A score file that is not what was revealed.
    #[error("the score file of {validator} is refused: {error}")]
    Scores {
        /// Whose file.
        validator: Base58Key,
        /// Why.
        error: ScoreError,
    },
    /// Amounts that cannot be shared out, by a job's number.
    #[error("job {number}: {error}")]
    Rewards {
        /// The job's number.
        number: u64,
        /// Why.
        error: RewardError,
    },
    /// A sum of the round that does not fit.
    #[error("the round's amounts do not fit 64 bits")]
    Overflow,
    /// The new tree cannot be.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// A job's terms, as its account carries them since its creation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobTerms {
    /// The job's address.
    pub job: Key,
    /// Number of the job in its pool.
    pub number: u64,
    /// Price of one unit at full quality, in base units.
    pub price_per_unit: u64,
    /// Least amount from this job that opens a leaf for a new earner, in base units.
    pub minimum_earning: u64,
    /// Treasury's part of each debit.
    pub treasury_bps: u16,
    /// Validators' part of each debit.
    pub validators_bps: u16,
}

/// One job's batch in the round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoundBatch {
    /// The job's terms.
    pub terms: JobTerms,
    /// What the job reserved, in base units.
    pub reserved: u64,
    /// Root of the batch, as on chain.
    pub contributions_root: Hash,
    /// What [`BatchFile::contributions`](crate::batch::BatchFile::contributions) gave.
    pub contributions: Vec<Contribution>,
}

/// A validator's entry in the round's stake table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Voter {
    /// The validator's authority.
    pub validator: Key,
    /// Snapshotted stake.
    pub stake: u64,
    /// The scores root it revealed, if it did.
    pub scores_root: Option<Hash>,
}

impl From<&Voter> for Stake {
    fn from(voter: &Voter) -> Self {
        Self {
            validator: voter.validator,
            stake: voter.stake,
        }
    }
}

/// Everything a round's outcome depends on.
#[derive(Clone, Debug)]
pub struct RoundInputs<'a> {
    /// Cluster, program, pool and round.
    pub scope: RoundScope,
    /// The tree the round starts from.
    pub base: &'a Ledger,
    /// The round's seed.
    pub seed: Hash,
    /// Wallet that earns the treasury's share in this round.
    pub treasury: Key,
    /// The round's stake table, without its free slots.
    pub voters: Vec<Voter>,
    /// The round's batches: all of them.
    pub batches: Vec<RoundBatch>,
    /// The published score files.
    pub score_files: Vec<ScoreFile>,
}

/// What a job pays in a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Debit {
    /// The job's address.
    pub job: Key,
    /// Number of the job in its pool: debits ascend by it.
    pub number: u64,
    /// Base units, not zero.
    pub amount: u64,
}

/// What became of a contribution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContributionOutcome {
    /// Number of the job.
    pub number: u64,
    /// Id of the submission.
    pub submission: Hash,
    /// Wallet that earns.
    pub contributor: Key,
    /// Its reviewers, by rank.
    pub reviewers: Vec<Key>,
    /// How many of them revealed a score for it.
    pub reviews: u8,
    /// Its quality.
    pub quality_bps: u16,
    /// What it is worth before fees, scaled to what was reserved.
    pub gross: u64,
    /// Its part of what its contributor gets from the job: nothing when its quality is 0, when it
    /// rounds to nothing, or when its contributor stays below the job's minimum earning.
    pub amount: u64,
}

/// In which role somebody earns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Contributed data.
    Contributor,
    /// Reviewed.
    Validator,
    /// The network's treasury.
    Treasury,
}

/// What somebody earns in a round in one role, over all jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Earning {
    /// Wallet that earns.
    pub key: Key,
    /// In which role.
    pub role: Role,
    /// Base units, not zero.
    pub amount: u64,
}

/// A round's outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The new tree.
    pub ledger: Ledger,
    /// What validators attest to.
    pub result: RoundResult,
    /// The data it was computed from.
    pub manifest: Manifest,
    /// What jobs pay, ascending by number.
    pub debits: Vec<Debit>,
    /// What became of each contribution, ascending by job number and submission.
    pub contributions: Vec<ContributionOutcome>,
    /// Who earns what, ascending by key and role.
    pub earnings: Vec<Earning>,
}

impl Outcome {
    /// The hash that validators attest to.
    pub fn attestation(&self, scope: &RoundScope) -> Hash {
        digest::attestation(scope, &self.result)
    }
}

#[cfg(test)]
mod tests;
