//! What a request says, read or refused as a problem.

use super::error::ApiError;
use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request},
    http::{StatusCode, request::Parts},
};
use serde::de::DeserializeOwned;

/// Parameters of the path.
#[derive(Debug)]
pub struct Path<T>(pub T);

/// Parameters behind the path. What is not known is refused: a misspelt filter would give too much.
#[derive(Debug)]
pub struct Query<T>(pub T);

/// A body of JSON.
#[derive(Debug)]
pub struct JsonBody<T>(pub T);

/// A body as it is.
#[derive(Debug)]
pub struct Body(pub Bytes);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let read = axum::extract::Path::from_request_parts(parts, state).await;
        read.map(|axum::extract::Path(found)| Self(found))
            .map_err(|rejection| ApiError::malformed(rejection.body_text()))
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let read = axum::extract::Query::from_request_parts(parts, state).await;
        read.map(|axum::extract::Query(found)| Self(found))
            .map_err(|rejection| ApiError::malformed(rejection.body_text()))
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let read = axum::Json::from_request(request, state).await;
        read.map(|axum::Json(found)| Self(found))
            .map_err(|rejection| refused(rejection.status(), &rejection.body_text()))
    }
}

impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let read = Bytes::from_request(request, state).await;
        read.map(Self)
            .map_err(|rejection| refused(rejection.status(), &rejection.body_text()))
    }
}

fn refused(status: StatusCode, reason: &str) -> ApiError {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => ApiError::new("too_large", reason),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => ApiError::new("unsupported_media_type", reason),
        _ => ApiError::malformed(reason),
    }
}
