//! Rounds, from the end of intake to the active root.

pub mod close;
pub mod close_intake;
pub mod finalise;
pub mod open;
pub mod settle;
pub mod tally;
pub mod veto;
pub mod void;
pub mod vote;

pub use close::*;
pub use close_intake::*;
pub use finalise::*;
pub use open::*;
pub use settle::*;
pub use tally::*;
pub use veto::*;
pub use void::*;
pub use vote::*;
