//! Rounds with their batches, score files, manifests and outcomes.

use super::error::ApiError;
use crate::{app::App, intake, view::View};
use axum::{
    Json,
    extract::{Path, State, rejection::JsonRejection},
    http::header::CONTENT_TYPE,
    response::IntoResponse,
};
use sheaf_client::layout::{Batch, Round};
use sheaf_format::stage::{BatchState, ballot};
use sheaf_protocol::{
    api::{
        BatchView, ManifestView, RoundAccountView, RoundStage, RoundValidatorView, RoundView,
        Stored,
    },
    scores::SignedScoreFile,
};
use solana_sdk::pubkey::Pubkey;
use std::collections::BTreeMap;

/// Rounds that `/v1/rounds` lists: the last ones.
const LISTED: u64 = 50;

/// GET `/v1/rounds`: the last rounds, newest first.
pub async fn all(State(app): State<App>) -> Result<Json<Vec<RoundView>>, ApiError> {
    let view = app.view();
    let last = view.pool.round;
    let first = last.saturating_sub(LISTED - 1).max(1);
    let mut rounds = Vec::new();
    for number in (first..=last).rev() {
        rounds.push(show(&app, &view, number).await?);
    }
    Ok(Json(rounds))
}

/// GET `/v1/rounds/{n}`
pub async fn one(
    State(app): State<App>,
    Path(number): Path<u64>,
) -> Result<Json<RoundView>, ApiError> {
    let view = app.view();
    if number == 0 || number > view.pool.round {
        return Err(unknown(number));
    }
    Ok(Json(show(&app, &view, number).await?))
}

/// GET `/v1/rounds/{n}/batches/{job number}`
pub async fn batch(
    State(app): State<App>,
    Path((number, job)): Path<(u64, u64)>,
) -> Result<impl IntoResponse, ApiError> {
    let file = app.store.batch_file(number, job).await?;
    let file = file.ok_or_else(|| {
        ApiError::missing(
            "unknown_batch",
            format!("no batch of job {job} in round {number} is kept here"),
        )
    })?;
    Ok(([(CONTENT_TYPE, "application/json")], file))
}

/// GET `/v1/rounds/{n}/scores`
pub async fn scores(
    State(app): State<App>,
    Path(number): Path<u64>,
) -> Result<Json<Vec<SignedScoreFile>>, ApiError> {
    Ok(Json(app.store.scores(number).await?))
}

/// POST `/v1/rounds/{n}/scores`
pub async fn publish_scores(
    State(app): State<App>,
    Path(number): Path<u64>,
    body: Result<Json<SignedScoreFile>, JsonRejection>,
) -> Result<Json<Stored>, ApiError> {
    let Json(signed) = body.map_err(ApiError::malformed)?;
    let root = intake::scores::take(&app, number, &signed).await?;
    Ok(Json(Stored { hash: root.into() }))
}

/// GET `/v1/rounds/{n}/manifest`
pub async fn manifest(
    State(app): State<App>,
    Path(number): Path<u64>,
) -> Result<Json<ManifestView>, ApiError> {
    let outcome = app.store.outcome(number).await?;
    let outcome = outcome.ok_or_else(|| {
        ApiError::missing(
            "manifest_not_ready",
            format!("round {number} has no manifest yet: it is made once reveals are over and score files are there"),
        )
    })?;
    Ok(Json(outcome.manifest))
}

fn unknown(number: u64) -> ApiError {
    ApiError::missing("unknown_round", format!("there is no round {number} (yet)"))
}

async fn show(app: &App, view: &View, number: u64) -> Result<RoundView, ApiError> {
    let is_last = number == view.pool.round;
    let place = &app.place;
    let account = if is_last {
        view.round
    } else {
        place.chain.round(&place.pool, number).await?
    };
    let batches = if is_last {
        view.batches.clone()
    } else {
        batches_of(app, number).await?
    };
    let stage = match (&account, view.live_stage()) {
        (Some(account), _) => view.round_stage(account),
        (None, Some(stage)) if is_last => stage,
        // It ended before it was opened, or its account was closed.
        (None, _) => ended_stage(app, number).await?,
    };
    let outcome = app.store.outcome(number).await?;
    Ok(RoundView {
        number,
        stage,
        account: account.as_ref().map(|account| show_account(app, account)),
        batches: batches
            .iter()
            .map(|(job, batch)| show_batch(app, *job, batch))
            .collect(),
        outcome: outcome.map(|stored| stored.outcome),
    })
}

async fn ended_stage(app: &App, number: u64) -> Result<RoundStage, ApiError> {
    let finals = app
        .store
        .final_rounds_after(number.saturating_sub(1))
        .await?;
    let is_final = finals.first().is_some_and(|(round, _)| *round == number);
    Ok(if is_final {
        RoundStage::Final
    } else {
        RoundStage::Void
    })
}

/// Batches of an earlier round that was ours, as the chain still has them.
async fn batches_of(app: &App, number: u64) -> Result<BTreeMap<u64, Batch>, ApiError> {
    let mut batches = BTreeMap::new();
    for frozen in app.store.frozen(number).await? {
        let job = app.place.job(frozen.job);
        if let Some(batch) = app.place.chain.batch(&job, number).await? {
            batches.insert(frozen.job, batch);
        }
    }
    Ok(batches)
}

fn show_batch(app: &App, job_number: u64, batch: &Batch) -> BatchView {
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

fn show_account(app: &App, round: &Round) -> RoundAccountView {
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
