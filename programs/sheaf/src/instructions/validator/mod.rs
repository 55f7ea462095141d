//! Validators: stake in, vote, stake out.

pub mod register;
pub mod request_unstake;
pub mod withdraw;

pub use register::*;
pub use request_unstake::*;
pub use withdraw::*;
