//! A round's batches, each checked against what was posted on chain.

use super::{paid::paid_before, voter::Voter};
use crate::output::note;
use anyhow::{Context as _, ensure};
use sheaf_client::layout::{Batch, Job};
use sheaf_format::Hash;
use sheaf_kinds::{Kind, Setting};
use sheaf_protocol::{
    batch::{BatchContext, Contribution},
    intake::LIMITS,
    specification::Specification,
    statement::{Signed, Submission},
};
use solana_sdk::pubkey::Pubkey;
use std::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    sync::Arc,
};

/// One job's part in a round.
pub struct JobData {
    /// Its number.
    pub number: u64,
    /// Its address.
    pub address: Pubkey,
    /// The job, as it was when the batch was gathered.
    pub job: Job,
    /// The batch on chain.
    pub batch: Batch,
    /// Its work.
    pub kind: Arc<dyn Kind>,
    /// The contributions that count, by id, with what was signed.
    pub submissions: BTreeMap<Hash, Signed<Submission>>,
    /// The same, as the round's outcome needs them.
    pub contributions: Vec<Contribution>,
}

/// Brings in the batches of `round` that are not in `known` yet.
///
/// # Errors
/// When one cannot be had or is not what was posted. What was brought in before stays.
pub async fn gather(
    voter: &Voter,
    round: u64,
    known: &mut BTreeMap<u64, Arc<JobData>>,
) -> anyhow::Result<()> {
    for number in voter.indexer.batches(round).await? {
        if let Entry::Vacant(place) = known.entry(number) {
            let job = one(voter, round, number).await;
            place.insert(Arc::new(
                job.with_context(|| format!("batch of job {number}"))?,
            ));
        }
    }
    Ok(())
}

async fn one(voter: &Voter, round: u64, number: u64) -> anyhow::Result<JobData> {
    let address = voter.chain.addresses().job(&voter.pool, number);
    let job = voter.chain.job(&voter.pool, number).await?;
    let batch = voter.chain.batch(&address, round).await?;
    let batch = batch.context(
        "the indexer names it, but it is not on chain: do not trust this indexer, or wait",
    )?;
    ensure!(
        batch.pool == voter.pool.to_bytes() && batch.round == round,
        "the chain has it for another round"
    );
    let published = voter.indexer.specification(number).await?;
    let specification = Specification::parse_published(&published, &job.specification_hash)?;
    let file = voter.indexer.batch(round, number).await?;
    let paid = paid_before(voter, &address, number, round, &file).await?;
    let context = BatchContext {
        genesis: voter.genesis,
        program: voter.program(),
        job: address.to_bytes(),
        round,
        specification: &specification,
        contributions_root: batch.contributions_root,
        count: batch.count,
        units: batch.units,
        was_paid: &|id| paid.contains(id),
        limits: LIMITS,
    };
    if let Err(fault) = file.verify(&context)
        && fault.is_proven()
    {
        note(&format!(
            "round {round}: the batch of job {number} breaks the rules and pays nothing: {fault}"
        ));
    }
    let contributions = file.contributions(&context)?;
    let counted: BTreeSet<Hash> = contributions.iter().map(|entry| entry.submission).collect();
    let submissions = file
        .submissions
        .into_iter()
        .map(|entry| (entry.id(), entry));
    let setting = Setting {
        genesis: voter.genesis,
        program: voter.program(),
        requester: job.requester,
        job: address.to_bytes(),
        unix_time: u64::try_from(voter.chain.unix_time().await?).unwrap_or(0),
    };
    Ok(JobData {
        number,
        address,
        job,
        batch,
        kind: Arc::from(sheaf_kinds::open(
            specification,
            voter.vantage,
            None,
            &setting,
        )?),
        submissions: submissions.filter(|(id, _)| counted.contains(id)).collect(),
        contributions,
    })
}
