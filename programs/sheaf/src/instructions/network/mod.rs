//! The network: what its admin may set, and what its guardian may stop.

pub mod admin;
pub mod create;
pub mod pause;
pub mod set_parameters;

pub use admin::*;
pub use create::*;
pub use pause::*;
pub use set_parameters::*;
