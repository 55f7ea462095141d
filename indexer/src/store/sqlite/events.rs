//! Transactions, their events, and acting upon them.

use super::{
    SqliteStore,
    value::{fixed, integer, number, small, wide},
};
use crate::store::{
    EventStore, Result, StoreError,
    events::{
        Applied, Beginning, DeadLetter, EarlyEvent, Effect, EventRow, KeptLetter, Position, Series,
        TransactionRow,
    },
};
use async_trait::async_trait;
use sheaf_format::Key;
use solana_sdk::signature::Signature;
use sqlx::{Row, SqliteConnection};
use std::collections::BTreeSet;

/// Signatures that one statement asks for.
const SIGNATURES_PER_QUERY: usize = 500;

async fn series_of(connection: &mut SqliteConnection, series: &Key) -> Result<Series> {
    let row = sqlx::query("SELECT frontier, base, base_slot FROM series WHERE series = ?")
        .bind(&series[..])
        .fetch_optional(connection)
        .await?;
    let Some(row) = row else {
        return Ok(Series::default());
    };
    Ok(Series {
        frontier: number(row.try_get(0)?)?,
        base: number(row.try_get(1)?)?,
        base_slot: number(row.try_get(2)?)?,
    })
}

fn signature(bytes: &[u8]) -> Result<Signature> {
    Ok(Signature::from(fixed::<64>("a signature", bytes)?))
}

fn position(instruction: i64, inner: i64) -> Result<Position> {
    Ok(Position {
        instruction: small(instruction)?,
        inner: small(inner)?,
    })
}

