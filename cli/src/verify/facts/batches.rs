//! A round's batches, with the terms of their jobs.

use super::Place;
use anyhow::{Context as _, ensure};
use sheaf_client::{
    event::Event,
    layout::{Batch, Job},
};
use sheaf_format::{Hash, Key, stage::BatchState};
use sheaf_protocol::{outcome::JobTerms, verification::BatchFacts};
use solana_sdk::pubkey::Pubkey;
use std::collections::BTreeMap;

/// A batch, by its account or by its events.
struct Posted {
    contributions_root: Hash,
    reserved: u64,
    units: u64,
    count: u32,
    debited: Option<u64>,
}

/// The batches of a round. `expected` is their number, where the round's account says it.
///
/// # Errors
/// When the chain cannot be asked, or does not show all of them or their jobs any more.
pub async fn of_round(
    place: &Place,
    round: u64,
    expected: Option<u32>,
) -> anyhow::Result<Vec<BatchFacts>> {
    let addresses = place.chain.addresses();
    let numbers: Vec<u64> = (0..place.account.next_job).collect();
    let jobs: Vec<Pubkey> = numbers
        .iter()
        .map(|number| addresses.job(&place.pool, *number))
        .collect();
    let batches: Vec<Pubkey> = jobs.iter().map(|job| addresses.batch(job, round)).collect();
    let accounts = match place.only_events {
        true => vec![None; batches.len()],
        false => place.chain.find_all::<Batch>("batch", &batches).await?,
    };
    let mut found: BTreeMap<u64, Posted> = numbers
        .iter()
        .zip(accounts)
        .filter_map(|(number, account)| Some((*number, Posted::from(&account?))))
        .collect();
    let complete = |found: &BTreeMap<u64, Posted>| {
        expected.is_some_and(|expected| found.len() == expected as usize)
    };
    if !complete(&found) {
        // Some were closed: their releases are among the round's transactions.
        let closed = released(place, round).await?;
        for (number, job) in numbers.iter().zip(&jobs) {
            if let Some(debited) = closed.get(&job.to_bytes())
                && !found.contains_key(number)
            {
                found.insert(*number, posted(place, job, round, *debited).await?);
            }
        }
    }
    if let Some(expected) = expected {
        ensure!(
            found.len() == expected as usize,
            "the chain counts {expected} batches and shows {} of jobs: a dataset's cannot be verified yet, and an RPC may have forgotten closed ones. Ask one with the whole history, with -u URL",
            found.len()
        );
    }
    let mut facts = Vec::with_capacity(found.len());
    for (number, posted) in found {
        facts.push(with_terms(place, number, posted).await?);
    }
    Ok(facts)
}

/// One job's batch in a round, if one was posted.
///
/// # Errors
/// When the chain cannot be asked, or the job was closed.
pub async fn of_job(place: &Place, number: u64, round: u64) -> anyhow::Result<Option<BatchFacts>> {
    let job = place.chain.addresses().job(&place.pool, number);
    let posted = match place.chain.batch(&job, round).await? {
        Some(batch) => Posted::from(&batch),
        None => match released(place, round).await?.get(&job.to_bytes()) {
            Some(debited) => posted(place, &job, round, *debited).await?,
            None => return Ok(None),
        },
    };
    with_terms(place, number, posted).await.map(Some)
}

/// Where a job's batch in a round stands.
pub fn address(place: &Place, number: u64, round: u64) -> Pubkey {
    let addresses = place.chain.addresses();
    addresses.batch(&addresses.job(&place.pool, number), round)
}

/// The number of the job at an address.
pub fn number_of(place: &Place, job: &Key) -> Option<u64> {
    let addresses = place.chain.addresses();
    (0..place.account.next_job)
        .find(|number| addresses.job(&place.pool, *number).to_bytes() == *job)
}

/// Wallet that signs receipts and posts the batch of a job in a round.
///
/// # Errors
/// When the chain cannot be asked, or the job was closed.
pub async fn aggregator(place: &Place, number: u64, round: u64) -> anyhow::Result<Key> {
    let job = place.chain.job(&place.pool, number).await?;
    Ok(*job.aggregator_in(round))
}

async fn with_terms(place: &Place, number: u64, posted: Posted) -> anyhow::Result<BatchFacts> {
    let job = place.chain.addresses().job(&place.pool, number);
    let account = place.chain.find::<Job>("job", &job).await?;
    let account = account.with_context(|| {
        format!("job {number} was closed: its terms are no longer on chain, so what it owed cannot be computed")
    })?;
    Ok(BatchFacts {
        terms: JobTerms {
            job: job.to_bytes(),
            number,
            price_per_unit: account.price_per_unit,
            minimum_earning: account.minimum_earning,
            treasury_bps: account.treasury_bps,
            validators_bps: account.validators_bps,
        },
        specification_hash: account.specification_hash,
        contributions_root: posted.contributions_root,
        reserved: posted.reserved,
        units: posted.units,
        count: posted.count,
        debited: posted.debited,
    })
}

impl From<&Batch> for Posted {
    fn from(batch: &Batch) -> Self {
        let is_settled = BatchState::from_byte(batch.state) != Some(BatchState::Posted);
        Self {
            contributions_root: batch.contributions_root,
            reserved: batch.reserved,
            units: batch.units,
            count: batch.count,
            debited: is_settled.then_some(batch.debited),
        }
    }
}

/// What was debited of each released batch of a round, by job.
async fn released(place: &Place, round: u64) -> anyhow::Result<BTreeMap<Key, u64>> {
    let address = place.chain.addresses().round(&place.pool, round);
    let history = place.chain.history(&address).await?;
    let released = history.into_iter().filter_map(|entry| match entry.event {
        Event::BatchReleased(event) if event.round == round => Some((event.job, event.debited)),
        _ => None,
    });
    Ok(released.collect())
}

/// A closed batch, as the event of its posting had it.
async fn posted(place: &Place, job: &Pubkey, round: u64, debited: u64) -> anyhow::Result<Posted> {
    let address = place.chain.addresses().batch(job, round);
    let history = place.chain.history(&address).await?;
    let event = history.into_iter().find_map(|entry| match entry.event {
        Event::BatchPosted(event) if event.batch == address.to_bytes() => Some(event),
        _ => None,
    });
    let event = event.with_context(|| {
        format!("batch {address} was closed, and the RPC does not show its posting any more: ask one with the whole history, with -u URL")
    })?;
    Ok(Posted {
        contributions_root: event.contributions_root,
        reserved: event.reserved,
        units: event.units,
        count: u32::try_from(event.count).context("the batch counts beyond 32 bits")?,
        debited: Some(debited),
    })
}
