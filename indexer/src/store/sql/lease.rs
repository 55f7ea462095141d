//! Roles that one process has at a time.
//!
//! A role is an advisory lock of a session: of a connection that does nothing else. When the process
//! ends, or the connection breaks, the server gives the lock to another. Whoever has it asks its
//! connection all the time, and stops working sooner than the server takes the lock away.

use super::{SqlStore, database::Pool};
use crate::store::Result;
use sqlx::{Connection as _, PgConnection};
use std::time::Duration;

/// How often the connection is asked, and how long an answer may take.
const ASKED_EVERY: Duration = Duration::from_secs(2);
const PATIENCE: Duration = Duration::from_secs(8);

/// The server notices in 15 + 3 × 5 seconds that a machine is gone.
const KEEPALIVE: [&str; 3] = [
    "SET tcp_keepalives_idle = 15",
    "SET tcp_keepalives_interval = 5",
    "SET tcp_keepalives_count = 3",
];

/// A role that is ours.
#[derive(Debug)]
pub struct Lease(Option<PgConnection>);

impl Lease {
    /// Returns when the role is no longer ours.
    pub async fn lost(self) {
        let Some(mut connection) = self.0 else {
            return std::future::pending().await;
        };
        loop {
            tokio::time::sleep(ASKED_EVERY).await;
            match tokio::time::timeout(PATIENCE, connection.ping()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) | Err(_) => return,
            }
        }
    }
}

/// Roles have the locks from here on; transactions have those below.
const FIRST_LOCK: i32 = 10;

impl SqlStore {
    /// Whether several processes may use this database at once.
    pub const fn is_shared(&self) -> bool {
        matches!(self.writer, Pool::Postgres(_))
    }

    /// Takes the role with this number, from 0 on; none when another process has it. An SQLite file has one
    /// process, which has all roles.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn lease(&self, role: u8) -> Result<Option<Lease>> {
        let Pool::Postgres(pool) = &self.writer else {
            return Ok(Some(Lease(None)));
        };
        let mut connection = PgConnection::connect_with(&pool.connect_options()).await?;
        for setting in KEEPALIVE {
            sqlx::query(setting).execute(&mut connection).await?;
        }
        let ours: bool =
            sqlx::query_scalar("SELECT pg_try_advisory_lock($1, 'place'::regclass::oid::INTEGER)")
                .bind(FIRST_LOCK + i32::from(role))
                .fetch_one(&mut connection)
                .await?;
        Ok(ours.then_some(Lease(Some(connection))))
    }
}
