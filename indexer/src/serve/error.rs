//! Refusals as answers: a fitting status, a name for programs, words for people.

use crate::{content::ContentError, intake::IntakeError, store::StoreError};
use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use sheaf_protocol::{api::ErrorBody, intake::Refusal, ledger::LedgerError};

/// A refusal.
#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    body: ErrorBody,
}

impl ApiError {
    /// A refusal with its name and message.
    pub fn new(status: StatusCode, name: &str, message: impl std::fmt::Display) -> Self {
        Self {
            status,
            body: ErrorBody::new(name, message),
        }
    }

    /// What was asked for is not there.
    pub fn missing(name: &str, message: impl std::fmt::Display) -> Self {
        Self::new(StatusCode::NOT_FOUND, name, message)
    }

    /// The question cannot be understood.
    pub fn malformed(message: impl std::fmt::Display) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed", message)
    }

    /// The indexer's own trouble: logged here, told as something that may pass.
    pub fn trouble(error: impl std::fmt::Display) -> Self {
        tracing::error!("{error:#}");
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            "the indexer cannot answer this now: try again shortly",
        )
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        (self.status, Json(self.body)).into_response()
    }
}

impl From<IntakeError> for ApiError {
    fn from(error: IntakeError) -> Self {
        let status = match &error {
            IntakeError::Store(_) | IntakeError::Content(_) | IntakeError::Chain(_) => {
                tracing::error!("intake: {error:?}");
                StatusCode::SERVICE_UNAVAILABLE
            }
            IntakeError::UnknownJob(_) => StatusCode::NOT_FOUND,
            IntakeError::RoundNotOpen(_)
            | IntakeError::NotRevealed(_)
            | IntakeError::ScoresTooLate(_)
            | IntakeError::NotOurJob(_) => StatusCode::CONFLICT,
            IntakeError::Overloaded | IntakeError::TimedOut | IntakeError::Unanswered(_) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            IntakeError::ContentTooSlow => StatusCode::REQUEST_TIMEOUT,
            IntakeError::JobFull(_)
            | IntakeError::NodeTooFast { .. }
            | IntakeError::AddressTooFast { .. } => StatusCode::TOO_MANY_REQUESTS,
            IntakeError::Unsigned(_) => StatusCode::UNAUTHORIZED,
            IntakeError::Submission(refusal) => submission_status(refusal),
            IntakeError::Statement(_) | IntakeError::Specification(_) | IntakeError::Scores(_) => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
        };
        Self {
            status,
            body: error.body(),
        }
    }
}

const fn submission_status(refusal: &Refusal) -> StatusCode {
    match refusal {
        Refusal::UnknownJob(_) => StatusCode::NOT_FOUND,
        Refusal::SignatureInvalid(_) => StatusCode::UNAUTHORIZED,
        Refusal::DelegationMissing
        | Refusal::DelegationInvalid(_)
        | Refusal::DelegationExpired { .. } => StatusCode::FORBIDDEN,
        Refusal::NonceSeen(_)
        | Refusal::TaskTaken(_)
        | Refusal::JobEnded
        | Refusal::OtherAggregator
        | Refusal::NothingLeft => StatusCode::CONFLICT,
        Refusal::ContentTooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            // A number that no job and no round has.
            StoreError::TooLarge(number) => Self::missing(
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