/// Keeps a transaction. Gives how many of its events are new.
async fn keep(connection: &mut SqliteConnection, transaction: &TransactionRow) -> Result<u64> {
    let (signature, slot) = (transaction.signature, integer(transaction.slot)?);
    sqlx::query("INSERT INTO transactions (signature, slot) VALUES (?, ?) ON CONFLICT DO NOTHING")
        .bind(signature.as_ref())
        .bind(slot)
        .execute(&mut *connection)
        .await?;
    let mut new = 0;
    for event in &transaction.events {
        let added = sqlx::query(
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
        if added.rows_affected() == 0 {
            check_same(connection, &signature, event).await?;
        }
        new += added.rows_affected();
        sqlx::query(
            "DELETE FROM dead_letters WHERE signature = ? AND instruction = ? AND inner_index = ?",
        )
        .bind(signature.as_ref())
        .bind(event.position.instruction)
        .bind(event.position.inner)
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
    Ok(new)
}

/// What is final does not change: an event that comes again is the one that is kept.
async fn check_same(
    connection: &mut SqliteConnection,
    signature: &Signature,
    event: &EventRow,
) -> Result<()> {
    let row = sqlx::query("SELECT signature, data FROM events WHERE series = ? AND sequence = ?")
        .bind(&event.series[..])
        .bind(integer(event.sequence)?)
        .fetch_one(connection)
        .await?;
    let (held, data): (Vec<u8>, Vec<u8>) = (row.try_get(0)?, row.try_get(1)?);
    if held == signature.as_ref() && data == event.data {
        return Ok(());
    }
    Err(StoreError::corrupt(
        "an event",
        format!(
            "{} {} comes again from transaction {signature} and is another than the one that is kept: one of the two was never final",
            event.name, event.sequence
        ),
    ))
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
    async fn series(&self, series: &Key) -> Result<Series> {
        let mut connection = self.readers.acquire().await?;
        series_of(&mut connection, series).await
    }

    async fn complete(&self, series: &Key, from: u64) -> Result<u64> {
        if self.event(series, from.saturating_add(1)).await?.is_none() {
            return Ok(from);
        }
        let row = sqlx::query(
            "SELECT sequence FROM events AS held WHERE series = ? AND sequence > ?
             AND NOT EXISTS (SELECT 1 FROM events AS later
                             WHERE later.series = held.series AND later.sequence = held.sequence + 1)
             ORDER BY sequence LIMIT 1",
        )
        .bind(&series[..])
        .bind(integer(from)?)
        .fetch_one(&self.readers)
        .await?;
        number(row.try_get(0)?)
    }

    async fn record(&self, transactions: &[TransactionRow]) -> Result<u64> {
        let mut turn = self.writing().await?;
        let mut new = 0;
        for transaction in transactions {
            new += keep(&mut turn, transaction).await?;
        }
        turn.commit().await?;
        Ok(new)
    }

    async fn unknown(&self, signatures: &[Signature]) -> Result<BTreeSet<Signature>> {
        let mut unknown: BTreeSet<Signature> = signatures.iter().copied().collect();
        for some in signatures.chunks(SIGNATURES_PER_QUERY) {
            let mut query =
                sqlx::QueryBuilder::new("SELECT signature FROM transactions WHERE signature IN (");
            let mut list = query.separated(", ");
            for known in some {
                list.push_bind(known.as_ref().to_vec());
            }
            query.push(")");
            for row in query.build().fetch_all(&self.readers).await? {
                unknown.remove(&signature(row.try_get(0)?)?);
            }
        }
        Ok(unknown)
    }

    async fn event(&self, series: &Key, sequence: u64) -> Result<Option<EventRow>> {
        let row = sqlx::query(
            "SELECT name, data, instruction, inner_index FROM events
             WHERE series = ? AND sequence = ?",
        )
        .bind(&series[..])
        .bind(integer(sequence)?)
        .fetch_optional(&self.readers)
        .await?;
        row.map(|row| {
            Ok(EventRow {
                series: *series,
                sequence,
                name: row.try_get(0)?,
                data: row.try_get(1)?,
                position: position(row.try_get(2)?, row.try_get(3)?)?,
            })
        })
        .transpose()
    }

    async fn position(&self, series: &Key, sequence: u64) -> Result<Option<(Signature, u64)>> {
        let row =
            sqlx::query("SELECT signature, slot FROM events WHERE series = ? AND sequence = ?")
                .bind(&series[..])
                .bind(integer(sequence)?)
                .fetch_optional(&self.readers)
                .await?;
        row.map(|row| Ok((signature(row.try_get(0)?)?, number(row.try_get(1)?)?)))
            .transpose()
    }

    async fn before(&self, series: &Key, sequence: u64, slot: u64) -> Result<Option<Signature>> {
        let row = sqlx::query(
            "SELECT signature FROM events WHERE series = ? AND sequence <= ? AND slot < ?
             ORDER BY sequence DESC LIMIT 1",
        )
        .bind(&series[..])
        .bind(integer(sequence)?)
        .bind(integer(slot)?)
        .fetch_optional(&self.readers)
        .await?;
        row.map(|row| signature(row.try_get(0)?)).transpose()
    }

    async fn highest(&self, series: &Key) -> Result<u64> {
        let row = sqlx::query("SELECT COALESCE(MAX(sequence), 0) FROM events WHERE series = ?")
            .bind(&series[..])
            .fetch_one(&self.readers)
            .await?;
        number(row.try_get(0)?)
    }

    async fn apply(&self, series: &Key, sequence: u64, effect: &Effect) -> Result<Applied> {
        let mut turn = self.writing().await?;
        let frontier = series_of(&mut turn, series).await?.frontier;
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
            sqlx::query(
                "INSERT INTO series (series, frontier) VALUES (?, ?)
                 ON CONFLICT (series) DO UPDATE SET frontier = excluded.frontier",
            )
            .bind(&series[..])
            .bind(integer(sequence)?)
            .execute(&mut *turn)
            .await?;
            turn.commit().await?;
        }
        Ok(applied)
    }

    async fn replace_early(&self, series: &Key, events: &[EarlyEvent]) -> Result<()> {
        let mut turn = self.writing().await?;
        sqlx::query("DELETE FROM early_events WHERE series = ?")
            .bind(&series[..])
            .execute(&mut *turn)
            .await?;
        for early in events {
            sqlx::query(
                "INSERT INTO early_events
                     (series, signature, instruction, inner_index, sequence, slot, name, data)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            )
            .bind(&series[..])
            .bind(early.signature.as_ref())
            .bind(early.event.position.instruction)
            .bind(early.event.position.inner)
            .bind(integer(early.event.sequence)?)
            .bind(integer(early.slot)?)
            .bind(&early.event.name)
            .bind(&early.event.data)
            .execute(&mut *turn)
            .await?;
        }
        Ok(turn.commit().await?)
    }

    async fn early(&self, series: &Key) -> Result<Vec<EarlyEvent>> {
        let rows = sqlx::query(
            "SELECT signature, slot, sequence, name, data, instruction, inner_index
             FROM early_events WHERE series = ? ORDER BY sequence, signature",
        )
        .bind(&series[..])
        .fetch_all(&self.readers)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(EarlyEvent {
                    signature: signature(row.try_get(0)?)?,
                    slot: number(row.try_get(1)?)?,
                    event: EventRow {
                        series: *series,
                        sequence: number(row.try_get(2)?)?,
                        name: row.try_get(3)?,
                        data: row.try_get(4)?,
                        position: position(row.try_get(5)?, row.try_get(6)?)?,
                    },
                })
            })
            .collect()
    }

    async fn dead_letters(&self) -> Result<Vec<KeptLetter>> {
        let rows = sqlx::query(
            "SELECT signature, slot, data, reason, instruction, inner_index
             FROM dead_letters ORDER BY slot, signature, instruction, inner_index",
        )
        .fetch_all(&self.readers)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(KeptLetter {
                    signature: signature(row.try_get(0)?)?,
                    slot: number(row.try_get(1)?)?,
                    letter: DeadLetter {
                        data: row.try_get(2)?,
                        reason: row.try_get(3)?,
                        position: position(row.try_get(4)?, row.try_get(5)?)?,
                    },
                })
            })
            .collect()
    }

    async fn begin(&self, beginning: &Beginning) -> Result<bool> {
        let mut turn = self.writing().await?;
        let held = sqlx::query(
            "SELECT (SELECT COUNT(*) FROM events) + (SELECT COUNT(*) FROM leaves)
                  + (SELECT COUNT(*) FROM series)",
        )
        .fetch_one(&mut *turn)
        .await?;
        if number(held.try_get(0)?)? > 0 {
            return Ok(false);
        }
        for (series, last) in &beginning.series {
            sqlx::query(
                "INSERT INTO series (series, frontier, base, base_slot) VALUES (?, ?, ?, ?)",
            )
            .bind(&series[..])
            .bind(integer(*last)?)
            .bind(integer(*last)?)
            .bind(integer(beginning.slot)?)
            .execute(&mut *turn)
            .await?;
        }
        for (index, leaf) in (0i64..).zip(&beginning.leaves) {
            sqlx::query("INSERT INTO leaves (leaf, contributor, cumulative) VALUES (?, ?, ?)")
                .bind(index)
                .bind(&leaf.contributor[..])
                .bind(wide(leaf.cumulative))
                .execute(&mut *turn)
                .await?;
        }
        sqlx::query("UPDATE place SET active_round = ?")
            .bind(integer(beginning.active_round)?)
            .execute(&mut *turn)
            .await?;
        turn.commit().await?;
        Ok(true)
    }
}
