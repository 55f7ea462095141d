//! The client against a small server on loopback.

use super::*;
use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, Query},
    http::{HeaderMap, StatusCode},
    response::IntoResponse,
    routing::{get, post, put},
};
use ed25519_dalek::SigningKey;
use serde_json::json;
use sheaf_format::digest::sha256;
use sheaf_protocol::api::Problem;
use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicUsize, Ordering},
};

/// Serves `routes` on a free port for the length of the test.
async fn serve(routes: Router) -> Indexer {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, routes).await });
    Indexer::new(&url).expect("an address of an indexer")
}

fn refused(status: StatusCode, name: &str) -> (StatusCode, Json<Problem>) {
    let problem = Problem {
        kind: format!("/v1/problems/{name}"),
        title: "what it is".to_owned(),
        status: status.as_u16(),
        detail: "why and what next".to_owned(),
        instance: String::new(),
        code: name.to_owned(),
    };
    (status, Json(problem))
}

fn key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

fn submission() -> Signed<Submission> {
    let body = Submission {
        genesis: [1; 32],
        program: [2; 32],
        job: [3; 32],
        contributor: [4; 32],
        node: key().verifying_key().to_bytes(),
        content_hash: sha256(&[b"content"]),
        earliest_round: 1,
        nonce: 5,
        expiry_slot: 100,
        observed_slot: 10,
        units: 1,
        task: 0,
        content_bytes: 7,
        region: [0; 12],
    };
    Signed::sign(body, &key())
}

