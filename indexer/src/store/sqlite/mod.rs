//! The store in one SQLite file.
//!
//! One connection writes, in turns; others read and do not wait for it (write-ahead log). A commit
//! is on disk when it returns (`synchronous = FULL`).

mod events;
mod intake;
mod journal;
mod read;
mod rounds;
mod value;

#[cfg(test)]
mod tests;

use super::Result;
use sqlx::{
    Sqlite, SqlitePool, Transaction,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{path::Path, time::Duration};

/// How long another process that has the file open may keep us waiting.
const BUSY_TIMEOUT: Duration = Duration::from_secs(20);
/// Connections that read.
const READERS: u32 = 8;

/// A store in an SQLite file. Cheap to clone.
#[derive(Clone, Debug)]
pub struct SqliteStore {
    writer: SqlitePool,
    readers: SqlitePool,
}

impl SqliteStore {
    /// Opens the database at `file`, creating it and bringing its schema up to date.
    ///
    /// # Errors
    /// When the file cannot be used.
    pub async fn open(file: &Path) -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT);
        let connect = |connections: u32| {
            SqlitePoolOptions::new()
                .max_connections(connections)
                .connect_with(options.clone())
        };
        let writer = connect(1).await?;
        sqlx::migrate!("./migrations/sqlite").run(&writer).await?;
        Ok(Self {
            readers: connect(READERS).await?,
            writer,
        })
    }

    /// A transaction that writes: it has the database's one writing turn from the start.
    async fn writing(&self) -> Result<Transaction<'static, Sqlite>> {
        Ok(self.writer.begin_with("BEGIN IMMEDIATE").await?)
    }

    /// Closes the database after everything under way.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}
