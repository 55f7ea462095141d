//! What kinds of problems there are.

use super::{error::ApiError, extract::Path};
use axum::Json;
use sheaf_protocol::api::{
    Page,
    problem::{PROBLEMS, ProblemKind, problem_kind},
};

/// Every kind of problem, by status and name.
#[utoipa::path(get, path = "/v1/problems", tag = "operation", operation_id = "problems",
    responses((status = 200, description = "Kinds of problems", body = Page<ProblemKind>)))]
pub async fn all() -> Json<Page<ProblemKind>> {
    Json(Page {
        items: PROBLEMS.to_vec(),
        next_cursor: None,
    })
}

/// A kind of problem: what the `type` of a problem leads to.
#[utoipa::path(get, path = "/v1/problems/{code}", tag = "operation", operation_id = "problem",
    params(("code" = String, Path, description = "Name of the kind", example = "nonce_seen", pattern = "^[a-z0-9_]{1,40}$")),
    responses((status = 200, description = "The kind", body = ProblemKind)))]
pub async fn one(Path(code): Path<String>) -> Result<Json<ProblemKind>, ApiError> {
    problem_kind(&code).copied().map(Json).ok_or_else(|| {
        ApiError::new(
            "unknown_problem",
            "no kind of problem has this name: /v1/problems lists them",
        )
    })
}
