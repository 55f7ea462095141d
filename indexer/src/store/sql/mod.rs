//! The store in a database: one SQLite file, or a PostgreSQL server that several processes share.
//!
//! - [`database`]: both behind one face; [`given`]: many rows for one statement; [`value`]: how values are kept.
//! - [`turn`]: transactions that write, and what they must not share with one another; [`lease`]: roles that
//!   one process has at a time.
//! - [`intake`] with [`acquaint`] and [`admit`], [`rounds`] with [`batches`] and [`outcomes`], [`events`], [`journal`], [`read`]: the traits, written once.
//! - [`digest`]: one hash over everything; [`schema`]: migrations.
//!
//! SQLite: one connection writes, in turns; others read and do not wait for it (write-ahead log). A
//! commit is on disk when it returns (`synchronous = FULL`). PostgreSQL: transactions that would get
//! in each other's way take turns by advisory locks (see [`turn`]); constraints decide the rest.

mod acquaint;
mod admit;
mod batches;
mod database;
mod digest;
mod events;
mod given;
mod intake;
mod journal;
mod lease;
mod outcomes;
mod read;
mod rounds;
mod schema;
mod turn;
mod value;

pub use lease::Lease;
pub use schema::Migrated;

use super::{Result, StoreError};
use database::Pool;
use sqlx::{
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

/// How long another process that has the file open may keep us waiting.
const BUSY_TIMEOUT: Duration = Duration::from_secs(20);
/// Cache of an SQLite connection: 64 MiB, as SQLite writes it.
const CACHE: &str = "-65536";
/// Changed pages of an SQLite file until they are written into place: 64 MiB.
const PAGES_PER_CHECKPOINT: &str = "16384";
/// Connections that read an SQLite file.
const READERS: u32 = 8;
/// Connections to a PostgreSQL server.
const CONNECTIONS: u32 = 16;

/// Where a database is. Shown without its password.
#[derive(Clone, PartialEq, Eq)]
pub enum Location {
    /// In this SQLite file.
    File(PathBuf),
    /// On the PostgreSQL server at this URL.
    Server(String),
}

impl FromStr for Location {
    type Err = StoreError;

    /// `postgres://…`, `sqlite:FILE`, or a file's path.
    fn from_str(text: &str) -> Result<Self> {
        let scheme = text.split_once("://").map(|(scheme, _)| scheme);
        match scheme {
            Some("postgres" | "postgresql") => Ok(Self::Server(text.to_owned())),
            Some("sqlite") | None if !text.is_empty() => {
                let path = text.strip_prefix("sqlite:").unwrap_or(text);
                let path = path.strip_prefix("//").unwrap_or(path);
                Ok(Self::File(path.into()))
            }
            _ => Err(StoreError::Location(without_password(text))),
        }
    }
}

impl std::fmt::Display for Location {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => write!(formatter, "{}", path.display()),
            Self::Server(url) => formatter.write_str(&without_password(url)),
        }
    }
}

impl std::fmt::Debug for Location {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{self}")
    }
}

/// A URL as it may stand in logs.
fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let authority = rest.split(['/', '?']).next().unwrap_or(rest);
    let Some((login, _)) = authority.rsplit_once('@') else {
        return url.to_owned();
    };
    let user = login.split(':').next().unwrap_or(login);
    format!("{scheme}://{user}{}", &rest[login.len()..])
}

/// A store in a database. Cheap to clone.
#[derive(Clone, Debug)]
pub struct SqlStore {
    writer: Pool,
    readers: Pool,
}

impl SqlStore {
    /// Opens a database and brings its schema up to date. An SQLite file is created.
    ///
    /// # Errors
    /// When it cannot be used, or its schema is of a newer version.
    pub async fn open(location: &Location) -> Result<Self> {
        let (store, _) = Self::migrate(location).await?;
        Ok(store)
    }

    /// The same, and says what was done.
    ///
    /// # Errors
    /// When it cannot be used, or its schema is of a newer version.
    pub async fn migrate(location: &Location) -> Result<(Self, Vec<Migrated>)> {
        let store = match location {
            Location::File(file) => Self::connect_file(file).await?,
            Location::Server(url) => Self::connect_server(url).await?,
        };
        let done = schema::migrate(&store.writer).await?;
        Ok((store, done))
    }

    async fn connect_file(file: &Path) -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            // Ids are hashes, so that every admission touches other pages: most should be at hand, and
            // a checkpoint should find pages that changed many times.
            .pragma("cache_size", CACHE)
            .pragma("wal_autocheckpoint", PAGES_PER_CHECKPOINT)
            .busy_timeout(BUSY_TIMEOUT);
        let connect = |connections: u32| {
            SqlitePoolOptions::new()
                .max_connections(connections)
                .connect_with(options.clone())
        };
        Ok(Self {
            writer: Pool::Sqlite(connect(1).await?),
            readers: Pool::Sqlite(connect(READERS).await?),
        })
    }

    async fn connect_server(url: &str) -> Result<Self> {
        let options = PgConnectOptions::from_str(url)?.application_name("sheaf-indexer");
        let connections = PgPoolOptions::new().max_connections(CONNECTIONS);
        let pool = Pool::Postgres(connections.connect_with(options).await?);
        Ok(Self {
            writer: pool.clone(),
            readers: pool,
        })
    }

    /// Closes the database after everything under way.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_is_a_file_or_a_server() {
        let location = |text: &str| text.parse::<Location>();
        let file = |path: &str| Some(Location::File(path.into()));
        assert_eq!(location("a/b.sqlite").ok(), file("a/b.sqlite"));
        assert_eq!(location("sqlite:b.sqlite").ok(), file("b.sqlite"));
        assert_eq!(location("sqlite:///tmp/b").ok(), file("/tmp/b"));
        let server = location("postgres://me:se:cret@host:1/db?x=y@z").expect("a server");
        assert_eq!(server.to_string(), "postgres://me@host:1/db?x=y@z");
        for bad in ["", "mysql://user:secret@host/db"] {
            let refused = location(bad).expect_err("neither").to_string();
            assert!(!refused.contains("secret"), "{refused}");
        }
    }
}
