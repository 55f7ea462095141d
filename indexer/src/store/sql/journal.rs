//! Transactions before they are sent, and actions that were put aside.

use super::{
    SqlStore,
    database::{Row, query},
    value::{fixed, integer, number},
};
use crate::store::{
    JournalStore, Result, StoreError,
    journal::{ClosedEntry, Ending, JournalEntry, Open, PutAside, Review},
};
use async_trait::async_trait;
use solana_sdk::signature::Signature;

fn signature(row: &Row, column: usize) -> Result<Signature> {
    Ok(Signature::from(fixed::<64>(
        "a signature",
        row.try_get(column)?,
    )?))
}

fn open(row: &Row) -> Result<JournalEntry> {
    Ok(JournalEntry {
        signature: signature(row, 0)?,
        action: row.try_get(1)?,
        bytes: row.try_get(2)?,
        last_valid_block_height: number(row.try_get(3)?)?,
        since_slot: number(row.try_get(4)?)?,
    })
}

fn closed(row: &Row) -> Result<ClosedEntry> {
    let state: String = row.try_get(2)?;
    Ok(ClosedEntry {
        signature: signature(row, 0)?,
        action: row.try_get(1)?,
        ending: Ending::from_name(&state)
            .ok_or_else(|| StoreError::corrupt("a transaction", format!("its state is {state}")))?,
        last_valid_block_height: number(row.try_get(3)?)?,
        since_slot: number(row.try_get(4)?)?,
    })
}

fn review(row: &Row) -> Result<Review> {
    let state: String = row.try_get(6)?;
    Ok(Review {
        id: number(row.try_get(0)?)?,
        aside: PutAside {
            action: row.try_get(1)?,
            reason: row.try_get(2)?,
            detail: row.try_get(3)?,
            bytes: row.try_get(4)?,
            slot: number(row.try_get(5)?)?,
        },
        dropped: state == "dropped",
    })
}

#[async_trait]
impl JournalStore for SqlStore {
    async fn open_entries(&self) -> Result<Vec<JournalEntry>> {
        let rows = query(
            "SELECT signature, action, bytes, last_valid_block_height, since_slot FROM journal
             WHERE state IN ('live', 'uncertain') ORDER BY since_slot, signature",
        )
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(open).collect()
    }

    async fn write_entry(&self, entry: &JournalEntry) -> Result<()> {
        query(
            "INSERT INTO journal
                 (signature, action, bytes, last_valid_block_height, since_slot, state)
             VALUES ($1, $2, $3, $4, $5, 'live')",
        )
        .bind(entry.signature.as_ref())
        .bind(entry.action.as_str())
        .bind(entry.bytes.as_slice())
        .bind(integer(entry.last_valid_block_height)?)
        .bind(integer(entry.since_slot)?)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    async fn mark_entry(&self, signature: &Signature, open: Open, note: &str) -> Result<()> {
        query(
            "UPDATE journal SET state = $1, note = $2
             WHERE signature = $3 AND state IN ('live', 'uncertain')",
        )
        .bind(open.name())
        .bind(note)
        .bind(signature.as_ref())
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    async fn close_entry(
        &self,
        signature: &Signature,
        ending: Ending,
        slot: Option<u64>,
        note: &str,
    ) -> Result<()> {
        query("UPDATE journal SET state = $1, slot = $2, note = $3 WHERE signature = $4")
            .bind(ending.name())
            .bind(slot.map(integer).transpose()?)
            .bind(note)
            .bind(signature.as_ref())
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn closed_entries(&self, count: u32) -> Result<Vec<ClosedEntry>> {
        let rows = query(
            "SELECT signature, action, state, last_valid_block_height, since_slot FROM journal
             WHERE state IN ('landed', 'dead', 'refused') ORDER BY since_slot DESC LIMIT $1",
        )
        .bind(i64::from(count))
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(closed).collect()
    }

    async fn put_aside(&self, aside: &PutAside) -> Result<bool> {
        let done = query(
            "INSERT INTO reviews (action, reason, detail, bytes, slot, state)
             VALUES ($1, $2, $3, $4, $5, 'waiting') ON CONFLICT (action) DO NOTHING",
        )
        .bind(aside.action.as_str())
        .bind(aside.reason.as_str())
        .bind(aside.detail.as_str())
        .bind(aside.bytes.as_slice())
        .bind(integer(aside.slot)?)
        .execute(&self.writer)
        .await?;
        Ok(done == 1)
    }

    async fn reviews(&self) -> Result<Vec<Review>> {
        let rows =
            query("SELECT id, action, reason, detail, bytes, slot, state FROM reviews ORDER BY id")
                .fetch_all(&self.readers)
                .await?;
        rows.iter().map(review).collect()
    }

    async fn retry_review(&self, id: u64) -> Result<bool> {
        let done = query("DELETE FROM reviews WHERE id = $1")
            .bind(integer(id)?)
            .execute(&self.writer)
            .await?;
        Ok(done == 1)
    }

    async fn drop_review(&self, id: u64) -> Result<bool> {
        let done = query("UPDATE reviews SET state = 'dropped' WHERE id = $1")
            .bind(integer(id)?)
            .execute(&self.writer)
            .await?;
        Ok(done == 1)
    }
}
