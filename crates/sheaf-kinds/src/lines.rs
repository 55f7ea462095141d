//! Lines of CSV files, and what is wrong in them.

use csv::{ErrorKind, Position};

/// Text that is no CSV: what, why, what next.
#[derive(Debug, thiserror::Error)]
pub enum CsvProblem {
    /// A line has too many or too few fields.
    #[error(
        "line {line} has {found} fields where the first line has {expected}: put text with commas in quotes"
    )]
    Fields {
        /// The line, from 1.
        line: u64,
        /// Its fields.
        found: u64,
        /// Columns of the first line.
        expected: u64,
    },
    /// A line is no text.
    #[error("line {line} is not UTF-8: save the file in UTF-8")]
    NotText {
        /// The line, from 1.
        line: u64,
    },
    /// It cannot be read.
    #[error("it cannot be read as CSV: {0}")]
    Other(csv::Error),
}

/// Counts lines. The reader's own count falls behind at `\r\n` and at empty lines: its records begin
/// before the rest of the last line's end.
pub struct Lines<'a> {
    rest: &'a [u8],
    read: usize,
    line: u64,
}

impl<'a> Lines<'a> {
    /// Before the first line.
    pub fn new(text: &'a [u8]) -> Self {
        Self {
            rest: text,
            read: 0,
            line: 1,
        }
    }

    /// The line of a record behind those asked for before.
    pub fn of(&mut self, position: Option<&Position>) -> u64 {
        let byte = position.map_or(0, Position::byte);
        let skip = usize::try_from(byte)
            .unwrap_or(usize::MAX)
            .saturating_sub(self.read)
            .min(self.rest.len());
        let ends = self.rest[skip..]
            .iter()
            .take_while(|byte| matches!(byte, b'\r' | b'\n'))
            .count();
        let (before, rest) = self.rest.split_at(skip + ends);
        self.rest = rest;
        self.read += before.len();
        let lines = before.iter().filter(|byte| **byte == b'\n').count();
        self.line += lines as u64;
        self.line
    }

    /// What the reader complains about.
    pub fn problem(&mut self, error: csv::Error) -> CsvProblem {
        match error.kind() {
            ErrorKind::UnequalLengths {
                pos,
                expected_len,
                len,
            } => CsvProblem::Fields {
                line: self.of(pos.as_ref()),
                found: *len,
                expected: *expected_len,
            },
            ErrorKind::Utf8 { pos, .. } => CsvProblem::NotText {
                line: self.of(pos.as_ref()),
            },
            _ => CsvProblem::Other(error),
        }
    }
}
