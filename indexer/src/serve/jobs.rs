//! Jobs and their specifications.

use super::error::ApiError;
use crate::{app::App, intake, view::View};
use axum::{
    Json,
    body::Bytes,
    extract::{Path, State, rejection::BytesRejection},
    http::HeaderMap,
};
use sheaf_client::layout::Job;
use sheaf_format::{Key, stage::JobKind};
use sheaf_protocol::api::{JobView, SIGNATURE_HEADER};

/// GET `/v1/jobs`
pub async fn all(State(app): State<App>) -> Json<Vec<JobView>> {
    let view = app.view();
    let jobs = view.jobs.iter();
    Json(
        jobs.map(|(number, (address, job))| show(&app, &view, *number, address, job))
            .collect(),
    )
}

/// GET `/v1/jobs/{number}`
pub async fn one(
    State(app): State<App>,
    Path(number): Path<u64>,
) -> Result<Json<JobView>, ApiError> {
    let view = app.view();
    let (address, job) = view.jobs.get(&number).ok_or_else(|| unknown(number))?;
    Ok(Json(show(&app, &view, number, address, job)))
}

/// PUT `/v1/jobs/{number}/specification`
pub async fn publish(
    State(app): State<App>,
    Path(number): Path<u64>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<JobView>, ApiError> {
    let body = body.map_err(ApiError::malformed)?;
    let signature = header(&headers, SIGNATURE_HEADER)?;
    intake::specification::take(&app, number, &body, signature).await?;
    one(State(app), Path(number)).await
}

/// A header's text.
pub fn header<'a>(headers: &'a HeaderMap, name: &str) -> Result<&'a str, ApiError> {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .ok_or_else(|| ApiError::malformed(format!("the header {name} is missing or no text")))
}

fn unknown(number: u64) -> ApiError {
    ApiError::missing(
        "unknown_job",
        format!("there is no job {number} in this pool (yet)"),
    )
}

fn kind(job: &Job) -> &'static str {
    match JobKind::from_byte(job.kind) {
        Some(JobKind::Web) => "web",
        Some(JobKind::Quest) => "quest",
        Some(JobKind::Dataset) => "dataset",
        Some(JobKind::Compute) => "compute",
        None => "unknown",
    }
}

fn show(app: &App, view: &View, number: u64, address: &Key, job: &Job) -> JobView {
    let specification = app
        .specifications
        .get(number)
        .and_then(|published| String::from_utf8(published.bytes.to_vec()).ok());
    JobView {
        number,
        address: (*address).into(),
        pool: job.pool.into(),
        requester: job.requester.into(),
        aggregator: job.aggregator.into(),
        encryption_key: job.encryption_key.into(),
        kind: kind(job).to_owned(),
        specification_hash: job.specification_hash.into(),
        specification,
        last_paid_root: job.last_paid_root.into(),
        balance: job.balance.into(),
        reserved: job.reserved.into(),
        reserved_round: job.reserved_round,
        funded_total: job.funded_total.into(),
        settled_total: job.settled_total.into(),
        refunded_total: job.refunded_total.into(),
        price_per_unit: job.price_per_unit.into(),
        round_cap: job.round_cap.into(),
        minimum_earning: job.minimum_earning.into(),
        deadline: job.deadline,
        cancelled_at: job.cancelled_at,
        stall_seconds: job.stall_seconds,
        treasury_bps: job.treasury_bps,
        validators_bps: job.validators_bps,
        active: view.is_active(job),
    }
}
