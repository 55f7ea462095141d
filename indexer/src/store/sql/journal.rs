//! Transactions before they are sent.

use super::{
    SqlStore,
    database::query,
    value::{fixed, integer, number},
};
use crate::store::{
    JournalStore, Result,
    journal::{Ending, JournalEntry},
};
use async_trait::async_trait;
use solana_sdk::signature::Signature;

#[async_trait]
impl JournalStore for SqlStore {
    async fn open_entry(&self, action: &str) -> Result<Option<JournalEntry>> {
        let row = query(
            "SELECT signature, bytes, last_valid_block_height FROM journal
             WHERE action = $1 AND state = 'open'",
        )
        .bind(action)
        .fetch_optional(&self.readers)
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
        query(
            "INSERT INTO journal (signature, action, bytes, last_valid_block_height, state)
             VALUES ($1, $2, $3, $4, 'open')",
        )
        .bind(entry.signature.as_ref())
        .bind(entry.action.as_str())
        .bind(entry.bytes.as_slice())
        .bind(integer(entry.last_valid_block_height)?)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    async fn close_entry(&self, signature: &Signature, ending: Ending, note: &str) -> Result<()> {
        query("UPDATE journal SET state = $1, note = $2 WHERE signature = $3")
            .bind(ending.name())
            .bind(note)
            .bind(signature.as_ref())
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}
