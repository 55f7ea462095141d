//! Jobs: a requester's escrow in and out.

pub mod cancel;
pub mod create;
mod deposit;
pub mod fund;
pub mod refund;

pub use {cancel::*, create::*, fund::*, refund::*};