fn download() -> Signed<Download> {
    let body = Download {
        genesis: [1; 32],
        program: [2; 32],
        content_hash: sha256(&[b"content"]),
        signer: key().verifying_key().to_bytes(),
        valid_until_slot: 9,
    };
    Signed::sign(body, &key())
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

#[tokio::test]
async fn a_submission_travels_in_headers_and_body() {
    let routes = Router::new().route(
        "/v1/submissions",
        post(|headers: HeaderMap, body: Bytes| async move {
            let sent = Signed::<Submission>::from_headers(
                header(&headers, SUBMISSION_HEADER),
                header(&headers, SIGNATURE_HEADER),
            );
            let sent = sent.expect("a submission");
            assert_eq!(sha256(&[&body]), sent.body.content_hash);
            sent.verify_named().expect("signed by the node");
            let receipt = sheaf_protocol::statement::Receipt {
                genesis: sent.body.genesis,
                program: sent.body.program,
                job: sent.body.job,
                submission: sent.id(),
                round: 1,
                received_slot: 11,
            };
            Json(Signed::sign(receipt, &key()))
        }),
    );
    let indexer = serve(routes).await;
    let receipt = indexer.submit(&submission(), b"content").await;
    assert_eq!(
        receipt.expect("a receipt").body.submission,
        submission().id()
    );
}

#[tokio::test]
async fn a_submission_nobody_knows_is_none_and_a_strangers_404_is_not() {
    let routes = Router::new().route(
        "/v1/submissions/{id}",
        get(|| async { refused(StatusCode::NOT_FOUND, "no_submission") }),
    );
    let indexer = serve(routes).await;
    assert_eq!(indexer.submission(&[1; 32]).await, Ok(None));
    let stranger = serve(Router::new()).await;
    let error = stranger.submission(&[1; 32]).await.expect_err("a stranger");
    assert!(matches!(error, IndexerError::NotUnderstood { .. }));
}

#[tokio::test]
async fn a_specification_is_published_with_its_signature_and_read_as_published() {
    let routes = Router::new()
        .route(
            "/v1/jobs/{number}/specification",
            put(
                |Path(number): Path<u64>, headers: HeaderMap, body: Bytes| async move {
                    assert_eq!((number, &body[..]), (3, &b"{}"[..]));
                    let signature = header(&headers, SIGNATURE_HEADER);
                    assert!(!signature.is_empty());
                    refused(StatusCode::NOT_FOUND, "no_job")
                },
            ),
        )
        .route("/v1/jobs/{number}", get(|| async { "not a job" }));
    let indexer = serve(routes).await;
    let publication = Publication {
        genesis: [1; 32],
        program: [2; 32],
        job: [3; 32],
        specification_hash: sha256(&[b"{}"]),
    };
    let signed = Signed::sign(publication, &key());
    let error = indexer.publish_specification(3, b"{}", &signed).await;
    assert!(error.expect_err("a refusal").is_unknown());
    let error = indexer.specification(3).await.expect_err("no job");
    assert!(error.to_string().contains("/v1/jobs/3"), "{error}");
}

#[tokio::test]
async fn a_content_is_asked_for_with_a_signed_request_and_is_bounded() {
    let most = LIMITS.max_content_bytes as usize;
    static ASKED: AtomicUsize = AtomicUsize::new(0);
    let routes = Router::new().route(
        "/v1/content/{hash}",
        get(
            move |Path(hash): Path<String>, headers: HeaderMap| async move {
                let sent = Signed::<Download>::from_base64(header(&headers, DOWNLOAD_HEADER));
                let sent = sent.expect("a request");
                assert_eq!(hash, HexHash(sent.body.content_hash).to_string());
                let extra = ASKED.fetch_add(1, Ordering::SeqCst);
                vec![7u8; most + extra]
            },
        ),
    );
    let indexer = serve(routes).await;
    assert_eq!(
        indexer.content(&download()).await.map(|got| got.len()),
        Ok(most)
    );
    let error = indexer.content(&download()).await.expect_err("too long");
    assert!(error.to_string().contains("longer"), "{error}");
}

#[tokio::test]
async fn answers_that_cannot_be_are_told_apart() {
    let routes = Router::new()
        .route("/v1/status", get(|| async { Json(json!({"slot": 1})) }))
        .route(
            "/v1/leaves",
            get(|| async { (StatusCode::SERVICE_UNAVAILABLE, "").into_response() }),
        );
    let indexer = serve(routes).await;
    let error = indexer.status().await.expect_err("half a status");
    assert!(matches!(error, IndexerError::NotUnderstood { .. }));
    let error = indexer.leaves().await.expect_err("not now");
    assert!(matches!(error, IndexerError::Unable { status: 503, .. }));
}

/// The part of a list of leaves that a cursor asks for, of `total` in parts of two.
fn leaf_page(cursor: Option<&String>, total: u8) -> serde_json::Value {
    let first = cursor.map_or(0, |cursor| cursor.parse::<u8>().expect("a number"));
    let last = total.min(first + 2);
    let items: Vec<_> = (first..last)
        .map(|number| json!({"contributor": Base58Key([number; 32]), "cumulative": "7"}))
        .collect();
    json!({
        "round": 1,
        "root": {"hash": HexHash([0; 32]), "sum": "0"},
        "first_index": first,
        "items": items,
        "next_cursor": (last < total).then(|| last.to_string()),
    })
}

#[tokio::test]
async fn a_list_is_read_part_by_part_and_again_when_the_tree_moved() {
    static MOVED: AtomicUsize = AtomicUsize::new(0);
    let routes = Router::new().route(
        "/v1/leaves",
        get(|Query(query): Query<BTreeMap<String, String>>| async move {
            let cursor = query.get("cursor");
            if cursor.is_some() && MOVED.fetch_add(1, Ordering::SeqCst) == 0 {
                return refused(StatusCode::GONE, "tree_moved").into_response();
            }
            Json(leaf_page(cursor, 5)).into_response()
        }),
    );
    let leaves = serve(routes).await.leaves().await.expect("leaves");
    let firsts: Vec<u8> = leaves.iter().map(|leaf| leaf.contributor[0]).collect();
    assert_eq!(firsts, [0, 1, 2, 3, 4]);
}

#[tokio::test]
async fn a_list_that_does_not_end_is_not_followed_for_ever() {
    let endless = || async { Json(json!({"items": [], "next_cursor": "1"})) };
    let hostile = || async { Json(json!({"items": [], "next_cursor": "1&limit=0"})) };
    let routes = Router::new()
        .route("/v1/jobs", get(endless))
        .route("/v1/validators", get(hostile));
    let indexer = serve(routes).await;
    for error in [
        indexer.jobs().await.expect_err("it does not end"),
        indexer.validators().await.expect_err("no cursor"),
    ] {
        assert!(
            matches!(error, IndexerError::NotUnderstood { .. }),
            "{error}"
        );
    }
}

#[tokio::test]
async fn an_indexer_that_is_not_there_is_named() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let indexer = Indexer::new(&url).expect("an address of an indexer");
    let error = indexer.status().await.expect_err("nobody listens");
    assert!(matches!(error, IndexerError::Unreachable { .. }));
    assert!(error.to_string().contains(&url), "{error}");
    assert_eq!(error.refusal(), None);
}

#[test]
fn only_web_addresses_are_taken() {
    for url in ["", "localhost:8787", "ftp://h", "http://", "http://h/?a=b"] {
        assert!(
            matches!(Indexer::new(url), Err(IndexerError::Url(_))),
            "{url}"
        );
    }
    let indexer = Indexer::new("http://h:1/behind/").expect("a web address");
    assert_eq!(indexer.url(), "http://h:1/behind");
}
