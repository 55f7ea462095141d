//! Lists, part by part.

use super::NodeView;
use crate::ledger::Leaf;
use serde::{Deserialize, Serialize};

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Page<T> {
    /// The entries, in the list's order. There may be fewer than asked for before the end.
    pub items: Vec<T>,
    /// What to ask for the next part with; `null` at the end.
    pub next_cursor: Option<String>,
}

/// A part of the active tree's leaves, in order of index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LeafPage {
    /// Round in which the tree became active; 0 before the first.
    pub round: u64,
    /// Root of the tree.
    pub root: NodeView,
    /// Index of the first leaf here.
    pub first_index: u32,
    /// The leaves: their indices follow one another.
    pub items: Vec<Leaf>,
    /// What to ask for the next part with; `null` at the end.
    pub next_cursor: Option<String>,
}
