//! Rounds with their batches, score files, manifests and outcomes.

use super::{
    ended,
    error::ApiError,
    extract::{JsonBody, Path, Query},
    paging::{Limits, page},
};
use crate::{app::App, intake, view::View};
use axum::{Json, extract::State, http::header::CONTENT_TYPE, response::IntoResponse};
use serde::Deserialize;
use sheaf_client::layout::{Batch, Round};
use sheaf_format::stage::{BatchState, ballot};
use sheaf_protocol::{
    api::{BatchView, ManifestView, Page, RoundAccountView, RoundValidatorView, RoundView, Stored},
    batch::BatchFile,
    scores::SignedScoreFile,
    text::Base58Key,
};
use solana_sdk::pubkey::Pubkey;
use utoipa::IntoParams;

/// Rounds given at once.
const LIMITS: Limits = Limits {
    usual: 20,
    most: 100,
};
/// Score files given at once: each may be long.
const SCORE_FILES: Limits = Limits {
    usual: 16,
    most: 64,
};

/// Which part of the list of rounds.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RoundList {
    /// Most entries in the answer.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u32>,
    /// What `next_cursor` said.
    #[param(value_type = Option<String>, pattern = "^[0-9]{1,18}$")]
    cursor: Option<u64>,
}

/// Rounds of the pool, newest first.
#[utoipa::path(get, path = "/v1/rounds", tag = "rounds", operation_id = "rounds", params(RoundList),
    responses((status = 200, description = "Rounds", body = Page<RoundView>)))]
pub async fn all(
    State(app): State<App>,
    Query(list): Query<RoundList>,
) -> Result<Json<Page<RoundView>>, ApiError> {
    let limit = LIMITS.check(list.limit)?;
    let view = app.view();
    let newest = view.pool.round;
    let last = list
        .cursor
        .map_or(newest, |cursor| cursor.saturating_sub(1).min(newest));
    let first = last.saturating_sub(u64::from(limit) - 1).max(1);
    let items = show(&app, &view, first, last).await?;
    let next_cursor = (first > 1 && last > 0).then(|| first.to_string());
    Ok(Json(Page { items, next_cursor }))
}

/// A round.
#[utoipa::path(get, path = "/v1/rounds/{number}", tag = "rounds", operation_id = "round",
    params(("number" = u64, Path, description = "Number of the round", example = 1)),
    responses((status = 200, description = "The round", body = RoundView)))]
pub async fn one(
    State(app): State<App>,
    Path(number): Path<u64>,
) -> Result<Json<RoundView>, ApiError> {
    let view = app.view();
    known(&view, number)?;
    let shown = show(&app, &view, number, number).await?;
    shown
        .into_iter()
        .next()
        .map(Json)
        .ok_or_else(|| unknown(number))
}

/// The file of a job's contributions in a round, as docs/protocol.md has it.
#[utoipa::path(get, path = "/v1/rounds/{number}/batches/{job}", tag = "rounds", operation_id = "batch",
    params(
        ("number" = u64, Path, description = "Number of the round", example = 1),
        ("job" = u64, Path, description = "Number of the job", example = 0),
    ),
    responses((status = 200, description = "The batch file", body = BatchFile)))]
pub async fn batch(
    State(app): State<App>,
    Path((number, job)): Path<(u64, u64)>,
) -> Result<impl IntoResponse, ApiError> {
    let file = app.store.batch_file(number, job).await?;
    let file = file.ok_or_else(|| {
        ApiError::new(
            "unknown_batch",
            format!("no batch of job {job} in round {number} is kept here"),
        )
    })?;
    Ok(([(CONTENT_TYPE, "application/json")], file))
}

/// Which part of the list of score files.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ScoreList {
    /// Most entries in the answer.
    #[param(minimum = 1, maximum = 64, default = 16)]
    limit: Option<u32>,
    /// What `next_cursor` said.
    #[param(value_type = Option<Base58Key>)]
    cursor: Option<Base58Key>,
}

/// The score files of a round, as posted, ascending by validator.
#[utoipa::path(get, path = "/v1/rounds/{number}/scores", tag = "rounds", operation_id = "scores",
    params(("number" = u64, Path, description = "Number of the round", example = 1), ScoreList),
    responses((status = 200, description = "Score files", body = Page<SignedScoreFile>)))]
pub async fn scores(
    State(app): State<App>,
    Path(number): Path<u64>,
    Query(list): Query<ScoreList>,
) -> Result<Json<Page<SignedScoreFile>>, ApiError> {
    let limit = SCORE_FILES.check(list.limit)?;
    known(&app.view(), number)?;
    let mut files = app.store.scores(number).await?;
    files.retain(|signed| {
        list.cursor
            .is_none_or(|cursor| signed.file.validator > cursor)
    });
    Ok(Json(page(files, limit, |signed: &SignedScoreFile| {
        signed.file.validator.to_string()
    })))
}

/// Publishes the score file behind a root that was revealed on chain.
#[utoipa::path(post, path = "/v1/rounds/{number}/scores", tag = "rounds", operation_id = "publish_scores",
    params(("number" = u64, Path, description = "Number of the round", example = 1)),
    request_body(content = SignedScoreFile, description = "The file, signed by the validator's vote key"),
    responses((status = 200, description = "It is stored", body = Stored)))]
