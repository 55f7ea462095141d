//! What an aggregator does on chain: batches posted, rounds moved on, debits settled.
//!
//! - [`plan`]: what is due, from the view (pure).
//! - [`sender`]: transactions that survive crashes.
//! - [`run`]: the loop.

pub mod plan;
pub mod run;
pub mod sender;

pub use run::Settlement;
pub use sender::JournaledSender;
