//! What is not as it should be.

use crate::text::{Base58Key, HexHash};
use serde::Serialize;
use std::fmt;

/// What a difference is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Subject {
    /// The tree the round started from: its root, sum or number of leaves.
    BaseTree {
        /// Which number of it.
        number: &'static str,
    },
    /// A job's specification.
    Specification {
        /// Number of the job.
        job: u64,
    },
    /// A job's batch file as a whole.
    Batch {
        /// Number of the job.
        job: u64,
    },
    /// A contribution in a batch file.
    Contribution {
        /// Number of the job.
        job: u64,
        /// Its place in the file, from 0.
        place: usize,
        /// Its id, as the file's bytes make it.
        submission: HexHash,
    },
    /// A delegation in a batch file.
    Delegation {
        /// Number of the job.
        job: u64,
        /// Who delegated.
        contributor: Base58Key,
        /// To which node key.
        node: Base58Key,
    },
    /// A validator's score file as a whole.
    ScoreFile {
        /// The validator.
        validator: Base58Key,
    },
    /// A score in a validator's file.
    Score {
        /// The validator.
        validator: Base58Key,
        /// The submission scored.
        submission: HexHash,
    },
    /// The manifest.
    Manifest {
        /// Which part of it.
        part: String,
    },
    /// What a job pays.
    Debit {
        /// Number of the job.
        job: u64,
    },
    /// A leaf of the tree after the round.
    Leaf {
        /// Its index.
        index: u32,
    },
    /// A number of the result.
    Result {
        /// Which one.
        number: &'static str,
    },
}

impl fmt::Display for Subject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BaseTree { number } => write!(formatter, "{number} of the base tree"),
            Self::Specification { job } => write!(formatter, "specification of job {job}"),
            Self::Batch { job } => write!(formatter, "batch of job {job}"),
            Self::Contribution {
                job,
                place,
                submission,
            } => write!(
                formatter,
                "contribution {submission} (number {place} in the batch of job {job})"
            ),
            Self::Delegation {
                job,
                contributor,
                node,
            } => write!(
                formatter,
                "delegation of {contributor} to {node} in the batch of job {job}"
            ),
            Self::ScoreFile { validator } => write!(formatter, "score file of {validator}"),
            Self::Score {
                validator,
                submission,
            } => write!(formatter, "score of {validator} for {submission}"),
            Self::Manifest { part } => write!(formatter, "{part} of the manifest"),
            Self::Debit { job } => write!(formatter, "debit of job {job}"),
            Self::Leaf { index } => write!(formatter, "leaf {index}"),
            Self::Result { number } => write!(formatter, "{number} of the result"),
        }
    }
}

/// The first thing in a round that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("round {round}: {subject}: expected {expected}, found {found}")]
pub struct Difference {
    /// The round.
    pub round: u64,
    /// What it is about.
    #[serde(flatten)]
    pub subject: Subject,
    /// What the chain says, or what follows from it.
    pub expected: Box<str>,
    /// What the published data says, or what was computed from it.
    pub found: Box<str>,
}

impl Difference {
    /// A difference in a round.
    pub fn new(
        round: u64,
        subject: Subject,
        expected: impl fmt::Display,
        found: impl fmt::Display,
    ) -> Self {
        Self {
            round,
            subject,
            expected: expected.to_string().into(),
            found: found.to_string().into(),
        }
    }
}

/// `Ok` when both are the same, else the difference.
pub(super) fn same<T: PartialEq + fmt::Display>(
    round: u64,
    subject: impl FnOnce() -> Subject,
    expected: T,
    found: T,
) -> Result<(), Difference> {
    if expected == found {
        return Ok(());
    }
    Err(Difference::new(round, subject(), expected, found))
}
