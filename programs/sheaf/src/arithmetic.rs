//! Arithmetic on amounts: every sum and difference is checked.

use crate::error::{Checked, SheafError};

/// `left + right`.
///
/// # Errors
/// [`SheafError::Arithmetic`] when the sum exceeds `u64`.
pub fn add(left: u64, right: u64) -> Checked<u64> {
    left.checked_add(right).ok_or(SheafError::Arithmetic)
}

/// `left - right`.
///
/// # Errors
/// [`SheafError::Arithmetic`] when the difference would fall below zero.
pub fn sub(left: u64, right: u64) -> Checked<u64> {
    left.checked_sub(right).ok_or(SheafError::Arithmetic)
}

/// A unix time some seconds after another.
///
/// # Errors
/// [`SheafError::Arithmetic`] when it lies beyond `i64`.
pub fn later(time: i64, seconds: i64) -> Checked<i64> {
    time.checked_add(seconds).ok_or(SheafError::Arithmetic)
}
