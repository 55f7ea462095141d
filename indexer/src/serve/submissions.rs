//! Delegations and submissions.

use super::{
    error::ApiError,
    extract::{JsonBody, Path, Query},
    jobs::header,
    openapi::BytesSchema,
    paging::{Limits, Pair, numbered, page},
};
use crate::{
    app::App,
    intake::{self, IntakeError, source::Source},
    store::{
        intake::SubmissionRecord,
        read::{Standing, SubmissionFilter},
    },
    view::View,
};
use axum::{
    Extension, Json,
    body::BodyDataStream,
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, header::CONTENT_LENGTH},
};
use futures_util::StreamExt as _;
use serde::Deserialize;
use sheaf_protocol::{
    api::{
        Page, ReceiptView, SIGNATURE_HEADER, SUBMISSION_HEADER, SignedStatement, Stored,
        SubmissionState, SubmissionView,
    },
    intake::{LIMITS, MAX_ROUNDS_BACK, Refusal},
    statement::{Delegation, Signed, Submission},
    text::{Base58Key, HexHash},
};
use std::{net::SocketAddr, time::Duration};
use tokio::time::timeout;
use utoipa::IntoParams;

/// How long what is left of a refused request is read.
const DRAIN: Duration = Duration::from_secs(2);

/// The connection's other end, where there is a connection.
type Peer = Option<Extension<ConnectInfo<SocketAddr>>>;

/// Submissions given at once.
const LISTED: Limits = Limits {
    usual: 100,
    most: 1_000,
};

/// Which submissions: those that match all that is given.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SubmissionList {
    /// Wallet that earns.
    contributor: Option<Base58Key>,
    /// Number of the job.
    job: Option<u64>,
    /// Round whose batches they are in.
    round: Option<u64>,
    /// Where they stand.
    #[param(inline, value_type = SubmissionState, required = false)]
    state: Option<SubmissionState>,
    /// Most entries in the answer; with `state` there may be fewer before the end.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<u32>,
    /// What `next_cursor` said.
    #[param(value_type = Option<String>, pattern = "^[0-9]{1,18}\\.[0-9a-f]{64}$")]
    cursor: Option<Pair<u64, HexHash>>,
}

/// Submissions, newest first.
#[utoipa::path(get, path = "/v1/submissions", tag = "submissions", operation_id = "submissions",
    params(SubmissionList),
    responses((status = 200, description = "Submissions", body = Page<SubmissionView>)))]
pub async fn all(
    State(app): State<App>,
    Query(list): Query<SubmissionList>,
) -> Result<Json<Page<SubmissionView>>, ApiError> {
    let limit = LISTED.check(list.limit)?;
    for number in list.job.iter().chain(&list.round) {
        numbered(*number)?;
    }
    let filter = SubmissionFilter {
        contributor: list.contributor.map(Into::into),
        job: list.job,
        round: list.round,
        standing: list.state.map(standing),
    };
    let before = list.cursor.map(|Pair(slot, id)| (slot, id.0));
    let records = app
        .store
        .list_submissions(&filter, before, limit.saturating_add(1))
        .await?;
    let view = app.view();
    let shown: Vec<SubmissionView> = records.iter().map(|record| show(&view, record)).collect();
    let mut found = page(shown, limit, |entry: &SubmissionView| {
        Pair(entry.received_slot, entry.id).to_string()
    });
    // Whether what waits can still be paid, the chain says and no database.
    found
        .items
        .retain(|entry| list.state.is_none_or(|state| state == entry.state));
    Ok(Json(found))
}

const fn standing(state: SubmissionState) -> Standing {
    match state {
        SubmissionState::Received | SubmissionState::Rejected => Standing::Waiting,
        SubmissionState::Batched => Standing::Batched,
        SubmissionState::Scored => Standing::Scored,
        SubmissionState::Paid => Standing::Paid,
    }
}

/// Keeps a contributor's word that a node key works in its name.
#[utoipa::path(post, path = "/v1/delegations", tag = "submissions", operation_id = "delegate",
    request_body(content = SignedStatement, description = "Statement `delegation` of docs/protocol.md"),
    responses((status = 200, description = "It is stored", body = Stored)))]
