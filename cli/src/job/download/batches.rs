//! Which contributions a job paid for, by batches that the chain vouches for.

use crate::job::FoundJob;
use anyhow::{Context as _, ensure};
use sheaf_client::{Chain, indexer::Indexer};
use sheaf_format::{Hash, stage::RoundState};
use sheaf_protocol::{
    api::{SubmissionState, SubmissionView},
    batch::BatchFile,
    statement::{Signed, Submission},
    text::HexHash,
};
use std::time::{Duration, Instant};

/// How long the indexer may not know yet that a round is final: it is some seconds behind the chain.
const PATIENCE: Duration = Duration::from_secs(20);
/// Pause between tries.
const PAUSE: Duration = Duration::from_millis(300);

/// A contribution that a final round paid.
#[derive(Clone, Copy, Debug)]
pub struct Paid {
    /// The round.
    pub round: u64,
    /// Its id.
    pub id: Hash,
    /// What its node signed.
    pub submission: Submission,
    /// Its quality.
    pub quality_bps: u16,
    /// What it earned, in base units.
    pub amount: u64,
}

/// Final rounds in which the job has a batch, or the one asked for.
///
/// # Errors
/// When the round asked for is not final.
pub async fn rounds(
    chain: &Chain,
    indexer: &Indexer,
    job: &FoundJob,
    only: Option<u64>,
) -> anyhow::Result<Vec<u64>> {
    if let Some(round) = only {
        ensure!(
            is_final(chain, job, round).await?,
            "round {round} is not final: contents are given out once the round that pays them is. `sheaf pool show --mint {}` shows where it stands",
            job.pool.mint()
        );
        return Ok(vec![round]);
    }
    let listed = indexer.rounds().await?.into_iter().filter(|round| {
        let mut jobs = round.batches.iter().map(|batch| batch.job_number);
        jobs.any(|number| number == job.account.number)
    });
    let mut rounds = Vec::new();
    for round in listed {
        if is_final(chain, job, round.number).await? {
            rounds.push(round.number);
        }
    }
    rounds.sort_unstable();
    rounds.dedup();
    Ok(rounds)
}

async fn is_final(chain: &Chain, job: &FoundJob, round: u64) -> anyhow::Result<bool> {
    let account = chain.round(&job.pool.address, round).await?;
    Ok(account
        .is_some_and(|account| RoundState::from_byte(account.state) == Some(RoundState::Final)))
}

/// What the job paid for in a final round, and how many contributions earned nothing.
///
/// # Errors
/// When the indexer's batch is not the one attested to on chain, or it does not come to know that
/// the round is final.
pub async fn paid(
    chain: &Chain,
    indexer: &Indexer,
    job: &FoundJob,
    round: u64,
) -> anyhow::Result<(Vec<Paid>, usize)> {
    let file = attested(chain, indexer, job, round).await?;
    let submissions = file.map_or_else(Vec::new, |file| file.submissions);
    let count = submissions.len();
    let begun = Instant::now();
    let mut paid = Vec::with_capacity(count);
    for submission in submissions {
        paid.extend(loop {
            let view = indexer.submission(&submission.id()).await?;
            let view = view.with_context(|| {
                format!(
                    "the indexer does not know submission {} of its own batch: do not trust it",
                    HexHash(submission.id())
                )
            })?;
            match standing(&submission, &view, round) {
                Standing::Paid(paid) => break Some(*paid),
                Standing::Unpaid => break None,
                Standing::Open => ensure!(
                    begun.elapsed() < PATIENCE,
                    "the indexer has not seen yet that the round is final: run the command again in a moment"
                ),
            }
            tokio::time::sleep(PAUSE).await;
        });
    }
    let unpaid = count - paid.len();
    Ok((paid, unpaid))
}

