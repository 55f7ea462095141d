//! Records from JSON Lines and CSV, each with its line.

use super::{Reason, Refusal, Schema};
use crate::lines::{CsvProblem, Lines};
use csv::{ReaderBuilder, StringRecord, Trim};
use serde_json::{Map, Value};
use std::collections::HashSet;

/// Longest record in bytes.
pub const MAX_RECORD_BYTES: usize = 64 << 10;

/// Most records of a file.
pub const MAX_RECORDS: usize = 100_000;

/// How a file writes its records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A JSON object on each line; empty lines are passed over.
    JsonLines,
    /// The first line names the fields. A field is text, unless the schema gives its property a type that
    /// the text can be read as; an empty one is left out of the record.
    Csv,
}

/// A record and its line, from 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Its line in the file, from 1.
    pub line: u64,
    /// What it says.
    pub fields: Map<String, Value>,
}

/// A file of which no record can be taken. The file itself is not named.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// Nothing in it.
    #[error("it has no records")]
    Empty,
    /// Too much in it.
    #[error("it has more than {MAX_RECORDS} records: hand them in in several parts")]
    TooMany,
    /// A column of CSV without a name, or one named twice.
    #[error("its first line must give every column a name of its own; column {0} has none")]
    Columns(usize),
    /// Not CSV.
    #[error(transparent)]
    Csv(#[from] CsvProblem),
}

/// Reads records; those that cannot be read are refused one by one.
///
/// # Errors
/// [`FileError`].
pub fn read_records(
    text: &[u8],
    form: Form,
    schema: Option<&Schema>,
) -> Result<Vec<Result<Record, Refusal>>, FileError> {
    let records = match form {
        Form::JsonLines => json_lines(text)?,
        Form::Csv => csv_lines(text, schema)?,
    };
    if records.is_empty() {
        return Err(FileError::Empty);
    }
    Ok(records)
}

fn json_lines(text: &[u8]) -> Result<Vec<Result<Record, Refusal>>, FileError> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let mut records = Vec::new();
    for (line, bytes) in (1..).zip(text.split(|byte| *byte == b'\n')) {
        let bytes = bytes.trim_ascii();
        if bytes.is_empty() {
            continue;
        }
        if records.len() == MAX_RECORDS {
            return Err(FileError::TooMany);
        }
        let read = json_record(bytes);
        let read = read.map(|fields| Record { line, fields });
        records.push(read.map_err(|reason| Refusal { line, reason }));
    }
    Ok(records)
}

fn json_record(bytes: &[u8]) -> Result<Map<String, Value>, Reason> {
    if bytes.len() > MAX_RECORD_BYTES {
        let bytes = bytes.len();
        return Err(Reason::TooLong { bytes });
    }
    let text = std::str::from_utf8(bytes).map_err(|_| Reason::NotText)?;
    match serde_json::from_str(text) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) => Err(Reason::NotAnObject),
        Err(error) => Err(Reason::NotJson {
            // The reader counts lines from the record's start: there is one.
            detail: error.to_string().replace(" at line 1 column", " at column"),
        }),
    }
}

fn csv_lines(
    text: &[u8],
    schema: Option<&Schema>,
) -> Result<Vec<Result<Record, Refusal>>, FileError> {
    let mut reader = ReaderBuilder::new().trim(Trim::All).from_reader(text);
    let mut lines = Lines::new(text);
    let header = reader.headers().map_err(|error| lines.problem(error))?;
    let names: Vec<String> = header.iter().map(str::to_owned).collect();
    let mut seen = HashSet::new();
    for (column, name) in (1..).zip(&names) {
        if (name.is_empty() && names.len() > 1) || !seen.insert(name) {
            return Err(FileError::Columns(column));
        }
    }
    let mut records = Vec::new();
    let mut fields = StringRecord::new();
    loop {
        let read = match reader.read_record(&mut fields) {
            Ok(false) => break,
            Ok(true) => {
                let line = lines.of(fields.position());
                let bytes = fields.as_slice().len();
                if bytes > MAX_RECORD_BYTES {
                    let reason = Reason::TooLong { bytes };
                    Err(Refusal { line, reason })
                } else {
                    let fields = names.iter().zip(&fields);
                    let filled = fields.filter(|(_, text)| !text.is_empty());
                    let typed = |(name, text): (&String, &str)| {
                        let value = schema.map_or_else(|| text.into(), |s| s.typed(name, text));
                        (name.clone(), value)
                    };
                    Ok(Record {
                        line,
                        fields: filled.map(typed).collect(),
                    })
                }
            }
            Err(error) => match lines.problem(error) {
                CsvProblem::Fields {
                    line,
                    found,
                    expected,
                } => {
                    let reason = Reason::Fields { found, expected };
                    Err(Refusal { line, reason })
                }
                CsvProblem::NotText { line } => {
                    let reason = Reason::NotText;
                    Err(Refusal { line, reason })
                }
                problem @ CsvProblem::Other(_) => return Err(problem.into()),
            },
        };
        if records.len() == MAX_RECORDS {
            return Err(FileError::TooMany);
        }
        records.push(read);
    }
    Ok(records)
}
