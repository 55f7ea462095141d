//! The program's accounts and the rules that concern one of them alone.
//!
//! Only this program creates accounts of these types, each at its canonical address, and never
//! writes another address into their fields of identity. Owner and discriminator therefore prove
//! where an account stands, and a field such as `job.pool` proves what it belongs to: accounts
//! structs compare those fields and do not derive addresses again.

mod ballot_box;
mod batch;
mod challenge;
mod dataset;
mod evidence;
mod job;
mod ledger_page;
mod network;
mod occupant;
mod payer;
mod pool;
mod reservation;
mod round;
mod validator;

pub use {
    ballot_box::{is_quorum, stake_behind, Duties, RoundValidator},
    batch::Batch,
    challenge::Challenge,
    dataset::Dataset,
    evidence::{Comparison, Evidence, EvidenceSide},
    job::Job,
    ledger_page::{ActiveTree, Leaf, LedgerPage, LedgerSlot, Neighbours},
    network::{lasts_at_most, Network, NetworkParameters, StakeEntry},
    occupant::Occupant,
    payer::Payer,
    pool::Pool,
    reservation::Reservation,
    round::{Round, Settlement},
    validator::Validator,
};
