//! Datasets: what a job brought together, licensed, and the licences distributed.

pub mod close;
pub mod distribute;
pub mod license;
pub mod publish;
pub mod usage;

pub use {close::*, distribute::*, license::*, publish::*, usage::*};
