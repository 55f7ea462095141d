//! What a process does of an indexer's work, and who does what only one may do.

use crate::store::sql::{Lease, SqlStore};
use anyhow::bail;
use std::{fmt, future::Future, time::Duration};

/// How often a role that somebody else has is asked for.
const STANDBY: Duration = Duration::from_millis(500);
/// How often somebody who waits says so.
const REMINDER: u32 = 600;

/// A part of an indexer's work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Role {
    /// Reads what happened on chain. One process at a time.
    Ingest,
    /// Takes what people hand in.
    Intake,
    /// Makes batches and computes outcomes. One process at a time.
    Rounds,
    /// Sends transactions. One process at a time.
    Settle,
    /// Answers questions.
    Serve,
}

impl Role {
    /// All of them. Their places are the numbers of their leases: they never change.
    pub const ALL: [Self; 5] = [
        Self::Ingest,
        Self::Intake,
        Self::Rounds,
        Self::Settle,
        Self::Serve,
    ];

    /// Its name, as on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ingest => "ingest",
            Self::Intake => "intake",
            Self::Rounds => "rounds",
            Self::Settle => "settle",
            Self::Serve => "serve",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// Does a role's work as the only process that does. Until the role is free, stands by.
///
/// # Errors
/// When the role is lost, or its work ends by itself.
pub async fn alone(
    store: SqlStore,
    role: Role,
    work: impl Future<Output = ()> + Send,
) -> anyhow::Result<()> {
    let lease = stand_by(&store, role).await;
    tokio::select! {
        () = work => bail!("the role {role} ended by itself: start the indexer again"),
        () = lease.lost() => bail!(
            "the connection to the database that kept the role {role} was lost: start the indexer again"
        ),
    }
}

async fn stand_by(store: &SqlStore, role: Role) -> Lease {
    for tries in 0u32.. {
        match store.lease(role as u8).await {
            Ok(Some(lease)) => {
                tracing::debug!("{role}: it is ours");
                return lease;
            }
            Ok(None) if tries % REMINDER == 0 => {
                tracing::info!("{role}: another process does it; standing by");
            }
            Err(error) if tries % REMINDER == 0 => {
                tracing::warn!("{role}: {error}; trying again");
            }
            Ok(None) | Err(_) => {}
        }
        tokio::time::sleep(STANDBY).await;
    }
    // The numbers have run out, centuries from now.
    std::future::pending().await
}
