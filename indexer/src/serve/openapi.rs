//! The API's own description (OpenAPI 3.1), from the handlers' and types' declarations.

use super::{
    content, contributors, events, health, jobs, pool, problems, rounds, status, stream,
    submissions, validators,
};
use sheaf_protocol::api::{
    EventView, Problem, Pulse,
    problem::{PROBLEM_JSON, problem_kind},
};
use std::collections::BTreeMap;
use utoipa::{
    Modify, OpenApi, ToSchema,
    openapi::{
        self, ContentBuilder, Ref, ResponseBuilder,
        path::{Operation, PathItem},
    },
};

/// Refusals of every operation.
const ALWAYS: &[&str] = &[
    "misdirected",
    "overloaded",
    "timed_out",
    "unavailable",
    "broken",
];

/// Refusals of each operation, beside those of all.
const REFUSALS: &[(&str, &[&str])] = &[
    ("status", &[]),
    ("pool", &[]),
    ("problems", &[]),
    ("problem", &["malformed", "unknown_problem"]),
    ("openapi", &[]),
    ("alive", &[]),
    ("ready", &["not_ready"]),
    ("metrics", &[]),
    ("jobs", &["malformed"]),
    ("job", &["malformed", "unknown_job"]),
    (
        "publish_specification",
        &[
            "malformed",
            "statement_invalid",
            "signature_invalid",
            "unknown_job",
            "not_our_job",
            "too_large",
            "specification_invalid",
            "storage_unavailable",
            "unknown_number",
        ],
    ),
    (
        "delegate",
        &[
            "malformed",
            "signature_invalid",
            "too_large",
            "unsupported_media_type",
            "wrong_genesis",
            "wrong_program",
            "statement_expired",
            "address_too_fast",
            "storage_unavailable",
        ],
    ),
    ("submissions", &["malformed", "unknown_number"]),
    ("submission", &["malformed", "unknown_submission"]),
    (
        "submit",
        &[
            "malformed",
            "statement_invalid",
            "signature_invalid",
            "delegation_missing",
            "delegation_invalid",
            "delegation_expired",
            "unknown_job",
            "job_ended",
            "other_aggregator",
            "nothing_left",
            "nonce_seen",
            "task_taken",
            "already_paid",
            "content_too_large",
            "content_mismatch",
            "expired",
            "expiry_too_far",
            "region_invalid",
            "round_too_early",
            "round_too_old",
            "specification_missing",
            "task_unknown",
            "wrong_genesis",
            "wrong_job",
            "wrong_program",
            "wrong_units",
            "request_timeout",
            "job_full",
            "node_too_fast",
            "address_too_fast",
            "storage_unavailable",
            "chain_unavailable",
        ],
    ),
    ("rounds", &["malformed"]),
    ("round", &["malformed", "unknown_round", "unknown_number"]),
    ("batch", &["malformed", "unknown_batch", "unknown_number"]),
    ("scores", &["malformed", "unknown_round", "unknown_number"]),
    (
        "publish_scores",
        &[
            "malformed",
            "too_large",
            "unsupported_media_type",
            "round_not_open",
            "not_revealed",
            "scores_too_late",
            "scores_invalid",
            "storage_unavailable",
            "chain_unavailable",
            "unknown_number",
        ],
    ),
    (
        "manifest",
        &[
            "malformed",
            "unknown_round",
            "manifest_not_ready",
            "unknown_number",
        ],
    ),
    (
        "content",
        &[
            "malformed",
            "statement_invalid",
            "signature_invalid",
            "not_entitled",
            "unknown_content",
            "wrong_content",
            "wrong_genesis",
            "wrong_program",
            "statement_expired",
        ],
    ),
    ("leaves", &["malformed", "tree_moved"]),
    ("leaf", &["malformed", "unknown_leaf"]),
    ("contributor", &["malformed"]),
    ("earnings", &["malformed"]),
    ("validators", &["malformed"]),
    ("validator", &["malformed", "unknown_validator"]),
    ("duties", &["malformed", "unknown_validator"]),
    ("events", &["malformed", "unknown_event"]),
    ("event", &["malformed", "unknown_event"]),
    ("usage", &["malformed"]),
    ("stream", &["malformed", "too_many_listeners"]),
];

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Sheaf indexer",
        description = "The aggregator of one Sheaf pool: takes signed contributions, and shows jobs, rounds, earnings with \
            their proofs, validators and the public log. What signed statements are is in docs/protocol.md, \
            how lists, refusals and the stream work in docs/api.md.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    servers((url = "/", description = "This indexer")),
    tags(
        (name = "jobs", description = "What is asked for, and its escrow"),
        (name = "submissions", description = "Contributions and who may make them"),
        (name = "rounds", description = "Rounds with their batches, score files and manifests"),
        (name = "ledger", description = "Lifetime earnings with their proofs, and the pool's books"),
        (name = "validators", description = "Who scores, with what stake"),
        (name = "events", description = "What the program said about its changes"),
        (name = "content", description = "Ciphertexts for those entitled to them"),
        (name = "operation", description = "Where the indexer stands"),
    ),
    paths(
        status::status, pool::pool, problems::all, problems::one, document,
        health::alive, health::ready, health::metrics,
        jobs::all, jobs::one, jobs::publish,
        submissions::all, submissions::one, submissions::delegate, submissions::submit,
        rounds::all, rounds::one, rounds::batch, rounds::scores, rounds::publish_scores, rounds::manifest,
        content::one,
        contributors::leaves, contributors::leaf, contributors::one, contributors::earnings,
        validators::all, validators::one, validators::duties,
        events::all, events::one, events::usage, stream::stream,
    ),
    components(schemas(Problem, Pulse, EventView)),
    modifiers(&Refusals),
)]
struct Api;

