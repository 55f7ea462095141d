//! The pool's books, and the validators.

use super::RoundStage;
use crate::text::{AgeKey, Amount, Base58Key, Base58Signature, HexHash};
use serde::{Deserialize, Serialize};

/// The pool's books in one slot, at `confirmed`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PoolView {
    /// The pool's address.
    pub address: Base58Key,
    /// Its mint.
    pub mint: Base58Key,
    /// Decimals of the mint.
    pub decimals: u8,
    /// The token account that holds everything.
    pub vault: Base58Key,
    /// The slot.
    pub slot: u64,
    /// What lies in the vault.
    pub held: Amount,
    /// What the vault owes.
    pub owed: OwedView,
    /// Whether the vault holds at least what it owes.
    pub solvent: bool,
    /// Everything that ever arrived.
    pub arrived_total: Amount,
    /// Everything ever refunded.
    pub refunded_total: Amount,
    /// Everything ever claimed.
    pub claimed_total: Amount,
    /// Everything ever earned: the sum of the active tree.
    pub earned_total: Amount,
    /// Root of the active tree.
    pub active_root: HexHash,
    /// Round in which it became active; 0 before the first.
    pub active_round: u64,
    /// Leaves in it.
    pub leaf_count: u32,
    /// Jobs ever created.
    pub job_count: u64,
    /// The last round, live or ended; 0 before the first.
    pub round: u64,
    /// Its stage while it is live.
    pub stage: Option<RoundStage>,
    /// Number of the pool's last event.
    pub sequence: u64,
}

/// What a vault owes, and to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OwedView {
    /// Balances of jobs and datasets: requesters' until it is earned.
    pub escrow: Amount,
    /// Taken from jobs by a round that is not final yet.
    pub in_round: Amount,
    /// Earned and not claimed.
    pub unclaimed: Amount,
    /// All of it.
    pub total: Amount,
}

/// Whether a validator's stake votes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ValidatorState {
    /// It votes.
    Voting,
    /// It does not vote: it missed duties or attested to a fraud.
    Jailed,
    /// It asked for its stake back; the stake can still be slashed.
    Unbonding,
}

/// A registered validator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ValidatorView {
    /// Wallet that staked and gets the stake back.
    pub authority: Base58Key,
    /// Hot key that signs commitments, reveals and attestations.
    pub vote_key: Base58Key,
    /// X25519 key that contributions are encrypted to.
    pub encryption_key: AgeKey,
    /// Whether it votes.
    pub state: ValidatorState,
    /// Stake, in base units of the stake mint.
    pub stake: Amount,
    /// Rounds in a row in which it missed a duty.
    pub missed_duties: u8,
    /// Unix time from which it may vote again; 0 when it is not jailed.
    pub jailed_until: i64,
    /// Unix time from which an unbonding stake can be withdrawn; 0 while it votes.
    pub withdraw_after: i64,
    /// Slot up to which past votes can still be slashed.
    pub slashable_until_slot: u64,
    /// Slot since which the stake votes without a break.
    pub bonded_since_slot: u64,
}

/// A validator's duties in an ended round, as the program counted them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DutyView {
    /// Number of the event in the network's series.
    pub sequence: u64,
    /// Slot of its transaction.
    pub slot: u64,
    /// Its transaction.
    pub signature: Base58Signature,
    /// The pool of the round.
    pub pool: Base58Key,
    /// The round.
    pub round: u64,
    /// Whether a duty was missed.
    pub missed: bool,
    /// Rounds in a row with a missed duty, this one included; 0 once that jails.
    pub missed_in_a_row: u64,
    /// Unix time from which the validator may vote again; 0 when it was not jailed.
    pub jailed_until: i64,
}
