//! A round's outcome, from the data that this indexer has published for it.

use crate::{
    app::App,
    intake::scores::revealed_root,
    store::rounds::{OutcomeChanges, StoredOutcome},
};
use anyhow::{Context as _, ensure};
use sheaf_client::layout::{Batch, Job, Round};
use sheaf_format::{Key, stage::ballot};
use sheaf_protocol::{
    api::OutcomeView,
    batch::{BatchContext, BatchFile, Contribution},
    intake::LIMITS,
    ledger::Ledger,
    outcome::{JobTerms, Outcome, RoundBatch, RoundInputs, Voter, compute},
    scores::ScoreFile,
};
use std::collections::BTreeMap;

/// A job's part in a round, as the chain has it.
pub struct Part {
    /// Number of the job.
    pub number: u64,
    /// The job's address.
    pub address: Key,
    /// The job.
    pub job: Job,
    /// Its batch.
    pub batch: Batch,
}

/// Whether the score files of everybody who revealed are there.
pub fn is_complete(round: &Round, files: &[ScoreFile]) -> bool {
    round
        .stake_table()
        .filter(|(_, entry)| entry.ballot & ballot::REVEALED != 0)
        .all(|(_, entry)| files.iter().any(|file| file.validator.0 == entry.authority))
}

/// The stored score files of a round that are what their validators revealed.
///
/// # Errors
/// When the store fails.
pub async fn score_files(app: &App, round: &Round) -> anyhow::Result<Vec<ScoreFile>> {
    let stored = app.store.scores(round.number).await?;
    Ok(stored
        .into_iter()
        .map(|signed| signed.file)
        .filter(|file| revealed_root(round, &file.validator.0) == Some(file.root()))
        .collect())
}

/// Computes a round's outcome and what it changes. The same data gives the same outcome, here
/// and at everybody who checks it.
///
/// # Errors
/// When data is missing, or is not what the chain says.
pub async fn of_round(
    app: &App,
    round: &Round,
    parts: Vec<Part>,
    files: Vec<ScoreFile>,
) -> anyhow::Result<(StoredOutcome, OutcomeChanges)> {
    let number = round.number;
    ensure!(
        parts.len() == round.batch_count as usize,
        "the chain shows {} of round {number}'s {} batches",
        parts.len(),
        round.batch_count
    );
    let (_, base) = app.tree.get();
    ensure!(
        base.root().hash == round.base_root && base.total() == round.base_total,
        "round {number} starts from another tree than the finalised one: waiting for it"
    );
    let mut batches = Vec::with_capacity(parts.len());
    for part in parts {
        batches.push(batch(app, number, part).await?);
    }
    let voters = round.stake_table().map(|(_, entry)| Voter {
        validator: entry.authority,
        stake: entry.stake,
        scores_root: (entry.ballot & ballot::REVEALED != 0).then_some(entry.scores_root),
    });
    let (scope, voters) = (app.place.scope(number), voters.collect());
    let (seed, treasury) = (round.seed, round.treasury);
    let computing = tokio::task::spawn_blocking(move || {
        let outcome = compute(&RoundInputs {
            scope,
            base: &base,
            seed,
            treasury,
            voters,
            batches,
            score_files: files,
        })?;
        let changes = changes(&base, &outcome);
        let stored = StoredOutcome {
            round: number,
            outcome: OutcomeView::new(&outcome, &scope),
            manifest: outcome.manifest,
        };
        anyhow::Ok((stored, changes))
    });
    computing.await?
}

/// One job's batch with the contributions that count.
async fn batch(app: &App, round: u64, part: Part) -> anyhow::Result<RoundBatch> {
    let Part {
        number,
        address,
        job,
        batch,
    } = part;
    let bytes = app.store.batch_file(round, number).await?;
    let bytes = bytes.with_context(|| {
        format!("the batch of job {number} in round {round} was posted elsewhere and is not here")
    })?;
    let file: BatchFile = serde_json::from_slice(&bytes)
        .with_context(|| format!("the stored batch of job {number} in round {round}"))?;
    let published = app
        .specifications
        .get(number)
        .with_context(|| format!("job {number} has no published specification here"))?;
    let ids: Vec<_> = file.submissions.iter().map(|entry| entry.id()).collect();
    let paid = app.store.paid_among(&ids).await?;
    let (genesis, program) = (app.place.genesis, app.place.program());
    let checking = tokio::task::spawn_blocking(move || {
        let context = BatchContext {
            genesis,
            program,
            job: address,
            round,
            specification: &published.specification,
            contributions_root: batch.contributions_root,
            count: batch.count,
            units: batch.units,
            was_paid: &|id| paid.contains(id),
            limits: LIMITS,
        };
        file.contributions(&context)
    });
    let contributions: Vec<Contribution> = checking
        .await?
        .with_context(|| format!("the stored batch of job {number} in round {round}"))?;
    Ok(RoundBatch {
        terms: JobTerms {
            job: address,
            number,
            price_per_unit: job.price_per_unit,
            minimum_earning: job.minimum_earning,
            treasury_bps: job.treasury_bps,
            validators_bps: job.validators_bps,
        },
        reserved: batch.reserved,
        contributions_root: batch.contributions_root,
        contributions,
    })
}

/// New and changed leaves, and what became of each submission.
fn changes(base: &Ledger, outcome: &Outcome) -> OutcomeChanges {
    let earners: BTreeMap<Key, ()> = outcome
        .earnings
        .iter()
        .map(|earning| (earning.key, ()))
        .collect();
    let mut leaves: Vec<_> = earners
        .keys()
        .filter_map(|key| {
            let index = outcome.ledger.index_of(key)?;
            let leaf = *outcome.ledger.leaf(index)?;
            (base.leaf(index) != Some(&leaf)).then_some((index, leaf))
        })
        .collect();
    leaves.sort_unstable_by_key(|(index, _)| *index);
    let contributions = outcome
        .contributions
        .iter()
        .map(|one| (one.submission, one.quality_bps, one.amount));
    OutcomeChanges {
        contributions: contributions.collect(),
        leaves,
    }
}
