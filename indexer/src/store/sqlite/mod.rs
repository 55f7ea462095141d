//! The store in one SQLite file.
//!
//! Writers take turns (`BEGIN IMMEDIATE`), readers do not wait for them (write-ahead log), and a
//! commit is on disk when it returns (`synchronous = FULL`).

mod events;
mod intake;
mod journal;
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

/// How long a writer waits for another.
const BUSY_TIMEOUT: Duration = Duration::from_secs(20);
/// Connections to the file.
const CONNECTIONS: u32 = 8;

/// A store in an SQLite file. Cheap to clone.
#[derive(Clone, Debug)]
pub struct SqliteStore {
    pool: SqlitePool,
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
        let pool = SqlitePoolOptions::new()
            .max_connections(CONNECTIONS)
            .connect_with(options)
            .await?;
        sqlx::migrate!("./migrations/sqlite").run(&pool).await?;
        Ok(Self { pool })
    }

    /// A transaction that writes: it has the database's one writing turn from the start.
    async fn writing(&self) -> Result<Transaction<'static, Sqlite>> {
        Ok(self.pool.begin_with("BEGIN IMMEDIATE").await?)
    }

    /// Closes the database after everything under way.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}
