//! Batches: what a job offers to a round, and the end of its reservation.

pub mod close;
pub mod post;
pub mod release;

pub use {close::*, post::*, release::*};
