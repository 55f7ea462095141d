//! Batches: what waits for a job is frozen into a file.

use super::{
    database::{Row, Turn, query},
    given::Given,
    intake::delegations,
    value::{fixed, integer, number, small, statement, to_json},
};
use crate::store::{Result, StoreError, rounds::FrozenBatch};
use sheaf_format::Key;
use sheaf_protocol::{
    batch::BatchFile,
    intake::MAX_ROUNDS_BACK,
    statement::{Signed, Submission},
};
use std::collections::BTreeSet;

/// Most submissions of one batch: its file must fit a database value and an answer.
const MAX_BATCH: u32 = 500_000;

/// A frozen batch of the columns job, root, count, units.
pub fn frozen(row: &Row) -> Result<FrozenBatch> {
    Ok(FrozenBatch {
        job: number(row.try_get(0)?)?,
        root: fixed("a root", row.try_get(1)?)?,
        count: small(row.try_get(2)?)?,
        units: number(row.try_get(3)?)?,
    })
}

/// What waits for a job and may be batched in `round`: of each contributor's submissions to one
/// task the first that came.
async fn candidates(turn: &mut Turn, round: u64, job: u64) -> Result<Vec<Signed<Submission>>> {
    let rows = query(
        "SELECT statement FROM submissions
         WHERE job = $1 AND batched_round IS NULL AND earliest_round BETWEEN $2 AND $3
         ORDER BY received_slot, id LIMIT $4",
    )
    .bind(integer(job)?)
    .bind(integer(round.saturating_sub(MAX_ROUNDS_BACK))?)
    .bind(integer(round)?)
    .bind(MAX_BATCH)
    .fetch_all(turn)
    .await?;
    let mut tasks = BTreeSet::new();
    let mut chosen = Vec::with_capacity(rows.len());
    for row in rows {
        let submission: Signed<Submission> = statement(row.try_get(0)?)?;
        if tasks.insert((submission.body.contributor, submission.body.task)) {
            chosen.push(submission);
        }
    }
    Ok(chosen)
}

/// Writes one job's batch and marks its submissions. A batch that is there already stays as it is.
pub async fn freeze(
    turn: &mut Turn,
    round: u64,
    job: u64,
    address: Key,
) -> Result<Option<FrozenBatch>> {
    let submissions = candidates(turn, round, job).await?;
    if submissions.is_empty() {
        return Ok(None);
    }
    let pairs: BTreeSet<(Key, Key)> = submissions
        .iter()
        .map(|entry| (entry.body.contributor, entry.body.node))
        .collect();
    let pairs: Vec<(Key, Key)> = pairs.into_iter().collect();
    let delegations = delegations(turn, &pairs).await?;
    let file = BatchFile::new(address, round, submissions, delegations)
        .map_err(|error| StoreError::corrupt("a batch", error))?;
    let batch = FrozenBatch {
        job,
        root: file.root(),
        count: file.count(),
        units: file.units(),
    };
    // One that was given up may be frozen again.
    let written = query(
        "INSERT INTO batches (round, job, root, count, units, file) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (round, job) DO UPDATE
         SET root = excluded.root, count = excluded.count, units = excluded.units,
             file = excluded.file, abandoned = FALSE
         WHERE batches.abandoned",
    )
    .bind(integer(round)?)
    .bind(integer(job)?)
    .bind(&batch.root[..])
    .bind(batch.count)
    .bind(integer(batch.units)?)
    .bind(to_json("a batch", &file)?)
    .execute(&mut *turn)
    .await?;
    if written == 0 {
        return Ok(None);
    }
    let ids = file.submissions.iter().map(|entry| entry.id().to_vec());
    query(
        "UPDATE submissions SET batched_round = $1 FROM given WHERE submissions.id = given.chosen",
    )
    .bind(integer(round)?)
    .given(Given::default().bytes("chosen", ids))
    .execute(turn)
    .await?;
    Ok(Some(batch))
}

/// Gives up a batch: its submissions wait again.
pub async fn abandon(turn: &mut Turn, round: u64, job: u64) -> Result<()> {
    for change in [
        "UPDATE batches SET abandoned = TRUE WHERE round = $1 AND job = $2",
        "UPDATE submissions SET batched_round = NULL
         WHERE batched_round = $1 AND job = $2 AND NOT paid",
    ] {
        query(change)
            .bind(integer(round)?)
            .bind(integer(job)?)
            .execute(&mut *turn)
            .await?;
    }
    Ok(())
}
