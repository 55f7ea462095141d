//! What `sheaf quest aggregate` prints.

use super::Method;
use crate::output::{fields, legible};
use serde::Serialize;
use sheaf_kinds::quest::{Accuracy, Agreement, Answers, Choice, DawidSkene, agreement};
use std::{
    collections::BTreeMap,
    fmt::{self, Display},
};

/// Lines of each table for people.
const SHOWN: usize = 5;

/// Labels of the questions, and what is known about the workers. Keys are the same for every method:
/// what a method does not tell is `null`.
#[derive(Debug, Serialize)]
pub struct Report {
    method: Method,
    questions: usize,
    workers: usize,
    answers: usize,
    accuracy: Option<f64>,
    compared: Option<usize>,
    unanswered: Option<usize>,
    iterations: Option<u32>,
    converged: Option<bool>,
    class_priors: Option<BTreeMap<String, f64>>,
    labels: BTreeMap<String, Label>,
    worker_quality: BTreeMap<String, Worker>,
    #[serde(skip)]
    correct: usize,
}

#[derive(Debug, Serialize)]
struct Label {
    label: String,
    probability: f64,
}

#[derive(Debug, Serialize)]
struct Worker {
    answers: u32,
    quality: f64,
    /// By true label, then by given label: only labels that the worker gave.
    confusion: Option<BTreeMap<String, BTreeMap<String, f64>>>,
}

impl Report {
    /// Labels by majority; a worker's quality is the share of answers that are the majority's.
    pub fn of_majority(answers: &Answers, choices: &[Choice], accuracy: Option<Accuracy>) -> Self {
        let worker = |_, agreement: Agreement| Worker {
            answers: agreement.answers,
            quality: agreement.share(),
            confusion: None,
        };
        Self::new(Method::Majority, answers, choices, accuracy, worker)
    }

    /// Labels by Dawid and Skene's method; a worker's quality is the probability that an answer is
    /// right.
    pub fn of_dawid_skene(
        answers: &Answers,
        estimate: &DawidSkene,
        accuracy: Option<Accuracy>,
    ) -> Self {
        let names = answers.labels();
        let confusion = |worker| {
            let row = |truth| {
                estimate
                    .given(worker)
                    .map(|label| {
                        let probability = estimate.confusion(worker, truth, label);
                        (names[label].clone(), probability)
                    })
                    .collect()
            };
            let rows = names.iter().cloned().enumerate();
            rows.map(|(truth, name)| (name, row(truth))).collect()
        };
        let worker = |index, agreement: Agreement| Worker {
            answers: agreement.answers,
            quality: estimate.quality(index),
            confusion: Some(confusion(index)),
        };
        let priors = names
            .iter()
            .cloned()
            .zip(estimate.class_priors.iter().copied());
        Self {
            iterations: Some(estimate.iterations),
            converged: Some(estimate.converged),
            class_priors: Some(priors.collect()),
            ..Self::new(
                Method::DawidSkene,
                answers,
                &estimate.choices,
                accuracy,
                worker,
            )
        }
    }

    fn new(
        method: Method,
        answers: &Answers,
        choices: &[Choice],
        accuracy: Option<Accuracy>,
        worker: impl Fn(usize, Agreement) -> Worker,
    ) -> Self {
        let label = |choice: &Choice| Label {
            label: answers.labels()[choice.label as usize].clone(),
            probability: choice.probability,
        };
        let workers = agreement(answers, choices).into_iter().enumerate();
        Self {
            method,
            questions: answers.questions().len(),
            workers: answers.workers().len(),
            answers: answers.all().len(),
            accuracy: accuracy.and_then(Accuracy::share),
            compared: accuracy.map(|accuracy| accuracy.compared),
            unanswered: accuracy.map(|accuracy| accuracy.unanswered),
            iterations: None,
            converged: None,
            class_priors: None,
            labels: named(answers.questions(), choices.iter().map(label)),
            worker_quality: named(
                answers.workers(),
                workers.map(|(index, agreement)| worker(index, agreement)),
            ),
            correct: accuracy.map_or(0, |accuracy| accuracy.correct),
        }
    }
}

fn named<T>(names: &[String], values: impl Iterator<Item = T>) -> BTreeMap<String, T> {
    names.iter().cloned().zip(values).collect()
}

impl Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let method = match self.method {
            Method::Majority => "majority".to_owned(),
            Method::DawidSkene => format!(
                "dawid-skene, {} iterations{}",
                self.iterations.unwrap_or(0),
                if self.converged == Some(true) {
                    ""
                } else {
                    ", not converged"
                }
            ),
        };
        let answers = format!(
            "{} by {} workers to {} questions",
            self.answers, self.workers, self.questions
        );
        let mut lines: Vec<(&str, &dyn Display)> = vec![("Method", &method), ("Answers", &answers)];
        let accuracy = self.accuracy.map(|share| {
            let more = match self.unanswered {
                None | Some(0) => String::new(),
                Some(count) => format!("; {count} more true labels without answers"),
            };
            let compared = self.compared.unwrap_or(0);
            format!("{share:.4} ({} of {compared}{more})", self.correct)
        });
        if let Some(accuracy) = &accuracy {
            lines.push(("Accuracy", accuracy));
        }
        fields(formatter, &lines)?;
        self.labels_table(formatter)?;
        self.questions_table(formatter)?;
        self.workers_table(formatter)?;
        writeln!(formatter, "\n--output json tells all of it")
    }
}

impl Report {
    /// The labels that most questions have.
    fn labels_table(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for label in self.labels.values() {
            *counts.entry(&label.label).or_default() += 1;
        }
        let mut rows: Vec<_> = counts.into_iter().collect();
        rows.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let rows = rows
            .iter()
            .map(|(label, count)| [(*label).to_owned(), count.to_string(), String::new()]);
        table(formatter, ["Most given", "Questions", ""], rows)
    }

    /// The questions whose labels are least certain.
    fn questions_table(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rows: Vec<_> = self.labels.iter().collect();
        rows.sort_by(|a, b| a.1.probability.total_cmp(&b.1.probability));
        let rows = rows.iter().map(|(question, label)| {
            [
                (*question).clone(),
                label.label.clone(),
                format!("{:.4}", label.probability),
            ]
        });
        table(formatter, ["Least certain", "Label", "Probability"], rows)
    }

    /// The workers whose answers are worth least.
    fn workers_table(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rows: Vec<_> = self.worker_quality.iter().collect();
        rows.sort_by(|a, b| a.1.quality.total_cmp(&b.1.quality));
        let rows = rows.iter().map(|(name, worker)| {
            [
                (*name).clone(),
                worker.answers.to_string(),
                format!("{:.4}", worker.quality),
            ]
        });
        table(formatter, ["Weakest worker", "Answers", "Quality"], rows)
    }
}

/// Writes the first rows under a head, in columns.
fn table(
    formatter: &mut fmt::Formatter<'_>,
    head: [&str; 3],
    rows: impl Iterator<Item = [String; 3]>,
) -> fmt::Result {
    let mut lines = vec![head.map(str::to_owned)];
    lines.extend(rows.take(SHOWN).map(|row| row.map(|text| legible(&text))));
    let width = |column: usize| {
        let cells = lines.iter().map(|line| line[column].chars().count());
        cells.max().unwrap_or(0)
    };
    let [first, second] = [width(0), width(1)];
    writeln!(formatter)?;
    for [a, b, c] in &lines {
        let line = format!("{a:first$}  {b:second$}  {c}");
        writeln!(formatter, "{}", line.trim_end())?;
    }
    Ok(())
}
