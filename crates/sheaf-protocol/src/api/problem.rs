//! Refusals as RFC 9457 ("problem details for HTTP APIs") has them, and the list of all there are.

use serde::{Deserialize, Serialize};

/// Media type of a [`Problem`].
pub const PROBLEM_JSON: &str = "application/problem+json";

/// Where kinds of problems are explained: a problem's `type` is this path and its code.
pub const PROBLEMS_PATH: &str = "/v1/problems";

/// Any refusal: what an answer with a status of 400 or more carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// Where this kind of problem is explained: `/v1/problems/{code}`.
    #[serde(rename = "type", default)]
    pub kind: String,
    /// What kind of problem it is, in words that never change for one code.
    #[serde(default)]
    pub title: String,
    /// The answer's HTTP status.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(minimum = 400, maximum = 599))]
    pub status: u16,
    /// What, why, what next, for people.
    pub detail: String,
    /// Path of the request.
    #[serde(default)]
    pub instance: String,
    /// Name of the kind, for programs.
    pub code: String,
}

impl Problem {
    /// A problem of a kind; what it happened to is still to be said.
    pub fn new(kind: &ProblemKind, detail: impl std::fmt::Display) -> Self {
        Self {
            kind: kind.path(),
            title: kind.title.to_owned(),
            status: kind.status,
            detail: detail.to_string(),
            instance: String::new(),
            code: kind.code.to_owned(),
        }
    }
}

/// A kind of problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProblemKind {
    /// Its name, for programs.
    pub code: &'static str,
    /// The HTTP status it comes with.
    #[cfg_attr(feature = "openapi", schema(minimum = 400, maximum = 599))]
    pub status: u16,
    /// What it is, in words.
    pub title: &'static str,
}

impl ProblemKind {
    /// Where it is explained; also its identity, as a reference relative to the API.
    pub fn path(&self) -> String {
        format!("{PROBLEMS_PATH}/{}", self.code)
    }
}

/// The kind with a name.
pub fn problem_kind(code: &str) -> Option<&'static ProblemKind> {
    PROBLEMS.iter().find(|kind| kind.code == code)
}

macro_rules! problems {
    ($( $code:literal $status:literal $title:literal, )*) => {
        /// Every kind of problem, by status and name.
        pub const PROBLEMS: &[ProblemKind] = &[
            $( ProblemKind { code: $code, status: $status, title: $title }, )*
        ];
    };
}

