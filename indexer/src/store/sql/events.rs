//! Transactions, their events, and acting upon them.

use super::{
    SqlStore,
    database::{Turn, query},
    given::Given,
    turn::Alone,
    value::{fixed, integer, number, small},
};
use crate::store::{
    EventStore, Result, StoreError,
    events::{Applied, Cursor, DeadLetter, Effect, EventRow, Position, Reading, TransactionRow},
};
use async_trait::async_trait;
use sheaf_format::{Hash, Key};
use solana_sdk::signature::Signature;

async fn keep(turn: &mut Turn, transactions: &[TransactionRow]) -> Result<()> {
    let slots: Vec<i64> = transactions
        .iter()
        .map(|row| integer(row.slot))
        .collect::<Result<_>>()?;
    let signatures = transactions
        .iter()
        .map(|row| row.signature.as_ref().to_vec());
    let given = Given::default()
        .bytes("signature", signatures)
        .integers("slot", slots.iter().copied());
    query(
        "INSERT INTO transactions (signature, slot) SELECT signature, slot FROM given WHERE TRUE
         ON CONFLICT DO NOTHING",
    )
    .given(given)
    .execute(&mut *turn)
    .await?;
    keep_events(turn, transactions, &slots).await?;
    keep_dead_letters(turn, transactions, &slots).await
}

async fn keep_events(turn: &mut Turn, from: &[TransactionRow], slots: &[i64]) -> Result<()> {
    let events: Vec<(&Signature, i64, &EventRow)> = from
        .iter()
        .zip(slots)
        .flat_map(|(row, slot)| {
            row.events
                .iter()
                .map(|event| (&row.signature, *slot, event))
        })
        .collect();
    if events.is_empty() {
        return Ok(());
    }
    let all = || events.iter().map(|(_, _, event)| *event);
    let sequences: Vec<i64> = all()
        .map(|event| integer(event.sequence))
        .collect::<Result<_>>()?;
    let given = Given::default()
        .bytes("series", all().map(|event| event.series.to_vec()))
        .integers("sequence", sequences)
        .integers("slot", events.iter().map(|(_, slot, _)| *slot))
        .bytes(
            "signature",
            events
                .iter()
                .map(|(signature, ..)| signature.as_ref().to_vec()),
        )
        .integers(
            "instruction",
            all().map(|event| event.position.instruction.into()),
        )
        .integers(
            "inner_index",
            all().map(|event| event.position.inner.into()),
        )
        .texts("name", all().map(|event| event.name.as_str()))
        .bytes("data", all().map(|event| event.data.clone()));
    query(
        "INSERT INTO events (series, sequence, slot, signature, instruction, inner_index, name, data)
         SELECT series, sequence, slot, signature, instruction, inner_index, name, data
         FROM given WHERE TRUE ON CONFLICT DO NOTHING",
    )
    .given(given)
    .execute(turn)
    .await?;
    Ok(())
}

async fn keep_dead_letters(turn: &mut Turn, from: &[TransactionRow], slots: &[i64]) -> Result<()> {
    let letters: Vec<(&Signature, i64, &DeadLetter)> = from
        .iter()
        .zip(slots)
        .flat_map(|(row, slot)| {
            let letters = row.dead_letters.iter();
            letters.map(|letter| (&row.signature, *slot, letter))
        })
        .collect();
    if letters.is_empty() {
        return Ok(());
    }
    let all = || letters.iter().map(|(_, _, letter)| *letter);
    let given = Given::default()
        .bytes(
            "signature",
            letters
                .iter()
                .map(|(signature, ..)| signature.as_ref().to_vec()),
        )
        .integers(
            "instruction",
            all().map(|letter| letter.position.instruction.into()),
        )
        .integers(
            "inner_index",
            all().map(|letter| letter.position.inner.into()),
        )
        .integers("slot", letters.iter().map(|(_, slot, _)| *slot))
        .bytes("data", all().map(|letter| letter.data.clone()))
        .texts("reason", all().map(|letter| letter.reason.as_str()));
    query(
        "INSERT INTO dead_letters (signature, instruction, inner_index, slot, data, reason)
         SELECT signature, instruction, inner_index, slot, data, reason FROM given WHERE TRUE
         ON CONFLICT DO NOTHING",
    )
    .given(given)
    .execute(turn)
    .await?;
    Ok(())
}

