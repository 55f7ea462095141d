//! A pool whose books agree, and every way in which they may not.

use super::{Books, compare};
use crate::{
    audit::{
        chain::{ChainBooks, PayerAccount},
        database::{DatabaseBooks, Kept},
        replay::Replay,
    },
    store::rounds::{FrozenBatch, StoredOutcome},
};
use bytemuck::Zeroable;
use sheaf_client::{
    event::Event,
    layout::{
        Batch, BatchPosted, BatchReleased, DebitsSettled, JobCreated, JobFunded, JobRefunded,
        LedgerPage, LedgerSlot, Pool, Round, RoundFinalised, RoundVoided,
    },
};
use sheaf_format::{
    digest::slot_tag,
    stage::{PoolStage, RoundState},
};
use sheaf_protocol::{
    api::{DebitView, OutcomeView},
    ledger::{Leaf, Ledger},
    manifest::Manifest,
};
use std::collections::{BTreeMap, BTreeSet};

const PROGRAM: [u8; 32] = [1; 32];
const POOL: [u8; 32] = [2; 32];
const JOB: [u8; 32] = [3; 32];
const ROOT: [u8; 32] = [4; 32];
const EARNERS: [Leaf; 2] = [
    Leaf {
        contributor: [5; 32],
        cumulative: 80,
    },
    Leaf {
        contributor: [6; 32],
        cumulative: 40,
    },
];

fn ledger() -> Ledger {
    Ledger::from_leaves(PROGRAM, POOL, &EARNERS).expect("a tree")
}

/// Job 0 got 1,100 and 100 went back. Round 1 paid 120 of it to two earners, round 2 was void, round
/// 3 takes batches.
fn events() -> Vec<Event> {
    let posted = |round, reserved| BatchPosted {
        pool: POOL,
        job: JOB,
        contributions_root: ROOT,
        round,
        reserved,
        units: 9,
        count: 7,
        ..BatchPosted::zeroed()
    };
    let released = |round, debited| BatchReleased {
        pool: POOL,
        job: JOB,
        round,
        debited,
        ..BatchReleased::zeroed()
    };
    let created = JobCreated {
        pool: POOL,
        job: JOB,
        arrived: 1_000,
        ..JobCreated::zeroed()
    };
    let funded = JobFunded {
        job: JOB,
        arrived: 100,
        ..JobFunded::zeroed()
    };
    let refunded = JobRefunded {
        job: JOB,
        amount: 100,
        ..JobRefunded::zeroed()
    };
    let settled = DebitsSettled {
        round: 1,
        settled_total: 120,
        ..DebitsSettled::zeroed()
    };
    let finalised = RoundFinalised {
        round: 1,
        root: ledger().root().hash,
        new_total: 120,
        leaf_count: 2,
        ..RoundFinalised::zeroed()
    };
    let voided = RoundVoided {
        round: 2,
        ..RoundVoided::zeroed()
    };
    vec![
        Event::JobCreated(created),
        Event::JobFunded(funded),
        Event::JobRefunded(refunded),
        Event::BatchPosted(posted(1, 300)),
        Event::DebitsSettled(settled),
        Event::RoundFinalised(finalised),
        Event::BatchReleased(released(1, 120)),
        Event::BatchPosted(posted(2, 300)),
        Event::RoundVoided(voided),
        Event::BatchReleased(released(2, 0)),
        Event::BatchPosted(posted(3, 250)),
    ]
}

