//! Outcomes with the leaves they change.

use super::{
    database::{Pool, Row, Turn, query},
    given::Given,
    value::{amount, fixed, integer, number, small, to_json, wide},
};
use crate::store::{
    Result, StoreError,
    rounds::{OutcomeChanges, StoredOutcome},
};
use sheaf_protocol::{ledger::Leaf, scores::SignedScoreFile};

/// A leaf of the columns leaf, contributor, cumulative.
pub fn leaf(row: &Row) -> Result<(u32, Leaf)> {
    let leaf = Leaf {
        contributor: fixed("an address", row.try_get(1)?)?,
        cumulative: amount(row.try_get(2)?)?,
    };
    Ok((small(row.try_get(0)?)?, leaf))
}

/// Whether a round's outcome is stored.
pub async fn is_known(turn: &mut Turn, round: i64) -> Result<bool> {
    let known = query("SELECT 1 FROM outcomes WHERE round = $1")
        .bind(round)
        .fetch_optional(turn)
        .await?;
    Ok(known.is_some())
}

/// Keeps a score file, unless it comes too late.
pub async fn put_scores(turn: &mut Turn, file: &SignedScoreFile) -> Result<bool> {
    let (round, validator) = (integer(file.file.round)?, file.file.validator.0);
    let known = query("SELECT 1 FROM score_files WHERE round = $1 AND validator = $2")
        .bind(round)
        .bind(&validator[..])
        .fetch_optional(&mut *turn)
        .await?;
    if known.is_some() {
        return Ok(true);
    }
    if is_known(turn, round).await? {
        return Ok(false);
    }
    query("INSERT INTO score_files (round, validator, root, file) VALUES ($1, $2, $3, $4)")
        .bind(round)
        .bind(&validator[..])
        .bind(&file.file.root()[..])
        .bind(to_json("a score file", file)?)
        .execute(turn)
        .await?;
    Ok(true)
}

/// How many score files a round has.
pub async fn score_files(turn: &mut Turn, round: i64) -> Result<u64> {
    let row = query("SELECT COUNT(*) FROM score_files WHERE round = $1")
        .bind(round)
        .fetch_one(turn)
        .await?;
    number(row.try_get(0)?)
}

/// Writes an outcome with what it changes.
pub async fn write(
    turn: &mut Turn,
    outcome: &StoredOutcome,
    changes: &OutcomeChanges,
) -> Result<()> {
    let round = integer(outcome.round)?;
    query("INSERT INTO outcomes (round, root, outcome, manifest) VALUES ($1, $2, $3, $4)")
        .bind(round)
        .bind(&outcome.outcome.root.0[..])
        .bind(to_json("an outcome", &outcome.outcome)?)
        .bind(to_json("a manifest", &outcome.manifest)?)
        .execute(&mut *turn)
        .await?;
    if !changes.leaves.is_empty() {
        let leaves = || changes.leaves.iter();
        let given = Given::default()
            .integers("leaf", leaves().map(|(index, _)| i64::from(*index)))
            .bytes(
                "contributor",
                leaves().map(|(_, leaf)| leaf.contributor.to_vec()),
            )
            .bytes(
                "cumulative",
                leaves().map(|(_, leaf)| wide(leaf.cumulative)),
            );
        query(
            "INSERT INTO outcome_leaves (round, leaf, contributor, cumulative)
             SELECT $1, leaf, contributor, cumulative FROM given",
        )
        .bind(round)
        .given(given)
        .execute(&mut *turn)
        .await?;
    }
    if !changes.contributions.is_empty() {
        let all = || changes.contributions.iter();
        let given = Given::default()
            .bytes("scored", all().map(|(id, ..)| id.to_vec()))
            .integers("quality", all().map(|(_, quality, _)| i64::from(*quality)))
            .bytes("earned", all().map(|(.., amount)| wide(*amount)));
        query(
            "UPDATE submissions SET quality_bps = given.quality, amount = given.earned FROM given
             WHERE submissions.id = given.scored AND submissions.batched_round = $1",
        )
        .bind(round)
        .given(given)
        .execute(turn)
        .await?;
    }
    Ok(())
}

/// Removes an outcome.
pub async fn remove(turn: &mut Turn, round: i64) -> Result<()> {
    for removal in [
        "DELETE FROM outcomes WHERE round = $1",
        "DELETE FROM outcome_leaves WHERE round = $1",
    ] {
        query(removal).bind(round).execute(&mut *turn).await?;
    }
    Ok(())
}

/// The active tree: the round in which it became active, and its leaves.
pub async fn leaves(pool: &Pool) -> Result<(u64, Vec<Leaf>)> {
    // One state of the database: round and leaves belong together.
    let mut turn = pool.snapshot().await?;
    let round = query("SELECT active_round FROM place")
        .fetch_one(&mut turn)
        .await?;
    let rows = query("SELECT leaf, contributor, cumulative FROM leaves ORDER BY leaf")
        .fetch_all(&mut turn)
        .await?;
    let leaves = rows
        .iter()
        .zip(0u32..)
        .map(|(row, expected)| match leaf(row)? {
            (index, leaf) if index == expected => Ok(leaf),
            (index, _) => Err(StoreError::corrupt(
                "the tree",
                format!("leaf {expected} is missing, {index} follows"),
            )),
        })
        .collect::<Result<_>>()?;
    Ok((number(round.try_get(0)?)?, leaves))
}
