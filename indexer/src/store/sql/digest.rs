//! One hash over every row of every table: a chain, row by row, in the order of each table's key.

#[cfg(test)]
use super::database::Pool;
use super::{
    SqlStore,
    database::{Row, Value, query},
};
use crate::store::{DigestStore, Result};
use async_trait::async_trait;
use sheaf_format::{Hash, digest::sha256};

/// Every table with the statement that gives its rows in order. Keys are bytes and integers, so that both databases
/// order them alike. Left out are `reading`, which says how far the last poll came, and `ended_rounds`, which is what a process happened to see of a round last.
pub const TABLES: [(&str, &str); 16] = [
    ("batches", "SELECT * FROM batches ORDER BY round, job"),
    (
        "dead_letters",
        "SELECT * FROM dead_letters ORDER BY signature, instruction, inner_index",
    ),
    (
        "delegations",
        "SELECT * FROM delegations ORDER BY contributor, node",
    ),
    (
        "early_events",
        "SELECT * FROM early_events ORDER BY series, signature, instruction, inner_index",
    ),
    ("events", "SELECT * FROM events ORDER BY series, sequence"),
    (
        // Named, because the two databases have them in other orders.
        "journal",
        "SELECT signature, action, bytes, last_valid_block_height, since_slot, state, slot, note
         FROM journal ORDER BY signature",
    ),
    ("leaves", "SELECT * FROM leaves ORDER BY leaf"),
    (
        "outcome_leaves",
        "SELECT * FROM outcome_leaves ORDER BY round, leaf",
    ),
    ("outcomes", "SELECT * FROM outcomes ORDER BY round"),
    ("place", "SELECT * FROM place ORDER BY one"),
    ("reviews", "SELECT * FROM reviews ORDER BY id"),
    (
        "score_files",
        "SELECT * FROM score_files ORDER BY round, validator",
    ),
    ("series", "SELECT * FROM series ORDER BY series"),
    (
        "specifications",
        "SELECT * FROM specifications ORDER BY job",
    ),
    ("submissions", "SELECT * FROM submissions ORDER BY id"),
    (
        "transactions",
        "SELECT * FROM transactions ORDER BY signature",
    ),
];

/// A row as bytes: each column with its name, its kind and its length.
fn row_bytes(row: &Row) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    for (column, name) in row.columns().into_iter().enumerate() {
        put(&mut bytes, b'c', name.as_bytes());
        match row.value(column)? {
            Value::Integer(None) => put(&mut bytes, b'n', &[]),
            Value::Integer(Some(value)) => put(&mut bytes, b'i', &value.to_be_bytes()),
            Value::Flag(value) => put(&mut bytes, b'i', &i64::from(value).to_be_bytes()),
            Value::Bytes(value) => put(&mut bytes, b'b', &value),
            Value::Text(value) => put(&mut bytes, b't', value.as_bytes()),
        }
    }
    Ok(bytes)
}

fn put(bytes: &mut Vec<u8>, kind: u8, value: &[u8]) {
    bytes.push(kind);
    bytes.extend((value.len() as u64).to_be_bytes());
    bytes.extend(value);
}

#[async_trait]
impl DigestStore for SqlStore {
    async fn digest(&self) -> Result<Hash> {
        let mut turn = self.readers.snapshot().await?;
        let mut digest = sha256(&[b"sheaf:store:v1"]);
        for (name, rows) in TABLES {
            digest = sha256(&[&digest, b"table", name.as_bytes()]);
            query(rows)
                .for_each(&mut turn, |row| {
                    digest = sha256(&[&digest, b"row", &row_bytes(&row)?]);
                    Ok(())
                })
                .await?;
        }
        Ok(digest)
    }
}

#[cfg(test)]
impl SqlStore {
    /// Every table there is, by name.
    pub(in crate::store) async fn all_tables(&self) -> Result<Vec<String>> {
        let names = match &self.readers {
            // Its own tables begin with its name.
            Pool::Sqlite(_) => {
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
                 ORDER BY name"
            }
            Pool::Postgres(_) => {
                "SELECT tablename::TEXT FROM pg_tables WHERE schemaname = current_schema()
                 ORDER BY tablename"
            }
        };
        let rows = query(names).fetch_all(&self.readers).await?;
        rows.iter().map(|row| row.try_get(0)).collect()
    }

    /// Every table in the digest, with its number of rows.
    pub(in crate::store) async fn digested_tables(&self) -> Result<Vec<(&'static str, usize)>> {
        let mut tables = Vec::new();
        for (name, rows) in TABLES {
            let rows = query(rows).fetch_all(&self.readers).await?;
            tables.push((name, rows.len()));
        }
        Ok(tables)
    }
}
