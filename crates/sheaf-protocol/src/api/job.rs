//! Jobs.

use crate::{
    specification::{Specification, SpecificationError},
    text::{AgeKey, Amount, Base58Key, HexHash},
};
use serde::{Deserialize, Serialize};

/// A job's account, with its specification when published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JobView {
    /// Number of the job in its pool.
    pub number: u64,
    /// The job's address.
    pub address: Base58Key,
    /// The pool's address.
    pub pool: Base58Key,
    /// Wallet that created and funds it.
    pub requester: Base58Key,
    /// Wallet that posts its batches.
    pub aggregator: Base58Key,
    /// Requester's X25519 key, as an age recipient.
    pub encryption_key: AgeKey,
    /// Kind of work: `web`, `quest`, `dataset` or `compute`.
    pub kind: String,
    /// sha256 of the specification.
    pub specification_hash: HexHash,
    /// The specification's bytes, as published, when they were: text whose sha256 is the hash.
    pub specification: Option<String>,
    /// Contribution root of the last batch that was paid.
    pub last_paid_root: HexHash,
    /// What is left, reservations included.
    pub balance: Amount,
    /// Part of the balance that a batch holds.
    pub reserved: Amount,
    /// Round that holds it; 0 when none does.
    pub reserved_round: u64,
    /// Everything that ever arrived.
    pub funded_total: Amount,
    /// Everything that final rounds took.
    pub settled_total: Amount,
    /// Everything that went back.
    pub refunded_total: Amount,
    /// Price of one unit at full quality.
    pub price_per_unit: Amount,
    /// Most that one round may take.
    pub round_cap: Amount,
    /// Least amount that opens a leaf for a new earner.
    pub minimum_earning: Amount,
    /// Unix time after which no batch is posted.
    pub deadline: i64,
    /// Unix time of the cancellation; 0 when not cancelled.
    pub cancelled_at: i64,
    /// Stall limit, in seconds.
    pub stall_seconds: i64,
    /// Treasury's part of each debit.
    pub treasury_bps: u16,
    /// Validators' part of each debit.
    pub validators_bps: u16,
    /// Whether the job takes contributions, by the chain's clock.
    pub active: bool,
}

impl JobView {
    /// The specification, checked against its hash; `None` while it is not published.
    ///
    /// # Errors
    /// [`SpecificationError`].
    pub fn read_specification(&self) -> Result<Option<Specification>, SpecificationError> {
        self.specification
            .as_deref()
            .map(|text| Specification::parse_published(text.as_bytes(), &self.specification_hash.0))
            .transpose()
    }
}
