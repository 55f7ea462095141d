//! One task of one node: look, encrypt, sign, hand in.

use super::{journal::Entry, member::Member, watch::Now};
use crate::output::note;
use anyhow::{Context as _, ensure};
use sheaf_format::{Key, digest::sha256};
use sheaf_kinds::{Claim, Kind, WorkError};
use sheaf_protocol::{
    encryption,
    specification::Specification,
    statement::{Receipt, Signed, Submission, region_bytes},
    text::HexHash,
};
use std::{sync::Arc, time::Duration};
use tokio::sync::watch;

/// How often something that may pass is tried.
const TRIES: u32 = 5;
/// Pause before the second try; doubled before each further one.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// Slots a submission stays valid: a void round's contributions may come again in the next.
const VALID_SLOTS: u64 = 10_000;

/// What is the same for all tasks of a round.
pub struct Round {
    /// The round.
    pub number: u64,
    /// The chain's slot, as last heard.
    pub now: watch::Receiver<Now>,
    /// What the job asks for.
    pub specification: Specification,
    /// The job's work.
    pub kind: Box<dyn Kind>,
    /// Whom contents are encrypted to.
    pub recipients: Vec<Key>,
    /// Who signs receipts.
    pub aggregator: Key,
}

/// How an errand ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The aggregator has the contribution.
    Accepted,
    /// The aggregator does not take it.
    Refused,
    /// It cannot be done, now or later.
    Impossible,
    /// It could not be done; the next look at this round may try again.
    Failed,
}

/// Does one task, if it was not done before.
pub async fn run(member: Arc<Member>, round: Arc<Round>, task: u32) -> Outcome {
    match attempt(&member, &round, task).await {
        Ok(outcome) => outcome,
        Err(error) => {
            note(&format!(
                "{}: task {task} of round {}: {error:#}",
                member.name(),
                round.number
            ));
            Outcome::Failed
        }
    }
}

async fn attempt(member: &Member, round: &Round, task: u32) -> anyhow::Result<Outcome> {
    let place = &member.place;
    let errand = (place.job.to_string(), round.number, task);
    let unfinished = member
        .journal
        .lock()
        .await
        .unfinished(&errand)
        .map(str::to_owned);
    if let Some(submission) = unfinished
        && settle_unfinished(member, &submission).await?
    {
        return Ok(Outcome::Accepted);
    }
    let slot = round.now.borrow().slot;
    let claim = Claim {
        contributor: member.contributor,
        task,
        region: member.settings.region.clone(),
        observed_slot: slot,
    };
    let plaintext = match observe(round.kind.as_ref(), &claim).await {
        Err(error) if !error.transient => {
            note(&format!(
                "{}: task {task} of round {} cannot be done: {error}",
                member.name(),
                round.number
            ));
            return Ok(Outcome::Impossible);
        }
        observed => observed?,
    };
    let plaintext = match member.settings.misbehave {
        Some(how) => round.kind.falsify(&plaintext, how.into()),
        None => plaintext,
    };
    let content = seal(plaintext, round.recipients.clone()).await?;
    let submission = Signed::sign(
        Submission {
            genesis: place.genesis,
            program: place.program,
            job: place.job.to_bytes(),
            contributor: member.contributor,
            node: member.node,
            content_hash: sha256(&[&content]),
            earliest_round: round.number,
            nonce: rand::random(),
            expiry_slot: slot + VALID_SLOTS,
            observed_slot: slot,
            units: round.specification.units_of(task).unwrap_or_default(),
            task,
            content_bytes: u32::try_from(content.len()).context("the content is too large")?,
            region: region_bytes(&member.settings.region)?,
        },
        &member.key,
    );
    let id = HexHash(submission.id()).to_string();
    let (job, round_number, task) = errand;
    member.journal.lock().await.write(Entry::Submitting {
        job,
        round: round_number,
        task,
        submission: id.clone(),
    })?;
    hand_in(member, round, &submission, &id, &content).await
}

