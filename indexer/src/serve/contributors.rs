//! Leaves and contributors, from the finalised tree.

use super::error::ApiError;
use crate::app::App;
use axum::{
    Json,
    extract::{Path, State},
};
use sheaf_format::tree::{page_of, position_in_page};
use sheaf_protocol::{
    api::{ContributorView, LeafView},
    text::Base58Key,
};

/// GET `/v1/leaves`
pub async fn leaves(State(app): State<App>) -> Json<Vec<LeafView>> {
    let (_, ledger) = app.tree.get();
    Json(ledger.leaves().copied().collect())
}

/// GET `/v1/contributors/{key}`
pub async fn one(
    State(app): State<App>,
    Path(key): Path<String>,
) -> Result<Json<ContributorView>, ApiError> {
    let contributor: Base58Key = key.parse().map_err(ApiError::malformed)?;
    let (round, ledger) = app.tree.get();
    let claimed = match ledger.index_of(&contributor.0) {
        None => 0,
        Some(index) => {
            let place = &app.place;
            let page = place.chain.page(&place.pool, page_of(index)).await?;
            page.and_then(|page| page.slots.get(position_in_page(index) as usize).copied())
                .map_or(0, |slot| slot.claimed)
        }
    };
    Ok(Json(ContributorView::new(
        &ledger,
        round,
        &contributor.0,
        claimed,
    )?))
}
