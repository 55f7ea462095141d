//! Transactions before they are sent.

use super::{
    SqliteStore,
    value::{fixed, integer, number},
};
use crate::store::{
    JournalStore, Result,
    journal::{Ending, JournalEntry},
};
use async_trait::async_trait;
use solana_sdk::signature::Signature;
use sqlx::Row;

#[async_trait]
impl JournalStore for SqliteStore {
    async fn open_entry(&self, action: &str) -> Result<Option<JournalEntry>> {
        let row = sqlx::query(
            "SELECT signature, bytes, last_valid_block_height FROM journal
             WHERE action = ? AND state = 'open'",
        )
        .bind(action)
        .fetch_optional(&self.pool)
        .await?;
        row.map(|row| {
            Ok(JournalEntry {
                action: action.to_owned(),
                signature: Signature::from(fixed::<64>("a signature", row.try_get(0)?)?),
                bytes: row.try_get(1)?,
                last_valid_block_height: number(row.try_get(2)?)?,
            })
        })
        .transpose()
    }

    async fn write_entry(&self, entry: &JournalEntry) -> Result<()> {
        sqlx::query(
            "INSERT INTO journal (signature, action, bytes, last_valid_block_height, state)
             VALUES (?, ?, ?, ?, 'open')",
        )
        .bind(entry.signature.as_ref())
        .bind(&entry.action)
        .bind(&entry.bytes)
        .bind(integer(entry.last_valid_block_height)?)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    async fn close_entry(&self, signature: &Signature, ending: Ending, note: &str) -> Result<()> {
        sqlx::query("UPDATE journal SET state = ?, note = ? WHERE signature = ?")
            .bind(ending.name())
            .bind(note)
            .bind(signature.as_ref())
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}
