//! A round computed again from what was published, and held against what the chain says of it.
//!
//! [`RoundFacts`] is the chain's part, [`RoundData`] the published one. [`check_round`] gives the
//! round's outcome when both agree to the last number, and otherwise the first [`Difference`]: base
//! tree, then specifications and batches by job, score files by validator, manifest, debits by job,
//! and the new tree.

mod batches;
mod check;
mod difference;
mod leaves;
mod scores;

pub use check::{Checked, check_round};
pub use difference::{Difference, Subject};
pub use leaves::check_leaves;

use crate::{batch::BatchFile, manifest::Manifest, outcome::JobTerms, scores::SignedScoreFile};
use sheaf_format::{Hash, Key, digest::RoundScope};
use std::collections::BTreeMap;

/// One published file: what it holds, or why it cannot be read.
pub type Part<T> = Result<T, String>;

/// What the chain says of a round whose result was tallied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoundFacts {
    /// Cluster, program, pool and round.
    pub scope: RoundScope,
    /// Hash of the target slot.
    pub seed: Hash,
    /// Wallet that earns the treasury's share.
    pub treasury: Key,
    /// The tree it started from.
    pub base: BaseFacts,
    /// The result the quorum attested to.
    pub result: ResultFacts,
    /// The stake table.
    pub voters: Vec<VoterFacts>,
    /// Its batches, in any order.
    pub batches: Vec<BatchFacts>,
}

/// The tree a round started from. What a closed round's events do not say is left out: the
/// attestation binds it all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BaseFacts {
    /// Its root.
    pub root: Option<Hash>,
    /// Its sum.
    pub total: u64,
    /// Its leaves.
    pub leaf_count: Option<u32>,
}

/// The result the quorum attested to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResultFacts {
    /// Root of the new tree.
    pub root: Hash,
    /// Sum of the new tree.
    pub total: u64,
    /// Leaves of the new tree.
    pub leaf_count: u32,
    /// Sum of the debits.
    pub debits_total: u64,
    /// Chain over the debits; a closed round's events do not say it.
    pub debits_hash: Option<Hash>,
    /// Hash of the manifest.
    pub manifest_hash: Hash,
    /// The hash that was attested to, over all of this.
    pub attestation: Hash,
}

/// A validator's entry in the round's stake table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VoterFacts {
    /// The validator's authority.
    pub validator: Key,
    /// Signs its score file.
    pub vote_key: Key,
    /// Snapshotted stake.
    pub stake: u64,
    /// The scores root it revealed, if it did.
    pub scores_root: Option<Hash>,
}

/// One job's batch in the round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchFacts {
    /// The job's terms.
    pub terms: JobTerms,
    /// sha256 of the job's specification.
    pub specification_hash: Hash,
    /// Root of the batch.
    pub contributions_root: Hash,
    /// What the job reserved.
    pub reserved: u64,
    /// Sum of the units offered.
    pub units: u64,
    /// Number of contributions.
    pub count: u32,
    /// What settlement took; `None` before it.
    pub debited: Option<u64>,
}

/// What was published for a round. A file that is not there is missing from its map.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoundData {
    /// The aggregator's manifest.
    pub manifest: Option<Part<Manifest>>,
    /// Batch files, by job number.
    pub batches: BTreeMap<u64, Part<BatchFile>>,
    /// Score files, by validator.
    pub scores: BTreeMap<Key, Part<SignedScoreFile>>,
}

/// Specifications as published, by job number.
pub type Specifications = BTreeMap<u64, Vec<u8>>;

#[cfg(test)]
mod tests;
