//! A test double of an RPC node that misbehaves.
//!
//! Nodes that lag, fork, leave out and repeat cannot be had on demand, so this stands for them. What it
//! serves is real: transactions of the program's real bytes, recorded as they landed on LiteSVM.
//!
//! - [`recorder`]: transactions as they land; [`feed`]: what was recorded, and what accounts then said.
//! - [`faults`]: which answer goes wrong how, by seed alone; [`node`]: answers of a JSON-RPC from a feed.
//! - [`ledger`]: a node that takes transactions and loses them; [`server`]: both over HTTP; [`delivery`]: the feed
//!   in any order, within the process.

pub mod delivery;
pub mod faults;
pub mod feed;
pub mod ledger;
pub mod node;
pub mod recorder;
pub mod server;
