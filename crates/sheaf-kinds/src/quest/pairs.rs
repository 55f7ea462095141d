//! What each worker answered, counted by the true label: the cells of all confusion matrices that
//! have an answer in them.
//!
//! A full matrix per worker would be workers x labels², mostly zeros when there are many labels. Kept
//! are the columns of the labels that a worker gave at least once; the others are known to be zero.

use super::Answers;
use std::ops::Range;

/// A worker and a label that the worker gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pair {
    /// Index of the worker.
    pub worker: u32,
    /// Index of the label.
    pub label: u32,
}

/// All pairs, sorted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pairs {
    pairs: Vec<Pair>,
    /// Where each worker's pairs start, and the end of the last.
    starts: Vec<usize>,
    /// The pair of each answer.
    of_answers: Vec<usize>,
}

impl Pairs {
    /// The pairs of a table.
    pub fn new(answers: &Answers) -> Self {
        let key = |index: &usize| {
            let answer = answers.all()[*index];
            Pair {
                worker: answer.worker,
                label: answer.label,
            }
        };
        let mut order: Vec<usize> = (0..answers.all().len()).collect();
        order.sort_unstable_by_key(key);
        let mut pairs = Vec::new();
        let mut of_answers = vec![0; order.len()];
        for group in order.chunk_by(|a, b| key(a) == key(b)) {
            for index in group {
                of_answers[*index] = pairs.len();
            }
            pairs.push(key(&group[0]));
        }
        let mut starts = vec![0];
        for group in pairs.chunk_by(|a, b| a.worker == b.worker) {
            starts.push(starts.last().map_or(0, |start| start + group.len()));
        }
        Self {
            pairs,
            starts,
            of_answers,
        }
    }

    /// Number of pairs.
    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    /// All pairs.
    pub fn all(&self) -> &[Pair] {
        &self.pairs
    }

    /// The pair of each answer.
    pub fn of_answers(&self) -> &[usize] {
        &self.of_answers
    }

    /// Where each worker's pairs stand; no range is empty.
    pub fn by_worker(&self) -> impl Iterator<Item = Range<usize>> {
        self.starts.windows(2).map(|pair| pair[0]..pair[1])
    }

    /// Where one worker's pairs stand.
    pub fn of_worker(&self, worker: usize) -> Range<usize> {
        self.starts[worker]..self.starts[worker + 1]
    }
}