fn chain() -> ChainBooks {
    let pool = Pool {
        active_root: ledger().root().hash,
        active_total: 120,
        claimed_total: 80,
        escrow_total: 880,
        arrived_total: 1_100,
        refunded_total: 100,
        sequence: 11,
        next_job: 1,
        round: 3,
        active_round: 1,
        active_leaf_count: 2,
        round_stage: PoolStage::Intake as u8,
        ..Pool::zeroed()
    };
    let job = PayerAccount {
        balance: 880,
        reserved: 250,
        reserved_round: 3,
        arrived: 1_100,
        settled: 120,
        refunded: 100,
    };
    let mut page = LedgerPage::zeroed();
    page.slots[0] = LedgerSlot {
        claimed: 80,
        tag: slot_tag(&POOL, 0, &EARNERS[0].contributor),
    };
    let batch = Batch {
        reserved: 250,
        ..Batch::zeroed()
    };
    ChainBooks {
        slot: 500,
        network_sequence: 4,
        address: POOL,
        pool,
        vault: 920,
        payers: BTreeMap::from([(JOB, Some(job))]),
        batches: BTreeMap::from([((3, JOB), Some(batch))]),
        round: None,
        pages: BTreeMap::from([(0, page)]),
    }
}

fn outcome(round: u64) -> StoredOutcome {
    StoredOutcome {
        round,
        outcome: OutcomeView {
            base_root: [0; 32].into(),
            root: ledger().root().hash.into(),
            total: 120.into(),
            leaf_count: 2,
            debits_hash: [9; 32].into(),
            debits_total: 120.into(),
            manifest_hash: [0; 32].into(),
            attestation: [0; 32].into(),
            debits: vec![DebitView {
                job_number: 0,
                job: JOB.into(),
                amount: 120.into(),
            }],
        },
        manifest: Manifest::new(POOL, round, Vec::new(), Vec::new()),
    }
}

fn database() -> DatabaseBooks {
    let mut replay = Replay::default();
    for event in events() {
        replay.take(&event);
    }
    replay.sequence = 11;
    let kept = |sequence| Kept {
        unbroken: sequence,
        frontier: sequence,
        highest: sequence,
    };
    let batch = FrozenBatch {
        job: 0,
        root: ROOT,
        count: 7,
        units: 9,
    };
    DatabaseBooks {
        network: kept(4),
        pool: kept(11),
        dead_letters: 0,
        replay,
        tree: Ok((1, ledger())),
        frozen: [1, 2, 3, 4].map(|round| ((round, 0), batch)).into(),
        outcomes: BTreeMap::from([(1, Some(outcome(1))), (3, None)]),
        final_rounds: BTreeSet::from([1]),
    }
}

/// Checks and values that differ after a change.
fn differing(change: impl FnOnce(&mut ChainBooks, &mut DatabaseBooks)) -> Vec<(String, String)> {
    let (mut chain, mut database) = (chain(), database());
    change(&mut chain, &mut database);
    let books = Books {
        chain: &chain,
        database: &database,
    };
    let checks = compare(books);
    let differences = checks.into_iter().flat_map(|check| {
        let found = check.differences.into_iter();
        found.map(move |one| (check.name.to_owned(), one.value))
    });
    differences.collect()
}

/// The one value that differs after a change, with its check.
fn one_differing(change: impl FnOnce(&mut ChainBooks, &mut DatabaseBooks)) -> String {
    let all = differing(change);
    assert_eq!(all.len(), 1, "{all:?}");
    format!("{}: {}", all[0].0, all[0].1)
}

fn job(chain: &mut ChainBooks) -> &mut PayerAccount {
    chain
        .payers
        .get_mut(&JOB)
        .and_then(Option::as_mut)
        .expect("job 0")
}

#[test]
fn books_that_agree_have_no_difference() {
    assert_eq!(differing(|_, _| {}), []);
}

#[test]
fn a_database_that_is_behind_or_has_gaps_is_named() {
    let found = one_differing(|_, database| database.network.frontier = 3);
    assert_eq!(found, "events: last event acted upon");
    let found = one_differing(|_, database| {
        database.network.unbroken = 2;
    });
    assert_eq!(found, "events: last event before a gap");
    let found = one_differing(|_, database| database.dead_letters = 1);
    assert_eq!(found, "events: events that cannot be read");
}

#[test]
fn a_tree_that_is_not_the_chains_turn_yet_is_not_compared() {
    let all = differing(|_, database| {
        database.pool.frontier = 6;
        database.tree = Ok((0, Ledger::empty(PROGRAM, POOL)));
    });
    let expected = ("events".to_owned(), "last event acted upon".to_owned());
    assert_eq!(all, [expected]);
}

