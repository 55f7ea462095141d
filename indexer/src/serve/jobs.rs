//! Jobs and their specifications.

use super::{
    error::ApiError,
    extract::{Body, Path, Query},
    openapi::BytesSchema,
    paging::{Limits, page},
};
use crate::{app::App, intake, view::View};
use axum::{Json, extract::State, http::HeaderMap};
use serde::Deserialize;
use sheaf_client::layout::Job;
use sheaf_format::{Key, stage::JobKind};
use sheaf_protocol::api::{JobView, Page, SIGNATURE_HEADER};
use std::ops::Bound;
use utoipa::IntoParams;

/// Jobs given at once.
const LIMITS: Limits = Limits {
    usual: 100,
    most: 1_000,
};

/// Which part of the list of jobs.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct JobList {
    /// Most entries in the answer.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<u32>,
    /// What `next_cursor` said.
    #[param(value_type = Option<String>, pattern = "^[0-9]{1,18}$")]
    cursor: Option<u64>,
}

/// Jobs of the pool, ascending by number, without their specifications, which may be long.
#[utoipa::path(get, path = "/v1/jobs", tag = "jobs", operation_id = "jobs", params(JobList),
    responses((status = 200, description = "Jobs", body = Page<JobView>)))]
pub async fn all(
    State(app): State<App>,
    Query(list): Query<JobList>,
) -> Result<Json<Page<JobView>>, ApiError> {
    let limit = LIMITS.check(list.limit)?;
    let view = app.view();
    let first = list.cursor.map_or(Bound::Unbounded, Bound::Excluded);
    let jobs = view
        .jobs
        .range((first, Bound::Unbounded))
        .take(limit as usize + 1)
        .map(|(number, (address, job))| show(&view, *number, address, job))
        .collect();
    Ok(Json(page(jobs, limit, |job: &JobView| {
        job.number.to_string()
    })))
}

/// A job, with its specification once that is published.
#[utoipa::path(get, path = "/v1/jobs/{number}", tag = "jobs", operation_id = "job",
    params(("number" = u64, Path, description = "Number of the job", example = 0)),
    responses((status = 200, description = "The job", body = JobView)))]
pub async fn one(
    State(app): State<App>,
    Path(number): Path<u64>,
) -> Result<Json<JobView>, ApiError> {
    let view = app.view();
    let (address, job) = view.jobs.get(&number).ok_or_else(|| unknown(number))?;
    let published = app.specifications.get(number);
    Ok(Json(JobView {
        specification: published
            .and_then(|published| String::from_utf8(published.bytes.to_vec()).ok()),
        ..show(&view, number, address, job)
    }))
}

/// Publishes a job's specification, once: the bytes whose sha256 the job names, signed by its
/// requester (statement `publication` of docs/protocol.md).
#[utoipa::path(put, path = "/v1/jobs/{number}/specification", tag = "jobs", operation_id = "publish_specification",
    params(
        ("number" = u64, Path, description = "Number of the job", example = 0),
        ("x-sheaf-signature" = String, Header, description = "Signature of the publication, base64"),
    ),
    request_body(content = BytesSchema, content_type = "application/octet-stream", description = "The specification"),
    responses((status = 200, description = "It is stored", body = JobView)))]
pub async fn publish(
    State(app): State<App>,
    Path(number): Path<u64>,
    headers: HeaderMap,
    Body(body): Body,
) -> Result<Json<JobView>, ApiError> {
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
    ApiError::new(
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

fn show(view: &View, number: u64, address: &Key, job: &Job) -> JobView {
    JobView {
        number,
        address: (*address).into(),
        pool: job.pool.into(),
        requester: job.requester.into(),
        aggregator: job.aggregator.into(),
        encryption_key: job.encryption_key.into(),
        kind: kind(job).to_owned(),
        specification_hash: job.specification_hash.into(),
        specification: None,
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