async fn observe(kind: &dyn Kind, claim: &Claim) -> Result<Vec<u8>, WorkError> {
    let mut pause = FIRST_PAUSE;
    for _ in 1..TRIES {
        match kind.observe(claim).await {
            Err(error) if error.transient => tracing::debug!(%error, "observing again"),
            done => return done,
        }
        tokio::time::sleep(pause).await;
        pause *= 2;
    }
    kind.observe(claim).await
}

/// Encrypts on a thread of its own: the node goes on talking meanwhile.
async fn seal(plaintext: Vec<u8>, recipients: Vec<Key>) -> anyhow::Result<Vec<u8>> {
    let sealed = tokio::task::spawn_blocking(move || encryption::encrypt(&plaintext, &recipients));
    sealed.await?.context("the content cannot be encrypted")
}

/// Sends a submission until the aggregator answers; the same bytes each time.
async fn hand_in(
    member: &Member,
    round: &Round,
    submission: &Signed<Submission>,
    id: &str,
    content: &[u8],
) -> anyhow::Result<Outcome> {
    let mut pause = FIRST_PAUSE;
    let mut tries = 1;
    loop {
        let error = match member.place.indexer.submit(submission, content).await {
            Ok(receipt) => {
                check_receipt(member, round, submission, &receipt)?;
                accepted(member, id, Some(&receipt)).await?;
                return Ok(Outcome::Accepted);
            }
            Err(error) => error,
        };
        // An answer lost on its way leaves the submission there: the second one finds it known.
        if tries > 1 && error.refusal().is_some() && settle_unfinished(member, id).await? {
            return Ok(Outcome::Accepted);
        }
        if let Some(refusal) = error.refusal() {
            note(&format!(
                "{}: task {} of round {}: {error}",
                member.name(),
                submission.body.task,
                round.number
            ));
            member.journal.lock().await.write(Entry::Refused {
                submission: id.to_owned(),
                error: refusal.name.clone(),
                message: refusal.message.clone(),
            })?;
            return Ok(Outcome::Refused);
        }
        if tries == TRIES {
            return Err(error.into());
        }
        tries += 1;
        // An indexer that is behind says when to come again.
        tokio::time::sleep(error.retry_after().map_or(pause, |wait| wait.max(pause))).await;
        pause *= 2;
    }
}

/// Asks what became of a submission. When the aggregator has it, that is written down; when it
/// does not, it never will, because nobody sends it any more.
async fn settle_unfinished(member: &Member, submission: &str) -> anyhow::Result<bool> {
    let id: HexHash = submission.parse()?;
    let known = member.place.indexer.submission(&id.0).await?.is_some();
    if known {
        accepted(member, submission, None).await?;
    } else {
        member.journal.lock().await.forget(submission);
    }
    Ok(known)
}

async fn accepted(
    member: &Member,
    id: &str,
    receipt: Option<&Signed<Receipt>>,
) -> anyhow::Result<()> {
    member.journal.lock().await.write(Entry::Accepted {
        submission: id.to_owned(),
        receipt: receipt.map(Signed::body_base64),
        signature: receipt.map(Signed::signature_base64),
    })
}

/// A receipt that proves nothing is as good as none.
fn check_receipt(
    member: &Member,
    round: &Round,
    submission: &Signed<Submission>,
    receipt: &Signed<Receipt>,
) -> anyhow::Result<()> {
    let Receipt {
        genesis,
        program,
        job,
        submission: id,
        ..
    } = receipt.body;
    let place = &member.place;
    let ours = (
        place.genesis,
        place.program,
        place.job.to_bytes(),
        submission.id(),
    );
    ensure!(
        (genesis, program, job, id) == ours,
        "the receipt is for something else: do not trust this indexer"
    );
    receipt
        .verify(&round.aggregator)
        .context("the receipt is not signed by the job's aggregator: do not trust this indexer")
}
