//! Labels, and how each worker errs, by expectation and maximisation.
//!
//! A. P. Dawid and A. M. Skene, "Maximum likelihood estimation of observer error-rates using the EM
//! algorithm", Applied Statistics 28 (1979). Each question has a true label; each worker has a
//! confusion matrix: how probably each label is given where another is true. From the labels'
//! probabilities (at first their shares of the answers) follow the matrices and how frequent each label
//! is; from these follow the probabilities, in logarithms; and again until nothing moves. Matrices
//! are smoothed by the average worker (`average.rs`).

use super::{Answers, Choice, average::Average, exact::rounded, pairs::Pairs};

/// The iteration ends when no probability moved by more than this. Labels hang on differences
/// far greater, and it is far above the 2⁻³² to which probabilities are kept.
pub const CONVERGED_BELOW: f64 = 1e-6;

/// Iterations at most. The sets in docs/quest.md need 40 and 109; what still moves after this many
/// moves slowly between labels that are nearly as good as each other.
pub const ITERATIONS: u32 = 500;

/// Most cells of 8 bytes: labels x (questions + workers + different labels of each worker).
pub const CELLS: usize = 1 << 26;

/// More labels than confusion matrices make sense for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{labels} labels over {questions} questions and {workers} workers are too many for confusion matrices: use the method majority, or write equal answers alike so that there are fewer labels"
)]
pub struct TooLarge {
    /// Number of labels.
    pub labels: usize,
    /// Number of questions.
    pub questions: usize,
    /// Number of workers.
    pub workers: usize,
}

/// What the answers say together.
#[derive(Clone, Debug, PartialEq)]
pub struct DawidSkene {
    /// The label of each question: of equally probable ones the smallest.
    pub choices: Vec<Choice>,
    /// How frequent each label is.
    pub class_priors: Vec<f64>,
    /// Iterations done.
    pub iterations: u32,
    /// Whether it ended because nothing moved any more.
    pub converged: bool,
    model: Model,
    average: Average,
}

impl DawidSkene {
    /// Probability that a worker gives the label `answer` where `truth` is true; indices.
    pub fn confusion(&self, worker: usize, truth: usize, answer: usize) -> f64 {
        let model = &self.model;
        let pairs = model.pairs.of_worker(worker);
        let count = model.pairs.all()[pairs.clone()]
            .binary_search_by_key(&answer, |pair| pair.label as usize)
            .map_or(0.0, |at| {
                model.cells[(pairs.start + at) * model.labels + truth]
            });
        let total = model.totals[worker * model.labels + truth];
        self.average.smoothed(truth, answer, count, total)
    }

    /// Labels that a worker gave at least once; indices.
    pub fn given(&self, worker: usize) -> impl Iterator<Item = usize> {
        let pairs = &self.model.pairs;
        pairs.all()[pairs.of_worker(worker)]
            .iter()
            .map(|pair| pair.label as usize)
    }

    /// Probability that a worker's answer to a question of this set is right.
    pub fn quality(&self, worker: usize) -> f64 {
        self.class_priors
            .iter()
            .enumerate()
            .map(|(label, prior)| prior * self.confusion(worker, label, label))
            .sum()
    }
}

/// Labels by Dawid and Skene's method.
///
/// # Errors
/// When the confusion matrices would not fit in memory.
pub fn dawid_skene(answers: &Answers) -> Result<DawidSkene, TooLarge> {
    let mut model = Model::new(answers)?;
    let mut class_priors = model.maximise(answers);
    let (mut iterations, mut converged) = (0, false);
    while iterations < ITERATIONS && !converged {
        converged = model.expect(answers, &class_priors) <= CONVERGED_BELOW;
        class_priors = model.maximise(answers);
        iterations += 1;
    }
    Ok(DawidSkene {
        choices: model
            .probabilities
            .chunks_exact(model.labels)
            .map(|row| Choice::best(row.iter().copied()))
            .collect(),
        class_priors,
        iterations,
        converged,
        average: model.average(),
        model,
    })
}

