//! `quest`: questions that several people answer, and what their answers say together.
//!
//! So far the aggregation, pure: a table of answers ([`Answers`], from CSV by [`read_answers`]), the
//! label of each question by [`majority`] or by [`dawid_skene`], and how many labels are right where
//! the truth is known ([`accuracy`]). Equal tables give equal results to the last bit, whatever the
//! order of their rows and the names of their workers.

mod accuracy;
mod answers;
mod average;
mod dawid_skene;
mod exact;
mod majority;
mod pairs;
mod read;
#[cfg(test)]
mod tests;

pub use accuracy::{Accuracy, RepeatedTruth, Truth, accuracy};
pub use answers::{Answer, Answers, AnswersBuilder, AnswersError};
pub use average::{ANSWERS_AT_LEAST, ANSWERS_AT_MOST};
pub use dawid_skene::{CELLS, CONVERGED_BELOW, DawidSkene, ITERATIONS, TooLarge, dawid_skene};
pub use majority::{Agreement, agreement, majority};
pub use read::{ANSWER_COLUMNS, ReadError, TRUTH_COLUMNS, read_answers, read_truth};

/// The label of a question.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Choice {
    /// Index of the label in [`Answers::labels`].
    pub label: u32,
    /// How probable it is, from 0 to 1.
    pub probability: f64,
}

impl Choice {
    /// The most probable label; of equal ones the smallest.
    fn best(probabilities: impl IntoIterator<Item = f64>) -> Self {
        let mut best = Self {
            label: 0,
            probability: f64::NEG_INFINITY,
        };
        for (label, probability) in (0..).zip(probabilities) {
            if probability > best.probability {
                best = Self { label, probability };
            }
        }
        best
    }
}
