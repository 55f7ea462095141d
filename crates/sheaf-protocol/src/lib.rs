//! What nodes, validators, aggregators and requesters say to each other, as `docs/protocol.md`
//! sets it down: formats and rules, each written once.
//!
//! The crate is pure. It does no I/O and reads no clock; the same input gives the same output on
//! every machine. One function draws on the system's randomness, because age does so inside:
//! [`encryption::encrypt`]. Everything else random is passed in.
//!
//! - [`text`]: keys, hashes, signatures and amounts as text, and in JSON.
//! - [`statement`]: signed statements: delegation, submission, receipt, download, scores, publication,
//!   consent and its revocation.
//! - [`specification`]: what a job asks for, as its requester publishes it.
//! - [`intake`]: the rules by which a submission is admitted.
//! - [`list_root`]: Merkle roots of lists, with proofs of inclusion.
//! - [`batch`]: the file of a job's contributions in a round, and how anybody checks it.
//! - [`assignment`]: who reviews a contribution. [`scores`]: what reviewers say, and the median of it.
//! - [`rewards`]: shares of an amount, without a base unit lost.
//! - [`ledger`]: the tree of lifetime earnings with its proofs.
//! - [`manifest`]: the hash that names all data of a round. [`outcome`]: a round's result, computed.
//! - [`verification`]: a round computed again and held against the chain, to the first difference.
//! - [`encryption`]: contents for the requester and the validators.
//! - [`api`]: the answers of the HTTP API.

pub mod api;
pub mod assignment;
pub mod batch;
pub mod encryption;
pub mod intake;
pub mod ledger;
pub mod list_root;
pub mod manifest;
pub mod outcome;
pub mod rewards;
pub mod scores;
pub mod specification;
pub mod statement;
pub mod text;
pub mod verification;

pub use sheaf_format::{Hash, Key};
pub use text::{Amount, Base58Key, Base58Signature, HexHash};

mod sha;

#[cfg(test)]
mod fixtures;
