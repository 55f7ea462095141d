//! Pools: one per mint.

pub mod create;

pub use create::*;
