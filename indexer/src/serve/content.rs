//! Ciphertexts, for those entitled to them.

use super::{error::ApiError, jobs::header};
use crate::{app::App, intake::IntakeError, store::intake::SubmissionRecord};
use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header::CONTENT_TYPE},
    response::IntoResponse,
};
use sheaf_format::Key;
use sheaf_protocol::{
    api::DOWNLOAD_HEADER,
    statement::{Download, Signed},
    text::HexHash,
};

/// GET `/v1/content/{hash}`
pub async fn one(
    State(app): State<App>,
    Path(hash): Path<String>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, ApiError> {
    let hash: HexHash = hash.parse().map_err(ApiError::malformed)?;
    let request = Signed::<Download>::from_base64(header(&headers, DOWNLOAD_HEADER)?)
        .map_err(IntakeError::from)?;
    let (genesis, program) = (app.place.genesis, app.place.program());
    request
        .check(&genesis, &program, &hash.0, app.view().slot)
        .map_err(IntakeError::from)?;
    let records = app.store.submissions_with(&hash.0).await?;
    if !may_read(&app, &request.body.signer, &records) {
        return Err(ApiError::new(
            StatusCode::FORBIDDEN,
            "not_entitled",
            "contents go to registered validators, and to their requester once the paying round is final",
        ));
    }
    let content = app.contents.get(&hash.0).await?.ok_or_else(|| {
        ApiError::missing("unknown_content", format!("no content {hash} is kept here"))
    })?;
    Ok(([(CONTENT_TYPE, "application/octet-stream")], content))
}

/// Validators may read everything, a requester what was paid for.
fn may_read(app: &App, signer: &Key, records: &[SubmissionRecord]) -> bool {
    let view = app.view();
    let is_validator = view
        .validators
        .iter()
        .any(|entry| entry.authority == *signer || entry.vote_key == *signer);
    let bought = |record: &SubmissionRecord| {
        let requester = view.jobs.get(&record.job).map(|(_, job)| job.requester);
        record.paid && requester == Some(*signer)
    };
    is_validator || records.iter().any(bought)
}
