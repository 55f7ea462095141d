//! The checks: what the chain says against what the database says (pure).
//!
//! - [`totals`]: events, the pool's totals, the vault; [`payers`]: jobs and datasets.
//! - [`rounds`]: batches, roots, debits; [`ledger`]: the tree and the pages.

mod ledger;
mod payers;
mod rounds;
mod totals;

#[cfg(test)]
mod tests;

use super::{
    chain::ChainBooks,
    database::DatabaseBooks,
    replay::{Payer, PayerKind},
    report::Check,
};
use sheaf_format::Key;
use solana_sdk::pubkey::Pubkey;

/// Both sides, of one event.
#[derive(Clone, Copy, Debug)]
pub struct Books<'a> {
    /// The chain's.
    pub chain: &'a ChainBooks,
    /// The database's.
    pub database: &'a DatabaseBooks,
}

/// A check of sums over all events.
type BySums = (&'static str, fn(Books<'_>) -> Check);

/// Checks that need every event from the first on.
const BY_SUMS: [BySums; 4] = [
    ("pool", totals::pool),
    ("jobs", payers::payers),
    ("batches", rounds::batches),
    ("rounds", rounds::rounds),
];

/// Every check.
pub fn compare(books: Books<'_>) -> Vec<Check> {
    let mut checks = vec![totals::events(books), totals::vault(books)];
    let base = books.database.replay.base;
    checks.extend(BY_SUMS.map(|(name, check)| match base {
        0 => check(books),
        base => Check {
            skipped: Some(format!("the database begins after event {base}")),
            ..Check::new(name)
        },
    }));
    checks.extend([ledger::tree(books), ledger::pages(books)]);
    checks
}

/// A key as people read it.
fn shown(key: &Key) -> String {
    Pubkey::new_from_array(*key).to_string()
}

/// A job or dataset as people call it.
fn name(payer: &Payer) -> String {
    match payer.kind {
        PayerKind::Job => format!("job {}", payer.number),
        PayerKind::Dataset => format!("dataset of job {}", payer.number),
    }
}

/// Something that may not be there.
fn or_none(value: Option<impl ToString>) -> String {
    value.map_or_else(|| "none".to_owned(), |value| value.to_string())
}
