//! The network and what its admin may set.

pub mod create;
pub mod set_parameters;

pub use create::*;
pub use set_parameters::*;
