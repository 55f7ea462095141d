//! Why a command ended, and with which exit code.

use std::fmt;

/// A failed command.
#[derive(Debug, PartialEq, Eq)]
pub enum Failure {
    /// The command line was not understood: exit code 2.
    Usage(String),
    /// Something must be installed by hand first: exit code 3.
    MissingPackages {
        /// The one command to run.
        command: String,
    },
    /// Anything else: exit code 1. The text says what, why and what next.
    Failed(String),
}

/// Result of everything here.
pub type Result<T> = std::result::Result<T, Failure>;

impl Failure {
    /// The process's exit code.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Failed(_) => 1,
            Self::Usage(_) => 2,
            Self::MissingPackages { .. } => 3,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(text) | Self::Failed(text) => f.write_str(text),
            Self::MissingPackages { command } => write!(
                f,
                "some Debian packages are missing and may not be installed from here; run this once, then try again:\n  {command}"
            ),
        }
    }
}

/// A failure with the given text.
pub fn failed<T>(text: impl Into<String>) -> Result<T> {
    Err(Failure::Failed(text.into()))
}

/// Says what was being done when an I/O error came.
pub trait Context<T> {
    /// Turns the error into a [`Failure::Failed`] that starts with `what`.
    fn context(self, what: impl fmt::Display) -> Result<T>;
}

impl<T, E: fmt::Display> Context<T> for std::result::Result<T, E> {
    fn context(self, what: impl fmt::Display) -> Result<T> {
        self.map_err(|error| Failure::Failed(format!("{what}: {error}")))
    }
}