/// The job's batch file, checked against the manifest whose hash the chain holds; none when the job
/// has no batch in this round.
async fn attested(
    chain: &Chain,
    indexer: &Indexer,
    job: &FoundJob,
    round: u64,
) -> anyhow::Result<Option<BatchFile>> {
    let account = chain.round(&job.pool.address, round).await?;
    let account = account.context("the chain does not have it any more")?;
    let manifest = indexer.manifest(round).await?;
    ensure!(
        manifest.hash() == account.manifest_hash,
        "the indexer's manifest is not the one attested to on chain: do not trust this indexer"
    );
    let address = job.address.to_bytes();
    let entry = manifest.batches.iter().find(|entry| entry.job.0 == address);
    let Some(entry) = entry else {
        return Ok(None);
    };
    let file = indexer.batch(round, job.account.number).await?;
    ensure!(
        file.root() == entry.contributions_root.0,
        "the indexer's batch has root {}, but {} was attested to: do not trust this indexer",
        HexHash(file.root()),
        entry.contributions_root
    );
    Ok(Some(file))
}

/// How a contribution fared in a final round.
#[derive(Debug)]
enum Standing {
    Paid(Box<Paid>),
    /// It earned nothing here.
    Unpaid,
    /// The indexer, which serves what is final, does not say yet.
    Open,
}

fn standing(submission: &Signed<Submission>, view: &SubmissionView, round: u64) -> Standing {
    if view.round != Some(round) {
        // It got nothing and went on to another round.
        return Standing::Unpaid;
    }
    let amount = view.amount.map_or(0, |amount| amount.0);
    match view.state {
        SubmissionState::Received | SubmissionState::Batched | SubmissionState::Scored => {
            Standing::Open
        }
        SubmissionState::Paid if amount > 0 => Standing::Paid(Box::new(Paid {
            round,
            id: submission.id(),
            submission: submission.body,
            quality_bps: view.quality_bps.unwrap_or_default(),
            amount,
        })),
        SubmissionState::Paid | SubmissionState::Rejected => Standing::Unpaid,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sheaf_protocol::text::Amount;

    fn submission() -> Signed<Submission> {
        Signed {
            body: Submission {
                genesis: [1; 32],
                program: [2; 32],
                job: [3; 32],
                contributor: [4; 32],
                node: [5; 32],
                content_hash: [6; 32],
                earliest_round: 1,
                nonce: 1,
                expiry_slot: 9,
                observed_slot: 1,
                units: 1,
                task: 7,
                content_bytes: 1,
                region: [0; 12],
            },
            signature: [0; 64],
        }
    }

    fn view(state: SubmissionState, round: u64, amount: Option<u64>) -> SubmissionView {
        let body = submission().body;
        SubmissionView {
            id: body.id().into(),
            job: 0,
            contributor: body.contributor.into(),
            node: body.node.into(),
            task: body.task,
            content_hash: body.content_hash.into(),
            received_slot: 1,
            state,
            round: Some(round),
            quality_bps: Some(9_000),
            amount: amount.map(Amount),
        }
    }

    #[test]
    fn only_what_this_round_paid_counts() {
        let seen = |state, round, amount| standing(&submission(), &view(state, round, amount), 4);
        let paid = seen(SubmissionState::Paid, 4, Some(30));
        assert!(
            matches!(paid, Standing::Paid(paid) if (paid.amount, paid.quality_bps) == (30, 9_000))
        );
        for (state, round, amount) in [
            (SubmissionState::Paid, 4, Some(0)),
            (SubmissionState::Paid, 5, Some(30)),
            (SubmissionState::Batched, 5, None),
            (SubmissionState::Rejected, 4, None),
        ] {
            let unpaid = seen(state, round, amount);
            assert!(matches!(unpaid, Standing::Unpaid), "{state:?} in {round}");
        }
    }

    #[test]
    fn an_indexer_that_is_behind_is_not_taken_at_its_word() {
        for state in [SubmissionState::Batched, SubmissionState::Scored] {
            let seen = standing(&submission(), &view(state, 4, Some(30)), 4);
            assert!(matches!(seen, Standing::Open), "{state:?}");
        }
    }
}
