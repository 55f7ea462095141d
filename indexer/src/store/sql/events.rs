//! Events read back, and acted upon.

use super::{
    SqlStore,
    database::{On, Row, Turn, query},
    effects::{make_final, make_void},
    given::Given,
    keep::keep,
    turn::Alone,
    value::{fixed, integer, number, small, wide},
};
use crate::store::{
    EventStore, Result, StoreError,
    events::{
        Applied, Beginning, DeadLetter, EarlyEvent, Effect, EventRow, KeptLetter, Position,
        Reading, Series, TransactionRow,
    },
};
use async_trait::async_trait;
use sheaf_format::Key;
use solana_sdk::signature::Signature;
use std::collections::BTreeSet;

fn signature(bytes: &[u8]) -> Result<Signature> {
    Ok(Signature::from(fixed::<64>("a signature", bytes)?))
}

fn position(instruction: i64, inner: i64) -> Result<Position> {
    Ok(Position {
        instruction: small(instruction)?,
        inner: small(inner)?,
    })
}

/// Moves the frontier to `to`, if it stands at `from`. One of several who try does it.
async fn move_frontier(turn: &mut Turn, series: &Key, from: u64, to: u64) -> Result<()> {
    query("INSERT INTO series (series) VALUES ($1) ON CONFLICT DO NOTHING")
        .bind(&series[..])
        .execute(&mut *turn)
        .await?;
    let moved = query("UPDATE series SET frontier = $1 WHERE series = $2 AND frontier = $3")
        .bind(integer(to)?)
        .bind(&series[..])
        .bind(integer(from)?)
        .execute(turn)
        .await?;
    match moved {
        1 => Ok(()),
        _ => Err(out_of_order(to)),
    }
}

fn out_of_order(sequence: u64) -> StoreError {
    let reason = format!("event {sequence} does not follow the last one acted upon");
    StoreError::corrupt("a series", reason)
}

/// An event of a series, of which the row says number, name, data and position in these columns.
fn event(series: &Key, row: &Row, first: usize) -> Result<EventRow> {
    Ok(EventRow {
        series: *series,
        sequence: number(row.try_get(first)?)?,
        name: row.try_get(first + 1)?,
        data: row.try_get(first + 2)?,
        position: position(row.try_get(first + 3)?, row.try_get(first + 4)?)?,
    })
}

async fn sole_number(on: impl Into<On<'_>>, text: &'static str) -> Result<u64> {
    let row = query(text).fetch_one(on).await?;
    number(row.try_get(0)?)
}