#[test]
fn sums_over_all_events_are_not_compared_when_the_database_begins_in_the_middle() {
    let (chain, mut database) = (chain(), database());
    database.replay = Replay {
        sequence: 11,
        base: 9,
        ..Replay::default()
    };
    let books = Books {
        chain: &chain,
        database: &database,
    };
    let checks = compare(books);
    let skipped: Vec<_> = checks
        .iter()
        .filter(|check| check.skipped.is_some())
        .map(|check| check.name)
        .collect();
    assert_eq!(skipped, ["pool", "jobs", "batches", "rounds"]);
    assert!(
        checks.iter().all(|check| check.differences.is_empty()),
        "{checks:?}"
    );
}

#[test]
fn a_total_that_is_not_the_sum_of_its_events_is_named() {
    let found = differing(|chain, _| chain.pool.arrived_total = 1_101);
    assert_eq!(found[0].1, "arrived");
    let found = one_differing(|chain, _| chain.pool.next_job = 2);
    assert_eq!(found, "pool: next job");
    let found = differing(|chain, _| chain.pool.in_round_total = 5);
    let values: Vec<_> = found.iter().map(|(_, value)| value.as_str()).collect();
    let expected = [
        "holds at least what it owes",
        "settled and not final",
        "arrived less refunded",
    ];
    assert_eq!(values, expected);
}

#[test]
fn a_vault_that_holds_less_than_it_owes_is_named_and_gifts_are_not() {
    // Owed: 880 of the job and 40 not claimed.
    assert_eq!(differing(|chain, _| chain.vault = 1_000_000), []);
    let found = one_differing(|chain, _| chain.vault = 919);
    assert_eq!(found, "vault: holds at least what it owes");
}

#[test]
fn a_jobs_numbers_are_those_of_its_events() {
    let found = differing(|chain, _| job(chain).balance = 879);
    let values: Vec<_> = found.iter().map(|(_, value)| value.as_str()).collect();
    assert_eq!(values, ["escrow against all balances", "balance"]);
    let found = one_differing(|chain, _| job(chain).settled = 119);
    assert_eq!(found, "jobs: settled");
    let found = one_differing(|chain, _| job(chain).reserved = 249);
    assert_eq!(found, "jobs: reserved");
    let found = one_differing(|chain, _| job(chain).reserved_round = 2);
    assert_eq!(found, "jobs: round that holds a reservation");
    let found = differing(|chain, _| {
        chain.payers.insert(JOB, None);
    });
    assert!(
        found.contains(&("jobs".to_owned(), "account".to_owned())),
        "{found:?}"
    );
}

#[test]
fn what_is_settled_and_not_yet_released_stands_in_the_batch() {
    let settled = |chain: &mut ChainBooks, _: &mut DatabaseBooks| {
        job(chain).balance = 830;
        job(chain).reserved = 200;
        chain.pool.escrow_total = 830;
        chain.pool.in_round_total = 50;
        let batch = chain.batches.get_mut(&(3, JOB)).and_then(Option::as_mut);
        batch.expect("the batch").debited = 50;
    };
    assert_eq!(differing(settled), []);
}

#[test]
fn batches_are_those_that_were_frozen() {
    let change = |number: u64, change: fn(&mut FrozenBatch)| {
        one_differing(move |_, database| {
            change(database.frozen.get_mut(&(number, 0)).expect("frozen"));
        })
    };
    assert_eq!(change(1, |batch| batch.root = [0; 32]), "batches: root");
    assert_eq!(change(2, |batch| batch.count = 8), "batches: contributions");
    assert_eq!(change(3, |batch| batch.units = 8), "batches: units");
    let found = one_differing(|_, database| {
        database.frozen.remove(&(2, 0));
    });
    assert_eq!(
        found, "batches: root",
        "it was posted elsewhere, or is lost"
    );
    // That of round 4 is still to be posted.
    let idle = |chain: &mut ChainBooks, _: &mut DatabaseBooks| {
        chain.pool.round_stage = PoolStage::Idle as u8;
    };
    assert_eq!(differing(idle), []);
}

