//! What happened on chain, read in order, kept, and acted upon.
//!
//! - [`source`]: where transactions come from; [`rpc`]: from a JSON-RPC, by polling.
//! - [`decode`]: events in a transaction (pure); [`effect`]: what an event changes (pure).
//! - [`run`]: the loop: read what is new, keep it, act upon events without a gap.
//! - [`wake`]: a websocket that says when to look sooner. Polling is the authority.

pub mod decode;
pub mod effect;
pub mod rpc;
pub mod run;
pub mod source;
pub mod wake;

pub use rpc::RpcSource;
pub use run::{Ingest, Progress};
