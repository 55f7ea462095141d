//! Transactions that write, and what they must not share with one another.
//!
//! SQLite has one writer: every transaction has the database to itself from its start. PostgreSQL has
//! many. There a transaction takes an advisory lock on what it decides about, until it ends: the
//! locks below say who waits for whom. Whoever waits sees what the other wrote, because each statement
//! reads anew (`READ COMMITTED`).

use super::{
    SqlStore,
    database::{Pool, Turn, query},
};
use crate::store::Result;

/// What a transaction that writes has to itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alone {
    /// Nothing: its rows and their constraints are enough.
    Rows,
    /// Nothing, but the intake round stays as it is: submissions are taken side by side.
    Admitting,
    /// The intake round, and which submissions wait.
    Intake,
    /// Score files, outcomes, and what is final.
    Outcomes,
    /// Both.
    Everything,
}

/// Numbers of the locks; the other half of a lock's name is the table `place`, so that pools in schemas of
/// one database do not meet.
const INTAKE: i64 = 1;
const OUTCOMES: i64 = 2;

const SHARED: &str =
    "SELECT pg_advisory_xact_lock_shared($1::INTEGER, 'place'::regclass::oid::INTEGER)";
const EXCLUSIVE: &str =
    "SELECT pg_advisory_xact_lock($1::INTEGER, 'place'::regclass::oid::INTEGER)";

impl Alone {
    /// The locks, always in this order: nobody waits for somebody who waits for it.
    const fn locks(self) -> &'static [(&'static str, i64)] {
        match self {
            Self::Rows => &[],
            Self::Admitting => &[(SHARED, INTAKE)],
            Self::Intake => &[(EXCLUSIVE, INTAKE)],
            Self::Outcomes => &[(EXCLUSIVE, OUTCOMES)],
            Self::Everything => &[(EXCLUSIVE, INTAKE), (EXCLUSIVE, OUTCOMES)],
        }
    }
}

impl SqlStore {
    /// A transaction that writes.
    pub(super) async fn writing(&self, alone: Alone) -> Result<Turn> {
        match &self.writer {
            Pool::Sqlite(pool) => Ok(Turn::Sqlite(pool.begin_with("BEGIN IMMEDIATE").await?)),
            Pool::Postgres(pool) => {
                let mut turn = Turn::Postgres(pool.begin().await?);
                for (lock, number) in alone.locks() {
                    query(lock).bind(*number).fetch_all(&mut turn).await?;
                }
                Ok(turn)
            }
        }
    }
}