pub async fn publish_scores(
    State(app): State<App>,
    Path(number): Path<u64>,
    JsonBody(signed): JsonBody<SignedScoreFile>,
) -> Result<Json<Stored>, ApiError> {
    let root = intake::scores::take(&app, number, &signed).await?;
    Ok(Json(Stored { hash: root.into() }))
}

/// The data that the round's result was computed from, once reveals are over.
#[utoipa::path(get, path = "/v1/rounds/{number}/manifest", tag = "rounds", operation_id = "manifest",
    params(("number" = u64, Path, description = "Number of the round", example = 1)),
    responses((status = 200, description = "The manifest", body = ManifestView)))]
pub async fn manifest(
    State(app): State<App>,
    Path(number): Path<u64>,
) -> Result<Json<ManifestView>, ApiError> {
    known(&app.view(), number)?;
    let outcome = app.store.outcome(number).await?;
    let outcome = outcome.ok_or_else(|| {
        ApiError::new(
            "manifest_not_ready",
            format!("round {number} has no manifest yet: it is made once reveals are over and score files are there"),
        )
    })?;
    Ok(Json(outcome.manifest))
}

fn known(view: &View, number: u64) -> Result<(), ApiError> {
    if number == 0 || number > view.pool.round {
        return Err(unknown(number));
    }
    Ok(())
}

fn unknown(number: u64) -> ApiError {
    ApiError::new("unknown_round", format!("there is no round {number} (yet)"))
}

/// The rounds from `first` to `last`, newest first, each with the outcome computed here.
async fn show(app: &App, view: &View, first: u64, last: u64) -> Result<Vec<RoundView>, ApiError> {
    let mut rounds = Vec::new();
    let mut ended = last;
    if last == view.pool.round && last > 0 {
        rounds.push(newest(app, view).await?);
        ended = last - 1;
    }
    let kept = ended::find(app, first, ended).await?;
    rounds.extend(kept.into_iter().rev());
    for round in &mut rounds {
        let outcome = app.store.outcome(round.number).await?;
        round.outcome = outcome.map(|stored| stored.outcome);
    }
    Ok(rounds)
}

/// The pool's last round, live or ended, as the view has it.
async fn newest(app: &App, view: &View) -> Result<RoundView, ApiError> {
    let number = view.pool.round;
    let stage = match (&view.round, view.live_stage()) {
        (Some(account), _) => view.round_stage(account),
        (None, Some(stage)) => stage,
        // It ended before it was opened, or its account was closed.
        (None, None) => ended::stage(app, number).await?,
    };
    let batches = view.batches.iter();
    Ok(RoundView {
        number,
        stage,
        account: view
            .round
            .as_ref()
            .map(|account| show_account(app, account)),
        batches: batches
            .map(|(job, batch)| show_batch(app, *job, batch))
            .collect(),
        outcome: None,
    })
}

/// A batch's account.
pub fn show_batch(app: &App, job_number: u64, batch: &Batch) -> BatchView {
    let job = Pubkey::new_from_array(batch.job);
    let state = match BatchState::from_byte(batch.state) {
        Some(BatchState::Posted) => "posted",
        Some(BatchState::Settled) => "settled",
        Some(BatchState::Released) => "released",
        None => "unknown",
    };
    let address = app.place.chain.addresses().batch(&job, batch.round);
    BatchView {
        job_number,
        job: batch.job.into(),
        address: address.to_bytes().into(),
        aggregator: batch.aggregator.into(),
        contributions_root: batch.contributions_root.into(),
        count: batch.count,
        units: batch.units,
        reserved: batch.reserved.into(),
        debited: batch.debited.into(),
        posted_slot: batch.posted_slot,
        state: state.to_owned(),
    }
}

/// A round's account.
pub fn show_account(app: &App, round: &Round) -> RoundAccountView {
    let place = &app.place;
    let address = place.chain.addresses().round(&place.pool, round.number);
    let validators = round.stake_table().map(|(_, entry)| {
        let given = |bit: u8, hash: [u8; 32]| (entry.ballot & bit != 0).then(|| hash.into());
        RoundValidatorView {
            authority: entry.authority.into(),
            stake: entry.stake.into(),
            commitment: given(ballot::COMMITTED, entry.commitment),
            scores_root: given(ballot::REVEALED, entry.scores_root),
            attestation: given(ballot::ATTESTED, entry.attestation),
        }
    });
    RoundAccountView {
        address: address.to_bytes().into(),
        pool: round.pool.into(),
        treasury: round.treasury.into(),
        seed: round.seed.into(),
        base_root: round.base_root.into(),
        root: round.root.into(),
        debits_hash: round.debits_hash.into(),
        unsettled_hash: round.unsettled_hash.into(),
        manifest_hash: round.manifest_hash.into(),
        opened_slot: round.opened_slot,
        commit_until_slot: round.commit_until_slot,
        reveal_until_slot: round.reveal_until_slot,
        attest_until_slot: round.attest_until_slot,
        window_until_slot: round.window_until_slot,
        deadline_slot: round.deadline_slot,
        base_total: round.base_total.into(),
        total: round.total.into(),
        debits_total: round.debits_total.into(),
        settled_total: round.settled_total.into(),
        next_job: round.next_job,
        stake_total: round.stake_total.into(),
        base_leaf_count: round.base_leaf_count,
        leaf_count: round.leaf_count,
        batch_count: round.batch_count,
        quorum_bps: round.quorum_bps,
        validators: validators.collect(),
    }
}