problems! {
    "malformed" 400 "The request cannot be read",
    "statement_invalid" 400 "A signed statement cannot be read",
    "delegation_expired" 403 "The node's delegation does not hold in that slot",
    "delegation_invalid" 403 "The node's delegation is none",
    "delegation_missing" 403 "The node has no delegation from this contributor",
    "not_entitled" 403 "The content is not for whoever asks",
    "signature_invalid" 403 "A signature is not by whom it must be",
    "manifest_not_ready" 404 "The round has no manifest (yet)",
    "unknown_batch" 404 "No such batch is kept here",
    "unknown_content" 404 "No such content is kept here",
    "unknown_event" 404 "There is no such event (yet)",
    "unknown_job" 404 "There is no such job (yet)",
    "unknown_leaf" 404 "There is no such leaf (yet)",
    "unknown_number" 404 "Nothing has such a number",
    "unknown_path" 404 "There is nothing at this path",
    "unknown_problem" 404 "There is no such kind of problem",
    "unknown_round" 404 "There is no such round (yet)",
    "unknown_submission" 404 "No such submission was taken here",
    "unknown_validator" 404 "No such validator is registered",
    "wrong_method" 405 "The path does not take this method",
    "request_timeout" 408 "The request took too long to arrive",
    "already_paid" 409 "The contribution was paid before",
    "job_ended" 409 "The job has ended",
    "nonce_seen" 409 "The node used this nonce before",
    "not_our_job" 409 "The job is another aggregator's, or over",
    "not_revealed" 409 "The validator has not revealed scores",
    "nothing_left" 409 "The job has no money left",
    "other_aggregator" 409 "Another aggregator batches for the job",
    "round_not_open" 409 "The round does not take scores",
    "scores_too_late" 409 "The round's manifest is made",
    "task_taken" 409 "The contributor has done this task in this round",
    "tree_moved" 410 "The tree that the cursor points into is no longer the active one",
    "content_too_large" 413 "The content is too large",
    "too_large" 413 "The request is too large",
    "unsupported_media_type" 415 "The request's body is not JSON",
    "misdirected" 421 "The process does not answer such requests",
    "content_mismatch" 422 "Content and submission do not belong together",
    "expired" 422 "The submission has expired",
    "expiry_too_far" 422 "The submission expires too late",
    "region_invalid" 422 "The region is no region",
    "round_too_early" 422 "The submission is for a later round",
    "round_too_old" 422 "The submission is for a round too long ago",
    "scores_invalid" 422 "The score file breaks a rule",
    "specification_invalid" 422 "The specification breaks a rule",
    "specification_missing" 422 "The job's specification is not published",
    "statement_expired" 422 "The signed statement has expired",
    "task_unknown" 422 "The specification has no such task",
    "wrong_content" 422 "The request is for another content",
    "wrong_genesis" 422 "The statement is for another cluster",
    "wrong_job" 422 "The statement is for another job",
    "wrong_program" 422 "The statement is for another program",
    "wrong_units" 422 "The units are not the task's",
    "address_too_fast" 429 "The address sends too much at once",
    "job_full" 429 "Too much waits for the job already",
    "node_too_fast" 429 "The node sends too much at once",
    "headers_too_large" 431 "The request's headers are too large",
    "broken" 500 "The indexer met a fault of its own",
    "chain_unavailable" 503 "The chain cannot be asked now",
    "not_ready" 503 "The indexer cannot do its work now",
    "overloaded" 503 "Too many requests are under way",
    "storage_unavailable" 503 "Nothing can be stored now",
    "timed_out" 503 "The answer took too long",
    "too_many_listeners" 503 "Too many listen to events",
    "unavailable" 503 "The indexer cannot answer now",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_listed_once_in_order_of_status_and_name() {
        assert!(PROBLEMS.is_sorted_by(|a, b| (a.status, a.code) < (b.status, b.code)));
        let mut codes: Vec<_> = PROBLEMS.iter().map(|kind| kind.code).collect();
        codes.sort_unstable();
        assert!(
            codes.is_sorted_by(|a, b| a < b),
            "a name stands for two kinds"
        );
        assert!(
            PROBLEMS
                .iter()
                .all(|kind| (400..600).contains(&kind.status))
        );
    }

    #[test]
    fn a_problem_says_its_kind_in_words_and_for_programs() {
        let kind = problem_kind("nonce_seen").expect("a kind");
        let problem = Problem::new(kind, "take another");
        let json = serde_json::to_value(&problem).expect("json");
        assert_eq!(
            json,
            serde_json::json!({
                "type": "/v1/problems/nonce_seen",
                "title": "The node used this nonce before",
                "status": 409,
                "detail": "take another",
                "instance": "",
                "code": "nonce_seen",
            })
        );
        assert_eq!(problem_kind("Nonce_seen"), None);
    }

    /// The names that a source file's `match` gives.
    fn names(source: &str) -> impl Iterator<Item = &str> {
        source
            .lines()
            .filter_map(|line| line.trim().strip_suffix("\",")?.split_once("=> \""))
            .map(|(_, name)| name)
    }

    #[test]
    fn every_refusal_of_the_rules_is_a_kind() {
        let (intake, check) = (
            include_str!("../intake.rs"),
            include_str!("../statement/check.rs"),
        );
        let all: Vec<_> = names(intake).chain(names(check)).collect();
        assert!(all.len() > 20, "the names are not found: {all:?}");
        for name in all {
            assert!(problem_kind(name).is_some(), "{name}");
        }
    }
}
