//! The answers of the HTTP API under `/v1`, as JSON. Server and clients use the same types.
//!
//! | method, path | answer |
//! |---|---|
//! | GET `/v1/status` | [`Status`] |
//! | GET `/v1/jobs`, `/v1/jobs/{number}` | list of [`JobView`], one |
//! | PUT `/v1/jobs/{number}/specification` | [`JobView`] |
//! | POST `/v1/delegations` | [`Stored`] |
//! | POST `/v1/submissions` | [`ReceiptView`] |
//! | GET `/v1/submissions/{id}` | [`SubmissionView`] |
//! | GET `/v1/rounds`, `/v1/rounds/{n}` | list of [`RoundView`], one |
//! | GET `/v1/rounds/{n}/batches/{job number}` | [`BatchFile`](crate::batch::BatchFile) |
//! | GET `/v1/content/{hash}` | ciphertext |
//! | POST `/v1/rounds/{n}/scores` with [`SignedScoreFile`](crate::scores::SignedScoreFile) | [`Stored`] |
//! | GET `/v1/rounds/{n}/scores` | list of [`SignedScoreFile`](crate::scores::SignedScoreFile) |
//! | GET `/v1/rounds/{n}/manifest` | [`ManifestView`] |
//! | GET `/v1/leaves` | list of [`LeafView`] |
//! | GET `/v1/contributors/{key}` | [`ContributorView`] |

mod contributor;
mod job;
mod round;

pub use contributor::{ContributorLeaf, ContributorView, NodeView, ProofError};
pub use job::JobView;
pub use round::{
    BatchView, DebitView, OutcomeView, RoundAccountView, RoundStage, RoundValidatorView, RoundView,
};

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

/// Any refusal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorBody {
    /// Name of the error, for programs.
    pub error: String,
    /// What, why, what next, for people.
    pub message: String,
}

impl ErrorBody {
    /// A refusal with its name and message.
    pub fn new(error: impl Into<String>, message: impl std::fmt::Display) -> Self {
        Self {
            error: error.into(),
            message: message.to_string(),
        }
    }
}

impl From<&crate::intake::Refusal> for ErrorBody {
    fn from(refusal: &crate::intake::Refusal) -> Self {
        Self::new(refusal.name(), refusal)
    }
}

impl From<&crate::statement::Refused> for ErrorBody {
    fn from(refused: &crate::statement::Refused) -> Self {
        Self::new(refused.name(), refused)
    }
}

/// Something was stored, or was there already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    /// sha256 of the stored bytes; of a statement, of `domain || body`; of a score file, its root.
    pub hash: HexHash,
}

/// Where the indexer stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
pub struct LiveRound {
    /// Its number.
    pub round: u64,
    /// Its stage.
    pub stage: RoundStage,
}

/// Where a submission stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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
