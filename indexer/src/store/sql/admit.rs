//! Admissions: many submissions stored in one transaction, in a few statements.
//!
//! All go in that nothing stands against: the table's constraints say what does, and decide between
//! processes that admit at once. Only those that did not go in are asked about.

use super::{
    SqlStore,
    database::{Turn, query},
    given::Given,
    rounds::intake_round,
    turn::Alone,
    value::{fixed, index, integer, statement, wide},
};
use crate::store::{
    Result, StoreError,
    intake::{Admission, Admitted},
};
use sheaf_format::Hash;
use std::collections::{BTreeMap, BTreeSet};

/// How often admissions are tried again that waited for others in a circle.
const TRIES: usize = 5;

/// Stores admissions; gives one answer for each, in their order.
pub async fn admit_all(store: &SqlStore, admissions: &[Admission]) -> Result<Vec<Admitted>> {
    if admissions.is_empty() {
        return Ok(Vec::new());
    }
    let mut tries = 1;
    loop {
        match admit_once(store, admissions).await {
            // Two that want each other's nonces: the database ended one of them.
            Err(error) if is_deadlock(&error) && tries < TRIES => tries += 1,
            answered => return answered,
        }
    }
}

fn is_deadlock(error: &StoreError) -> bool {
    const DEADLOCK_DETECTED: &str = "40P01";
    match error {
        StoreError::Database(sqlx::Error::Database(error)) => {
            error.code().as_deref() == Some(DEADLOCK_DETECTED)
        }
        _ => false,
    }
}

async fn admit_once(store: &SqlStore, admissions: &[Admission]) -> Result<Vec<Admitted>> {
    let ids: Vec<Hash> = admissions.iter().map(|one| one.submission.id()).collect();
    let mut turn = store.writing(Alone::Admitting).await?;
    let round = intake_round(&mut turn).await?;
    let mut stored = insert(&mut turn, admissions, &ids, round).await?;
    let mut answers: Vec<Option<Admitted>> = Vec::with_capacity(ids.len());
    let mut open = Vec::new();
    for (index, id) in ids.iter().enumerate() {
        // The first of the same id is the stored one.
        let is_stored = admissions[index].receipt.body.round == round && stored.remove(id);
        if !is_stored {
            open.push(index);
        }
        answers.push(is_stored.then_some(Admitted::Stored));
    }
    if !open.is_empty() {
        let known = ask(&mut turn, admissions, &ids, &open, round).await?;
        for (index, answer) in known {
            answers[index] = Some(answer);
        }
    }
    turn.commit().await?;
    let missing = || StoreError::corrupt("an admission", "there is no answer to it");
    answers
        .into_iter()
        .map(|answer| answer.ok_or_else(missing))
        .collect()
}

/// Stores those that nothing stands against. Gives their ids.
async fn insert(
    turn: &mut Turn,
    admissions: &[Admission],
    ids: &[Hash],
    round: u64,
) -> Result<BTreeSet<Hash>> {
    let of_this_round: Vec<(&Admission, &Hash)> = admissions
        .iter()
        .zip(ids)
        .filter(|(one, _)| one.receipt.body.round == round)
        .collect();
    if of_this_round.is_empty() {
        return Ok(BTreeSet::new());
    }
    let bodies = || of_this_round.iter().map(|(one, _)| &one.submission.body);
    let integers = |number: &dyn Fn(&Admission) -> u64| -> Result<Vec<i64>> {
        let numbers = of_this_round.iter().map(|(one, _)| number(one));
        numbers.map(integer).collect()
    };
    let given = Given::default()
        .integers("turn", 0..of_this_round.len() as i64)
        .bytes("id", of_this_round.iter().map(|(_, id)| id.to_vec()))
        .integers("job", integers(&|one| one.job)?)
        .bytes(
            "contributor",
            bodies().map(|body| body.contributor.to_vec()),
        )
        .bytes("node", bodies().map(|body| body.node.to_vec()))
        .bytes("nonce", bodies().map(|body| wide(body.nonce)))
        .integers("task", bodies().map(|body| body.task.into()))
        .bytes("content", bodies().map(|body| body.content_hash.to_vec()))
        .integers(
            "earliest_round",
            integers(&|one| one.submission.body.earliest_round)?,
        )
        .integers("slot", integers(&|one| one.receipt.body.received_slot)?)
        .bytes(
            "statement",
            of_this_round
                .iter()
                .map(|(one, _)| one.submission.to_bytes()),
        )
        .bytes(
            "receipt",
            of_this_round.iter().map(|(one, _)| one.receipt.to_bytes()),
        );
    let rows = query(
        "INSERT INTO submissions (id, job, contributor, node, nonce, task, content_hash,
             earliest_round, intake_round, received_slot, statement, receipt)
         SELECT id, job, contributor, node, nonce, task, content, earliest_round, $1, slot, statement,
             receipt
         FROM given WHERE TRUE ORDER BY turn
         ON CONFLICT DO NOTHING RETURNING id",
    )
    .bind(integer(round)?)
    .given(given)
    .fetch_all(turn)
    .await?;
    rows.iter()
        .map(|row| fixed("an id", row.try_get(0)?))
        .collect()
}

/// Why the admissions at the indices `open` did not go in.
async fn ask(
    turn: &mut Turn,
    admissions: &[Admission],
    ids: &[Hash],
    open: &[usize],
    round: u64,
) -> Result<BTreeMap<usize, Admitted>> {
    let bodies = || open.iter().map(|index| &admissions[*index].submission.body);
    let given = Given::default()
        .integers("place", open.iter().map(|index| *index as i64))
        .bytes("id", open.iter().map(|index| ids[*index].to_vec()))
        .bytes("node", bodies().map(|body| body.node.to_vec()))
        .bytes("nonce", bodies().map(|body| wide(body.nonce)));
    let rows = query(
        "SELECT given.place,
             (SELECT receipt FROM submissions WHERE submissions.id = given.id),
             EXISTS (SELECT 1 FROM submissions
                     WHERE submissions.node = given.node AND submissions.nonce = given.nonce)
         FROM given",
    )
    .given(given)
    .fetch_all(turn)
    .await?;
    let mut answers = BTreeMap::new();
    for row in &rows {
        let place = index(row.try_get(0)?)?;
        let receipt: Option<&[u8]> = row.try_get(1)?;
        let answer = match receipt {
            Some(receipt) => Admitted::Known(Box::new(statement(receipt)?)),
            None if admissions[place].receipt.body.round != round => Admitted::RoundMoved(round),
            None if row.try_get(2)? => Admitted::NonceSeen,
            // The one constraint that is left.
            None => Admitted::TaskTaken,
        };
        answers.insert(place, answer);
    }
    Ok(answers)
}
