//! Transactions, their events, and acting upon them.

use super::{
    SqliteStore,
    value::{fixed, integer, number, small},
};
use crate::store::{
    EventStore, Result, StoreError,
    events::{Applied, Cursor, Effect, EventRow, Position, TransactionRow},
};
use async_trait::async_trait;
use sheaf_format::Key;
use solana_sdk::signature::Signature;
use sqlx::{Row, SqliteConnection};

async fn cursor(connection: &mut SqliteConnection, series: &Key) -> Result<Cursor> {
    let row =
        sqlx::query("SELECT cursor_signature, cursor_slot, frontier FROM series WHERE series = ?")
            .bind(&series[..])
            .fetch_optional(connection)
            .await?;
    let Some(row) = row else {
        return Ok(Cursor::default());
    };
    let signature: Option<Vec<u8>> = row.try_get(0)?;
    let newest = match signature {
        None => None,
        Some(bytes) => {
            let signature = Signature::from(fixed::<64>("a signature", &bytes)?);
            Some((signature, number(row.try_get(1)?)?))
        }
    };
    Ok(Cursor {
        newest,
        frontier: number(row.try_get(2)?)?,
    })
}

async fn keep(connection: &mut SqliteConnection, transaction: &TransactionRow) -> Result<()> {
    let (signature, slot) = (transaction.signature, integer(transaction.slot)?);
    sqlx::query("INSERT INTO transactions (signature, slot) VALUES (?, ?) ON CONFLICT DO NOTHING")
        .bind(signature.as_ref())
        .bind(slot)
        .execute(&mut *connection)
        .await?;
    for event in &transaction.events {
        sqlx::query(
            "INSERT INTO events (series, sequence, slot, signature, instruction, inner_index, name, data)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        )
        .bind(&event.series[..])
        .bind(integer(event.sequence)?)
        .bind(slot)
        .bind(signature.as_ref())
        .bind(event.position.instruction)
        .bind(event.position.inner)
        .bind(&event.name)
        .bind(&event.data)
        .execute(&mut *connection)
        .await?;
    }
    for letter in &transaction.dead_letters {
        sqlx::query(
            "INSERT INTO dead_letters (signature, instruction, inner_index, slot, data, reason)
             VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        )
        .bind(signature.as_ref())
        .bind(letter.position.instruction)
        .bind(letter.position.inner)
        .bind(slot)
        .bind(&letter.data)
        .bind(&letter.reason)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// Makes a round's leaves those of the tree and its submissions paid.
async fn make_final(connection: &mut SqliteConnection, round: u64, root: &[u8]) -> Result<Applied> {
    let round = integer(round)?;
    let outcome = sqlx::query("SELECT root FROM outcomes WHERE round = ?")
        .bind(round)
        .fetch_optional(&mut *connection)
        .await?;
    let known: Option<Vec<u8>> = outcome.map(|row| row.try_get(0)).transpose()?;
    if known.as_deref() != Some(root) {
        return Ok(Applied::OutcomeMissing);
    }
    sqlx::query(
        "INSERT INTO leaves (leaf, contributor, cumulative)
         SELECT leaf, contributor, cumulative FROM outcome_leaves WHERE round = ?
         ON CONFLICT (leaf) DO UPDATE SET cumulative = excluded.cumulative
         WHERE leaves.contributor = excluded.contributor",
    )
    .bind(round)
    .execute(&mut *connection)
    .await?;
    sqlx::query("UPDATE submissions SET paid = 1 WHERE batched_round = ?")
        .bind(round)
        .execute(&mut *connection)
        .await?;
    sqlx::query("UPDATE outcomes SET final = 1 WHERE round = ?")
        .bind(round)
        .execute(&mut *connection)
        .await?;
    sqlx::query("UPDATE place SET active_round = ?")
        .bind(round)
        .execute(&mut *connection)
        .await?;
    Ok(Applied::Done)
}

/// Lets a void round's submissions wait again.
async fn make_void(connection: &mut SqliteConnection, round: u64) -> Result<()> {
    sqlx::query(
        "UPDATE submissions SET batched_round = NULL, quality_bps = NULL, amount = NULL
         WHERE batched_round = ? AND paid = 0",
    )
    .bind(integer(round)?)
    .execute(connection)
    .await?;
    Ok(())
}

#[async_trait]
impl EventStore for SqliteStore {
    async fn cursor(&self, series: &Key) -> Result<Cursor> {
        let mut connection = self.pool.acquire().await?;
        cursor(&mut connection, series).await
    }

    async fn record(
        &self,
        series: &Key,
        newest: (Signature, u64),
        transactions: &[TransactionRow],
    ) -> Result<()> {
        let mut turn = self.writing().await?;
        for transaction in transactions {
            keep(&mut turn, transaction).await?;
        }
        sqlx::query(
            "INSERT INTO series (series, cursor_signature, cursor_slot) VALUES (?, ?, ?)
             ON CONFLICT (series) DO UPDATE
             SET cursor_signature = excluded.cursor_signature, cursor_slot = excluded.cursor_slot",
        )
        .bind(&series[..])
        .bind(newest.0.as_ref())
        .bind(integer(newest.1)?)
        .execute(&mut *turn)
        .await?;
        Ok(turn.commit().await?)
    }

    async fn event(&self, series: &Key, sequence: u64) -> Result<Option<EventRow>> {
        let row = sqlx::query(
            "SELECT name, data, instruction, inner_index FROM events
             WHERE series = ? AND sequence = ?",
        )
        .bind(&series[..])
        .bind(integer(sequence)?)
        .fetch_optional(&self.pool)
        .await?;
        row.map(|row| {
            Ok(EventRow {
                series: *series,
                sequence,
                name: row.try_get(0)?,
                data: row.try_get(1)?,
                position: Position {
                    instruction: small(row.try_get(2)?)?,
                    inner: small(row.try_get(3)?)?,
                },
            })
        })
        .transpose()
    }

    async fn highest(&self, series: &Key) -> Result<u64> {
        let row = sqlx::query("SELECT COALESCE(MAX(sequence), 0) FROM events WHERE series = ?")
            .bind(&series[..])
            .fetch_one(&self.pool)
            .await?;
        number(row.try_get(0)?)
    }

    async fn apply(&self, series: &Key, sequence: u64, effect: &Effect) -> Result<Applied> {
        let mut turn = self.writing().await?;
        let frontier = cursor(&mut turn, series).await?.frontier;
        if frontier.checked_add(1) != Some(sequence) {
            return Err(StoreError::corrupt(
                "a series",
                format!("event {sequence} does not follow {frontier}"),
            ));
        }
        let applied = match effect {
            Effect::None => Applied::Done,
            Effect::Final { round, root } => make_final(&mut turn, *round, root).await?,
            Effect::Void { round } => {
                make_void(&mut turn, *round).await?;
                Applied::Done
            }
        };
        if applied == Applied::Done {
            sqlx::query("UPDATE series SET frontier = ? WHERE series = ?")
                .bind(integer(sequence)?)
                .bind(&series[..])
                .execute(&mut *turn)
                .await?;
            turn.commit().await?;
        }
        Ok(applied)
    }
}
