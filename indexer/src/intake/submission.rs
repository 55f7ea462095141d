//! Submissions: checked against rules and chain, stored with their content, answered by a receipt.

use super::{IntakeError, group::Unanswered};
use crate::{
    app::App,
    store::intake::{Acquaintance, Admission, Admitted, COUNTED},
    view::View,
};
use sheaf_client::layout::Job;
use sheaf_protocol::{
    intake::{
        IntakeContext, IntakeJob, LIMITS, Refusal, Standing, check_claims, check_content,
        check_standing,
    },
    statement::{Receipt, Signed, Submission},
};

/// Rounds' worth of contributions that may wait for a job, and how many in any case.
const ROUNDS_WAITING: u64 = 4;
const LEAST_WAITING: u64 = 10_000;

/// How often a submission is tried again because the round moved meanwhile.
const TRIES: usize = 3;

/// Refuses what can never be taken, before its content is read.
///
/// # Errors
/// When it breaks a rule at any time.
pub fn glance(app: &App, body: &Submission) -> Result<(), IntakeError> {
    let view = app.view();
    let number = job_number(&view, body)?;
    match claims(app, &view, number, app.intake.last_round(), body) {
        Err(refusal) if !refusal.depends_on_time() => Err(refusal.into()),
        _ => Ok(()),
    }
}

/// Takes a submission with its ciphertext. The same submission again gets the same receipt.
///
/// Content and submission are on disk before the receipt is given.
///
/// # Errors
/// When it breaks a rule or a store fails.
pub async fn take(
    app: &App,
    submission: Signed<Submission>,
    ciphertext: Vec<u8>,
) -> Result<Signed<Receipt>, IntakeError> {
    let body = &submission.body;
    let number = job_number(&app.view(), body)?;
    let verdict = app.intake.verify(submission, ciphertext).await?;
    let verified = verdict.map_err(Refusal::from)?;
    check_content(body, &verified.content, LIMITS)?;
    app.intake.count_node(&body.node)?;

    let _turn = app.intake.turn(body).await;
    let (mut round, known) = app.intake.look_up(submission, number).await?;
    if let Some(receipt) = known.receipt {
        return Ok(receipt);
    }
    let view = app.view();
    claims(app, &view, number, round, body)?;
    stands(app, &view, round, body, &known)?;
    if let Some((_, job)) = view.jobs.get(&number)
        && known.waiting >= most_waiting(job)
    {
        return Err(IntakeError::JobFull(known.waiting));
    }
    app.contents.put(verified.ciphertext).await?;

    for _ in 0..TRIES {
        let receipt = Receipt {
            genesis: app.place.genesis,
            program: app.place.program(),
            job: body.job,
            submission: submission.id(),
            round,
            received_slot: app.view().slot,
        };
        let receipt = Signed::sign(receipt, &app.key);
        let admission = Admission {
            submission,
            job: number,
            receipt,
        };
        match app.intake.admit(admission).await? {
            Admitted::Stored => return Ok(receipt),
            Admitted::Known(receipt) => return Ok(*receipt),
            Admitted::NonceSeen => return Err(Refusal::NonceSeen(body.nonce).into()),
            Admitted::TaskTaken => return Err(Refusal::TaskTaken(body.task).into()),
            Admitted::RoundMoved(next) => {
                round = next;
                claims(app, &app.view(), number, round, body)?;
            }
        }
    }
    tracing::debug!(job = number, "the round moved on and on");
    Err(Unanswered.into())
}

fn job_number(view: &View, body: &Submission) -> Result<u64, Refusal> {
    let found = view.job_at(&body.job);
    let (number, _) = found.ok_or(Refusal::UnknownJob(body.job.into()))?;
    Ok(number)
}

/// How many contributions may wait for a job: what some of its rounds can pay for, so that nobody
/// fills the disk with work that is never paid.
fn most_waiting(job: &Job) -> u64 {
    let per_round = job.round_cap.min(job.balance) / job.price_per_unit.max(1);
    per_round
        .saturating_mul(ROUNDS_WAITING)
        .clamp(LEAST_WAITING, COUNTED)
}

/// Checks what the submission says of itself.
fn claims(
    app: &App,
    view: &View,
    number: u64,
    round: u64,
    body: &Submission,
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
        job,
        ..context(app, view, round)
    };
    check_claims(body, &context)
}

/// Checks what is stored for or against it.
fn stands(
    app: &App,
    view: &View,
    round: u64,
    body: &Submission,
    known: &Acquaintance,
) -> Result<(), Refusal> {
    let standing = Standing {
        delegation: known.delegation.as_ref(),
        nonce_seen: known.nonce_seen,
        task_taken: known.task_taken,
    };
    check_standing(body, &context(app, view, round), &standing)?;
    known
        .delegation
        .iter()
        .try_for_each(|delegation| app.intake.verify_delegation(delegation))
}

fn context(app: &App, view: &View, round: u64) -> IntakeContext<'static> {
    IntakeContext {
        genesis: app.place.genesis,
        program: app.place.program(),
        job: None,
        slot: view.slot,
        round,
        limits: LIMITS,
    }
}
