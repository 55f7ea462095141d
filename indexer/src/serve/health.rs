//! For those who watch the process: whether it lives, whether it can do its work, what it counts.

use super::{error::ApiError, pool::owed};
use crate::{
    app::App,
    metrics::{Figures, METRICS_TYPE},
    store::intake::COUNTED,
};
use axum::{Json, extract::State, http::header::CONTENT_TYPE, response::IntoResponse};
use serde::Serialize;
use solana_sdk::pubkey::Pubkey;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::Mutex;
use utoipa::ToSchema;

/// Slots that the index may be behind the chain; finality alone is 32.
const MOST_LAG_SLOTS: u64 = 300;
/// How long the chain may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long an answer of the chain is good: those who watch do not make load.
const FRESH: Duration = Duration::from_secs(1);

/// What the chain answered last. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Probe(Arc<Mutex<Option<Asked>>>);

/// When the chain was asked, and what it answered.
#[derive(Clone, Copy, Debug)]
struct Asked {
    at: Instant,
    answer: Option<Answer>,
}

/// An answer of the chain.
#[derive(Clone, Copy, Debug)]
struct Answer {
    slot: u64,
    wallet_lamports: u64,
}

impl Probe {
    /// Asks the chain, unless it was asked a moment ago. `None` when it does not answer.
    async fn ask(&self, app: &App) -> Option<Answer> {
        let mut last = self.0.lock().await;
        if let Some(asked) = *last
            && asked.at.elapsed() < FRESH
        {
            return asked.answer;
        }
        let wallet = [Pubkey::new_from_array(app.aggregator())];
        let asking = app.place.chain.accounts_with_slot(&wallet);
        let answer = match tokio::time::timeout(PATIENCE, asking).await {
            Ok(Ok((slot, accounts))) => Some(Answer {
                slot,
                wallet_lamports: accounts
                    .into_iter()
                    .flatten()
                    .next()
                    .map_or(0, |account| account.lamports),
            }),
            Ok(Err(_)) | Err(_) => None,
        };
        *last = Some(Asked {
            at: Instant::now(),
            answer,
        });
        answer
    }
}

/// That all is well.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// `alive` or `ready`.
    status: &'static str,
}

/// Whether the process lives.
#[utoipa::path(get, path = "/healthz", tag = "operation", operation_id = "alive",
    responses((status = 200, description = "It lives", body = Health)))]
pub async fn alive() -> Json<Health> {
    Json(Health { status: "alive" })
}

/// Whether the indexer can do its work: the chain answers, the index is not far behind it, the
/// database takes writes, and no final round waits for its outcome.
#[utoipa::path(get, path = "/readyz", tag = "operation", operation_id = "ready",
    responses((status = 200, description = "It can", body = Health)))]
pub async fn ready(
    State(app): State<App>,
    State(probe): State<Probe>,
) -> Result<Json<Health>, ApiError> {
    let reasons = reasons(&app, &probe).await;
    if reasons.is_empty() {
        return Ok(Json(Health { status: "ready" }));
    }
    Err(ApiError::new("not_ready", reasons.join("; ")))
}

async fn reasons(app: &App, probe: &Probe) -> Vec<String> {
    let mut reasons = Vec::new();
    let progress = *app.progress.borrow();
    match probe.ask(app).await {
        None => reasons.push(format!(
            "the chain at {} does not answer",
            app.place.chain.url()
        )),
        Some(answer) => {
            let lag = answer.slot.saturating_sub(progress.slot);
            if lag > MOST_LAG_SLOTS {
                reasons.push(format!(
                    "events are read up to slot {}, {lag} slots behind the chain",
                    progress.slot
                ));
            }
        }
    }
    if let Err(error) = app.store.check_writable().await {
        reasons.push(format!("the database takes no writes: {error}"));
    }
    if let Some(round) = progress.waits_for_outcome {
        reasons.push(format!(
            "round {round} is final and its outcome is not known here"
        ));
    }
    reasons
}

/// What is counted and measured, for Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "operation", operation_id = "metrics",
    responses((status = 200, description = "OpenMetrics text", body = String,
        content_type = "application/openmetrics-text")))]
pub async fn metrics(
    State(app): State<App>,
    State(probe): State<Probe>,
) -> Result<impl IntoResponse, ApiError> {
    let answer = probe.ask(&app).await;
    let view = app.view();
    let progress = *app.progress.borrow();
    let counts = app.store.counts().await?;
    let owed = owed(&view);
    app.metrics.set(&Figures {
        slot: answer.map_or(view.slot, |answer| answer.slot.max(view.slot)),
        indexed_slot: progress.slot,
        frontier: progress.frontier,
        sequence: view.pool.sequence,
        waits_for_outcome: progress.waits_for_outcome.is_some(),
        round: view.pool.round,
        stage: view.live_stage(),
        waiting: app.store.count_waiting(COUNTED).await?,
        journal: counts.journal,
        dead_letters: counts.dead_letters,
        held: view.held,
        owed: [
            ("escrow", owed.escrow.0),
            ("in_round", owed.in_round.0),
            ("unclaimed", owed.unclaimed.0),
        ],
        wallet_lamports: answer.map(|answer| answer.wallet_lamports),
        leaves: app.tree.get().ledger.leaf_count().into(),
    });
    let text = app.metrics.text().map_err(ApiError::trouble)?;
    Ok(([(CONTENT_TYPE, METRICS_TYPE)], text))
}