/// Rows with a column for each true label.
#[derive(Clone, Debug, PartialEq)]
struct Model {
    labels: usize,
    pairs: Pairs,
    /// By question: how probable each label is.
    probabilities: Vec<f64>,
    /// By pair: how often the worker gave the label. While expecting, the logarithm of how probably.
    cells: Vec<f64>,
    /// By worker: how many answers.
    totals: Vec<f64>,
}

impl Model {
    /// Labels as probable as their shares of the answers.
    fn new(answers: &Answers) -> Result<Self, TooLarge> {
        let labels = answers.labels().len();
        let pairs = Pairs::new(answers);
        let (questions, workers) = (answers.questions().len(), answers.workers().len());
        let rows = questions
            .saturating_add(workers)
            .saturating_add(pairs.len());
        if rows.saturating_mul(labels) > CELLS {
            return Err(TooLarge {
                labels,
                questions,
                workers,
            });
        }
        let mut probabilities = vec![0.0; questions * labels];
        for (row, range) in probabilities
            .chunks_exact_mut(labels)
            .zip(answers.by_question())
        {
            let given = &answers.all()[range];
            for answer in given {
                row[answer.label as usize] += 1.0;
            }
            for share in row {
                *share = rounded(*share / given.len() as f64);
            }
        }
        Ok(Self {
            labels,
            probabilities,
            cells: vec![0.0; pairs.len() * labels],
            totals: vec![0.0; workers * labels],
            pairs,
        })
    }

    /// Counts answers by what is probably true; returns how frequent each label is, with one
    /// question more that may have any label.
    fn maximise(&mut self, answers: &Answers) -> Vec<f64> {
        let labels = self.labels;
        self.cells.fill(0.0);
        self.totals.fill(0.0);
        for (answer, pair) in answers.all().iter().zip(self.pairs.of_answers()) {
            let row = &self.probabilities[answer.question as usize * labels..][..labels];
            add(&mut self.cells[pair * labels..][..labels], row);
        }
        for (pair, counts) in self.pairs.all().iter().zip(self.cells.chunks_exact(labels)) {
            add(
                &mut self.totals[pair.worker as usize * labels..][..labels],
                counts,
            );
        }
        let mut priors = vec![0.0; labels];
        for row in self.probabilities.chunks_exact(labels) {
            add(&mut priors, row);
        }
        let questions = answers.questions().len() as f64;
        for prior in &mut priors {
            *prior = (*prior + 1.0 / labels as f64) / (questions + 1.0);
        }
        priors
    }

    fn average(&self) -> Average {
        Average::new(&self.pairs, &self.cells, &self.totals, self.labels)
    }

    /// Works out how probable the labels are; returns by how much one of them moved at most.
    fn expect(&mut self, answers: &Answers, class_priors: &[f64]) -> f64 {
        let labels = self.labels;
        let average = self.average();
        for (pair, row) in self
            .pairs
            .all()
            .iter()
            .zip(self.cells.chunks_exact_mut(labels))
        {
            let totals = &self.totals[pair.worker as usize * labels..][..labels];
            for (truth, (cell, total)) in row.iter_mut().zip(totals).enumerate() {
                let probability = average.smoothed(truth, pair.label as usize, *cell, *total);
                *cell = rounded(libm::log(probability));
            }
        }
        let priors: Vec<f64> = class_priors
            .iter()
            .map(|prior| rounded(libm::log(*prior)))
            .collect();
        let mut moved = 0.0_f64;
        let mut fresh = vec![0.0; labels];
        for (row, range) in self
            .probabilities
            .chunks_exact_mut(labels)
            .zip(answers.by_question())
        {
            fresh.copy_from_slice(&priors);
            for pair in &self.pairs.of_answers()[range] {
                add(&mut fresh, &self.cells[pair * labels..][..labels]);
            }
            let highest = fresh.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let mut sum = 0.0;
            for value in &mut fresh {
                *value = libm::exp(*value - highest);
                sum += *value;
            }
            for (old, value) in row.iter_mut().zip(&fresh) {
                let new = rounded(value / sum);
                moved = moved.max((new - *old).abs());
                *old = new;
            }
        }
        moved
    }
}

fn add(sums: &mut [f64], terms: &[f64]) {
    for (sum, term) in sums.iter_mut().zip(terms) {
        *sum += term;
    }
}
