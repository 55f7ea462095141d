//! Why single records are refused.

use super::Origin;
use serde::Serialize;
use std::fmt;

/// A record that is not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// Its line in the file, from 1.
    pub line: u64,
    /// Why.
    #[serde(flatten)]
    pub reason: Reason,
}

/// Why a record is refused. Nothing in it repeats what the record says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Reason {
    /// Not JSON.
    #[error("it is not JSON: {detail}")]
    NotJson {
        /// What the reader says.
        detail: String,
    },
    /// JSON, but no object with fields.
    #[error("it is no JSON object: write {{\"name\": value, ...}}")]
    NotAnObject,
    /// Longer than records may be.
    #[error("it has {bytes} bytes, more than {}", super::MAX_RECORD_BYTES)]
    TooLong {
        /// Its bytes.
        bytes: usize,
    },
    /// A line of CSV with too many or too few fields.
    #[error(
        "it has {found} fields where the first line has {expected}: put text with commas in quotes"
    )]
    Fields {
        /// Its fields.
        found: u64,
        /// Columns of the first line.
        expected: u64,
    },
    /// Not UTF-8.
    #[error("it is not UTF-8")]
    NotText,
    /// Not what the job's schema asks for.
    #[error("it does not follow the schema at \"{path}\" ({keyword}): {detail}")]
    Schema {
        /// Where in the record, as a JSON pointer; empty for the record itself.
        path: String,
        /// The schema's word that is not followed.
        keyword: String,
        /// What is wrong.
        detail: String,
    },
    /// Equal to an earlier one.
    #[error("it is the same as {of}")]
    Duplicate {
        /// The earlier one.
        of: Origin,
    },
    /// Nearly equal to an earlier one.
    #[error("it is nearly the same as {of} ({similarity_bps} bps)")]
    NearDuplicate {
        /// The earlier one.
        of: Origin,
        /// Share of common shingles in bps.
        similarity_bps: u16,
    },
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "line {}: {}", self.line, self.reason)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { contribution, line } = self;
        if *contribution == Self::GIVEN {
            return write!(formatter, "record {line} of the validation set");
        }
        write!(formatter, "line {line} of contribution {contribution}")
    }
}
