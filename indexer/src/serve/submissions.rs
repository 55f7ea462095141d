//! Delegations and submissions.

use super::{error::ApiError, jobs::header};
use crate::{app::App, intake, store::intake::SubmissionRecord};
use axum::{
    Json,
    body::Bytes,
    extract::{
        Path, State,
        rejection::{BytesRejection, JsonRejection},
    },
    http::{HeaderMap, StatusCode},
};
use sheaf_protocol::{
    api::{
        ReceiptView, SIGNATURE_HEADER, SUBMISSION_HEADER, Stored, SubmissionState, SubmissionView,
    },
    intake::{LIMITS, MAX_ROUNDS_BACK, Refusal},
    statement::{Delegation, Signed, Submission},
    text::HexHash,
};

/// POST `/v1/delegations`
pub async fn delegate(
    State(app): State<App>,
    body: Result<Json<Signed<Delegation>>, JsonRejection>,
) -> Result<Json<Stored>, ApiError> {
    let Json(delegation) = body.map_err(ApiError::malformed)?;
    let hash = intake::delegation::take(&app, &delegation).await?;
    Ok(Json(Stored { hash: hash.into() }))
}

/// POST `/v1/submissions`
pub async fn submit(
    State(app): State<App>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<ReceiptView>, ApiError> {
    let submission = Signed::<Submission>::from_headers(
        header(&headers, SUBMISSION_HEADER)?,
        header(&headers, SIGNATURE_HEADER)?,
    )
    .map_err(intake::IntakeError::from)?;
    let ciphertext = body.map_err(|rejection| oversized(&headers, &rejection))?;
    let receipt = intake::submission::take(&app, &submission, ciphertext.into()).await?;
    Ok(Json(receipt))
}

fn oversized(headers: &HeaderMap, rejection: &BytesRejection) -> ApiError {
    if rejection.status() != StatusCode::PAYLOAD_TOO_LARGE {
        return ApiError::malformed(rejection);
    }
    let bytes = headers
        .get("content-length")
        .and_then(|value| value.to_str().ok()?.parse().ok())
        .unwrap_or_else(|| u64::from(LIMITS.max_content_bytes) + 1);
    let limit = LIMITS.max_content_bytes;
    intake::IntakeError::from(Refusal::ContentTooLarge { bytes, limit }).into()
}

/// GET `/v1/submissions/{id}`
pub async fn one(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<SubmissionView>, ApiError> {
    let id: HexHash = id.parse().map_err(ApiError::malformed)?;
    let record = app.store.submission(&id.0).await?;
    let record = record.ok_or_else(|| {
        ApiError::missing(
            "unknown_submission",
            format!("no submission {id} was taken here"),
        )
    })?;
    Ok(Json(show(&app, id, &record)))
}

fn show(app: &App, id: HexHash, record: &SubmissionRecord) -> SubmissionView {
    let body = &record.submission.body;
    let view = app.view();
    let job_ended = view
        .jobs
        .get(&record.job)
        .is_none_or(|(_, job)| !view.takes_batches(job));
    let too_old = view.next_intake().saturating_sub(body.earliest_round) > MAX_ROUNDS_BACK;
    let state = match (record.paid, record.quality_bps, record.batched_round) {
        (true, ..) => SubmissionState::Paid,
        (_, Some(_), Some(_)) => SubmissionState::Scored,
        (_, None, Some(_)) => SubmissionState::Batched,
        (_, _, None) if job_ended || too_old => SubmissionState::Rejected,
        (_, _, None) => SubmissionState::Received,
    };
    SubmissionView {
        id,
        job: record.job,
        contributor: body.contributor.into(),
        node: body.node.into(),
        task: body.task,
        content_hash: body.content_hash.into(),
        received_slot: record.received_slot,
        state,
        round: record.batched_round.or(Some(record.intake_round)),
        quality_bps: record.quality_bps,
        amount: record.amount.map(Into::into),
    }
}
