//! The HTTP API (`docs/api.md`), and what those who watch the process ask for.
//!
//! Handlers translate: what is asked is found in the view, the tree and the store, or handed to
//! [`intake`](crate::intake).
//!
//! - [`guard`]: what stands in front of every handler; [`doors`]: what is for this process; [`error`]: refusals; [`extract`]: requests
//!   read; [`paging`]: lists.
//! - [`jobs`], [`submissions`], [`rounds`] with [`ended`], [`contributors`], [`validators`],
//!   [`pool`], [`events`], [`content`], [`status`]: what there is to see and to hand in.
//! - [`dashboard`]: pages for people.
//! - [`stream`]: events as they come; [`health`]: whether the process can work; [`openapi`] and
//!   [`problems`]: what the API says about itself.

mod content;
mod contributors;
mod dashboard;
mod doors;
mod ended;
mod error;
mod events;
mod extract;
mod guard;
mod health;
mod jobs;
mod openapi;
mod paging;
mod pool;
mod problems;
mod rounds;
mod status;
mod stream;
mod submissions;
#[cfg(test)]
mod tests;
mod validators;

use crate::{app::App, run::roles::Role};
use axum::{
    Router,
    extract::{DefaultBodyLimit, FromRef},
    http::{HeaderName, HeaderValue, StatusCode},
    middleware,
    routing::{get, post, put},
};
use error::ApiError;
use guard::Guard;
use health::Probe;
use sheaf_protocol::{intake::LIMITS, specification::MAX_SPECIFICATION_BYTES};
use std::{future::Future, net::SocketAddr};
use stream::Feed;
use tokio::{net::TcpListener, sync::watch, task::JoinSet};
use tower_http::set_header::SetResponseHeaderLayer;

/// Longest score file, in bytes: some hundred thousand scores.
const MAX_SCORES_BYTES: usize = 32 << 20;
/// Longest signed statement as JSON, in bytes.
const MAX_STATEMENT_BYTES: usize = 4 << 10;

/// What handlers work with.
#[derive(Clone)]
struct Api {
    app: App,
    feed: Feed,
    probe: Probe,
}

impl FromRef<Api> for App {
    fn from_ref(api: &Api) -> Self {
        api.app.clone()
    }
}

impl FromRef<Api> for Feed {
    fn from_ref(api: &Api) -> Self {
        api.feed.clone()
    }
}

impl FromRef<Api> for Probe {
    fn from_ref(api: &Api) -> Self {
        api.probe.clone()
    }
}

/// Serves what is for `roles` until `closed` is done and requests under way have ended.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    app: App,
    roles: Vec<Role>,
    closed: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let (end, ending) = watch::channel(());
    let (feed, beat) = Feed::new(app.clone(), ending);
    let mut helpers = JoinSet::new();
    helpers.spawn(beat);
    helpers.spawn(ended::keep(app.clone()));
    let service = router(app, feed, roles).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service)
        .with_graceful_shutdown(async move {
            closed.await;
            // Lines to listeners would never end by themselves.
            drop(end);
        })
        .await
}

/// All routes.
fn router(app: App, feed: Feed, roles: Vec<Role>) -> Router {
    let guard = Guard::new(app.metrics.clone());
    let state = Api {
        app,
        feed,
        probe: Probe::default(),
    };
    // Everything that can be read is public, for pages of other origins too.
    let open = header("access-control-allow-origin", "*");
    let plain = header("x-content-type-options", "nosniff");
    let routes = Router::new()
        .merge(handed_in())
        .merge(looked_at())
        .fallback(unknown)
        .method_not_allowed_fallback(wrong_method)
        .with_state(state);
    doors::open(routes, roles)
        .layer(middleware::from_fn_with_state(guard, guard::guard))
        .layer(open)
        .layer(plain)
}

/// What is handed in, each with the longest body it takes.
fn handed_in() -> Router<Api> {
    let ciphertext = DefaultBodyLimit::max(LIMITS.max_content_bytes as usize);
    let specification = DefaultBodyLimit::max(MAX_SPECIFICATION_BYTES);
    let scores = DefaultBodyLimit::max(MAX_SCORES_BYTES);
    let statement = DefaultBodyLimit::max(MAX_STATEMENT_BYTES);
    Router::new()
        .route(
            "/v1/jobs/{number}/specification",
            put(jobs::publish).layer(specification),
        )
        .route(
            "/v1/delegations",
            post(submissions::delegate).layer(statement),
        )
        .route(
            "/v1/submissions",
            get(submissions::all)
                .post(submissions::submit)
                .layer(ciphertext),
        )
        .route(
            "/v1/rounds/{number}/scores",
            get(rounds::scores)
                .post(rounds::publish_scores)
                .layer(scores),
        )
}

/// What is only looked at.
fn looked_at() -> Router<Api> {
    Router::new()
        .route("/", get(dashboard::index))
        .route("/dashboard/{file}", get(dashboard::file))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .route("/v1/openapi.json", get(openapi::document))
        .route("/v1/problems", get(problems::all))
        .route("/v1/problems/{code}", get(problems::one))
        .route("/v1/status", get(status::status))
        .route("/v1/pool", get(pool::pool))
        .route("/v1/jobs", get(jobs::all))
        .route("/v1/jobs/{number}", get(jobs::one))
        .route("/v1/submissions/{id}", get(submissions::one))
        .route("/v1/rounds", get(rounds::all))
        .route("/v1/rounds/{number}", get(rounds::one))
        .route("/v1/rounds/{number}/batches/{job}", get(rounds::batch))
        .route("/v1/rounds/{number}/manifest", get(rounds::manifest))
        .route("/v1/content/{hash}", get(content::one))
        .route("/v1/leaves", get(contributors::leaves))
        .route("/v1/leaves/{index}", get(contributors::leaf))
        .route("/v1/contributors/{key}", get(contributors::one))
        .route(
            "/v1/contributors/{key}/earnings",
            get(contributors::earnings),
        )
        .route("/v1/validators", get(validators::all))
        .route("/v1/validators/{authority}", get(validators::one))
        .route("/v1/validators/{authority}/duties", get(validators::duties))
        .route("/v1/events", get(events::all))
        .route("/v1/events/stream", get(stream::stream))
        .route("/v1/events/{sequence}", get(events::one))
        .route("/v1/usage", get(events::usage))
}

fn header(name: &'static str, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(
        HeaderName::from_static(name),
        HeaderValue::from_static(value),
    )
}

async fn unknown() -> ApiError {
    ApiError::new(
        "unknown_path",
        "there is nothing at this path: docs/api.md lists what there is",
    )
}

async fn wrong_method() -> ApiError {
    ApiError::of_status(StatusCode::METHOD_NOT_ALLOWED)
}
