//! Rounds off the chain: which submissions go into which batch, and what a round pays.
//!
//! - [`freeze`]: when batches are made, and of what (pure).
//! - [`outcome`]: a round's outcome from its published data.
//! - [`tree`]: the active tree of lifetime earnings.
//! - [`run`]: the loop.

pub mod freeze;
pub mod outcome;
pub mod run;
pub mod tree;

pub use run::Rounds;
pub use tree::{ActiveTree, Tree};
