//! Labels against the truth.

use super::{Answers, Choice};
use std::collections::{BTreeMap, btree_map::Entry};

/// A question whose truth is told twice.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} tells the truth of question {question:?} again: keep one of the two")]
pub struct RepeatedTruth {
    /// Line of the later one.
    pub line: u64,
    /// The question.
    pub question: String,
}

/// True labels by question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Truth(BTreeMap<String, String>);

impl Truth {
    /// Adds the true label of a question, which stands in this line of its file.
    ///
    /// # Errors
    /// When the question has one.
    pub fn add(&mut self, line: u64, question: &str, label: &str) -> Result<(), RepeatedTruth> {
        match self.0.entry(question.to_owned()) {
            Entry::Occupied(_) => Err(RepeatedTruth {
                line,
                question: question.to_owned(),
            }),
            Entry::Vacant(entry) => {
                entry.insert(label.to_owned());
                Ok(())
            }
        }
    }

    /// Number of questions.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it knows no question.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// How many labels are right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accuracy {
    /// Questions with answers and a known truth.
    pub compared: usize,
    /// Those of them whose label is the true one.
    pub correct: usize,
    /// Questions with a known truth that nobody answered; they are not compared.
    pub unanswered: usize,
}

impl Accuracy {
    /// Share of the compared labels that are right; `None` when none was compared.
    pub fn share(self) -> Option<f64> {
        (self.compared > 0).then(|| self.correct as f64 / self.compared as f64)
    }
}

/// Compares labels with the truth.
pub fn accuracy(answers: &Answers, choices: &[Choice], truth: &Truth) -> Accuracy {
    let mut accuracy = Accuracy {
        compared: 0,
        correct: 0,
        unanswered: 0,
    };
    for (question, label) in &truth.0 {
        match answers.questions().binary_search(question) {
            Ok(index) => {
                accuracy.compared += 1;
                let chosen = &answers.labels()[choices[index].label as usize];
                accuracy.correct += usize::from(chosen == label);
            }
            Err(_) => accuracy.unanswered += 1,
        }
    }
    accuracy
}
