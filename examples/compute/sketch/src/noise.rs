//! Noise of exactly the distribution it should have: integers and fair bits, no floating point, whose
//! rounding would tell what was added to what.

/// Random bits, each used once.
#[derive(Debug)]
pub struct Bits<'a> {
    bytes: &'a [u8],
    used: usize,
}

impl<'a> Bits<'a> {
    /// The bits of these bytes, lowest first.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, used: 0 }
    }

    /// The next two bits; `None` when they are used up.
    fn two(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.used / 4)?;
        let bits = (byte >> (2 * (self.used % 4))) & 3;
        self.used += 1;
        Some(bits)
    }
}

/// `k` with probability `(1/4) × (3/4)^k`: how often, before the first pair of zeros, two bits are none.
/// `None` when the bits are used up.
pub fn geometric(bits: &mut Bits<'_>) -> Option<i32> {
    let mut count = 0;
    while bits.two()? != 0 {
        count += 1;
    }
    Some(count)
}

/// `k` with probability `(1/7) × (3/4)^|k|`: the difference of two geometric numbers. `None` when the bits
/// are used up.
pub fn two_sided_geometric(bits: &mut Bits<'_>) -> Option<i32> {
    Some(geometric(bits)? - geometric(bits)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// How many of all strings of `pairs` pairs of bits give each number; those that are used up give none.
    fn counted(pairs: u32, draw: fn(&mut Bits<'_>) -> Option<i32>) -> BTreeMap<i32, u64> {
        let mut counts = BTreeMap::new();
        for string in 0..1_u64 << (2 * pairs) {
            let bytes = string.to_le_bytes();
            // The pairs beyond the string are all zeros in `bytes`: they are left out.
            let mut bits = Bits {
                bytes: &bytes,
                used: 0,
            };
            if let Some(number) = draw(&mut bits)
                && bits.used <= pairs as usize
            {
                *counts.entry(number).or_default() += 1;
            }
        }
        counts
    }

    #[test]
    fn geometric_numbers_have_exactly_their_probabilities() {
        let pairs = 8;
        let expected: BTreeMap<i32, u64> = (0..pairs)
            // Of 4^pairs strings, the share (3/4)^k / 4.
            .map(|k| (k as i32, 3_u64.pow(k) * 4_u64.pow(pairs - k - 1)))
            .collect();
        assert_eq!(counted(pairs, geometric), expected);
    }

    #[test]
    fn the_noise_has_exactly_the_probabilities_that_privacy_is_computed_from() {
        // All strings of ten pairs. Of those, geometric numbers a and b end within them when
        // a + b + 2 <= 10, with 3^(a + b) × 4^(8 - a - b) strings.
        let mut expected = BTreeMap::new();
        for a in 0..=8_u32 {
            for b in 0..=8 - a {
                *expected.entry(a as i32 - b as i32).or_default() +=
                    3_u64.pow(a + b) * 4_u64.pow(8 - a - b);
            }
        }
        assert_eq!(counted(10, two_sided_geometric), expected);
    }

    /// The probability of noise `k`, as a fraction of 7 × 4^`places`.
    fn probability(k: i32, places: u32) -> u128 {
        3_u128.pow(k.unsigned_abs()) * 4_u128.pow(places - k.unsigned_abs())
    }

    #[test]
    fn the_difference_of_two_geometric_numbers_is_the_noise_of_the_guarantee() {
        // Sum over b of (3/4)^(|k| + 2b) / 16 is (3/4)^|k| × (1/16) / (1 - 9/16) = (3/4)^|k| / 7. Here
        // with the sum cut off at 40 terms: what is missing is less than (9/16)^40 of it.
        for k in -20..=20_i32 {
            let terms = (0..40).map(|b| 0.75_f64.powi(k.abs() + 2 * b) / 16.0);
            let exact = probability(k, 30) as f64 / (7.0 * 4.0_f64.powi(30));
            let sum: f64 = terms.sum();
            assert!((sum / exact - 1.0).abs() < 1e-9, "{k}: {sum} {exact}");
        }
    }

    #[test]
    fn one_more_or_less_changes_no_probability_by_more_than_four_thirds() {
        for k in -29..=29 {
            let (here, next) = (probability(k, 30), probability(k + 1, 30));
            assert!(3 * here <= 4 * next && 3 * next <= 4 * here, "{k}");
        }
    }

    #[test]
    fn bits_are_used_once_and_then_there_are_none() {
        let mut bits = Bits::new(&[0b11_01_00_10]);
        assert_eq!(geometric(&mut bits), Some(1));
        assert_eq!(geometric(&mut bits), None);
        assert_eq!(geometric(&mut Bits::new(&[])), None);
    }
}
