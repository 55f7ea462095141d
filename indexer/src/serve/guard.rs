//! What stands in front of every handler: a bound on what is under way and on how long it takes, a
//! net under handlers that break, and problems for every refusal.

use super::error::{ApiError, finish};
use crate::metrics::{Answered, Code, Metrics, Outcome, Route};
use axum::{
    extract::{MatchedPath, Request, State},
    http::Method,
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use futures_util::FutureExt as _;
use std::{
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::Semaphore;

/// Requests under way at once; more are refused at once instead of waiting.
const AT_ONCE: usize = 5_000;
/// How long an answer may take to begin. A score file's upload is the longest.
const TIME_LIMIT: Duration = Duration::from_secs(60);

/// The route that hands submissions in.
const SUBMIT: (&str, &str) = ("POST", "/v1/submissions");

/// The guard. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Guard {
    under_way: Arc<Semaphore>,
    time_limit: Duration,
    metrics: Arc<Metrics>,
}

impl Guard {
    /// A guard with the usual bounds.
    pub fn new(metrics: Arc<Metrics>) -> Self {
        Self::with_bounds(metrics, AT_ONCE, TIME_LIMIT)
    }

    fn with_bounds(metrics: Arc<Metrics>, at_once: usize, time_limit: Duration) -> Self {
        Self {
            under_way: Arc::new(Semaphore::new(at_once)),
            time_limit,
            metrics,
        }
    }

    async fn handle(&self, request: Request, next: Next) -> Response {
        let Ok(_permit) = self.under_way.try_acquire() else {
            return ApiError::new(
                "overloaded",
                "as many requests are under way as the indexer takes: try again shortly",
            )
            .into_response();
        };
        let answering = AssertUnwindSafe(next.run(request)).catch_unwind();
        match tokio::time::timeout(self.time_limit, answering).await {
            Ok(Ok(response)) => response,
            Ok(Err(_)) => {
                self.metrics.panics.inc();
                tracing::error!("a handler broke off");
                ApiError::new(
                    "broken",
                    "the indexer met a fault of its own while it answered: tell its operator",
                )
                .into_response()
            }
            Err(_) => ApiError::new(
                "timed_out",
                "the answer took too long: try again, or ask for less",
            )
            .into_response(),
        }
    }

    fn count(&self, method: &'static str, route: &str, response: &Response, code: Option<String>) {
        let metrics = &self.metrics;
        let answered = Answered {
            method,
            route: route.to_owned(),
            status: response.status().as_u16(),
        };
        metrics.http_requests.get_or_create(&answered).inc();
        if (method, route) == SUBMIT {
            let outcome = code.clone().unwrap_or_else(|| "received".to_owned());
            metrics
                .submissions
                .get_or_create(&Outcome { outcome })
                .inc();
        }
        if let Some(code) = code {
            metrics.refusals.get_or_create(&Code { code }).inc();
        }
    }
}

/// The middleware.
pub async fn guard(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let path = request.uri().path().to_owned();
    let method = name(request.method());
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "none".to_owned(), |route| route.as_str().to_owned());
    guard.metrics.under_way.inc();
    let response = guard.handle(request, next).await;
    guard.metrics.under_way.dec();
    let (response, code) = finish(response, &path);
    guard.count(method, &route, &response, code);
    let seconds = started.elapsed().as_secs_f64();
    guard
        .metrics
        .http_seconds
        .get_or_create(&Route { method, route })
        .observe(seconds);
    response
}

/// A method as a label: there may be any number of others.
fn name(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "OPTIONS" => "OPTIONS",
        "DELETE" => "DELETE",
        "PATCH" => "PATCH",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{Router, middleware, routing::get};
    use sheaf_protocol::api::Problem;

    async fn asked(guard_with: Guard, path: &str) -> (u16, bool, Problem) {
        let routes = Router::new()
            .route("/breaks", get(|| async { breaks() }))
            .route("/hangs", get(std::future::pending::<()>))
            .layer(middleware::from_fn_with_state(guard_with, guard));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move { axum::serve(listener, routes).await });
        let answer = super::super::tests::get(address, path).await;
        let problem = serde_json::from_slice(&answer.body).expect("a problem");
        (answer.status, answer.head.contains("retry-after"), problem)
    }

    fn breaks() -> &'static str {
        panic!("a handler that breaks")
    }

    fn bounds(at_once: usize) -> (Arc<Metrics>, Guard) {
        let metrics = Arc::new(Metrics::default());
        let guard = Guard::with_bounds(Arc::clone(&metrics), at_once, Duration::from_millis(50));
        (metrics, guard)
    }

    #[tokio::test]
    async fn a_handler_that_breaks_is_told_without_its_reason() {
        let (metrics, guard) = bounds(1);
        let (status, _, problem) = asked(guard, "/breaks").await;
        assert_eq!((status, problem.code.as_str()), (500, "broken"));
        assert_eq!(problem.instance, "/breaks");
        assert!(!problem.detail.contains("a handler that breaks"));
        assert_eq!(metrics.panics.get(), 1);
    }

    #[tokio::test]
    async fn an_answer_that_does_not_come_ends() {
        let (_, guard) = bounds(1);
        let (status, retry, problem) = asked(guard, "/hangs").await;
        assert_eq!((status, problem.code.as_str()), (503, "timed_out"));
        assert!(retry);
    }

    #[tokio::test]
    async fn more_than_can_be_under_way_is_refused_at_once() {
        let (metrics, guard) = bounds(0);
        let (status, retry, problem) = asked(guard, "/breaks").await;
        assert_eq!((status, problem.code.as_str()), (503, "overloaded"));
        assert!(retry);
        let refusal = Code {
            code: "overloaded".to_owned(),
        };
        assert_eq!(metrics.refusals.get_or_create(&refusal).get(), 1);
        assert_eq!(metrics.under_way.get(), 0);
    }
}
