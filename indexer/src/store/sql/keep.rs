//! Transactions with their events, kept once however often they come.

use super::{
    database::{Turn, query},
    given::Given,
    value::integer,
};
use crate::store::{
    Result, StoreError,
    events::{DeadLetter, EventRow, TransactionRow},
};
use solana_sdk::signature::Signature;

/// Keeps transactions with what is in them. Gives how many events are new.
pub async fn keep(turn: &mut Turn, transactions: &[TransactionRow]) -> Result<u64> {
    if transactions.is_empty() {
        return Ok(0);
    }
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
    let new = keep_events(turn, transactions, &slots).await?;
    keep_dead_letters(turn, transactions, &slots).await?;
    Ok(new)
}

async fn keep_events(turn: &mut Turn, from: &[TransactionRow], slots: &[i64]) -> Result<u64> {
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
        return Ok(0);
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
    let new = query(
        "INSERT INTO events (series, sequence, slot, signature, instruction, inner_index, name, data)
         SELECT series, sequence, slot, signature, instruction, inner_index, name, data
         FROM given WHERE TRUE ON CONFLICT DO NOTHING",
    )
    .given(given.clone())
    .execute(&mut *turn)
    .await?;
    check_same(turn, given.clone()).await?;
    query(
        "DELETE FROM dead_letters WHERE EXISTS (
             SELECT 1 FROM given WHERE given.signature = dead_letters.signature
             AND given.instruction = dead_letters.instruction
             AND given.inner_index = dead_letters.inner_index)",
    )
    .given(given)
    .execute(turn)
    .await?;
    Ok(new)
}

/// What is final does not change: an event that comes again is the one that is kept.
async fn check_same(turn: &mut Turn, given: Given) -> Result<()> {
    let changed = query(
        "SELECT given.name, given.sequence FROM given
         JOIN events AS held ON held.series = given.series AND held.sequence = given.sequence
         WHERE held.signature <> given.signature OR held.slot <> given.slot
             OR held.instruction <> given.instruction OR held.inner_index <> given.inner_index
             OR held.data <> given.data",
    )
    .given(given)
    .fetch_optional(turn)
    .await?;
    let Some(changed) = changed else {
        return Ok(());
    };
    let (name, sequence): (String, i64) = (changed.try_get(0)?, changed.try_get(1)?);
    Err(StoreError::corrupt(
        "an event",
        format!(
            "{name} {sequence} comes again and is another than the one that is kept: one of the two was never final"
        ),
    ))
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
