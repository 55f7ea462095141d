//! A node over HTTP.

use super::node::Reply;
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::post,
};
use serde_json::{Value, json};
use std::{net::Ipv4Addr, sync::Arc};
use tokio::{net::TcpListener, task::JoinHandle};

/// Answers a method with its parameters.
pub trait Answers: Send + Sync + 'static {
    /// The answer.
    fn answer(&self, method: &str, params: &Value) -> Reply;
}

impl Answers for super::node::Node {
    fn answer(&self, method: &str, params: &Value) -> Reply {
        Self::answer(self, method, params)
    }
}

/// A node that is served while this lives.
#[derive(Debug)]
pub struct Server {
    /// Where.
    pub url: String,
    serving: JoinHandle<std::io::Result<()>>,
}

impl Server {
    /// Serves a node on a free port.
    ///
    /// # Panics
    /// When there is none.
    pub async fn start(node: Arc<dyn Answers>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .expect("a free port");
        let address = listener.local_addr().expect("an address");
        let routes = Router::new().route("/", post(answer)).with_state(node);
        let serving = axum::serve(listener, routes);
        Self {
            url: format!("http://{address}"),
            serving: tokio::spawn(async move { serving.await }),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn answer(State(node): State<Arc<dyn Answers>>, request: Bytes) -> Response {
    let request: Value = serde_json::from_slice(&request).unwrap_or_default();
    let method = request["method"].as_str().unwrap_or_default();
    let mut envelope = json!({"jsonrpc": "2.0", "id": request["id"]});
    match node.answer(method, &request["params"]) {
        Reply::Result(result) => envelope["result"] = result,
        Reply::Error(code, message) => {
            envelope["error"] = json!({"code": code, "message": message});
        }
        Reply::Garbage => return "<html>a proxy's page".into_response(),
        Reply::Status(status) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
            // The client tries again by itself, at once.
            return (status, [(header::RETRY_AFTER, "0")]).into_response();
        }
    }
    axum::Json(envelope).into_response()
}
