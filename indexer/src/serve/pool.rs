//! The pool's books.

use super::error::ApiError;
use crate::{app::App, view::View};
use axum::{Json, extract::State};
use sheaf_protocol::api::{OwedView, PoolView};

/// The pool's books: what its vault holds and owes, and its totals, in one slot.
#[utoipa::path(get, path = "/v1/pool", tag = "ledger", operation_id = "pool",
    responses((status = 200, description = "The books", body = PoolView)))]
pub async fn pool(State(app): State<App>) -> Result<Json<PoolView>, ApiError> {
    let view = app.view();
    let pool = &view.pool;
    let owed = owed(&view);
    let place = &app.place;
    Ok(Json(PoolView {
        address: place.pool_key().into(),
        mint: pool.mint.into(),
        decimals: pool.decimals,
        vault: pool.vault.into(),
        slot: view.slot,
        held: view.held.into(),
        solvent: view.held >= owed.total.0,
        owed,
        arrived_total: pool.arrived_total.into(),
        refunded_total: pool.refunded_total.into(),
        claimed_total: pool.claimed_total.into(),
        earned_total: pool.active_total.into(),
        active_root: pool.active_root.into(),
        active_round: pool.active_round,
        leaf_count: pool.active_leaf_count,
        job_count: pool.next_job,
        round: pool.round,
        stage: view.live_stage(),
        sequence: pool.sequence,
    }))
}

/// What the vault owes. A sum beyond 64 bits is more than any vault holds: it stays at the largest.
pub fn owed(view: &View) -> OwedView {
    let pool = &view.pool;
    let unclaimed = pool.unclaimed();
    let total = pool
        .escrow_total
        .saturating_add(pool.in_round_total)
        .saturating_add(unclaimed);
    OwedView {
        escrow: pool.escrow_total.into(),
        in_round: pool.in_round_total.into(),
        unclaimed: unclaimed.into(),
        total: total.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::fixture::view;

    #[test]
    fn everything_that_is_not_paid_out_is_owed() {
        let mut view = view();
        view.pool.escrow_total = 100;
        view.pool.in_round_total = 20;
        (view.pool.active_total, view.pool.claimed_total) = (50, 10);
        let owed = owed(&view);
        assert_eq!(owed.unclaimed.0, 40);
        assert_eq!(owed.total.0, 160);
    }
}