/// Makes a round's leaves those of the tree and its submissions paid.
async fn make_final(turn: &mut Turn, round: u64, root: &Hash) -> Result<Applied> {
    let round = integer(round)?;
    let outcome = query("SELECT root FROM outcomes WHERE round = $1")
        .bind(round)
        .fetch_optional(&mut *turn)
        .await?;
    let known: Option<Vec<u8>> = outcome.map(|row| row.try_get(0)).transpose()?;
    if known.as_deref() != Some(&root[..]) {
        return Ok(Applied::OutcomeMissing);
    }
    for change in [
        "INSERT INTO leaves (leaf, contributor, cumulative)
         SELECT leaf, contributor, cumulative FROM outcome_leaves WHERE round = $1
         ON CONFLICT (leaf) DO UPDATE SET cumulative = excluded.cumulative
         WHERE leaves.contributor = excluded.contributor",
        "UPDATE submissions SET paid = TRUE WHERE batched_round = $1",
        "UPDATE outcomes SET final = TRUE WHERE round = $1",
        "UPDATE place SET active_round = $1",
    ] {
        query(change).bind(round).execute(&mut *turn).await?;
    }
    Ok(Applied::Done)
}

/// Lets a void round's submissions wait again.
async fn make_void(turn: &mut Turn, round: u64) -> Result<()> {
    query(
        "UPDATE submissions SET batched_round = NULL, quality_bps = NULL, amount = NULL
         WHERE batched_round = $1 AND NOT paid",
    )
    .bind(integer(round)?)
    .execute(turn)
    .await?;
    Ok(())
}

/// Moves the frontier to `sequence`, if it stands before it. One of several who try does it.
async fn move_frontier(turn: &mut Turn, series: &Key, sequence: u64) -> Result<()> {
    let out_of_order = || {
        let reason = format!("event {sequence} does not follow the last one acted upon");
        StoreError::corrupt("a series", reason)
    };
    let before = sequence.checked_sub(1).ok_or_else(out_of_order)?;
    let moved = query("UPDATE series SET frontier = $1 WHERE series = $2 AND frontier = $3")
        .bind(integer(sequence)?)
        .bind(&series[..])
        .bind(integer(before)?)
        .execute(turn)
        .await?;
    if moved == 1 {
        Ok(())
    } else {
        Err(out_of_order())
    }
}

#[async_trait]
impl EventStore for SqlStore {
    async fn cursor(&self, series: &Key) -> Result<Cursor> {
        let row =
            query("SELECT cursor_signature, cursor_slot, frontier FROM series WHERE series = $1")
                .bind(&series[..])
                .fetch_optional(&self.readers)
                .await?;
        let Some(row) = row else {
            return Ok(Cursor::default());
        };
        let signature: Option<&[u8]> = row.try_get(0)?;
        let newest = match signature {
            None => None,
            Some(bytes) => {
                let signature = Signature::from(fixed::<64>("a signature", bytes)?);
                Some((signature, number(row.try_get(1)?)?))
            }
        };
        Ok(Cursor {
            newest,
            frontier: number(row.try_get(2)?)?,
        })
    }

    async fn record(
        &self,
        series: &Key,
        newest: (Signature, u64),
        transactions: &[TransactionRow],
    ) -> Result<()> {
        let mut turn = self.writing(Alone::Rows).await?;
        if !transactions.is_empty() {
            keep(&mut turn, transactions).await?;
        }
        query(
            "INSERT INTO series (series, cursor_signature, cursor_slot) VALUES ($1, $2, $3)
             ON CONFLICT (series) DO UPDATE
             SET cursor_signature = excluded.cursor_signature, cursor_slot = excluded.cursor_slot",
        )
        .bind(&series[..])
        .bind(newest.0.as_ref())
        .bind(integer(newest.1)?)
        .execute(&mut turn)
        .await?;
        turn.commit().await
    }

    async fn event(&self, series: &Key, sequence: u64) -> Result<Option<EventRow>> {
        let row = query(
            "SELECT name, data, instruction, inner_index FROM events
             WHERE series = $1 AND sequence = $2",
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
                position: Position {
                    instruction: small(row.try_get(2)?)?,
                    inner: small(row.try_get(3)?)?,
                },
            })
        })
        .transpose()
    }

    async fn position(&self, series: &Key, sequence: u64) -> Result<Option<(Signature, u64)>> {
        let row = query("SELECT signature, slot FROM events WHERE series = $1 AND sequence = $2")
            .bind(&series[..])
            .bind(integer(sequence)?)
            .fetch_optional(&self.readers)
            .await?;
        row.map(|row| {
            let signature = Signature::from(fixed::<64>("a signature", row.try_get(0)?)?);
            Ok((signature, number(row.try_get(1)?)?))
        })
        .transpose()
    }

    async fn highest(&self, series: &Key) -> Result<u64> {
        let row = query("SELECT COALESCE(MAX(sequence), 0) FROM events WHERE series = $1")
            .bind(&series[..])
            .fetch_one(&self.readers)
            .await?;
        number(row.try_get(0)?)
    }

    async fn apply(&self, series: &Key, sequence: u64, effect: &Effect) -> Result<Applied> {
        let alone = match effect {
            Effect::None => Alone::Rows,
            Effect::Final { .. } | Effect::Void { .. } => Alone::Everything,
        };
        let mut turn = self.writing(alone).await?;
        move_frontier(&mut turn, series, sequence).await?;
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