#[async_trait]
impl EventStore for SqlStore {
    async fn series(&self, series: &Key) -> Result<Series> {
        let row = query("SELECT frontier, base, base_slot FROM series WHERE series = $1")
            .bind(&series[..])
            .fetch_optional(&self.readers)
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

    async fn complete(&self, series: &Key, from: u64) -> Result<u64> {
        if self.event(series, from.saturating_add(1)).await?.is_none() {
            return Ok(from);
        }
        let row = query(
            "SELECT sequence FROM events AS held WHERE series = $1 AND sequence > $2
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
        let mut turn = self.writing(Alone::Rows).await?;
        let new = keep(&mut turn, transactions).await?;
        turn.commit().await?;
        Ok(new)
    }

    async fn unknown(&self, signatures: &[Signature]) -> Result<BTreeSet<Signature>> {
        let mut unknown: BTreeSet<Signature> = signatures.iter().copied().collect();
        if unknown.is_empty() {
            return Ok(unknown);
        }
        let given = Given::default().bytes(
            "signature",
            unknown.iter().map(|known| known.as_ref().to_vec()),
        );
        let known = query(
            "SELECT transactions.signature FROM given
             JOIN transactions ON transactions.signature = given.signature",
        )
        .given(given)
        .fetch_all(&self.readers)
        .await?;
        for row in known {
            unknown.remove(&signature(row.try_get(0)?)?);
        }
        Ok(unknown)
    }

    async fn event(&self, series: &Key, sequence: u64) -> Result<Option<EventRow>> {
        let row = query(
            "SELECT sequence, name, data, instruction, inner_index FROM events
             WHERE series = $1 AND sequence = $2",
        )
        .bind(&series[..])
        .bind(integer(sequence)?)
        .fetch_optional(&self.readers)
        .await?;
        row.map(|row| event(series, &row, 0)).transpose()
    }

    async fn position(&self, series: &Key, sequence: u64) -> Result<Option<(Signature, u64)>> {
        let row = query("SELECT signature, slot FROM events WHERE series = $1 AND sequence = $2")
            .bind(&series[..])
            .bind(integer(sequence)?)
            .fetch_optional(&self.readers)
            .await?;
        row.map(|row| Ok((signature(row.try_get(0)?)?, number(row.try_get(1)?)?)))
            .transpose()
    }

    async fn before(&self, series: &Key, sequence: u64, slot: u64) -> Result<Option<Signature>> {
        let row = query(
            "SELECT signature FROM events WHERE series = $1 AND sequence <= $2 AND slot < $3
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
        let row = query("SELECT COALESCE(MAX(sequence), 0) FROM events WHERE series = $1")
            .bind(&series[..])
            .fetch_one(&self.readers)
            .await?;
        number(row.try_get(0)?)
    }

    async fn following(&self, series: &Key, sequence: u64, most: u32) -> Result<Vec<EventRow>> {
        let rows = query(
            "SELECT sequence, name, data, instruction, inner_index FROM events
             WHERE series = $1 AND sequence > $2 ORDER BY sequence LIMIT $3",
        )
        .bind(&series[..])
        .bind(integer(sequence)?)
        .bind(i64::from(most))
        .fetch_all(&self.readers)
        .await?;
        let mut events = Vec::with_capacity(rows.len());
        for (row, expected) in rows.iter().zip(sequence.saturating_add(1)..) {
            let next = event(series, row, 0)?;
            if next.sequence != expected {
                break;
            }
            events.push(next);
        }
        Ok(events)
    }

    async fn pass(&self, series: &Key, from: u64, to: u64) -> Result<()> {
        let mut turn = self.writing(Alone::Rows).await?;
        let row = query(
            "SELECT COUNT(*) FROM events WHERE series = $1 AND sequence > $2 AND sequence <= $3",
        )
        .bind(&series[..])
        .bind(integer(from)?)
        .bind(integer(to)?)
        .fetch_one(&mut turn)
        .await?;
        if Some(number(row.try_get(0)?)?) != to.checked_sub(from) {
            return Err(out_of_order(to));
        }
        move_frontier(&mut turn, series, from, to).await?;
        turn.commit().await
    }

    async fn apply(&self, series: &Key, sequence: u64, effect: &Effect) -> Result<Applied> {
        let alone = match effect {
            Effect::None => Alone::Rows,
            Effect::Final { .. } | Effect::Void { .. } => Alone::Everything,
        };
        let mut turn = self.writing(alone).await?;
        let before = sequence.checked_sub(1);
        let before = before.ok_or_else(|| out_of_order(sequence))?;
        move_frontier(&mut turn, series, before, sequence).await?;
        let applied = match effect {
            Effect::None => Applied::Done,
            Effect::Final { round, root } => make_final(&mut turn, *round, root).await?,
            Effect::Void { round } => {
                make_void(&mut turn, *round).await?;
                Applied::Done
            }
        };
        if applied == Applied::Done {
            turn.commit().await?;
        }
        Ok(applied)
    }

    async fn replace_early(&self, series: &Key, events: &[EarlyEvent]) -> Result<()> {
        let mut turn = self.writing(Alone::Rows).await?;
        query("DELETE FROM early_events WHERE series = $1")
            .bind(&series[..])
            .execute(&mut turn)
            .await?;
        for early in events {
            query(
                "INSERT INTO early_events
                     (series, signature, instruction, inner_index, sequence, slot, name, data)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            )
            .bind(&series[..])
            .bind(early.signature.as_ref())
            .bind(early.event.position.instruction)
            .bind(early.event.position.inner)
            .bind(integer(early.event.sequence)?)
            .bind(integer(early.slot)?)
            .bind(early.event.name.as_str())
            .bind(early.event.data.as_slice())
            .execute(&mut turn)
            .await?;
        }
        turn.commit().await
    }

    async fn early(&self, series: &Key) -> Result<Vec<EarlyEvent>> {
        let rows = query(
            "SELECT signature, slot, sequence, name, data, instruction, inner_index
             FROM early_events WHERE series = $1 ORDER BY sequence, signature",
        )
        .bind(&series[..])
        .fetch_all(&self.readers)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(EarlyEvent {
                    signature: signature(row.try_get(0)?)?,
                    slot: number(row.try_get(1)?)?,
                    event: event(series, row, 2)?,
                })
            })
            .collect()
    }

    async fn dead_letters(&self) -> Result<Vec<KeptLetter>> {
        let rows = query(
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
        let mut turn = self.writing(Alone::Everything).await?;
        let held = sole_number(
            &mut turn,
            "SELECT (SELECT COUNT(*) FROM events) + (SELECT COUNT(*) FROM leaves)
                  + (SELECT COUNT(*) FROM series)",
        )
        .await?;
        if held > 0 {
            return Ok(false);
        }
        for (series, last) in &beginning.series {
            query("INSERT INTO series (series, frontier, base, base_slot) VALUES ($1, $2, $2, $3)")
                .bind(&series[..])
                .bind(integer(*last)?)
                .bind(integer(beginning.slot)?)
                .execute(&mut turn)
                .await?;
        }
        if !beginning.leaves.is_empty() {
            let leaves = &beginning.leaves;
            let given = Given::default()
                .integers("leaf", (0i64..).take(leaves.len()))
                .bytes(
                    "contributor",
                    leaves.iter().map(|leaf| leaf.contributor.to_vec()),
                )
                .bytes(
                    "cumulative",
                    leaves.iter().map(|leaf| wide(leaf.cumulative)),
                );
            query(
                "INSERT INTO leaves (leaf, contributor, cumulative)
                 SELECT leaf, contributor, cumulative FROM given",
            )
            .given(given)
            .execute(&mut turn)
            .await?;
        }
        query("UPDATE place SET active_round = $1")
            .bind(integer(beginning.active_round)?)
            .execute(&mut turn)
            .await?;
        turn.commit().await?;
        Ok(true)
    }

    async fn set_reading(&self, reading: &Reading) -> Result<()> {
        let waits_for = reading.waits_for_outcome.map(integer).transpose()?;
        query(
            "INSERT INTO reading (one, slot, waits_for_outcome) VALUES (1, $1, $2)
             ON CONFLICT (one) DO UPDATE
             SET slot = excluded.slot, waits_for_outcome = excluded.waits_for_outcome",
        )
        .bind(integer(reading.slot)?)
        .bind(waits_for)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    async fn reading(&self) -> Result<Reading> {
        let row = query("SELECT slot, waits_for_outcome FROM reading")
            .fetch_optional(&self.readers)
            .await?;
        let Some(row) = row else {
            return Ok(Reading::default());
        };
        let waits_for: Option<i64> = row.try_get(1)?;
        Ok(Reading {
            slot: number(row.try_get(0)?)?,
            waits_for_outcome: waits_for.map(number).transpose()?,
        })
    }
}
