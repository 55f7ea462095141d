//! Submissions: checked against rules and chain, stored with their content, answered by a receipt.

use super::IntakeError;
use crate::{
    app::App,
    store::{
        StoreError,
        intake::{Acquaintance, Admission, Admitted, COUNTED},
    },
    view::View,
};
use sheaf_client::layout::Job;
use sheaf_protocol::{
    intake::{Content, IntakeContext, IntakeJob, LIMITS, Refusal, check_submission},
    statement::{Receipt, Signed, Submission},
};

/// Rounds' worth of contributions that may wait for a job, and how many in any case.
const ROUNDS_WAITING: u64 = 4;
const LEAST_WAITING: u64 = 10_000;

/// How often a submission is tried again because the round moved meanwhile.
const TRIES: usize = 3;

/// Takes a submission with its ciphertext. The same submission again gets the same receipt.
///
/// Content and submission are on disk before the receipt is given.
///
/// # Errors
/// When it breaks a rule or a store fails.
pub async fn take(
    app: &App,
    submission: &Signed<Submission>,
    ciphertext: Vec<u8>,
) -> Result<Signed<Receipt>, IntakeError> {
    let view = app.view();
    let body = &submission.body;
    let Some((number, job)) = view.job_at(&body.job) else {
        return Err(Refusal::UnknownJob(body.job.into()).into());
    };
    let content = Content::of(&ciphertext);
    let mut ciphertext = Some(ciphertext);
    let mut round = app.store.intake_round().await?;
    for _ in 0..TRIES {
        let known = app.store.acquaintance(submission, number, round).await?;
        if let Some(receipt) = known.receipt {
            submission.verify_named()?;
            return Ok(receipt);
        }
        check(app, &view, number, round, submission, &content, &known)?;
        if known.waiting >= most_waiting(job) {
            return Err(IntakeError::JobFull(known.waiting));
        }
        if let Some(ciphertext) = ciphertext.take() {
            app.contents.put(ciphertext).await?;
        }
        let receipt = Receipt {
            genesis: app.place.genesis,
            program: app.place.program(),
            job: body.job,
            submission: submission.id(),
            round,
            received_slot: view.slot,
        };
        let admission = Admission {
            submission: *submission,
            job: number,
            receipt: Signed::sign(receipt, &app.key),
        };
        match admit(app, &admission).await? {
            Admitted::Stored => return Ok(admission.receipt),
            Admitted::Known(receipt) => return Ok(*receipt),
            Admitted::NonceSeen => return Err(Refusal::NonceSeen(body.nonce).into()),
            Admitted::TaskTaken => return Err(Refusal::TaskTaken(body.task).into()),
            Admitted::RoundMoved(next) => round = next,
        }
    }
    tracing::debug!(job = job.number, "the round moved on and on");
    Err(Refusal::RoundTooEarly {
        earliest: body.earliest_round,
        round,
    }
    .into())
}

async fn admit(app: &App, admission: &Admission) -> Result<Admitted, IntakeError> {
    let answers = app.store.admit_all(std::slice::from_ref(admission)).await?;
    let answer = answers.into_iter().next();
    Ok(answer.ok_or_else(|| StoreError::corrupt("an admission", "there is no answer to it"))?)
}

/// How many contributions may wait for a job: what some of its rounds can pay for, so that nobody
/// fills the disk with work that is never paid.
fn most_waiting(job: &Job) -> u64 {
    let per_round = job.round_cap.min(job.balance) / job.price_per_unit.max(1);
    per_round
        .saturating_mul(ROUNDS_WAITING)
        .clamp(LEAST_WAITING, COUNTED)
}

fn check(
    app: &App,
    view: &View,
    number: u64,
    round: u64,
    submission: &Signed<Submission>,
    content: &Content,
    known: &Acquaintance,
) -> Result<(), Refusal> {
    let published = app.specifications.get(number);
    let job = view.jobs.get(&number).map(|(address, job)| IntakeJob {
        address: *address,
        ended: !view.is_active(job),
        batched_elsewhere: *job.aggregator_in(round) != app.aggregator(),
        nothing_left: job.balance == 0,
        specification: published.as_ref().map(|known| &*known.specification),
    });
    let context = IntakeContext {
        genesis: app.place.genesis,
        program: app.place.program(),
        job,
        slot: view.slot,
        round,
        delegation: known.delegation.as_ref(),
        nonce_seen: known.nonce_seen,
        task_taken: known.task_taken,
        limits: LIMITS,
    };
    check_submission(submission, content, &context)
}
