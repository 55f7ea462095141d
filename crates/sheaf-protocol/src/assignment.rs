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

use crate::sha::{BLOCK, Started};
use sheaf_format::{Hash, Key, digest::sha256};
use std::cmp::Ordering;

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
    first_eight(&sha256(&[seed, submission, validator]))
}

fn first_eight(hash: &Hash) -> u64 {
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
    match h.checked_add(1) {
        // 2^64 itself: the logarithm is exactly 0.
        None => 0,
        Some(x) => WHOLE - log2::<LOG2_FRACTION_BITS>(x),
    }
}

/// 64, in the fixed point of [`negative_log2`].
const WHOLE: u64 = 64 << LOG2_FRACTION_BITS;

/// The logarithm of `x`, which is not 0, with its first `BITS` fraction bits. Fewer bits are the
/// beginning of more.
fn log2<const BITS: u32>(x: u64) -> u64 {
    let whole = x.ilog2();
    // 1.63 fixed point: the top bit is the one before the point.
    let mut mantissa = x << (63 - whole);
    let mut log2 = u64::from(whole);
    for _ in 0..BITS {
        // 2.126 fixed point, so the top bit says whether the square reached 2.
        let square = u128::from(mantissa) * u128::from(mantissa);
        let bit = (square >> 127) as u64;
        mantissa = (square >> (63 + bit)) as u64;
        log2 = (log2 << 1) | bit;
    }
    log2
}

/// Fraction bits that tell most validators apart.
const COARSE_BITS: u32 = 8;

/// Bounds of [`negative_log2`], from a few bits of the logarithm.
fn bounds(h: u64) -> (u64, u64) {
    const REST: u32 = LOG2_FRACTION_BITS - COARSE_BITS;
    let Some(x) = h.checked_add(1) else {
        return (0, 0);
    };
    let coarse = log2::<COARSE_BITS>(x);
    // The bits that follow are between none and all.
    let (least, most) = (coarse << REST, ((coarse + 1) << REST) - 1);
    (WHOLE - most, WHOLE - least)
}

/// A logarithm over a stake, as it is compared: never divided. Below `2^63 × 2^64` each.
fn compare(a: (u64, u64), b: (u64, u64)) -> Ordering {
    let left = u128::from(a.0) * u128::from(b.1);
    let right = u128::from(b.0) * u128::from(a.1);
    left.cmp(&right)
}

/// A validator's part in one draw.
#[derive(Clone, Copy, Debug)]
struct Ticket<'a> {
    place: usize,
    entry: &'a Stake,
    draw: u64,
    /// Bounds of the logarithm.
    least: u64,
    most: u64,
}

impl<'a> Ticket<'a> {
    /// By the key, then by the address. The exact logarithm is long, and is computed only when its
    /// bounds do not decide.
    fn cmp(&self, other: &Self) -> Ordering {
        let (mine, theirs) = (self.entry.stake, other.entry.stake);
        if compare((self.most, mine), (other.least, theirs)) == Ordering::Less {
            return Ordering::Less;
        }
        if compare((self.least, mine), (other.most, theirs)) == Ordering::Greater {
            return Ordering::Greater;
        }
        let exact = (negative_log2(self.draw), negative_log2(other.draw));
        compare((exact.0, mine), (exact.1, theirs))
            .then_with(|| self.entry.validator.cmp(&other.entry.validator))
    }

    /// A ticket, unless it is certainly behind `third`.
    fn unless_behind(
        third: Option<&Self>,
        place: usize,
        entry: &'a Stake,
        draw: u64,
    ) -> Option<Self> {
        if let Some(third) = third
            && compare(
                (tangent(draw), entry.stake),
                (third.most, third.entry.stake),
            ) == Ordering::Greater
        {
            return None;
        }
        let (least, most) = bounds(draw);
        Some(Self {
            place,
            entry,
            draw,
            least,
            most,
        })
    }
}

/// A bound of [`negative_log2`] from below that takes no time: the logarithm lies above its tangent at
/// 1, whose slope `1 / ln 2` is more than 369/256.
const fn tangent(h: u64) -> u64 {
    // One less than `2^64 - (h + 1)`, in 56 fraction bits.
    ((u64::MAX - h) >> 8) / 256 * 369
}

/// Draws reviewers for many submissions of one round.
#[derive(Clone, Debug)]
pub struct Draws<'a> {
    seed: Hash,
    stakes: &'a [Stake],
}

impl<'a> Draws<'a> {
    /// Draws under these stakes. Their order does not matter; entries without stake never review.
    pub const fn new(seed: &Hash, stakes: &'a [Stake]) -> Self {
        Self {
            seed: *seed,
            stakes,
        }
    }

    /// The reviewers of a submission as places among the stakes, the smallest key first.
    pub fn reviewers(&self, submission: &Hash) -> impl Iterator<Item = usize> + use<> {
        // Seed and submission fill one block, which all validators share.
        let mut first = [0; BLOCK];
        first[..32].copy_from_slice(&self.seed);
        first[32..].copy_from_slice(submission);
        let common = Started::new(&first);
        let mut best: [Option<Ticket<'_>>; REVIEWERS] = [None; REVIEWERS];
        for (place, entry) in self.stakes.iter().enumerate() {
            if entry.stake == 0 {
                continue;
            }
            let draw = first_eight(&common.finish(&entry.validator));
            let third = best[REVIEWERS - 1].as_ref();
            if let Some(ticket) = Ticket::unless_behind(third, place, entry, draw) {
                insert(&mut best, ticket);
            }
        }
        let places = best.map(|ticket| ticket.map(|ticket| ticket.place));
        places.into_iter().flatten()
    }
}

/// Puts a ticket into its place among the smallest ones, which ascend.
fn insert<'a>(smallest: &mut [Option<Ticket<'a>>; REVIEWERS], ticket: Ticket<'a>) {
    let mut carried = ticket;
    for slot in smallest {
        match slot {
            None => {
                *slot = Some(carried);
                return;
            }
            Some(held) if carried.cmp(held) == Ordering::Less => std::mem::swap(held, &mut carried),
            Some(_) => {}
        }
    }
}

/// The validators that review a submission, the smallest key first. Entries without stake never
/// do. The order of `stakes` does not matter.
pub fn reviewers(seed: &Hash, submission: &Hash, stakes: &[Stake]) -> Vec<Key> {
    let places = Draws::new(seed, stakes).reviewers(submission);
    places
        .filter_map(|place| stakes.get(place))
        .map(|entry| entry.validator)
        .collect()
}

/// Whether a validator reviews a submission.
pub fn is_reviewer(seed: &Hash, submission: &Hash, stakes: &[Stake], validator: &Key) -> bool {
    reviewers(seed, submission, stakes).contains(validator)
}

#[cfg(test)]
mod tests;