/// Bytes as they are, in descriptions of bodies.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "it only describes")]
pub struct BytesSchema(Vec<u8>);

/// This description.
#[utoipa::path(get, path = "/v1/openapi.json", tag = "operation", operation_id = "openapi",
    responses((status = 200, description = "OpenAPI 3.1", body = serde_json::Value)))]
pub async fn document() -> axum::Json<openapi::OpenApi> {
    axum::Json(Api::openapi())
}

/// Adds the refusals to every operation.
struct Refusals;

impl Modify for Refusals {
    fn modify(&self, document: &mut openapi::OpenApi) {
        for item in document.paths.paths.values_mut() {
            for operation in operations(item) {
                add_refusals(operation);
            }
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.put, &mut item.post]
        .into_iter()
        .filter_map(|operation| operation.as_mut())
}

fn add_refusals(operation: &mut Operation) {
    let id = operation.operation_id.as_deref().unwrap_or_default();
    let own = REFUSALS.iter().find(|(known, _)| *known == id);
    let own = own.map_or(&[][..], |(_, codes)| codes);
    let mut by_status: BTreeMap<u16, Vec<&str>> = BTreeMap::new();
    for code in own.iter().chain(ALWAYS) {
        if let Some(kind) = problem_kind(code) {
            by_status.entry(kind.status).or_default().push(code);
        }
    }
    for (status, codes) in by_status {
        let problem = ContentBuilder::new()
            .schema(Some(Ref::from_schema_name(Problem::name())))
            .build();
        let response = ResponseBuilder::new()
            .description(codes.join(", "))
            .content(PROBLEM_JSON, problem)
            .build();
        operation
            .responses
            .responses
            .insert(status.to_string(), response.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_operation_says_how_it_refuses() {
        let mut document = Api::openapi();
        let mut ids = BTreeSet::new();
        for item in document.paths.paths.values_mut() {
            for operation in operations(item) {
                let id = operation.operation_id.clone().expect("an id");
                assert!(ids.insert(id.clone()), "two operations are called {id}");
            }
        }
        let listed: BTreeSet<String> = REFUSALS.iter().map(|(id, _)| (*id).to_owned()).collect();
        assert_eq!(ids, listed);
        for code in REFUSALS.iter().flat_map(|(_, codes)| *codes).chain(ALWAYS) {
            assert!(problem_kind(code).is_some(), "{code}");
        }
    }

    /// Schemas that something in the document names.
    fn named(value: &serde_json::Value, names: &mut BTreeSet<String>) {
        match value {
            serde_json::Value::Object(object) => {
                if let Some(serde_json::Value::String(path)) = object.get("$ref") {
                    names.insert(path.trim_start_matches("#/components/schemas/").to_owned());
                }
                object.values().for_each(|value| named(value, names));
            }
            serde_json::Value::Array(array) => array.iter().for_each(|value| named(value, names)),
            _ => {}
        }
    }

    #[test]
    fn every_schema_that_is_named_is_there() {
        let document = serde_json::to_value(Api::openapi()).expect("json");
        assert_eq!(document["openapi"], "3.1.0");
        let mut names = BTreeSet::new();
        named(&document, &mut names);
        let schemas = document["components"]["schemas"]
            .as_object()
            .expect("schemas");
        for name in names {
            assert!(schemas.contains_key(&name), "{name}");
        }
    }

    #[test]
    fn every_kind_of_problem_has_an_operation_that_gives_it() {
        // Those that answer what is no operation at all, or break the transport's rules.
        let elsewhere = [
            "unknown_path",
            "wrong_method",
            "request_timeout",
            "headers_too_large",
        ];
        let given: BTreeSet<&str> = REFUSALS
            .iter()
            .flat_map(|(_, codes)| codes.iter().copied())
            .chain(ALWAYS.iter().copied())
            .chain(elsewhere)
            .collect();
        for kind in sheaf_protocol::api::problem::PROBLEMS {
            assert!(given.contains(kind.code), "{}", kind.code);
        }
    }
}
