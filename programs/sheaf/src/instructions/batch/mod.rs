//! Batches: what a job offers to a round, and the end of its reservation.

pub mod post;
pub mod release;

pub use post::*;
pub use release::*;
