//! Leaves, proofs and earnings, from the finalised tree.

use super::{
    error::ApiError,
    extract::{Path, Query},
    paging::{Limits, Pair, page},
};
use crate::{app::App, rounds::Tree};
use axum::{Json, extract::State};
use serde::Deserialize;
use sheaf_format::{
    Key,
    tree::{page_of, position_in_page},
};
use sheaf_protocol::{
    api::{ContributorView, EarningView, EarningsView, LeafPage, Page},
    text::Base58Key,
};
use utoipa::IntoParams;

/// Leaves given at once: the whole tree is read by whoever checks a round.
const LEAVES: Limits = Limits {
    usual: 1_000,
    most: 10_000,
};
/// Rounds of earnings given at once.
const EARNINGS: Limits = Limits {
    usual: 100,
    most: 1_000,
};

/// Which part of the list of leaves.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LeafList {
    /// Most entries in the answer.
    #[param(minimum = 1, maximum = 10000, default = 1000)]
    limit: Option<u32>,
    /// What `next_cursor` said. It holds as long as the tree it was given for is the active one.
    #[param(value_type = Option<String>, pattern = "^[0-9]{1,18}\\.[0-9]{1,9}$")]
    cursor: Option<Pair<u64, u32>>,
}

/// Leaves of the active tree, in order of index. All parts are of one tree: when another becomes
/// active between them, a cursor is refused with `tree_moved`, and the list begins anew.
#[utoipa::path(get, path = "/v1/leaves", tag = "ledger", operation_id = "leaves", params(LeafList),
    responses((status = 200, description = "Leaves", body = LeafPage)))]
pub async fn leaves(
    State(app): State<App>,
    Query(list): Query<LeafList>,
) -> Result<Json<LeafPage>, ApiError> {
    let limit = LEAVES.check(list.limit)?;
    let tree = app.tree.get();
    let first = match list.cursor {
        None => 0,
        Some(Pair(round, last)) if round == tree.round => last.saturating_add(1),
        Some(_) => {
            return Err(ApiError::new(
                "tree_moved",
                format!(
                    "the tree of round {} is the active one now: read the leaves from the start again",
                    tree.round
                ),
            ));
        }
    };
    let count = tree.ledger.leaf_count();
    let end = first.saturating_add(limit).min(count);
    let items = (first..end)
        .filter_map(|index| tree.ledger.leaf(index).copied())
        .collect();
    Ok(Json(LeafPage {
        round: tree.round,
        root: tree.ledger.root().into(),
        first_index: first,
        items,
        next_cursor: (end < count).then(|| Pair(tree.round, end.saturating_sub(1)).to_string()),
    }))
}

/// The contributor of a leaf of the active tree, with the leaf's proofs.
#[utoipa::path(get, path = "/v1/leaves/{index}", tag = "ledger", operation_id = "leaf",
    params(("index" = u32, Path, description = "Index of the leaf", example = 0)),
    responses((status = 200, description = "The leaf's contributor", body = ContributorView)))]
pub async fn leaf(
    State(app): State<App>,
    Path(index): Path<u32>,
) -> Result<Json<ContributorView>, ApiError> {
    let tree = app.tree.get();
    let found = tree.ledger.leaf(index).copied();
    let found = found.ok_or_else(|| {
        ApiError::new(
            "unknown_leaf",
            format!(
                "the active tree has no leaf {index}: it has {}",
                tree.ledger.leaf_count()
            ),
        )
    })?;
    Ok(Json(show(&app, &tree, &found.contributor).await?))
}

/// A contributor: its leaf in the active tree with the proofs a claim needs, or that it has none.
#[utoipa::path(get, path = "/v1/contributors/{key}", tag = "ledger", operation_id = "contributor",
    params(("key" = Base58Key, Path, description = "The contributor's wallet")),
    responses((status = 200, description = "The contributor", body = ContributorView)))]
pub async fn one(
    State(app): State<App>,
    Path(contributor): Path<Base58Key>,
) -> Result<Json<ContributorView>, ApiError> {
    Ok(Json(show(&app, &app.tree.get(), &contributor.0).await?))
}

async fn show(app: &App, tree: &Tree, contributor: &Key) -> Result<ContributorView, ApiError> {
    let claimed = claimed(app, tree, contributor).await?;
    Ok(ContributorView::new(
        &tree.ledger,
        tree.round,
        contributor,
        claimed,
    )?)
}

/// Lifetime claims, as the page on chain says; 0 without a leaf, and while the page is not open.
async fn claimed(app: &App, tree: &Tree, contributor: &Key) -> Result<u64, ApiError> {
    let Some(index) = tree.ledger.index_of(contributor) else {
        return Ok(0);
    };
    let place = &app.place;
    let page = place.chain.page(&place.pool, page_of(index)).await?;
    Ok(page
        .and_then(|page| page.slots.get(position_in_page(index) as usize).copied())
        .map_or(0, |slot| slot.claimed))
}

/// Which part of the list of earnings.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EarningList {
    /// Most entries in the answer.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<u32>,
    /// What `next_cursor` said.
    #[param(value_type = Option<String>, pattern = "^[0-9]{1,18}$")]
    cursor: Option<u64>,
}

/// What a contributor earned: in all, and in which final rounds, newest first. Earnings of all roles
/// count: contributor, validator, treasury.
#[utoipa::path(get, path = "/v1/contributors/{key}/earnings", tag = "ledger", operation_id = "earnings",
    params(("key" = Base58Key, Path, description = "The contributor's wallet"), EarningList),
    responses((status = 200, description = "Earnings", body = EarningsView)))]
pub async fn earnings(
    State(app): State<App>,
    Path(contributor): Path<Base58Key>,
    Query(list): Query<EarningList>,
) -> Result<Json<EarningsView>, ApiError> {
    let limit = EARNINGS.check(list.limit)?;
    let tree = app.tree.get();
    // What a round added is told by what stood before it: one row more than is shown.
    let asked = limit.saturating_add(1);
    let rows = app
        .store
        .list_earnings(&contributor.0, list.cursor, asked)
        .await?;
    let before = rows.iter().skip(1).map(|row| row.cumulative).chain([0]);
    let earnings: Vec<EarningView> = rows
        .iter()
        .zip(before)
        .map(|(row, before)| EarningView {
            round: row.round,
            amount: row.cumulative.saturating_sub(before).into(),
            cumulative: row.cumulative.into(),
        })
        .collect();
    let Page { items, next_cursor } = page(earnings, limit, |earning: &EarningView| {
        earning.round.to_string()
    });
    let leaf = tree.ledger.index_of(&contributor.0);
    let leaf = leaf.and_then(|index| tree.ledger.leaf(index).copied());
    let claimed = claimed(&app, &tree, &contributor.0).await.ok();
    Ok(Json(EarningsView {
        contributor,
        round: tree.round,
        cumulative: leaf.map_or(0, |leaf| leaf.cumulative).into(),
        claimed: claimed.map(Into::into),
        items,
        next_cursor,
    }))
}
