//! Batches, roots and debits of rounds.

use super::{Books, name, or_none};
use crate::{
    audit::{
        replay::{End, PayerKind, Played},
        report::{Check, remedy},
    },
    store::rounds::StoredOutcome,
};
use sheaf_format::{
    limits::DATASET_NUMBER_BIT,
    stage::{PoolStage, RoundState},
};

/// Batches that were frozen here against those that were posted.
pub fn batches(Books { chain, database }: Books<'_>) -> Check {
    let mut check = Check::new("batches");
    let replay = &database.replay;
    for (number, round) in &replay.rounds {
        for (key, posted) in &round.batches {
            let Some(payer) = replay.payers.get(key) else {
                continue;
            };
            let account = format!("batch of {} in round {number}", name(payer));
            let frozen = match payer.kind {
                PayerKind::Job => database.frozen.get(&(*number, payer.number)),
                PayerKind::Dataset => None,
            };
            let root = (
                hex::encode(posted.root),
                or_none(frozen.map(|one| hex::encode(one.root))),
            );
            check.same(&account, "root", root, remedy::BATCH);
            let Some(frozen) = frozen else { continue };
            let counts = (posted.count, u64::from(frozen.count));
            check.same(&account, "contributions", counts, remedy::BATCH);
            let units = (posted.units, frozen.units);
            check.same(&account, "units", units, remedy::BATCH);
        }
    }
    for ((round, number), batch) in &chain.batches {
        let Some(payer) = replay.payers.get(number) else {
            continue;
        };
        let account = format!("batch of {} in round {round}", name(payer));
        let there = batch.is_some();
        let words = (if there { "there" } else { "gone" }, "there");
        check.holds(&account, "account", there, words, remedy::ALARM);
        let Some(batch) = batch else { continue };
        let within = batch.debited <= batch.reserved;
        let values = (batch.debited, batch.reserved);
        check.holds(
            &account,
            "debited within its reservation",
            within,
            values,
            remedy::ALARM,
        );
    }
    // Those of the round that still takes batches, and of later ones, are still to be posted.
    let pool = &chain.pool;
    let intake_over = |round: u64| {
        let taking = pool.round_stage == PoolStage::Intake as u8;
        round < pool.round || (round == pool.round && !taking)
    };
    for (round, job) in database.frozen.keys() {
        let posted = replay.rounds.get(round).is_some_and(|played| {
            let payers = played
                .batches
                .keys()
                .filter_map(|key| replay.payers.get(key));
            payers
                .filter(|payer| payer.kind == PayerKind::Job)
                .any(|payer| payer.number == *job)
        });
        if intake_over(*round) {
            let account = format!("batch of job {job} in round {round}");
            let words = (if posted { "posted" } else { "never posted" }, "frozen");
            check.holds(&account, "posted", posted, words, remedy::WAIT);
        }
    }
    check
}

/// Roots, totals and debits of rounds against the outcomes computed here.
pub fn rounds(books: Books<'_>) -> Check {
    let mut check = Check::new("rounds");
    let mut total = 0;
    for (number, round) in &books.database.replay.rounds {
        match round.end {
            Some(End::Final {
                root,
                old_total,
                new_total,
                leaf_count,
            }) => {
                let account = format!("round {number}");
                let follows = (old_total, total);
                check.same(&account, "total it starts from", follows, remedy::ALARM);
                total = new_total;
                let outcome = books.database.outcomes.get(number).and_then(Option::as_ref);
                let known = outcome.map(|known| &known.outcome);
                let roots = (
                    hex::encode(root),
                    or_none(known.map(|outcome| hex::encode(outcome.root.0))),
                );
                check.same(&account, "root", roots, remedy::REBUILD);
                let marked = books.database.final_rounds.contains(number);
                let words = ("final", if marked { "final" } else { "not final" });
                check.holds(&account, "state", marked, words, remedy::REBUILD);
                let (Some(outcome), Some(known)) = (outcome, known) else {
                    continue;
                };
                let totals = (new_total, known.total.0);
                check.same(&account, "total", totals, remedy::REBUILD);
                let leaves = (leaf_count, known.leaf_count.into());
                check.same(&account, "leaves", leaves, remedy::REBUILD);
                debits(&mut check, books, (*number, round), outcome);
            }
            Some(End::Void) => {
                let marked = books.database.final_rounds.contains(number);
                let words = ("void", if marked { "final" } else { "not final" });
                check.holds(
                    &format!("round {number}"),
                    "state",
                    !marked,
                    words,
                    remedy::REBUILD,
                );
            }
            None => {}
        }
    }
    pending(&mut check, books);
    check
}

/// What each batch of a final round paid.
fn debits(
    check: &mut Check,
    books: Books<'_>,
    (number, round): (u64, &Played),
    outcome: &StoredOutcome,
) {
    let outcome = &outcome.outcome;
    let account = format!("round {number}");
    let settled = (round.settled, outcome.debits_total.0);
    check.same(&account, "settled", settled, remedy::REBUILD);
    for (key, posted) in &round.batches {
        let (Some(debited), Some(payer)) = (posted.released, books.database.replay.payers.get(key))
        else {
            continue;
        };
        let number = match payer.kind {
            PayerKind::Job => payer.number,
            PayerKind::Dataset => payer.number | DATASET_NUMBER_BIT,
        };
        let debit = outcome
            .debits
            .iter()
            .find(|debit| debit.job_number == number);
        let amounts = (debited, debit.map_or(0, |debit| debit.amount.0));
        let value = format!("debit of {}", name(payer));
        check.same(&account, &value, amounts, remedy::REBUILD);
        let within = debited <= posted.reserved;
        let value = format!("debit of {} within its reservation", name(payer));
        check.holds(
            &account,
            &value,
            within,
            (debited, posted.reserved),
            remedy::ALARM,
        );
    }
}

/// What a quorum attested to and is not final yet.
fn pending(check: &mut Check, Books { chain, database }: Books<'_>) {
    let Some(round) = &chain.round else { return };
    let outcome = database
        .outcomes
        .get(&round.number)
        .and_then(Option::as_ref);
    let Some(outcome) = outcome.map(|known| &known.outcome) else {
        return;
    };
    let is_pending = RoundState::from_byte(round.state) == Some(RoundState::Pending);
    if is_pending {
        let account = format!("round {} (pending)", round.number);
        let roots = (hex::encode(round.root), hex::encode(outcome.root.0));
        check.same(&account, "root", roots, remedy::ALARM);
        let hashes = (
            hex::encode(round.debits_hash),
            hex::encode(outcome.debits_hash.0),
        );
        check.same(&account, "debits", hashes, remedy::ALARM);
        let totals = (round.debits_total, outcome.debits_total.0);
        check.same(&account, "sum of the debits", totals, remedy::ALARM);
    }
}
