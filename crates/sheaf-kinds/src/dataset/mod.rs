//! `dataset`: records that a person owns, handed in with consent, and valued by their measured effect.
//!
//! - [`import`]: export archives of platforms and series of sensors, made into records of the person alone;
//! - [`record`]: records from files, held against a schema and against each other;
//! - [`value`]: what records are worth to a requester's validation set;
//! - [`contribution`]: consent and records together; [`judge`]: what they are worth beside others.

pub mod contribution;
pub mod import;
pub mod judge;
pub mod record;
pub mod value;
