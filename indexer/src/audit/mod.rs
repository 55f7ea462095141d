//! `sheaf-indexer audit`: what the chain says against what the database says, account by account and
//! sum by sum.
//!
//! Pure: [`replay`]: what the accounts must hold after the events that were kept; [`compare`]: the
//! checks; [`report`]: what they found.
//!
//! Around it: [`chain`] and [`database`] read both sides at one event; [`journal`]: transactions
//! against their signatures; [`run`]: once, and every hour.

pub mod chain;
pub mod compare;
pub mod database;
pub mod journal;
pub mod replay;
pub mod report;
pub mod run;

pub use run::{audit, keep_auditing};
