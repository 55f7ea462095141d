//! Delegations and submissions.

use super::{error::ApiError, jobs::header};
use crate::{
    app::App,
    intake::{self, IntakeError, source::Source},
    store::intake::SubmissionRecord,
};
use axum::{
    Extension, Json,
    body::Body,
    extract::{ConnectInfo, Path, Request, State, rejection::JsonRejection},
    http::{
        HeaderMap, HeaderValue,
        header::{CONTENT_LENGTH, RETRY_AFTER},
    },
    response::{IntoResponse, Response},
};
use futures_util::StreamExt as _;
use sheaf_protocol::{
    api::{SIGNATURE_HEADER, SUBMISSION_HEADER, Stored, SubmissionState, SubmissionView},
    intake::{LIMITS, MAX_ROUNDS_BACK, Refusal},
    statement::{Delegation, Signed, Submission},
    text::HexHash,
};
use std::net::SocketAddr;
use tokio::time::timeout;

/// The connection's other end, where there is a connection.
type Peer = Option<Extension<ConnectInfo<SocketAddr>>>;

/// POST `/v1/delegations`
pub async fn delegate(
    State(app): State<App>,
    peer: Peer,
    headers: HeaderMap,
    body: Result<Json<Signed<Delegation>>, JsonRejection>,
) -> Response {
    let taken = async {
        app.intake.count_address(source(&app, peer, &headers))?;
        let Json(delegation) = body.map_err(ApiError::malformed)?;
        let hash = intake::delegation::take(&app, &delegation).await?;
        Ok(Json(Stored { hash: hash.into() }))
    };
    taken
        .await
        .map_err(|refused: Refused| refused.0)
        .into_response()
}

/// POST `/v1/submissions`
///
/// What costs the least is checked first; the content is read only of a submission that may be taken.
pub async fn submit(State(app): State<App>, peer: Peer, request: Request) -> Response {
    let taken = async {
        let (parts, content) = request.into_parts();
        let source = source(&app, peer, &parts.headers);
        app.intake.count_address(source)?;
        let submission = Signed::<Submission>::from_headers(
            header(&parts.headers, SUBMISSION_HEADER)?,
            header(&parts.headers, SIGNATURE_HEADER)?,
        )
        .map_err(IntakeError::from)?;
        let bytes = submission.body.content_bytes;
        check_length(&parts.headers)?;
        intake::submission::glance(&app, &submission.body)?;
        let _seat = app.intake.seat(source, bytes)?;
        let deadline = app.intake.deadline();
        let content = timeout(deadline, read(content, bytes))
            .await
            .map_err(|_| IntakeError::ContentTooSlow)??;
        let taken = intake::submission::take(&app, submission, content);
        let receipt = timeout(deadline, taken)
            .await
            .map_err(|_| IntakeError::TimedOut)??;
        Ok(Json(receipt))
    };
    taken
        .await
        .map_err(|refused: Refused| refused.0)
        .into_response()
}

fn source(app: &App, peer: Peer, headers: &HeaderMap) -> Source {
    let peer = peer.map(|Extension(ConnectInfo(address))| address.ip());
    app.intake.source(peer, headers)
}

/// A length that is announced is refused before anything is read.
fn check_length(headers: &HeaderMap) -> Result<(), IntakeError> {
    let announced = headers
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse().ok());
    let limit = LIMITS.max_content_bytes;
    match announced {
        Some(bytes) if bytes > u64::from(limit) => {
            Err(Refusal::ContentTooLarge { bytes, limit }.into())
        }
        _ => Ok(()),
    }
}

/// Reads a content that should have so many bytes.
async fn read(body: Body, bytes: u32) -> Result<Vec<u8>, Refused> {
    let most = usize::try_from(bytes).unwrap_or(usize::MAX);
    let mut content = Vec::with_capacity(most);
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk =
            chunk.map_err(|_| ApiError::malformed("the content broke off: send it again"))?;
        if chunk.len() > most - content.len() {
            let limit = LIMITS.max_content_bytes;
            let refusal = match bytes >= limit {
                true => Refusal::ContentTooLarge {
                    bytes: u64::from(limit) + 1,
                    limit,
                },
                false => Refusal::ContentMismatch,
            };
            return Err(IntakeError::from(refusal).into());
        }
        content.extend_from_slice(&chunk);
    }
    Ok(content)
}

/// A refusal, with the time after which to come again.
struct Refused(Response);

impl From<ApiError> for Refused {
    fn from(error: ApiError) -> Self {
        Self(error.into_response())
    }
}

impl From<IntakeError> for Refused {
    fn from(error: IntakeError) -> Self {
        let wait = error.retry_after();
        let mut response = ApiError::from(error).into_response();
        if let Some(wait) = wait {
            let seconds = HeaderValue::from(intake::seconds(wait).max(1));
            response.headers_mut().insert(RETRY_AFTER, seconds);
        }
        Self(response)
    }
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
