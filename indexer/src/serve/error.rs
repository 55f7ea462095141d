//! Refusals as problems (RFC 9457): a name for programs, words for people. The kind of a problem
//! says its status.

use crate::{
    content::ContentError,
    intake::{IntakeError, seconds},
    store::StoreError,
};
use axum::{
    http::{HeaderValue, StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Response},
};
use sheaf_protocol::{
    api::{
        Problem,
        problem::{PROBLEM_JSON, ProblemKind, problem_kind},
    },
    ledger::LedgerError,
};
use std::time::Duration;

/// Seconds after which a refusal that may pass is worth another try.
const RETRY_SECONDS: u64 = 1;

/// What a fault of this program's own is told as.
const BROKEN: ProblemKind = ProblemKind {
    code: "broken",
    status: 500,
    title: "The indexer met a fault of its own",
};

/// A refusal. As a response it is still without the request's path: [`finish`] adds it.
#[derive(Clone, Debug)]
pub struct ApiError {
    problem: Box<Problem>,
    /// How long to wait before the same may be asked again, where that is known.
    retry_after: Option<Duration>,
}

impl ApiError {
    /// A problem by its name.
    pub fn new(code: &str, detail: impl std::fmt::Display) -> Self {
        let kind = problem_kind(code).unwrap_or(&BROKEN);
        Self {
            problem: Box::new(Problem::new(kind, detail)),
            retry_after: None,
        }
    }

    /// The question cannot be understood.
    pub fn malformed(detail: impl std::fmt::Display) -> Self {
        Self::new("malformed", detail)
    }

    /// The indexer's own trouble: logged here, told as something that may pass.
    pub fn trouble(error: impl std::fmt::Display) -> Self {
        tracing::error!("{error:#}");
        Self::new(
            "unavailable",
            "the indexer cannot answer this now: try again shortly",
        )
    }

    /// The problem for an answer that something else than a handler gave.
    pub fn of_status(status: StatusCode) -> Self {
        match status.as_u16() {
            405 => Self::new(
                "wrong_method",
                "this path does not take this method: docs/api.md lists what there is",
            ),
            408 => Self::new("request_timeout", "send the request again, faster"),
            413 => Self::new("too_large", "the request is larger than this path takes"),
            415 => Self::new("unsupported_media_type", "send JSON, with its content type"),
            431 => Self::new("headers_too_large", "the request's headers are too long"),
            404 => Self::new("unknown_path", "there is nothing at this path"),
            400..=499 => Self::malformed("the request cannot be read"),
            503 => Self::new("unavailable", "try again shortly"),
            _ => Self::new(
                "broken",
                "the indexer met a fault of its own: tell its operator",
            ),
        }
    }

    fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Makes every answer that is a refusal a problem about `path`. Gives its name, too.
pub fn finish(response: Response, path: &str) -> (Response, Option<String>) {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return (response, None);
    }
    let (mut parts, _) = response.into_parts();
    let mut error = parts
        .extensions
        .remove::<ApiError>()
        .unwrap_or_else(|| ApiError::of_status(status));
    path.clone_into(&mut error.problem.instance);
    // What stays of the headers tells of other things than the body: `allow`, for one.
    parts.headers.remove("content-length");
    parts
        .headers
        .insert("content-type", HeaderValue::from_static(PROBLEM_JSON));
    if matches!(error.problem.status, 429 | 503) {
        let wait = error.retry_after.map_or(RETRY_SECONDS, seconds);
        parts
            .headers
            .insert(RETRY_AFTER, HeaderValue::from(wait.max(1)));
    }
    parts.status = error.status();
    let problem = error.problem;
    let body = serde_json::to_vec(&problem).unwrap_or_default();
    (Response::from_parts(parts, body.into()), Some(problem.code))
}

impl From<IntakeError> for ApiError {
    fn from(error: IntakeError) -> Self {
        if matches!(
            error,
            IntakeError::Store(_) | IntakeError::Content(_) | IntakeError::Chain(_)
        ) {
            tracing::error!("intake: {error:?}");
        }
        Self {
            retry_after: error.retry_after(),
            ..Self::new(error.name(), &error)
        }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            // A number that no job and no round has.
            StoreError::TooLarge(number) => Self::new(
                "unknown_number",
                format!("nothing here has the number {number}"),
            ),
            error => Self::trouble(error),
        }
    }
}

impl From<ContentError> for ApiError {
    fn from(error: ContentError) -> Self {
        Self::trouble(error)
    }
}

impl From<sheaf_client::Error> for ApiError {
    fn from(error: sheaf_client::Error) -> Self {
        Self::trouble(error)
    }
}

impl From<LedgerError> for ApiError {
    fn from(error: LedgerError) -> Self {
        Self::trouble(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_that_intake_gives_is_a_kind() {
        let source = include_str!("../intake/mod.rs");
        let names: Vec<&str> = source
            .lines()
            .filter_map(|line| {
                let line = line.trim();
                let name = line
                    .strip_suffix("\",")
                    .or_else(|| line.strip_suffix('"'))?;
                name.split_once("=> \"").map(|(_, name)| name).or_else(|| {
                    name.strip_prefix('"')
                        .filter(|name| !name.contains([' ', '{']))
                })
            })
            .collect();
        assert!(names.len() > 8, "{names:?}");
        for name in names {
            assert!(problem_kind(name).is_some(), "{name}");
        }
        assert_eq!(problem_kind(BROKEN.code), Some(&BROKEN));
    }

    #[test]
    fn a_strangers_refusal_becomes_a_problem_and_keeps_its_headers() {
        let stranger = (StatusCode::METHOD_NOT_ALLOWED, [("allow", "GET")], "no");
        let (response, code) = finish(stranger.into_response(), "/v1/x");
        assert_eq!(code.as_deref(), Some("wrong_method"));
        assert_eq!(response.headers()["allow"], "GET");
        assert_eq!(response.headers()["content-type"], PROBLEM_JSON);
        let (fine, code) = finish("fine".into_response(), "/v1/x");
        assert_eq!((fine.status(), code), (StatusCode::OK, None));
    }
}
