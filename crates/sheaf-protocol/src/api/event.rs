//! The public log: what the program said about its changes.

use crate::text::{Amount, Base58Key, Base58Signature, HexHash};
use serde::{Deserialize, Serialize};

/// A series of events, numbered without a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Series {
    /// The pool's: jobs, batches, rounds, pages, datasets.
    Pool,
    /// The network's: parameters, validators, stakes.
    Network,
}

/// An event of the program, finalised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EventView {
    /// The series it belongs to.
    pub series: Series,
    /// Its number in the series, from 1.
    pub sequence: u64,
    /// Slot of its transaction.
    pub slot: u64,
    /// Its transaction.
    pub signature: Base58Signature,
    /// Name of its type, as in the program's interface (`idl/sheaf.json`).
    pub name: String,
    /// Its fields: keys in base58, hashes in hex, amounts as decimal strings, the rest as numbers.
    pub fields: serde_json::Map<String, serde_json::Value>,
}

/// What happened to a dataset, finalised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UsageView {
    /// Number of the event in the pool's series.
    pub sequence: u64,
    /// Slot of its transaction.
    pub slot: u64,
    /// Its transaction.
    pub signature: Base58Signature,
    /// The dataset's address.
    pub dataset: Base58Key,
    /// What happened.
    pub event: DatasetEvent,
}

/// What can happen to a dataset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum DatasetEvent {
    /// A requester offered a job's result for licences.
    Published {
        /// Number of the job.
        job: u64,
        /// sha256 of the dataset's description.
        content_hash: HexHash,
        /// Price of a licence.
        price: Amount,
    },
    /// A consumer paid for a licence.
    Licensed {
        /// The consumer's wallet.
        consumer: Base58Key,
        /// Number of the licence, from 1.
        license: u64,
        /// What arrived for it.
        arrived: Amount,
    },
    /// A consumer reported a use.
    Used {
        /// The consumer's wallet.
        consumer: Base58Key,
        /// Number of the report, from 1.
        usage: u64,
        /// sha256 of the report.
        usage_hash: HexHash,
    },
    /// The dataset's account was closed.
    Closed,
}

/// What the stream of events tells beside events: where things stand now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Pulse {
    /// The chain's slot, at `confirmed`.
    pub slot: u64,
    /// The last round, live or ended.
    pub round: u64,
    /// Its stage while it is live.
    pub stage: Option<super::RoundStage>,
    /// Round that submissions taken now are batched in.
    pub intake_round: u64,
    /// Submissions that were taken and wait for a batch.
    pub waiting: u64,
    /// Submissions in the last round's batches.
    pub batched: u64,
    /// Number of the last event of the pool that was acted upon.
    pub sequence: u64,
}
