//! What an indexer must not lose: one trait per concern, and a database behind them.
//!
//! - [`intake`]: specifications, delegations, submissions; [`rounds`]: batches, score files,
//!   outcomes, leaves; [`events`]: what happened on chain; [`journal`]: transactions before they
//!   are sent; [`read`]: lists and counts for the API.
//! - [`digest`]: one hash over all of it.
//! - [`sql`]: all of it in one SQLite file, or on a PostgreSQL server.
//!
//! Each method is one database transaction: all of what it says happens, or none.

pub mod digest;
pub mod events;
pub mod intake;
pub mod journal;
pub mod read;
pub mod rounds;
pub mod sql;

#[cfg(test)]
mod tests;

pub use digest::DigestStore;
pub use events::EventStore;
pub use intake::IntakeStore;
pub use journal::JournalStore;
pub use read::ReadStore;
pub use rounds::RoundStore;
pub use sql::{Location, SqlStore};

use sheaf_format::{Hash, Key};

/// Everything an indexer stores.
pub trait Store:
    IntakeStore + RoundStore + EventStore + JournalStore + ReadStore + DigestStore
{
}

impl<T: IntakeStore + RoundStore + EventStore + JournalStore + ReadStore + DigestStore> Store
    for T
{
}

/// The pool that a database is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Genesis hash of the cluster.
    pub genesis: Hash,
    /// The program's address.
    pub program: Key,
    /// The pool's address.
    pub pool: Key,
}

/// Why the store cannot do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused or could not be reached.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    /// The schema could not be brought up to date.
    #[error("the database's schema cannot be brought up to date: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// The database is about another pool, program or cluster.
    #[error(
        "the database belongs to another cluster, program or pool: name another with --database, or another folder with --data"
    )]
    OtherPlace,
    /// A text that names no database.
    #[error(
        "\"{0}\" names no database: give postgres://USER@HOST/DATABASE, or the path of an SQLite file"
    )]
    Location(String),
    /// A row that this version cannot read.
    #[error("the database holds {what} that cannot be read: {reason}")]
    Corrupt {
        /// What it should be.
        what: &'static str,
        /// Why it is not.
        reason: String,
    },
    /// A number that does not fit the database's integers.
    #[error("{0} does not fit the database's integers")]
    TooLarge(u64),
}

impl StoreError {
    /// A row that cannot be read.
    pub fn corrupt(what: &'static str, reason: impl std::fmt::Display) -> Self {
        Self::Corrupt {
            what,
            reason: reason.to_string(),
        }
    }
}

/// Result of everything here.
pub type Result<T> = std::result::Result<T, StoreError>;
