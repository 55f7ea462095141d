//! What an aggregator does on chain: batches posted, rounds moved on, debits settled.
//!
//! Pure: [`plan`]: what is due, from the view; [`fee`]: what a place in a block is worth;
//! [`failure`]: what a failure means; [`patience`]: how long a refusal is borne; [`breaker`]: when to
//! pause; [`backoff`]: for how long.
//!
//! Around it: [`run`]: the loop, with its [`books`]; [`sender`]: sending an action, written down
//! first; [`watch`]: transactions whose end is not known; [`transaction`]: the journal's bytes;
//! [`review`]: actions that were put aside.

pub mod backoff;
pub mod books;
pub mod breaker;
pub mod failure;
pub mod fee;
pub mod patience;
pub mod plan;
pub mod review;
pub mod run;
pub mod sender;
pub mod transaction;
pub mod watch;

pub use run::Settlement;
pub use sender::JournaledSender;

#[cfg(test)]
mod tests;
