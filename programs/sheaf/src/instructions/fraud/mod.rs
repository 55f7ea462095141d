//! Fraud that two trees prove by themselves, and its price.

pub mod evidence;
pub mod prove;
pub mod slash;

pub use {evidence::*, prove::*, slash::*};
