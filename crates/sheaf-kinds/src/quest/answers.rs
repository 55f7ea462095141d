//! A table of answers: questions x workers, at most one label in each cell.

use std::collections::HashMap;

/// One answer; indices into the names of its [`Answers`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Answer {
    /// Index of the question.
    pub question: u32,
    /// Index of the worker.
    pub worker: u32,
    /// Index of the label that the worker gave.
    pub label: u32,
}

/// Answers that make no table.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnswersError {
    /// A worker answers a question twice.
    #[error(
        "line {line} answers question {question:?} for worker {worker:?} again, after line {first}: keep one of the two"
    )]
    Repeated {
        /// Line of the later answer.
        line: u64,
        /// Line of the earlier answer.
        first: u64,
        /// The question.
        question: String,
        /// The worker.
        worker: String,
    },
    /// There are no answers at all.
    #[error("it has no answers: add a line for each")]
    None,
    /// Indices are 32 bits.
    #[error("it has more than 4,294,967,295 answers: split it by questions")]
    TooMany,
}

/// A table of answers. Names are sorted as text, byte by byte; answers by question, then worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answers {
    questions: Vec<String>,
    workers: Vec<String>,
    labels: Vec<String>,
    answers: Vec<Answer>,
    /// Where each question's answers start, and the end of the last.
    starts: Vec<usize>,
}

impl Answers {
    /// The questions.
    pub fn questions(&self) -> &[String] {
        &self.questions
    }

    /// The workers.
    pub fn workers(&self) -> &[String] {
        &self.workers
    }

    /// Every label that was given at least once.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// All answers.
    pub fn all(&self) -> &[Answer] {
        &self.answers
    }

    /// Where in [`Self::all`] the answers to each question stand; no range is empty.
    pub fn by_question(&self) -> impl Iterator<Item = std::ops::Range<usize>> {
        self.starts.windows(2).map(|pair| pair[0]..pair[1])
    }
}

#[derive(Clone, Copy, Debug)]
struct Row {
    answer: Answer,
    line: u64,
}

/// Collects answers, in any order.
#[derive(Clone, Debug, Default)]
pub struct AnswersBuilder {
    questions: Names,
    workers: Names,
    labels: Names,
    rows: Vec<Row>,
}

impl AnswersBuilder {
    /// Adds an answer that stands in this line of its file.
    pub fn add(&mut self, line: u64, question: &str, worker: &str, label: &str) {
        let answer = Answer {
            question: self.questions.index(question),
            worker: self.workers.index(worker),
            label: self.labels.index(label),
        };
        self.rows.push(Row { answer, line });
    }

    /// The table.
    ///
    /// # Errors
    /// When a worker answers a question twice, or when there are no answers.
    pub fn finish(self) -> Result<Answers, AnswersError> {
        if self.rows.is_empty() {
            return Err(AnswersError::None);
        }
        if u32::try_from(self.rows.len()).is_err() {
            return Err(AnswersError::TooMany);
        }
        let (questions, question_ranks) = self.questions.sorted();
        let (workers, worker_ranks) = self.workers.sorted();
        let (labels, label_ranks) = self.labels.sorted();
        let mut rows = self.rows;
        for Row { answer, .. } in &mut rows {
            answer.question = question_ranks[answer.question as usize];
            answer.worker = worker_ranks[answer.worker as usize];
            answer.label = label_ranks[answer.label as usize];
        }
        rows.sort_unstable_by_key(|row| (row.answer.question, row.answer.worker, row.line));
        let same = |pair: &&[Row]| {
            let [a, b] = [pair[0].answer, pair[1].answer];
            (a.question, a.worker) == (b.question, b.worker)
        };
        if let Some(pair) = rows.windows(2).filter(same).min_by_key(|pair| pair[1].line) {
            return Err(AnswersError::Repeated {
                line: pair[1].line,
                first: pair[0].line,
                question: questions[pair[0].answer.question as usize].clone(),
                worker: workers[pair[0].answer.worker as usize].clone(),
            });
        }
        let answers: Vec<Answer> = rows.into_iter().map(|row| row.answer).collect();
        let mut starts = Vec::with_capacity(questions.len() + 1);
        starts.push(0);
        for group in answers.chunk_by(|a, b| a.question == b.question) {
            starts.push(starts.last().map_or(0, |start| start + group.len()));
        }
        Ok(Answers {
            questions,
            workers,
            labels,
            answers,
            starts,
        })
    }
}

/// Names, numbered as they come.
#[derive(Clone, Debug, Default)]
struct Names(HashMap<String, u32>);

impl Names {
    fn index(&mut self, name: &str) -> u32 {
        if let Some(index) = self.0.get(name) {
            return *index;
        }
        // There are at most as many names as answers, and `finish` refuses more than fit.
        let index = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        self.0.insert(name.to_owned(), index);
        index
    }

    /// The names in order, and the place in it of each number.
    fn sorted(self) -> (Vec<String>, Vec<u32>) {
        let mut names: Vec<(String, u32)> = self.0.into_iter().collect();
        names.sort_unstable();
        let mut ranks = vec![0; names.len()];
        for (rank, (_, index)) in (0..).zip(&names) {
            ranks[*index as usize] = rank;
        }
        (names.into_iter().map(|(name, _)| name).collect(), ranks)
    }
}
