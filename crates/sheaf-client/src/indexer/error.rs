//! What can go wrong between a program and an indexer: what, why, what next.

use crate::error::root_cause;
use sheaf_protocol::api::Problem;
use std::time::Duration;

/// No longer than this is waited because an indexer asks for it.
pub const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// The indexer understood the request and will not do it; the same request again will not help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// HTTP status, 400 to 499.
    pub status: u16,
    /// Name of the error, stable for programs.
    pub name: String,
    /// What, why, what next.
    pub message: String,
}

/// A failed conversation with an indexer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IndexerError {
    /// The text is no address of an indexer.
    #[error("\"{0}\" is not an indexer's address: give http://HOST:PORT")]
    Url(String),
    /// The HTTP client cannot be set up.
    #[error("cannot set up an HTTP client: {0}")]
    Client(String),
    /// Nothing answers, or not in time, or the answer broke off.
    #[error(
        "the indexer at {url} cannot be reached: {reason}. Start one with `sheaf-indexer run`, or name another with --indexer URL"
    )]
    Unreachable {
        /// The indexer's URL.
        url: String,
        /// What the connection said.
        reason: String,
    },
    /// The indexer refused.
    #[error("the indexer at {url} refused: {}: {}", refusal.name, refusal.message)]
    Refused {
        /// The indexer's URL.
        url: String,
        /// Why.
        refusal: Refusal,
    },
    /// The indexer cannot answer now.
    #[error("the indexer at {url} cannot answer now ({status}): {message}. Try again later")]
    Unable {
        /// The indexer's URL.
        url: String,
        /// HTTP status.
        status: u16,
        /// What it said.
        message: String,
        /// How long it asks to wait before the same is sent again.
        retry_after: Option<Duration>,
    },
    /// Something answers, but not as an indexer does.
    #[error(
        "what answers at {url}{path} is not an indexer of this version: {reason}. Correct --indexer URL"
    )]
    NotUnderstood {
        /// The indexer's URL.
        url: String,
        /// What was asked for.
        path: String,
        /// Why the answer is not understood.
        reason: String,
    },
    /// The job has no specification yet.
    #[error(
        "the specification of job {job} is not published at {url}: its requester runs `sheaf job publish {job} --specification FILE`"
    )]
    NotPublished {
        /// The indexer's URL.
        url: String,
        /// Number of the job.
        job: u64,
    },
}

impl IndexerError {
    /// The refusal, when the indexer refused: then asking again is useless. Everything else may
    /// pass.
    pub const fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused { refusal, .. } => Some(refusal),
            _ => None,
        }
    }

    /// Whether the indexer says that there is no such thing (yet).
    pub fn is_unknown(&self) -> bool {
        self.refusal().is_some_and(|refusal| refusal.status == 404)
    }

    /// How long the indexer asks to wait before the same is sent again, at most [`LONGEST_WAIT`].
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Unable { retry_after, .. } => retry_after.map(|wait| wait.min(LONGEST_WAIT)),
            _ => None,
        }
    }

    pub(super) fn unreachable(url: &str, error: &reqwest::Error) -> Self {
        Self::Unreachable {
            url: url.to_owned(),
            reason: root_cause(error),
        }
    }

    /// The error that an answer with another status than success stands for.
    pub(super) fn from_answer(
        url: &str,
        path: &str,
        status: u16,
        retry_after: Option<Duration>,
        body: &[u8],
    ) -> Self {
        let url = url.to_owned();
        let said: Option<Problem> = serde_json::from_slice(body).ok();
        match (status, said) {
            // Not in time, too early, too many requests: a later try may succeed.
            (408 | 425 | 429 | 500.., said) => Self::Unable {
                url,
                status,
                message: said.map_or_else(|| "it gave no reason".to_owned(), |said| said.detail),
                retry_after,
            },
            (400..=499, Some(said)) => Self::Refused {
                url,
                refusal: Refusal {
                    status,
                    name: said.code,
                    message: said.detail,
                },
            },
            (status, _) => Self::NotUnderstood {
                url,
                path: path.to_owned(),
                reason: format!("it answers with status {status}"),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16, body: &str) -> IndexerError {
        let wait = Some(Duration::from_secs(90));
        IndexerError::from_answer("http://h", "/v1/x", status, wait, body.as_bytes())
    }

    #[test]
    fn a_refusal_carries_name_and_message() {
        let error = answered(
            409,
            r#"{"type":"/v1/problems/nonce_used","title":"t","status":409,"detail":"take another","instance":"/v1/x","code":"nonce_used"}"#,
        );
        let refusal = error.refusal().expect("a refusal");
        assert_eq!((refusal.status, refusal.name.as_str()), (409, "nonce_used"));
        assert_eq!(
            error.to_string(),
            "the indexer at http://h refused: nonce_used: take another"
        );
        assert!(!error.is_unknown());
        assert!(answered(404, r#"{"code":"no_job","detail":"m"}"#).is_unknown());
    }

    #[test]
    fn what_may_pass_is_no_refusal() {
        for status in [408, 429, 500, 503] {
            let error = answered(status, r#"{"code":"busy","detail":"soon"}"#);
            assert!(matches!(error, IndexerError::Unable { .. }), "{status}");
            assert_eq!(error.refusal(), None);
            assert_eq!(error.retry_after(), Some(LONGEST_WAIT));
        }
    }

    #[test]
    fn a_stranger_is_not_taken_for_an_indexer() {
        for (status, body) in [(404, "<html>"), (301, ""), (403, "{}")] {
            let error = answered(status, body);
            assert!(
                matches!(error, IndexerError::NotUnderstood { .. }),
                "{status}"
            );
            assert!(!error.is_unknown());
        }
    }
}
