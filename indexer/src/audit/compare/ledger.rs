//! The tree of lifetime earnings, and what pages say was claimed of it.

use super::{Books, or_none, shown};
use crate::audit::report::{Check, remedy};
use sheaf_format::{digest::slot_tag, limits::PAGE_LEAVES};
use sheaf_protocol::ledger::Ledger;

/// The tree, when it is the chain's turn already: else why not.
fn active(books: Books<'_>) -> Result<Option<&Ledger>, String> {
    let (acted, sequence) = (books.database.pool.frontier, books.chain.pool.sequence);
    if acted != sequence {
        return Err(format!(
            "the database has acted upon events up to {acted}, the chain is at {sequence}"
        ));
    }
    Ok(books.database.tree.as_ref().ok().map(|(_, tree)| tree))
}

/// The tree rebuilt from the leaves against the active root.
pub fn tree(books: Books<'_>) -> Check {
    let mut check = Check::new("tree");
    let pool = &books.chain.pool;
    let ledger = match active(books) {
        Ok(ledger) => ledger,
        Err(reason) => {
            check.skipped = Some(reason);
            return check;
        }
    };
    if let Err(reason) = &books.database.tree {
        let words = (hex::encode(pool.active_root), reason.as_str());
        check.holds("tree", "leaves", false, words, remedy::REBUILD);
    }
    let Some(ledger) = ledger else { return check };
    let roots = (
        hex::encode(pool.active_root),
        hex::encode(ledger.root().hash),
    );
    check.same("tree", "root", roots, remedy::REBUILD);
    check.same(
        "tree",
        "sum",
        (pool.active_total, ledger.total()),
        remedy::REBUILD,
    );
    let counts = (pool.active_leaf_count, ledger.leaf_count());
    check.same("tree", "leaves", counts, remedy::REBUILD);
    check
}

/// What pages say was claimed: never more than the leaf, and only by whom it belongs to.
pub fn pages(books: Books<'_>) -> Check {
    let mut check = Check::new("pages");
    let pool = &books.chain.pool;
    let claimed: u128 = books
        .chain
        .pages
        .values()
        .flat_map(|page| &page.slots)
        .map(|slot| u128::from(slot.claimed))
        .sum();
    let sums = (u128::from(pool.claimed_total), claimed);
    check.same("pool", "claimed against all pages", sums, remedy::ALARM);
    let ledger = match active(books) {
        Ok(Some(ledger)) => ledger,
        Ok(None) => {
            check.skipped = Some("the database's leaves make no tree".to_owned());
            return check;
        }
        Err(reason) => {
            check.skipped = Some(reason);
            return check;
        }
    };
    for (number, page) in &books.chain.pages {
        let first = number.saturating_mul(PAGE_LEAVES as u32);
        for (index, slot) in (first..).zip(&page.slots) {
            if slot.claimed == 0 {
                continue;
            }
            let account = format!("page {number}, index {index}");
            let leaf = ledger.leaf(index);
            let earned = leaf.map(|leaf| leaf.cumulative);
            check.holds(
                &account,
                "claimed within what was earned",
                earned.is_some_and(|earned| slot.claimed <= earned),
                (slot.claimed, or_none(earned)),
                remedy::ALARM,
            );
            let Some(leaf) = leaf else { continue };
            let tag = slot_tag(&books.chain.address, index, &leaf.contributor);
            let value = format!("whose it is ({})", shown(&leaf.contributor));
            let tags = (hex::encode(slot.tag), hex::encode(tag));
            check.same(&account, &value, tags, remedy::ALARM);
        }
    }
    check
}
