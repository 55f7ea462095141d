//! The schema, brought up to date.

use super::database::Pool;
use crate::store::Result;
use sqlx::migrate::{Migrate, Migrator};
use std::collections::BTreeSet;

/// A step of the schema that was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migrated {
    /// Its number.
    pub version: i64,
    /// What it brings.
    pub description: String,
}

static SQLITE: Migrator = sqlx::migrate!("./migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("./migrations/postgres");

/// Where sqlx notes what was done.
const NOTES: &str = "_sqlx_migrations";

/// Does what is not done yet. Several processes may start at once: one of them does it.
pub async fn migrate(pool: &Pool) -> Result<Vec<Migrated>> {
    match pool {
        Pool::Sqlite(pool) => {
            let mut connection = pool.acquire().await?;
            let before = done(&mut *connection).await?;
            let outcome = SQLITE.run(&mut *connection).await;
            connection.unlock().await?;
            outcome?;
            Ok(since(&SQLITE, &before))
        }
        Pool::Postgres(pool) => {
            let mut connection = pool.acquire().await?;
            let before = done(&mut *connection).await?;
            let outcome = POSTGRES.run(&mut *connection).await;
            connection.unlock().await?;
            outcome?;
            Ok(since(&POSTGRES, &before))
        }
    }
}

/// What was done before; nobody else does more until the connection is unlocked.
async fn done(connection: &mut impl Migrate) -> Result<BTreeSet<i64>> {
    connection.lock().await?;
    connection.ensure_migrations_table(NOTES).await?;
    let applied = connection.list_applied_migrations(NOTES).await?;
    Ok(applied.into_iter().map(|step| step.version).collect())
}

fn since(migrator: &Migrator, before: &BTreeSet<i64>) -> Vec<Migrated> {
    let new = migrator
        .iter()
        .filter(|step| !before.contains(&step.version));
    new.map(|step| Migrated {
        version: step.version,
        description: step.description.to_string(),
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_databases_take_the_same_steps() {
        let steps = |migrator: &'static Migrator| -> Vec<(i64, &'static str)> {
            let steps = migrator.iter();
            steps
                .map(|step| (step.version, &*step.description))
                .collect()
        };
        assert_eq!(steps(&SQLITE), steps(&POSTGRES));
    }
}
