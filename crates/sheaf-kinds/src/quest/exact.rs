//! Sums that do not depend on the order of their terms.
//!
//! Every term is rounded to a multiple of 2⁻³² first. Sums of such numbers are exact in `f64` up to
//! 2²¹ (two million answers, or some 80,000 logarithms), so that no name and no order of rows decides
//! on a last bit, which iterations could blow up.

const UNIT: f64 = 4_294_967_296.0;

/// The nearest multiple of 2⁻³².
pub fn rounded(number: f64) -> f64 {
    (number * UNIT).round_ties_even() / UNIT
}

/// A sum whose terms may be large, as squares are.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sum(i128);

impl Sum {
    /// Adds the multiple of 2⁻³² next to a number.
    pub fn add(&mut self, number: f64) {
        self.0 = self
            .0
            .saturating_add((number * UNIT).round_ties_even() as i128);
    }

    /// The sum.
    pub fn total(self) -> f64 {
        self.0 as f64 / UNIT
    }
}
