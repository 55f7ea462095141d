//! What is known about submissions before they are checked: asked for many at once.

use super::{
    SqlStore,
    database::query,
    given::Given,
    value::{index, integer, number, statement, wide},
};
use crate::store::{
    Result,
    intake::{Acquaintance, COUNTED},
};
use sheaf_protocol::statement::{Body, Signed, Submission};
use std::collections::{BTreeMap, BTreeSet};

/// What is known about submissions, each with the number of its job: one answer for each, in order.
pub async fn acquaint_all(
    store: &SqlStore,
    submissions: &[(Signed<Submission>, u64)],
    intake_round: u64,
) -> Result<Vec<Acquaintance>> {
    if submissions.is_empty() {
        return Ok(Vec::new());
    }
    let waiting = waiting(store, submissions).await?;
    let bodies = || submissions.iter().map(|(submission, _)| &submission.body);
    let jobs: Vec<i64> = submissions
        .iter()
        .map(|(_, job)| integer(*job))
        .collect::<Result<_>>()?;
    let ids = submissions
        .iter()
        .map(|(submission, _)| submission.id().to_vec());
    let given = Given::default()
        .integers("place", 0..submissions.len() as i64)
        .bytes("id", ids)
        .bytes("node", bodies().map(|body| body.node.to_vec()))
        .bytes("nonce", bodies().map(|body| wide(body.nonce)))
        .integers("job", jobs)
        .bytes(
            "contributor",
            bodies().map(|body| body.contributor.to_vec()),
        )
        .integers("task", bodies().map(|body| body.task.into()));
    let rows = query(
        "SELECT given.place,
             (SELECT known.receipt FROM submissions AS known WHERE known.id = given.id),
             EXISTS (SELECT 1 FROM submissions AS other
                     WHERE other.node = given.node AND other.nonce = given.nonce
                         AND other.id <> given.id),
             EXISTS (SELECT 1 FROM submissions AS other
                     WHERE other.job = given.job AND other.contributor = given.contributor
                         AND other.task = given.task AND other.intake_round = $1
                         AND other.id <> given.id),
             (SELECT delegations.statement FROM delegations
              WHERE delegations.contributor = given.contributor AND delegations.node = given.node)
         FROM given",
    )
    .bind(integer(intake_round)?)
    .given(given)
    .fetch_all(&store.readers)
    .await?;
    let mut answers = vec![Acquaintance::default(); submissions.len()];
    for row in &rows {
        let place = index(row.try_get(0)?)?;
        answers[place] = Acquaintance {
            receipt: maybe_statement(row.try_get(1)?)?,
            nonce_seen: row.try_get(2)?,
            task_taken: row.try_get(3)?,
            delegation: maybe_statement(row.try_get(4)?)?,
            waiting: waiting.get(&submissions[place].1).copied().unwrap_or(0),
        };
    }
    Ok(answers)
}

/// A statement that may be missing.
fn maybe_statement<B: Body>(bytes: Option<&[u8]>) -> Result<Option<Signed<B>>> {
    bytes.map(statement).transpose()
}

/// How many wait for each of the jobs, counted once for each.
async fn waiting(
    store: &SqlStore,
    submissions: &[(Signed<Submission>, u64)],
) -> Result<BTreeMap<u64, u64>> {
    let jobs: BTreeSet<u64> = submissions.iter().map(|(_, job)| *job).collect();
    let jobs: Vec<i64> = jobs.into_iter().map(integer).collect::<Result<_>>()?;
    let rows = query(
        "SELECT given.job,
             (SELECT COUNT(*) FROM (SELECT 1 FROM submissions
                  WHERE submissions.job = given.job AND submissions.batched_round IS NULL
                  LIMIT $1) AS counted)
         FROM given",
    )
    .bind(integer(COUNTED)?)
    .given(Given::default().integers("job", jobs))
    .fetch_all(&store.readers)
    .await?;
    rows.iter()
        .map(|row| Ok((number(row.try_get(0)?)?, number(row.try_get(1)?)?)))
        .collect()
}
