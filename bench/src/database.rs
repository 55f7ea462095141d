//! The databases that figures are of.

use crate::intake::world;
use anyhow::Context as _;
use sheaf_indexer::store::{IntakeStore as _, RoundStore as _, SqliteStore, Store};
use std::{path::Path, sync::Arc};

/// A database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Database {
    /// One file.
    Sqlite,
}

/// All that are measured.
pub const DATABASES: [Database; 1] = [Database::Sqlite];

impl Database {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
        }
    }

    /// The database with a name.
    pub fn named(name: &str) -> Option<Self> {
        DATABASES.into_iter().find(|known| known.name() == name)
    }

    /// A new database, of which `folder` holds what belongs in files.
    ///
    /// # Errors
    /// When it cannot be created.
    pub async fn create(self, folder: &Path) -> anyhow::Result<Arc<dyn Store>> {
        let store = match self {
            Self::Sqlite => SqliteStore::open(&folder.join("bench.sqlite")).await,
        };
        let store = store.context("cannot create the database")?;
        store.bind(&world::identity()).await?;
        store.set_intake_round(world::ROUND).await?;
        Ok(Arc::new(store))
    }
}