pub async fn delegate(
    State(app): State<App>,
    peer: Peer,
    headers: HeaderMap,
    JsonBody(delegation): JsonBody<Signed<Delegation>>,
) -> Result<Json<Stored>, ApiError> {
    app.intake.count_address(source(&app, peer, &headers))?;
    let hash = intake::delegation::take(&app, &delegation).await?;
    Ok(Json(Stored { hash: hash.into() }))
}

/// Hands in a contribution. The same one again gets the same receipt.
///
/// What costs the least is checked first; the content is read only of a submission that may be taken.
#[utoipa::path(post, path = "/v1/submissions", tag = "submissions", operation_id = "submit",
    params(
        ("x-sheaf-submission" = String, Header, description = "Statement `submission` of docs/protocol.md, base64"),
        ("x-sheaf-signature" = String, Header, description = "Its signature, base64"),
    ),
    request_body(content = BytesSchema, content_type = "application/octet-stream", description = "The ciphertext"),
    responses((status = 200, description = "The receipt", body = SignedStatement)))]
pub async fn submit(
    State(app): State<App>,
    peer: Peer,
    request: Request,
) -> Result<Json<ReceiptView>, ApiError> {
    let (parts, content) = request.into_parts();
    let mut content = content.into_data_stream();
    let taken = admit(&app, peer, &parts.headers, &mut content).await;
    if taken.is_err() {
        drain(&mut content).await;
    }
    taken.map(Json)
}

async fn admit(
    app: &App,
    peer: Peer,
    headers: &HeaderMap,
    content: &mut BodyDataStream,
) -> Result<ReceiptView, ApiError> {
    let source = source(app, peer, headers);
    app.intake.count_address(source)?;
    let submission = Signed::<Submission>::from_headers(
        header(headers, SUBMISSION_HEADER)?,
        header(headers, SIGNATURE_HEADER)?,
    )
    .map_err(IntakeError::from)?;
    let bytes = submission.body.content_bytes;
    check_length(headers)?;
    intake::submission::glance(app, &submission.body)?;
    let _seat = app.intake.seat(source, bytes)?;
    let deadline = app.intake.deadline();
    let content = timeout(deadline, read(content, bytes))
        .await
        .map_err(|_| IntakeError::ContentTooSlow)??;
    let taken = intake::submission::take(app, submission, content);
    let receipt = timeout(deadline, taken)
        .await
        .map_err(|_| IntakeError::TimedOut)??;
    Ok(receipt)
}

/// Reads what is left of a refused request, as far as it is not too much: a sender that is cut off in
/// the middle never sees the refusal.
async fn drain(content: &mut BodyDataStream) {
    let mut left = 2 * LIMITS.max_content_bytes as usize;
    let draining = async {
        while let Some(Ok(chunk)) = content.next().await {
            match left.checked_sub(chunk.len()) {
                Some(less) => left = less,
                None => break,
            }
        }
    };
    // Whoever is slower than this is cut off.
    let _ = timeout(DRAIN, draining).await;
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
async fn read(chunks: &mut BodyDataStream, bytes: u32) -> Result<Vec<u8>, ApiError> {
    let most = usize::try_from(bytes).unwrap_or(usize::MAX);
    let mut content = Vec::with_capacity(most);
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

/// What became of a submission.
#[utoipa::path(get, path = "/v1/submissions/{id}", tag = "submissions", operation_id = "submission",
    params(("id" = HexHash, Path, description = "Id of the submission")),
    responses((status = 200, description = "The submission", body = SubmissionView)))]
pub async fn one(
    State(app): State<App>,
    Path(id): Path<HexHash>,
) -> Result<Json<SubmissionView>, ApiError> {
    let record = app.store.submission(&id.0).await?;
    let record = record.ok_or_else(|| {
        ApiError::new(
            "unknown_submission",
            format!("no submission {id} was taken here"),
        )
    })?;
    Ok(Json(show(&app.view(), &record)))
}

fn show(view: &View, record: &SubmissionRecord) -> SubmissionView {
    let body = &record.submission.body;
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
        id: record.submission.id().into(),
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
