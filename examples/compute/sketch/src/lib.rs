//! Which words contributors use, without telling what any of them uses: a small histogram of hashed words
//! with noise from the contributor's machine.
//!
//! **Guarantee.** One output is [`EPSILON`]-differentially private for the *whole folder*: for any two
//! folders and any set of outputs, the probabilities differ by a factor of at most `e^EPSILON`, whoever sees
//! the output (local model; δ = 0). It follows from:
//! - a folder counts for at most [`MOST_WORDS`] distinct words, one each, drawn with the machine's
//!   randomness and not with anything the folder says. For each draw, histograms of two folders differ
//!   by at most 2 × `MOST_WORDS` = 8 in all (L1);
//! - every count gets noise `k` with probability `(1/7) × (3/4)^|k|`, drawn exactly, with integers:
//!   shifting a count by one changes any probability by at most 4/3. So `EPSILON = 8 × ln(4/3)`;
//! - cutting off what is beyond ±[`LARGEST`] happens after the noise and reveals nothing more.
//!
//! It holds for one output and if the random bytes are fresh, secret and uniform. Outputs add up: two of
//! one folder are `2 × EPSILON`. That a contributor takes part at all is not hidden.
//!
//! Input: no parameter; [`RANDOM_BYTES`] random bytes; files. Output: [`BUCKETS`] numbers, `i32` little-endian.
//! The mean over many contributors estimates how many of a contributor's sampled words fall into a bucket.
#![cfg_attr(target_arch = "wasm32", no_std)]

pub mod noise;

use noise::{Bits, two_sided_geometric};
use sheaf_module::{Input, Output, mix, word_hash, words};

/// Counts of a sketch.
pub const BUCKETS: usize = 64;
/// Distinct words of a contributor that are counted.
pub const MOST_WORDS: usize = 4;
/// `8 × ln(4/3)`.
pub const EPSILON: f64 = 2.301_456_579_614_247;
/// Largest number of an output, up and down.
pub const LARGEST: i32 = 60;
/// Random bytes that a run needs: 8 to draw words, the rest for noise, of which it uses 128 on average. That
/// they do not suffice does not depend on the folder, and happens less than once in 10^100 runs.
pub const RANDOM_BYTES: usize = 1_032;

sheaf_module::export!(run: run, score: score);

/// Writes the noisy sketch of all files.
fn run(input: &Input<'_>, output: &mut Output<'_>) -> Option<()> {
    let (key, noise) = input.random.split_first_chunk::<8>()?;
    let texts = input.files().map(|file| file.content);
    let sketch = noisy(texts, u64::from_le_bytes(*key), &mut Bits::new(noise))?;
    sketch
        .iter()
        .try_for_each(|count| output.write(&count.to_le_bytes()))
}

/// Full marks for an output that `run` could have written.
fn score(output: &[u8]) -> u32 {
    let (counts, rest) = output.as_chunks::<4>();
    let formed = rest.is_empty()
        && counts.len() == BUCKETS
        && counts
            .iter()
            .all(|count| (-LARGEST..=LARGEST).contains(&i32::from_le_bytes(*count)));
    if formed { 10_000 } else { 0 }
}

/// A sketch with its noise; `None` when the random bits are used up.
fn noisy<'a>(
    texts: impl Iterator<Item = &'a [u8]>,
    key: u64,
    bits: &mut Bits<'_>,
) -> Option<[i32; BUCKETS]> {
    let mut sketch = histogram(texts, key);
    for count in &mut sketch {
        let noise = two_sided_geometric(bits)?;
        *count = count.saturating_add(noise).clamp(-LARGEST, LARGEST);
    }
    Some(sketch)
}

/// The exact histogram of the words that `key` draws: those whose hashes, mixed with the key, are smallest.
fn histogram<'a>(texts: impl Iterator<Item = &'a [u8]>, key: u64) -> [i32; BUCKETS] {
    // Ascending and without repetition; the largest number stands for none.
    let mut drawn = [(u64::MAX, 0_u64); MOST_WORDS];
    for word in texts.flat_map(words) {
        let hash = word_hash(word);
        let mut next = (mix(hash ^ key), hash);
        for place in &mut drawn {
            if next == *place {
                break;
            }
            if next < *place {
                core::mem::swap(place, &mut next);
            }
        }
    }
    let mut counts = [0; BUCKETS];
    for (rank, hash) in drawn {
        if rank != u64::MAX {
            counts[(hash % BUCKETS as u64) as usize] += 1;
        }
    }
    counts
}

#[cfg(test)]
mod tests;
