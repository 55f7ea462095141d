//! Where the indexer stands.

use super::error::ApiError;
use crate::app::App;
use axum::{Json, extract::State};
use sheaf_protocol::api::{LiveRound, Status};

/// Where the indexer stands.
#[utoipa::path(get, path = "/v1/status", tag = "operation", operation_id = "status",
    responses((status = 200, description = "Where it stands", body = Status)))]
pub async fn status(State(app): State<App>) -> Result<Json<Status>, ApiError> {
    let view = app.view();
    let live = view.live_stage().map(|stage| LiveRound {
        round: view.pool.round,
        stage,
    });
    let place = &app.place;
    Ok(Json(Status {
        genesis: place.genesis.into(),
        program: place.program().into(),
        pool: place.pool_key().into(),
        mint: place.mint.address.to_bytes().into(),
        decimals: place.mint.decimals,
        slot: view.slot,
        intake_round: app.store.intake_round().await?,
        live,
        aggregator: app.aggregator().into(),
        last_indexed_slot: app.progress.borrow().slot,
    }))
}
