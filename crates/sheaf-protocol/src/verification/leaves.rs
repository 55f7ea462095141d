//! Published leaves against a tree that was computed.

use super::{Difference, Subject};
use crate::{
    ledger::{Leaf, Ledger},
    text::Base58Key,
};

/// Compares the leaves published for the tree after `round` with the computed tree, leaf by leaf.
///
/// # Errors
/// The first leaf that is another, missing, or one too many.
pub fn check_leaves(round: u64, computed: &Ledger, published: &[Leaf]) -> Result<(), Difference> {
    let mut published_leaves = published.iter();
    let differs = |index: u32, expected: Option<&Leaf>, found: Option<&Leaf>| {
        Difference::new(
            round,
            Subject::Leaf { index },
            shown(expected),
            shown(found),
        )
    };
    for (index, expected) in (0u32..).zip(computed.leaves()) {
        let found = published_leaves.next();
        if found != Some(expected) {
            return Err(differs(index, Some(expected), found));
        }
    }
    match published_leaves.next() {
        None => Ok(()),
        more => Err(differs(computed.leaf_count(), None, more)),
    }
}

fn shown(leaf: Option<&Leaf>) -> String {
    leaf.map_or_else(
        || "no leaf".to_owned(),
        |leaf| format!("{} with {}", Base58Key(leaf.contributor), leaf.cumulative),
    )
}