#[test]
fn a_batch_that_was_never_posted_is_named_once_its_round_is_over() {
    let found = one_differing(|chain, database| {
        let batch = database.frozen[&(1, 0)];
        database
            .frozen
            .insert((2, 5), FrozenBatch { job: 5, ..batch });
        chain.pool.round_stage = PoolStage::Intake as u8;
    });
    assert_eq!(found, "batches: posted");
}

#[test]
fn a_final_round_is_the_one_that_was_computed() {
    let change = |change: fn(&mut OutcomeView)| {
        one_differing(move |_, database| {
            let outcome = database.outcomes.get_mut(&1).and_then(Option::as_mut);
            change(&mut outcome.expect("known").outcome);
        })
    };
    assert_eq!(change(|one| one.root = [0; 32].into()), "rounds: root");
    assert_eq!(change(|one| one.total = 121.into()), "rounds: total");
    assert_eq!(change(|one| one.leaf_count = 3), "rounds: leaves");
    assert_eq!(
        change(|one| one.debits_total = 121.into()),
        "rounds: settled"
    );
    let other = change(|one| one.debits[0].amount = 121.into());
    assert_eq!(other, "rounds: debit of job 0");
    let found = one_differing(|_, database| {
        database.outcomes.insert(1, None);
    });
    assert_eq!(found, "rounds: root");
    let found = one_differing(|_, database| {
        database.final_rounds.clear();
    });
    assert_eq!(found, "rounds: state");
    let found = one_differing(|_, database| {
        database.final_rounds.insert(2);
    });
    assert_eq!(found, "rounds: state", "round 2 was void");
}

#[test]
fn a_pending_result_that_is_not_ours_is_named() {
    let pending = |debits_hash| {
        move |chain: &mut ChainBooks, database: &mut DatabaseBooks| {
            chain.round = Some(Round {
                number: 3,
                state: RoundState::Pending as u8,
                root: ledger().root().hash,
                debits_hash,
                debits_total: 120,
                ..Round::zeroed()
            });
            database.outcomes.insert(3, Some(outcome(3)));
        }
    };
    assert_eq!(differing(pending([9; 32])), []);
    assert_eq!(one_differing(pending([8; 32])), "rounds: debits");
}

#[test]
fn the_tree_is_rebuilt_from_the_leaves() {
    let all = differing(|_, database| {
        let fewer = Ledger::from_leaves(PROGRAM, POOL, &EARNERS[..1]);
        database.tree = Ok((1, fewer.expect("a tree")));
    });
    let values: Vec<_> = all.iter().map(|(_, value)| value.as_str()).collect();
    assert_eq!(values, ["root", "sum", "leaves"]);
    let found = one_differing(|_, database| {
        database.tree = Err("leaf 1 is missing".to_owned());
    });
    assert_eq!(found, "tree: leaves");
}

#[test]
fn nobody_has_claimed_more_than_was_earned() {
    let claim = |claimed: u64| {
        move |chain: &mut ChainBooks, _: &mut DatabaseBooks| {
            let page = chain.pages.get_mut(&0).expect("page 0");
            page.slots[0].claimed = claimed;
            chain.pool.claimed_total = claimed;
        }
    };
    assert_eq!(
        differing(claim(79)),
        [("vault".to_owned(), "holds at least what it owes".to_owned())]
    );
    let found = one_differing(claim(81));
    assert_eq!(found, "pages: claimed within what was earned");
    let found = one_differing(|chain, _| chain.pool.claimed_total = 81);
    assert_eq!(found, "pages: claimed against all pages");
    let found = one_differing(|chain, _| {
        chain.pages.get_mut(&0).expect("page 0").slots[0].tag = [0; 8];
    });
    assert!(found.starts_with("pages: whose it is"), "{found}");
}
