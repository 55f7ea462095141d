//! Events, the pool's totals, the vault.

use super::{Books, shown};
use crate::audit::report::{Check, remedy};

/// Whether every event is kept, read and acted upon.
pub fn events(Books { chain, database }: Books<'_>) -> Check {
    let mut check = Check::new("events");
    let series = [
        ("pool", chain.pool.sequence, database.pool),
        ("network", chain.network_sequence, database.network),
    ];
    for (name, sequence, kept) in series {
        let acted = (sequence, kept.frontier);
        check.same(name, "last event acted upon", acted, remedy::WAIT);
        // A gap heals by itself; one that stays is in the way of everything behind it.
        let gap = kept.highest > kept.unbroken && kept.highest <= sequence;
        let values = (sequence, kept.unbroken);
        check.holds(
            name,
            "last event before a gap",
            !gap,
            values,
            remedy::REBUILD,
        );
    }
    let unread = (0, database.dead_letters);
    check.same(
        "pool",
        "events that cannot be read",
        unread,
        remedy::UPGRADE,
    );
    check
}

/// The pool's totals against the sums of its events and accounts.
pub fn pool(Books { chain, database }: Books<'_>) -> Check {
    let mut check = Check::new("pool");
    let (pool, replay) = (&chain.pool, &database.replay);
    let account = format!("pool {}", shown(&chain.address));
    let sums = [
        ("arrived", pool.arrived_total, replay.arrived),
        ("refunded", pool.refunded_total, replay.refunded),
        (
            "active total",
            pool.active_total,
            replay.active.total.into(),
        ),
        (
            "active leaves",
            pool.active_leaf_count.into(),
            replay.active.leaf_count.into(),
        ),
        (
            "active round",
            pool.active_round,
            replay.active.round.into(),
        ),
        ("next job", pool.next_job, replay.jobs_created.into()),
        ("last round", pool.round, replay.last_round().into()),
    ];
    for (value, on_chain, by_events) in sums {
        let both = (u128::from(on_chain), by_events);
        check.same(&account, value, both, remedy::REBUILD);
    }
    let roots = (
        hex::encode(pool.active_root),
        hex::encode(replay.active.root),
    );
    check.same(&account, "active root", roots, remedy::REBUILD);

    // What the chain says of itself.
    let balances: u128 = chain
        .payers
        .values()
        .flatten()
        .map(|payer| u128::from(payer.balance))
        .sum();
    let escrow = (u128::from(pool.escrow_total), balances);
    check.same(
        &account,
        "escrow against all balances",
        escrow,
        remedy::ALARM,
    );
    let debited: u128 = chain
        .batches
        .iter()
        .filter(|((round, _), _)| !database.final_in_events(*round))
        .filter_map(|(_, batch)| batch.as_ref())
        .map(|batch| u128::from(batch.debited))
        .sum();
    let in_round = (u128::from(pool.in_round_total), debited);
    check.same(&account, "settled and not final", in_round, remedy::ALARM);
    let left = u128::from(pool.escrow_total)
        + u128::from(pool.in_round_total)
        + u128::from(pool.active_total);
    let arrived = u128::from(pool.arrived_total);
    let kept = arrived.checked_sub(pool.refunded_total.into());
    let both = (kept.unwrap_or_default(), left);
    check.holds(
        &account,
        "arrived less refunded",
        kept == Some(left),
        both,
        remedy::ALARM,
    );
    check
}

/// Whether the vault holds what it owes (invariant 2). Tokens that a stranger sent there are nobody's.
pub fn vault(Books { chain, .. }: Books<'_>) -> Check {
    let mut check = Check::new("vault");
    let pool = &chain.pool;
    let unclaimed = pool.active_total.checked_sub(pool.claimed_total);
    check.holds(
        "pool",
        "claimed within what was earned",
        unclaimed.is_some(),
        (pool.claimed_total, pool.active_total),
        remedy::ALARM,
    );
    let owed = u128::from(pool.escrow_total)
        + u128::from(pool.in_round_total)
        + u128::from(unclaimed.unwrap_or_default());
    let held = u128::from(chain.vault);
    check.holds(
        &format!("vault {}", shown(&pool.vault)),
        "holds at least what it owes",
        held >= owed,
        (format!("holds {held}"), format!("owes {owed}")),
        remedy::ALARM,
    );
    check
}
