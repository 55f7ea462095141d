//! The path from escrow to claim, played with real processes: for `cargo xtask demo` and for the
//! end-to-end tests.
//!
//! - [`plan`]: who takes part and what the job asks for; [`regions`]: what nodes say of themselves.
//! - [`site`]: the pages, served on loopback.
//! - [`stack`]: the processes, started and ended; [`scenario`]: what they are asked to do.
//! - [`ledger`]: the money equations; [`report`]: what people and programs read at the end.
//! - [`phases`], [`progress`]: what is going on meanwhile.

pub mod ledger;
pub mod phases;
pub mod plan;
pub mod progress;
pub mod regions;
pub mod report;
pub mod scenario;
pub mod site;
pub mod stack;
