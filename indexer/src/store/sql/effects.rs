//! What an event changes beside being kept.

use super::{
    database::{Turn, query},
    value::integer,
};
use crate::store::{Result, events::Applied};
use sheaf_format::Hash;

/// Makes a round's leaves those of the tree and its submissions paid.
pub async fn make_final(turn: &mut Turn, round: u64, root: &Hash) -> Result<Applied> {
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
pub async fn make_void(turn: &mut Turn, round: u64) -> Result<()> {
    query(
        "UPDATE submissions SET batched_round = NULL, quality_bps = NULL, amount = NULL
         WHERE batched_round = $1 AND NOT paid",
    )
    .bind(integer(round)?)
    .execute(turn)
    .await?;
    Ok(())
}
