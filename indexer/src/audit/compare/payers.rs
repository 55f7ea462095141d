//! Jobs and datasets: balances, reservations, what was settled.

use super::{Books, name, or_none};
use crate::audit::{
    chain::PayerAccount,
    replay::{Payer, PostedBatch},
    report::{Check, remedy},
};
use sheaf_format::Key;
use std::collections::BTreeMap;

/// Each job's and dataset's numbers against its events.
pub fn payers(books: Books<'_>) -> Check {
    let mut check = Check::new("jobs");
    let unreleased: BTreeMap<Key, (u64, PostedBatch)> = books
        .database
        .replay
        .unreleased()
        .map(|(round, payer, batch)| (*payer, (round, *batch)))
        .collect();
    for (key, payer) in &books.database.replay.payers {
        let account = books.chain.payers.get(key).copied().flatten();
        match account {
            Some(account) if !payer.closed => {
                one(
                    &mut check,
                    books,
                    (key, payer),
                    &account,
                    unreleased.get(key),
                );
            }
            account => check.holds(
                &name(payer),
                "account",
                account.is_none() == payer.closed,
                (
                    account.map_or("closed", |_| "open"),
                    if payer.closed { "closed" } else { "open" },
                ),
                remedy::REBUILD,
            ),
        }
    }
    check
}

fn one(
    check: &mut Check,
    books: Books<'_>,
    (key, payer): (&Key, &Payer),
    account: &PayerAccount,
    unreleased: Option<&(u64, PostedBatch)>,
) {
    let called = name(payer);
    let sums = [
        ("arrived", account.arrived, payer.arrived),
        ("refunded", account.refunded, payer.refunded),
        ("settled", account.settled, payer.settled),
    ];
    for (value, on_chain, by_events) in sums {
        let both = (u128::from(on_chain), by_events);
        check.same(&called, value, both, remedy::REBUILD);
    }
    // What settlement took and release has not booked yet stands in the batch alone.
    let batch =
        unreleased.and_then(|(round, _)| books.chain.batches.get(&(*round, *key))?.as_ref());
    let debited = batch.map_or(0, |batch| u128::from(batch.debited));
    let spent = payer.refunded + payer.settled + debited;
    let balance = payer.arrived.checked_sub(spent);
    check.holds(
        &called,
        "balance",
        balance == Some(account.balance.into()),
        (account.balance, or_none(balance)),
        remedy::REBUILD,
    );
    let held = unreleased.map_or(0, |(_, posted)| u128::from(posted.reserved));
    let reserved = held.checked_sub(debited);
    check.holds(
        &called,
        "reserved",
        reserved == Some(account.reserved.into()),
        (account.reserved, or_none(reserved)),
        remedy::REBUILD,
    );
    let round = unreleased.map_or(0, |(round, _)| *round);
    let both = (account.reserved_round, round);
    check.same(
        &called,
        "round that holds a reservation",
        both,
        remedy::REBUILD,
    );
    check.holds(
        &called,
        "reserved within its balance",
        account.reserved <= account.balance,
        (account.reserved, account.balance),
        remedy::ALARM,
    );
}
