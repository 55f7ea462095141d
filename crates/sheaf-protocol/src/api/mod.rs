//! The answers of the HTTP API under `/v1`, as JSON. Server and clients use the same types.
//!
//! - [`problem`]: refusals; [`page`]: lists, part by part.
//! - [`Status`], [`SubmissionView`], [`JobView`], [`RoundView`], [`ContributorView`], [`PoolView`],
//!   [`EventView`] and their parts: what there is to see.
//!
//! Which path answers with which is in `docs/api.md` and, for programs, at `/v1/openapi.json`.

mod contributor;
mod event;
mod job;
pub mod page;
mod pool;
pub mod problem;
mod round;
#[cfg(feature = "openapi")]
mod schema;

pub use contributor::{
    ContributorLeaf, ContributorView, EarningView, EarningsView, NodeView, ProofError,
};
pub use event::{DatasetEvent, EventView, Pulse, Series, UsageView};
pub use job::JobView;
pub use page::{LeafPage, Page};
pub use pool::{DutyView, OwedView, PoolView, ValidatorState, ValidatorView};
pub use problem::Problem;
pub use round::{
    BatchView, DebitView, OutcomeView, RoundAccountView, RoundStage, RoundValidatorView, RoundView,
};
#[cfg(feature = "openapi")]
pub use schema::SignedStatement;

/// An earner in `/v1/leaves`; its index is its place in the list.
pub use crate::ledger::Leaf as LeafView;
/// The aggregator's manifest.
pub use crate::manifest::Manifest as ManifestView;

use crate::{
    statement::{Receipt, Signed},
    text::{Amount, Base58Key, HexHash},
};
use serde::{Deserialize, Serialize};

/// Header with the body of a submission, base64.
pub const SUBMISSION_HEADER: &str = "x-sheaf-submission";
/// Header with a signature, base64.
pub const SIGNATURE_HEADER: &str = "x-sheaf-signature";
/// Header with a download request, base64 of `body || signature`.
pub const DOWNLOAD_HEADER: &str = "x-sheaf-download";

/// The answer to a submission: `{"body", "signature"}`.
pub type ReceiptView = Signed<Receipt>;

/// Something was stored, or was there already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Stored {
    /// sha256 of the stored bytes; of a statement, of `domain || body`; of a score file, its root.
    pub hash: HexHash,
}

/// Where the indexer stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Status {
    /// Genesis hash of the cluster.
    pub genesis: Base58Key,
    /// The program's address.
    pub program: Base58Key,
    /// The pool's address.
    pub pool: Base58Key,
    /// The pool's mint.
    pub mint: Base58Key,
    /// Decimals of the mint.
    pub decimals: u8,
    /// The chain's slot, at `confirmed`.
    pub slot: u64,
    /// Round that submissions taken now are batched in.
    pub intake_round: u64,
    /// The live round, if one is.
    pub live: Option<LiveRound>,
    /// Wallet that signs receipts and posts batches.
    pub aggregator: Base58Key,
    /// Last slot whose events are indexed.
    pub last_indexed_slot: u64,
}

/// The live round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LiveRound {
    /// Its number.
    pub round: u64,
    /// Its stage.
    pub stage: RoundStage,
}

/// Where a submission stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SubmissionState {
    /// Admitted; a receipt was given.
    Received,
    /// In a batch on chain.
    Batched,
    /// The round's outcome says its quality and amount; nothing is paid yet.
    Scored,
    /// The round is final: its amount, which may be 0, counts.
    Paid,
    /// It can no longer be paid: its job ended first, or it waited for too many rounds.
    Rejected,
}

/// A submission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SubmissionView {
    /// Its id.
    pub id: HexHash,
    /// Number of its job.
    pub job: u64,
    /// Wallet that earns.
    pub contributor: Base58Key,
    /// Node key that signed it.
    pub node: Base58Key,
    /// Task of the specification.
    pub task: u32,
    /// sha256 of its ciphertext.
    pub content_hash: HexHash,
    /// Slot in which it came.
    pub received_slot: u64,
    /// Where it stands.
    pub state: SubmissionState,
    /// Round it is, or will be, batched in.
    pub round: Option<u64>,
    /// Quality, once scored.
    pub quality_bps: Option<u16>,
    /// Amount, once scored.
    pub amount: Option<Amount>,
}

#[cfg(test)]
mod tests;
