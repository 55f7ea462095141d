//! Answers and truths from CSV.
//!
//! The first line names the columns: in any order, others are passed over. A byte-order mark, either
//! kind of line end, quotes and spaces around fields are understood.

use super::{Answers, AnswersBuilder, AnswersError, RepeatedTruth, Truth};
use crate::lines::{CsvProblem, Lines};
use csv::{ReaderBuilder, StringRecord, Trim};

/// Columns of answers.
pub const ANSWER_COLUMNS: [&str; 3] = ["question", "worker", "answer"];

/// Columns of truths.
pub const TRUTH_COLUMNS: [&str; 2] = ["question", "truth"];

/// A file that cannot be used: what, why, what next. The file itself is not named.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Not even a first line.
    #[error("it is empty: its first line should be {expected}, with a line for each below")]
    Empty {
        /// The columns it should have.
        expected: String,
    },
    /// A column is missing.
    #[error("its first line names no column {column:?}, only {found}: it should be {expected}")]
    MissingColumn {
        /// The column.
        column: &'static str,
        /// The columns it has.
        found: String,
        /// The columns it should have.
        expected: String,
    },
    /// A column is there twice.
    #[error("its first line names the column {column:?} twice: rename one")]
    RepeatedColumn {
        /// The column.
        column: &'static str,
    },
    /// A field is empty.
    #[error("line {line} has an empty {column}: fill it in, or take the line out")]
    EmptyField {
        /// The line, from 1.
        line: u64,
        /// The column.
        column: &'static str,
    },
    /// Not CSV.
    #[error(transparent)]
    Csv(#[from] CsvProblem),
    /// The answers make no table.
    #[error(transparent)]
    Answers(#[from] AnswersError),
    /// A truth is told twice.
    #[error(transparent)]
    Truth(#[from] RepeatedTruth),
    /// There are no truths.
    #[error("it tells no truth: add a line for each question, or leave the file out")]
    NoTruth,
}

/// Reads answers: a line for each, with the columns [`ANSWER_COLUMNS`].
///
/// # Errors
/// What is wrong, and in which line.
pub fn read_answers(text: &[u8]) -> Result<Answers, ReadError> {
    let mut answers = AnswersBuilder::default();
    read(text, ANSWER_COLUMNS, |line, [question, worker, label]| {
        answers.add(line, question, worker, label);
        Ok(())
    })?;
    Ok(answers.finish()?)
}

/// Reads truths: a line for each question, with the columns [`TRUTH_COLUMNS`].
///
/// # Errors
/// What is wrong, and in which line.
pub fn read_truth(text: &[u8]) -> Result<Truth, ReadError> {
    let mut truth = Truth::default();
    read(text, TRUTH_COLUMNS, |line, [question, label]| {
        Ok(truth.add(line, question, label)?)
    })?;
    if truth.is_empty() {
        return Err(ReadError::NoTruth);
    }
    Ok(truth)
}

/// Gives the fields of these columns to `take`, line by line.
fn read<const N: usize>(
    text: &[u8],
    columns: [&'static str; N],
    mut take: impl FnMut(u64, [&str; N]) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let mut reader = ReaderBuilder::new().trim(Trim::All).from_reader(text);
    let mut lines = Lines::new(text);
    let header = reader.headers().map_err(|error| lines.problem(error))?;
    let places = places(header, columns)?;
    let mut record = StringRecord::new();
    while reader
        .read_record(&mut record)
        .map_err(|error| lines.problem(error))?
    {
        let line = lines.of(record.position());
        let mut fields = [""; N];
        for ((field, place), column) in fields.iter_mut().zip(places).zip(columns) {
            *field = record.get(place).unwrap_or("");
            if field.is_empty() {
                return Err(ReadError::EmptyField { line, column });
            }
        }
        take(line, fields)?;
    }
    Ok(())
}

/// Where the columns stand.
fn places<const N: usize>(
    header: &StringRecord,
    columns: [&'static str; N],
) -> Result<[usize; N], ReadError> {
    let expected = || columns.join(",");
    if header.iter().all(str::is_empty) {
        return Err(ReadError::Empty {
            expected: expected(),
        });
    }
    let mut places = [0; N];
    for (place, column) in places.iter_mut().zip(columns) {
        let mut found = (0..).zip(header).filter(|(_, name)| *name == column);
        let Some((at, _)) = found.next() else {
            return Err(ReadError::MissingColumn {
                column,
                found: header.iter().collect::<Vec<_>>().join(","),
                expected: expected(),
            });
        };
        if found.next().is_some() {
            return Err(ReadError::RepeatedColumn { column });
        }
        *place = at;
    }
    Ok(places)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        match read_answers(text.as_bytes()) {
            Ok(answers) => panic!("{text:?} was read: {answers:?}"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn columns_stand_in_any_order_among_others() -> Result<(), ReadError> {
        let plain = read_answers("question,worker,answer\nq,w,yes\nq,v,no\n".as_bytes())?;
        for text in [
            "\u{feff}question,worker,answer\r\nq,w,yes\r\nq,v,no\r\n",
            "answer,time,worker,question\nno,7,v,q\n\n\"yes\", 8 ,w, q",
        ] {
            assert_eq!(read_answers(text.as_bytes())?, plain, "{text:?}");
        }
        let truth = read_truth("\u{feff}note,truth,question\r\nx,yes,q\r\n".as_bytes())?;
        assert_eq!(truth, read_truth("question,truth\nq,yes\n".as_bytes())?);
        Ok(())
    }

    #[test]
    fn labels_are_any_text() -> Result<(), ReadError> {
        let answers = read_answers("question,worker,answer\nq,w,\"a, \"\"b\"\"\nc\"\n".as_bytes())?;
        assert_eq!(answers.labels(), ["a, \"b\"\nc"]);
        Ok(())
    }

    #[test]
    fn a_refusal_says_what_and_where() {
        for (text, said) in [
            (
                "",
                "it is empty: its first line should be question,worker,answer",
            ),
            ("\u{feff}", "it is empty"),
            ("question,worker,answer\n", "it has no answers"),
            (
                "task,worker,answer\n1,2,3\n",
                "no column \"question\", only task,worker,answer",
            ),
            ("question,worker,answer,answer\n", "\"answer\" twice"),
            (
                "question,worker,answer\nq,w,a\nq,,a\n",
                "line 3 has an empty worker",
            ),
            (
                "question,worker,answer\r\nq,w,a\r\nq,v\r\n",
                "line 3 has 2 fields where the first line has 3",
            ),
            (
                "question,worker,answer\nq,w,a\nq,v,a\nr,w,a\nq,w,b\n",
                "line 5 answers question \"q\" for worker \"w\" again, after line 2",
            ),
        ] {
            let refusal = refusal(text);
            assert!(refusal.contains(said), "{text:?}: {refusal}");
        }
        let latin = read_answers(b"question,worker,answer\r\n\r\nq,w,a\r\nq,w,\xe9\r\n");
        assert!(matches!(
            latin,
            Err(ReadError::Csv(CsvProblem::NotText { line: 4 }))
        ));
        let twice = read_truth("question,truth\nq,a\nr,a\nq,a\n".as_bytes());
        assert!(twice.is_err_and(|error| error.to_string().starts_with("line 4 tells")));
        let nothing = read_truth("question,truth\n".as_bytes());
        assert!(matches!(nothing, Err(ReadError::NoTruth)));
    }
}
