//! Who reviews a contribution: weighted rendezvous over stake.
//!
//! For each validator with stake, `h` = the first 8 bytes (`u64`, big-endian) of
//! `sha256(seed || submission id || validator)`; its key is `-log2((h + 1) / 2^64) / stake`, and the
//! three smallest keys review. As `(h + 1) / 2^64` is uniform, `-log2` of it is exponentially
//! distributed, and the smallest of such keys falls to each validator with probability
//! `stake / total stake`: the long-run share of first places is proportional to stake.
//!
//! The logarithm is computed in integers ([`negative_log2`]); keys are compared as fractions by
//! cross-multiplication, never divided. Equal keys: the smaller validator address comes first.

use sheaf_format::{Hash, Key, digest::sha256};

/// How many validators review a contribution; all, when there are fewer.
pub const REVIEWERS: usize = 3;

/// Fraction bits of [`negative_log2`].
pub const LOG2_FRACTION_BITS: u32 = 56;

/// A validator's part of the round's stake table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stake {
    /// The validator's authority.
    pub validator: Key,
    /// Snapshotted stake, in base units of the stake mint.
    pub stake: u64,
}

/// The draw `h` of a validator for a submission.
pub fn draw(seed: &Hash, submission: &Hash, validator: &Key) -> u64 {
    let hash = sha256(&[seed, submission, validator]);
    let mut first = [0; 8];
    first.copy_from_slice(&hash[..8]);
    u64::from_be_bytes(first)
}

/// `-log2((h + 1) / 2^64)` in fixed point with 56 fraction bits: from 0 to `64 << 56`.
///
/// With `x = h + 1 = 2^l × m`, `1 ≤ m < 2`, it is `64 - l - log2 m`. `m` is held in 63 fraction
/// bits, exactly; then 56 times it is squared (truncated to 63 fraction bits) and, when that
/// reached 2, halved and a one bit noted: the bits of `log2 m`. Truncation makes each square too
/// small by a relative error below `2^-63`, which the later bits weigh by halves: together below
/// `1.45 × 2^-63`. The remaining bits weigh below `2^-56`. So the result is never too small, and
/// too large by less than `2^-56 + 2^-62`.
pub fn negative_log2(h: u64) -> u64 {
    const WHOLE: u64 = 64 << LOG2_FRACTION_BITS;
    // 2^64 itself: the logarithm is exactly 0.
    let Some(x) = h.checked_add(1) else { return 0 };
    let whole = x.ilog2();
    // 1.63 fixed point: the top bit is the one before the point.
    let mut mantissa = x << (63 - whole);
    let mut log2 = u64::from(whole);
    for _ in 0..LOG2_FRACTION_BITS {
        // 2.126 fixed point, so the top bit says whether the square reached 2.
        let square = u128::from(mantissa) * u128::from(mantissa);
        let bit = (square >> 127) as u64;
        mantissa = (square >> (63 + bit)) as u64;
        log2 = (log2 << 1) | bit;
    }
    WHOLE - log2
}

/// The validators that review a submission, the smallest key first. Entries without stake never
/// do. The order of `stakes` does not matter.
pub fn reviewers(seed: &Hash, submission: &Hash, stakes: &[Stake]) -> Vec<Key> {
    let mut keys: Vec<(u64, &Stake)> = stakes
        .iter()
        .filter(|entry| entry.stake > 0)
        .map(|entry| {
            (
                negative_log2(draw(seed, submission, &entry.validator)),
                entry,
            )
        })
        .collect();
    keys.sort_unstable_by(|(a_log, a), (b_log, b)| {
        // a_log / a.stake against b_log / b.stake; below 2^63 × 2^64 each.
        let left = u128::from(*a_log) * u128::from(b.stake);
        let right = u128::from(*b_log) * u128::from(a.stake);
        left.cmp(&right).then(a.validator.cmp(&b.validator))
    });
    keys.truncate(REVIEWERS);
    keys.into_iter().map(|(_, entry)| entry.validator).collect()
}

/// Whether a validator reviews a submission.
pub fn is_reviewer(seed: &Hash, submission: &Hash, stakes: &[Stake], validator: &Key) -> bool {
    reviewers(seed, submission, stakes).contains(validator)
}

#[cfg(test)]
mod tests;
