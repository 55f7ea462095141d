//! Validators: stake in, vote, jail, stake out.

pub mod add_stake;
pub mod duties;
pub mod register;
pub mod request_unstake;
pub mod withdraw;

pub use add_stake::*;
pub use duties::*;
pub use register::*;
pub use request_unstake::*;
pub use withdraw::*;
