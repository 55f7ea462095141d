//! Challenges: whoever attested to a root has to show any leaf of it.

pub mod answer;
pub mod expire;
pub mod open;

pub use {answer::*, expire::*, open::*};
