//! What happened on chain, read in order, kept, and acted upon.
//!
//! - [`source`]: where transactions come from; [`rpc`]: from a JSON-RPC, by polling.
//! - [`decode`]: events in a transaction (pure); [`effect`]: what an event changes (pure).
//! - [`read`]: one series, from the source into the store; [`early`]: what is confirmed and not final.
//! - [`run`]: the loop: read what is new, act upon events without a gap.
//! - [`recover`]: dead letters decoded again, everything read anew; [`bootstrap`]: beginning in the
//!   middle, from the accounts; [`command`]: all of that from the command line.
//! - [`wake`]: a websocket that says when to look sooner. Polling is the authority.
//!
//! What is read is measured by numbers alone: every event has one in its series, and the series' account
//! says the last. So nothing depends on the order of a list, on a page that is whole, or on a cursor.

pub mod bootstrap;
pub mod command;
pub mod decode;
pub mod early;
pub mod effect;
pub mod read;
pub mod recover;
pub mod rpc;
pub mod run;
pub mod source;
pub mod wake;

pub use rpc::RpcSource;
pub use run::{Ingest, Progress};
