//! The databases that figures are of.

use crate::intake::world;
use anyhow::Context as _;
use sheaf_demo::stack::postgres::Postgres;
use sheaf_indexer::store::{IntakeStore as _, Location, RoundStore as _, SqlStore, Store};
use std::{path::Path, sync::Arc};

/// A kind of database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Database {
    /// One file.
    Sqlite,
    /// A server on this machine, over a socket.
    Postgres,
}

/// All that are measured.
pub const DATABASES: [Database; 2] = [Database::Sqlite, Database::Postgres];

impl Database {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// Where new databases come from. The server ends with it.
pub struct Databases {
    server: Postgres,
}

impl Databases {
    /// Starts what has to run. Commits are synced to disk.
    ///
    /// # Errors
    /// When there is no PostgreSQL here.
    pub fn start() -> anyhow::Result<Self> {
        let server = Postgres::start(true)?;
        Ok(Self { server })
    }

    /// A place for a new database, of which `folder` holds what belongs in files.
    ///
    /// # Errors
    /// When the server does not give one.
    pub fn place(&self, database: Database, folder: &Path) -> anyhow::Result<Location> {
        Ok(match database {
            Database::Sqlite => Location::File(folder.join("bench.sqlite")),
            Database::Postgres => Location::Server(self.server.create_database()?),
        })
    }
}

/// A new database.
///
/// # Errors
/// When it cannot be created.
pub async fn create(place: &Location) -> anyhow::Result<Arc<dyn Store>> {
    let store = SqlStore::open(place).await;
    let store = store.context("cannot create the database")?;
    store.bind(&world::identity()).await?;
    store.set_intake_round(world::ROUND).await?;
    Ok(Arc::new(store))
}
