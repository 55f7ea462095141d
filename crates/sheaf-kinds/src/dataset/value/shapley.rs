//! The Shapley values of training records for a nearest-neighbour classifier, exactly.
//!
//! R. Jia et al., "Efficient Task-Specific Data Valuation for Nearest Neighbor Algorithms", VLDB 12
//! (2019), theorem 1. The game: of a set `S` of records a validation point's utility is the number of
//! its `min(K, |S|)` nearest records in `S` that have its label, divided by `K`; nothing is worth 0.
//! A set's utility is the mean over the validation points. With the records in order of distance,
//! `m_i` saying whether the `i`-th has the point's label:
//!
//! ```text
//! s_N = m_N / max(K, N)
//! s_i = s_{i+1} + (m_i - m_{i+1}) × min(K, i) / (K × i)
//! ```
//!
//! so a validation point costs one sort. Nothing is sampled or approximated.
//!
//! The result is the same to the last bit on every machine and with any number of threads: distances
//! add up in order of the columns, equal distances are ordered by the records' order, and validation
//! points add up in blocks of [`BLOCK`], in order.

use std::{num::NonZeroU32, thread};

/// Validation points whose values are added up before they join the others'.
const BLOCK: usize = 32;

/// Points with a label each.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Points {
    pub labels: Vec<u32>,
    /// One column after the other, each as long as `labels`.
    pub columns: Vec<Vec<f64>>,
}

impl Points {
    fn len(&self) -> usize {
        self.labels.len()
    }
}

/// What records are worth.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Values {
    /// The value of each record, in their order.
    pub values: Vec<f64>,
    /// The utility of all records together: the share of right neighbours, 0 to 1. The values add up
    /// to it.
    pub utility: f64,
}

/// The value of each record for classifying the validation points by their `k` nearest records.
/// Both have the same columns; further ones are not looked at. Of records at the same distance those
/// that come first are nearer. Without validation points nothing is worth anything.
pub(super) fn shapley_values(
    records: &Points,
    validation: &Points,
    k: NonZeroU32,
    threads: usize,
) -> Values {
    let weights = Weights::new(records.len(), k);
    let blocks = validation.len().div_ceil(BLOCK);
    let mut values = vec![0.0; records.len()];
    let mut right = 0;
    let threads = threads.max(1);
    for first in (0..blocks).step_by(threads) {
        let wave: Vec<Block> = thread::scope(|scope| {
            let last = blocks.min(first + threads);
            let work = |block| Block::new(records, validation, block, &weights);
            let others: Vec<_> = (first + 1..last)
                .map(|block| scope.spawn(move || work(block)))
                .collect();
            let mut wave = vec![work(first)];
            for (block, other) in (first + 1..last).zip(others) {
                // A thread that died of something is done again here, where it is heard of.
                wave.push(other.join().unwrap_or_else(|_| work(block)));
            }
            wave
        });
        for block in wave {
            right += block.right;
            for (sum, value) in values.iter_mut().zip(block.values) {
                *sum += value;
            }
        }
    }
    let points = validation.len().max(1) as f64;
    for value in &mut values {
        *value /= points;
    }
    Values {
        values,
        utility: right as f64 / (f64::from(k.get()) * points),
    }
}

/// What depends on the number of records alone.
struct Weights {
    /// `min(K, i) / (K × i)` at `i - 1`.
    steps: Vec<f64>,
    /// `1 / max(K, N)`.
    last: f64,
    /// `min(K, N)`.
    neighbours: usize,
}

impl Weights {
    fn new(records: usize, k: NonZeroU32) -> Self {
        let k = k.get() as usize;
        Self {
            // min(K, i) / (K × i) = 1 / max(K, i)
            steps: (1..records).map(|i| 1.0 / k.max(i) as f64).collect(),
            last: 1.0 / k.max(records) as f64,
            neighbours: k.min(records),
        }
    }
}

/// The sum over some validation points.
struct Block {
    values: Vec<f64>,
    /// Nearest records with the right label.
    right: u64,
}

impl Block {
    fn new(records: &Points, validation: &Points, block: usize, weights: &Weights) -> Self {
        let mut sum = Self {
            values: vec![0.0; records.len()],
            right: 0,
        };
        let mut distances = vec![0.0; records.len()];
        let mut order = Vec::with_capacity(records.len());
        let first = block * BLOCK;
        for point in first..validation.len().min(first + BLOCK) {
            distances.fill(0.0);
            for (column, values) in records.columns.iter().zip(&validation.columns) {
                let center = values[point];
                for (distance, value) in distances.iter_mut().zip(column) {
                    let difference = value - center;
                    *distance += difference * difference;
                }
            }
            order.clear();
            order.extend((0u32..).zip(&distances).map(|(record, distance)| {
                // The bits of what is not negative are in the order of the numbers.
                u128::from(distance.to_bits()) << 32 | u128::from(record)
            }));
            order.sort_unstable();
            sum.add(&order, &records.labels, validation.labels[point], weights);
        }
        sum
    }

    /// Adds one validation point's values; `order` has the records by distance.
    fn add(&mut self, order: &[u128], labels: &[u32], label: u32, weights: &Weights) {
        let record = |key: &u128| (*key as u32) as usize;
        let right = |key: &u128| labels[record(key)] == label;
        let Some((farthest, nearer)) = order.split_last() else {
            return;
        };
        let mut behind = right(farthest);
        let mut value = if behind { weights.last } else { 0.0 };
        self.values[record(farthest)] += value;
        for (key, step) in nearer.iter().zip(&weights.steps).rev() {
            let is_right = right(key);
            if is_right != behind {
                value += if is_right { *step } else { -*step };
                behind = is_right;
            }
            self.values[record(key)] += value;
        }
        let neighbours = &order[..weights.neighbours];
        self.right += neighbours.iter().filter(|key| right(key)).count() as u64;
    }
}
