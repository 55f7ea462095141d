//! The label that most workers gave.

use super::{Answers, Choice};

/// The label that most workers gave to each question, with its share of the question's answers.
/// Ties go to the smaller label.
pub fn majority(answers: &Answers) -> Vec<Choice> {
    let mut counts = vec![0_u32; answers.labels().len()];
    answers
        .by_question()
        .map(|range| {
            let given = &answers.all()[range];
            for answer in given {
                counts[answer.label as usize] += 1;
            }
            // Only labels that were given can win: no need to look at all of them.
            let best = given
                .iter()
                .map(|answer| answer.label)
                .min_by_key(|label| (std::cmp::Reverse(counts[*label as usize]), *label))
                .unwrap_or(0);
            let votes = counts[best as usize];
            for answer in given {
                counts[answer.label as usize] = 0;
            }
            Choice {
                label: best,
                probability: f64::from(votes) / given.len() as f64,
            }
        })
        .collect()
}

/// How often a worker gave the label that was chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Agreement {
    /// Answers of the worker.
    pub answers: u32,
    /// Those that are the chosen label.
    pub agreed: u32,
}

impl Agreement {
    /// Share of the answers that agree.
    pub fn share(self) -> f64 {
        f64::from(self.agreed) / f64::from(self.answers.max(1))
    }
}

/// How often each worker gave the label that was chosen.
pub fn agreement(answers: &Answers, choices: &[Choice]) -> Vec<Agreement> {
    let mut agreements = vec![Agreement::default(); answers.workers().len()];
    for answer in answers.all() {
        let agreement = &mut agreements[answer.worker as usize];
        agreement.answers += 1;
        agreement.agreed += u32::from(choices[answer.question as usize].label == answer.label);
    }
    agreements
}
