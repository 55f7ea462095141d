//! `dataset`: records that a person owns, handed in with consent, and valued by their measured effect.
//!
//! - [`import`]: export archives of platforms and series of sensors, made into records of the person alone;
//! - [`record`]: records from files, held against a schema and against each other;
//! - [`value`]: what records are worth to a requester's validation set;
//! - [`contribution`]: consent and records together; [`judge`]: what they are worth beside others;
//! - [`Dataset`]: a job of this kind, as nodes and validators do it.

pub mod contribution;
pub mod import;
pub mod judge;
mod kind;
pub mod record;
pub mod value;

pub use kind::{CONSENT_FILE, Dataset, RECORDS_FILE, check};
