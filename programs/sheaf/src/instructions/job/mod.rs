//! Jobs: a requester's escrow in and out, and the terms that may change.

pub mod cancel;
pub mod close;
pub mod create;
pub mod fund;
pub mod refund;
pub mod terms;

pub use {cancel::*, close::*, create::*, fund::*, refund::*, terms::*};
