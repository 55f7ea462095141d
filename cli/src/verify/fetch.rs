//! Published data from an indexer.

use super::{copy::Copy, facts::Place, replay::Ended};
use anyhow::ensure;
use sheaf_client::indexer::{Indexer, IndexerError};
use sheaf_protocol::{
    ledger::Leaf,
    verification::{Part, RoundData},
};

/// Takes what an indexer publishes of these rounds. What it does not have stays missing.
///
/// # Errors
/// When the indexer cannot be asked, or serves another pool.
pub async fn fetch(indexer: &Indexer, place: &Place, rounds: &[Ended]) -> anyhow::Result<Copy> {
    let served = crate::deployment::served(&place.chain, indexer).await?;
    ensure!(
        served.pool == place.pool,
        "the indexer at {} serves pool {}, not {}: correct --indexer or --mint",
        indexer.url(),
        served.pool,
        place.pool
    );
    let mut copy = Copy::default();
    for round in rounds {
        let number = round.facts.scope.round;
        let mut data = RoundData {
            manifest: part(indexer.manifest(number).await)?,
            ..RoundData::default()
        };
        for signed in known(indexer.scores(number).await)?.unwrap_or_default() {
            data.scores.insert(signed.file.validator.0, Ok(signed));
        }
        for batch in &round.facts.batches {
            let job = batch.terms.number;
            if let Some(file) = part(indexer.batch(number, job).await)? {
                data.batches.insert(job, file);
            }
            if !copy.specifications.contains_key(&job)
                && let Some(bytes) = specification(indexer, job).await?
            {
                copy.specifications.insert(job, bytes);
            }
        }
        copy.rounds.insert(number, data);
    }
    let last = rounds.last().map_or(0, |round| round.facts.scope.round);
    if let Some((round, leaves)) = leaves(indexer, place).await?
        && round <= last
    {
        copy.leaves.insert(round, Ok(leaves));
    }
    Ok(copy)
}

async fn specification(indexer: &Indexer, job: u64) -> anyhow::Result<Option<Vec<u8>>> {
    match indexer.specification(job).await {
        Err(IndexerError::NotPublished { .. }) => Ok(None),
        answer => known(answer),
    }
}

/// The leaves of the tree the indexer holds as active, with the round it is of. It may move on
/// meanwhile; then they are left out, since they are not needed.
async fn leaves(indexer: &Indexer, place: &Place) -> anyhow::Result<Option<(u64, Vec<Leaf>)>> {
    let treasury = place.chain.network().await?.treasury;
    let before = indexer.contributor(&treasury).await?.round;
    let leaves = indexer.leaves().await?;
    let after = indexer.contributor(&treasury).await?.round;
    Ok((before == after).then_some((before, leaves)))
}

/// What the indexer does not know is missing; that it cannot be asked is an error.
fn known<T>(answer: Result<T, IndexerError>) -> anyhow::Result<Option<T>> {
    match answer {
        Err(error) if error.is_unknown() => Ok(None),
        answer => Ok(Some(answer?)),
    }
}

/// The same, for a file that may be unreadable.
fn part<T>(answer: Result<T, IndexerError>) -> anyhow::Result<Option<Part<T>>> {
    match answer {
        Err(IndexerError::NotUnderstood { reason, .. }) => Ok(Some(Err(reason))),
        answer => Ok(known(answer)?.map(Ok)),
    }
}
