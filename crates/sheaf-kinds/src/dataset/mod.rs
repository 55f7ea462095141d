//! `dataset`: records that a person owns, handed in with consent, and valued by their measured effect.
//!
//! - [`value`]: what records are worth to a requester's validation set.

pub mod value;
