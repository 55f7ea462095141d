//! Smoothing: the average worker, in whom every worker shares.
//!
//! The estimate of 1979 is maximum likelihood. From few answers it says what nobody can know: one
//! answer makes a worker perfect, and a label never given is impossible for ever. Equal
//! pseudo-counts (Laplace) cure the zeros but call a worker without answers a blind guesser, and
//! with many labels they outweigh the answers. So each row of a confusion matrix gets a Dirichlet
//! prior whose mean is the average worker, as hierarchical models do (Paun and others, "Comparing
//! Bayesian models of annotation", TACL 6, 2018), in the simplest form: right with one accuracy,
//! wrong evenly (the "one coin" worker of Ghosh, Kale and McAfee, EC 2011). Its weight in answers
//! is not set but estimated from how much workers differ, by the moments of the
//! Dirichlet-multinomial distribution (Mosimann, Biometrika 49, 1962): alike workers share much,
//! different ones little.

use super::{exact::Sum, pairs::Pairs};

/// The average worker counts at least as much as this many answers in a row: no zeros, and no
/// certainty from a single answer.
pub const ANSWERS_AT_LEAST: f64 = 1.0;

/// The average worker counts at most as much as this many answers in a row: twenty answers of one's
/// own are heard, however alike the others are.
pub const ANSWERS_AT_MOST: f64 = 20.0;

/// Workers are right four times in five until their answers say otherwise: these many right answers,
/// among [`ALL_BEFORE`], count with the real ones. With less trust a question that one worker alone
/// answered would take the label of the others; some hundreds of answers outweigh it.
const RIGHT_BEFORE: f64 = 4.0;
const ALL_BEFORE: f64 = 5.0;

/// The average worker.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Average {
    right: f64,
    wrong: f64,
    weight: f64,
}

impl Average {
    /// The average of workers who answered so: `counts` by pair and true label, `totals` by worker
    /// and true label, both with as many columns as there are labels.
    pub fn new(pairs: &Pairs, counts: &[f64], totals: &[f64], labels: usize) -> Self {
        let others = labels.saturating_sub(1) as f64;
        let right: f64 = pairs
            .all()
            .iter()
            .zip(counts.chunks_exact(labels))
            .map(|(pair, counts)| counts[pair.label as usize])
            .sum();
        let all: f64 = totals.iter().sum();
        let accuracy = (right + RIGHT_BEFORE) / (all + ALL_BEFORE);
        let mut average = Self {
            right: if labels > 1 { accuracy } else { 1.0 },
            wrong: if labels > 1 {
                (1.0 - accuracy) / others
            } else {
                0.0
            },
            weight: ANSWERS_AT_MOST,
        };
        // Squares of what rows differ from the average, against what chance alone would do.
        let (mut squares, mut rows, mut repeats) = (Sum::default(), Sum::default(), Sum::default());
        for (range, totals) in pairs.by_worker().zip(totals.chunks_exact(labels)) {
            for (truth, total) in totals.iter().enumerate() {
                // As if every label had been missed, then those that were not.
                let missed_right = (total * average.right).powi(2);
                let missed_wrong = (total * average.wrong).powi(2);
                let mut square = missed_right + missed_wrong * others;
                for pair in range.clone() {
                    let label = pairs.all()[pair].label as usize;
                    let expected = total * average.share(truth, label);
                    let count = counts[pair * labels + truth];
                    square += (count - expected).powi(2) - expected.powi(2);
                }
                squares.add(square);
                rows.add(*total);
                repeats.add(total * (total - 1.0).max(0.0));
            }
        }
        let chance = 1.0 - average.right.powi(2) - others * average.wrong.powi(2);
        let excess = squares.total() - rows.total() * chance;
        let possible = repeats.total() * chance;
        // Likeness of two answers in a row; the weight is its odds against.
        if possible > 0.0 && excess > 0.0 {
            average.weight = (possible / excess - 1.0).clamp(ANSWERS_AT_LEAST, ANSWERS_AT_MOST);
        }
        average
    }

    fn share(&self, truth: usize, label: usize) -> f64 {
        if truth == label {
            self.right
        } else {
            self.wrong
        }
    }

    /// Probability that a worker gives a label, who gave it `count` times in `total` answers to
    /// questions of this true label.
    pub fn smoothed(&self, truth: usize, label: usize, count: f64, total: f64) -> f64 {
        (count + self.weight * self.share(truth, label)) / (total + self.weight)
    }
}
