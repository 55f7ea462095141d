//! The HTTP API of `docs/protocol.md`.
//!
//! Handlers translate: what is asked is found in the view, the tree and the store, or handed to
//! [`intake`](crate::intake).

mod content;
mod contributors;
mod error;
mod jobs;
mod rounds;
mod status;
mod submissions;

use crate::app::App;
use axum::{
    Json, Router,
    extract::DefaultBodyLimit,
    http::StatusCode,
    routing::{get, post, put},
};
use error::ApiError;
use sheaf_protocol::{api::ErrorBody, intake::LIMITS, specification::MAX_SPECIFICATION_BYTES};

/// Longest JSON body, in bytes: a score file of some hundred thousand scores.
const MAX_JSON_BYTES: usize = 32 << 20;

/// All routes.
pub fn router(app: App) -> Router {
    let ciphertext = DefaultBodyLimit::max(LIMITS.max_content_bytes as usize);
    let specification = DefaultBodyLimit::max(MAX_SPECIFICATION_BYTES);
    let json = DefaultBodyLimit::max(MAX_JSON_BYTES);
    Router::new()
        .route("/v1/status", get(status::status))
        .route("/v1/jobs", get(jobs::all))
        .route("/v1/jobs/{number}", get(jobs::one))
        .route(
            "/v1/jobs/{number}/specification",
            put(jobs::publish).layer(specification),
        )
        .route("/v1/delegations", post(submissions::delegate).layer(json))
        .route(
            "/v1/submissions",
            post(submissions::submit).layer(ciphertext),
        )
        .route("/v1/submissions/{id}", get(submissions::one))
        .route("/v1/rounds", get(rounds::all))
        .route("/v1/rounds/{number}", get(rounds::one))
        .route("/v1/rounds/{number}/batches/{job}", get(rounds::batch))
        .route(
            "/v1/rounds/{number}/scores",
            get(rounds::scores).post(rounds::publish_scores).layer(json),
        )
        .route("/v1/rounds/{number}/manifest", get(rounds::manifest))
        .route("/v1/content/{hash}", get(content::one))
        .route("/v1/leaves", get(contributors::leaves))
        .route("/v1/contributors/{key}", get(contributors::one))
        .fallback(unknown)
        .method_not_allowed_fallback(wrong_method)
        .with_state(app)
}

async fn unknown() -> ApiError {
    ApiError::new(
        StatusCode::NOT_FOUND,
        "unknown_path",
        "there is nothing at this path: docs/protocol.md lists what there is",
    )
}

async fn wrong_method() -> (StatusCode, Json<ErrorBody>) {
    let body = ErrorBody::new(
        "wrong_method",
        "this path does not take this method: docs/protocol.md lists what there is",
    );
    (StatusCode::METHOD_NOT_ALLOWED, Json(body))
}
