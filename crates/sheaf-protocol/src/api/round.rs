//! Rounds.

use crate::{
    outcome::Outcome,
    text::{Amount, Base58Key, HexHash},
};
use serde::{Deserialize, Serialize};
use sheaf_format::digest::RoundScope;

/// Where a round stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RoundStage {
    /// Batches are taken.
    Intake,
    /// Intake is closed; the seed is awaited.
    Closed,
    /// Validators score and commit.
    Commit,
    /// Validators reveal.
    Reveal,
    /// Validators attest; a quorum can be tallied.
    Attest,
    /// Attestation is over without a tally.
    Unresolved,
    /// A quorum was tallied; anyone recomputes.
    Window,
    /// Debits are settled.
    Settle,
    /// The root is active.
    Final,
    /// Ended without effect.
    Void,
}

/// A round.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoundView {
    /// Number of the round in its pool.
    pub number: u64,
    /// Where it stands.
    pub stage: RoundStage,
    /// Its account, from its opening on.
    pub account: Option<RoundAccountView>,
    /// Its batches, ascending by job number.
    pub batches: Vec<BatchView>,
    /// What this indexer computed, once it did.
    pub outcome: Option<OutcomeView>,
}

/// A round's account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoundAccountView {
    /// Its address.
    pub address: Base58Key,
    /// The pool's address.
    pub pool: Base58Key,
    /// Wallet that earns the treasury's share.
    pub treasury: Base58Key,
    /// Hash of the target slot.
    pub seed: HexHash,
    /// Active root at its opening.
    pub base_root: HexHash,
    /// Attested root; zeros before the tally, like everything attested.
    pub root: HexHash,
    /// Attested chain over the debits.
    pub debits_hash: HexHash,
    /// What is left of the chain.
    pub unsettled_hash: HexHash,
    /// Attested manifest.
    pub manifest_hash: HexHash,
    /// Slot of the opening.
    pub opened_slot: u64,
    /// Commitments are taken before this slot.
    pub commit_until_slot: u64,
    /// Reveals are taken before this slot.
    pub reveal_until_slot: u64,
    /// Attestations are taken before this slot.
    pub attest_until_slot: u64,
    /// Settlement starts at this slot; 0 before the tally.
    pub window_until_slot: u64,
    /// From this slot on the round can be voided.
    pub deadline_slot: u64,
    /// Active total at its opening.
    pub base_total: Amount,
    /// Total of the result.
    pub total: Amount,
    /// Sum of the debits.
    pub debits_total: Amount,
    /// Sum of the debits settled so far.
    pub settled_total: Amount,
    /// Number of the job last settled, plus one.
    pub next_job: u64,
    /// Sum of the snapshotted stakes.
    pub stake_total: Amount,
    /// Leaves at its opening.
    pub base_leaf_count: u32,
    /// Leaves of the result.
    pub leaf_count: u32,
    /// Batches.
    pub batch_count: u32,
    /// Part of the stake that makes a quorum.
    pub quorum_bps: u16,
    /// The stake table with its ballots, without free slots.
    pub validators: Vec<RoundValidatorView>,
}

/// A validator's part in a round.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoundValidatorView {
    /// The validator's wallet.
    pub authority: Base58Key,
    /// Snapshotted stake.
    pub stake: Amount,
    /// Its commitment, once given.
    pub commitment: Option<HexHash>,
    /// Its scores root, once revealed.
    pub scores_root: Option<HexHash>,
    /// Its attestation, once given.
    pub attestation: Option<HexHash>,
}

/// A batch's account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BatchView {
    /// Number of the job.
    pub job_number: u64,
    /// The job's address.
    pub job: Base58Key,
    /// The batch's address.
    pub address: Base58Key,
    /// Who posted it.
    pub aggregator: Base58Key,
    /// Root over the contributions.
    pub contributions_root: HexHash,
    /// Contributions.
    pub count: u32,
    /// Units offered.
    pub units: u64,
    /// What the job reserved.
    pub reserved: Amount,
    /// What settlement took.
    pub debited: Amount,
    /// Slot in which it was posted.
    pub posted_slot: u64,
    /// `posted`, `settled` or `released`.
    pub state: String,
}

/// What an indexer computed for a round.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OutcomeView {
    /// Root of the tree the round started from.
    pub base_root: HexHash,
    /// Root of the new tree.
    pub root: HexHash,
    /// Sum of the new tree.
    pub total: Amount,
    /// Leaves of the new tree.
    pub leaf_count: u32,
    /// Chain over the debits.
    pub debits_hash: HexHash,
    /// Sum of the debits.
    pub debits_total: Amount,
    /// Manifest of the data used.
    pub manifest_hash: HexHash,
    /// The hash that validators attest to.
    pub attestation: HexHash,
    /// The debits, ascending by job number.
    pub debits: Vec<DebitView>,
}

/// What a job pays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DebitView {
    /// Number of the job.
    pub job_number: u64,
    /// The job's address.
    pub job: Base58Key,
    /// Base units.
    pub amount: Amount,
}

impl OutcomeView {
    /// An outcome of the round of `scope`, as the API shows it.
    pub fn new(outcome: &Outcome, scope: &RoundScope) -> Self {
        let result = &outcome.result;
        let debits = outcome.debits.iter().map(|debit| DebitView {
            job_number: debit.number,
            job: debit.job.into(),
            amount: debit.amount.into(),
        });
        Self {
            base_root: result.base_root.into(),
            root: result.root.into(),
            total: result.total.into(),
            leaf_count: result.leaf_count,
            debits_hash: result.debits_hash.into(),
            debits_total: result.debits_total.into(),
            manifest_hash: result.manifest_hash.into(),
            attestation: outcome.attestation(scope).into(),
            debits: debits.collect(),
        }
    }
}
