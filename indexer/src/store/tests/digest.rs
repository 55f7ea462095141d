//! One hash over everything.

use super::fixture::{
    Fresh, JOB, POOL, admission, admit, entry, outcome, postgres, record, score_file, sqlite,
};
use crate::store::{
    DigestStore as _, EventStore as _, IntakeStore as _, JournalStore as _, RoundStore as _,
    SqlStore,
    events::{DeadLetter, EarlyEvent, Effect, EventRow, Position, Reading, TransactionRow},
    journal::{Ending, PutAside},
    rounds::OutcomeChanges,
};
use sheaf_format::Hash;
use sheaf_protocol::{
    ledger::Leaf,
    statement::{Delegation, Signed},
};
use solana_sdk::signature::Signature;
use std::collections::BTreeSet;

/// Puts something into every table; gives the digest after each step.
async fn fill(store: &SqlStore) -> Vec<Hash> {
    let mut digests = vec![store.digest().await.expect("a digest")];
    let mut note = async || digests.push(store.digest().await.expect("a digest"));
    store.put_specification(7, b"{}").await.expect("kept");
    note().await;
    let delegation = Signed {
        body: Delegation {
            genesis: [1; 32],
            program: [2; 32],
            contributor: [1; 32],
            node: [1; 32],
            valid_until_slot: u64::MAX,
        },
        signature: [0; 64],
    };
    store.put_delegation(&delegation).await.expect("kept");
    note().await;
    let mut submission = admission(1, 0, 1, 1);
    submission.submission.body.nonce = u64::MAX;
    admit(store, &submission).await.expect("taken");
    note().await;
    store.freeze(1, &[(7, JOB)]).await.expect("frozen");
    note().await;
    store.put_scores(&score_file(1, 1)).await.expect("kept");
    note().await;
    let leaf = Leaf {
        contributor: [1; 32],
        cumulative: u64::MAX,
    };
    let changes = OutcomeChanges {
        contributions: vec![(submission.submission.id(), 9_000, u64::MAX)],
        leaves: vec![(0, leaf)],
    };
    let kept = store.put_outcome(&outcome(1, 5), &changes, 1).await;
    assert!(kept.expect("answered"));
    note().await;
    record(store, &[1, 2]).await;
    note().await;
    let unread = TransactionRow {
        signature: Signature::from([9; 64]),
        slot: 5,
        events: Vec::new(),
        dead_letters: vec![DeadLetter {
            data: vec![1],
            reason: "it holds a zero: \0".to_owned(),
            position: Position {
                instruction: 0,
                inner: 1,
            },
        }],
    };
    store.record(&[unread]).await.expect("kept");
    note().await;
    let early = EarlyEvent {
        signature: Signature::from([8; 64]),
        slot: 6,
        event: EventRow {
            series: POOL,
            sequence: 3,
            name: "JobFunded".to_owned(),
            data: vec![1],
            position: Position {
                instruction: 0,
                inner: 1,
            },
        },
    };
    store.replace_early(&POOL, &[early]).await.expect("kept");
    note().await;
    let effect = Effect::Final {
        round: 1,
        root: [5; 32],
    };
    store.apply(&POOL, 1, &effect).await.expect("applied");
    note().await;
    store.write_entry(&entry(1)).await.expect("written");
    note().await;
    let signature = entry(1).signature;
    let closed = store
        .close_entry(&signature, Ending::Dead, Some(9), "late")
        .await;
    closed.expect("closed");
    note().await;
    let aside = PutAside {
        action: "round 1: settle".to_owned(),
        reason: "NotAggregator".to_owned(),
        detail: "refused".to_owned(),
        bytes: vec![1],
        slot: 7,
    };
    assert!(store.put_aside(&aside).await.expect("put aside"));
    note().await;
    digests
}

pub async fn every_change_changes_the_digest(Fresh { store, .. }: Fresh) {
    let digests = fill(&store).await;
    let distinct: BTreeSet<&Hash> = digests.iter().collect();
    assert_eq!(distinct.len(), digests.len());
    // How far the last poll came is no content.
    let reading = Reading {
        slot: 99,
        waits_for_outcome: None,
    };
    store.set_reading(&reading).await.expect("told");
    assert_eq!(
        digests.last(),
        Some(&store.digest().await.expect("a digest"))
    );
}

pub async fn nothing_is_left_out(Fresh { store, .. }: Fresh) {
    fill(&store).await;
    let digested = store.digested_tables().await.expect("read");
    let left_out = ["_sqlx_migrations", "ended_rounds", "reading"];
    let all: Vec<String> = store
        .all_tables()
        .await
        .expect("read")
        .into_iter()
        .filter(|name| !left_out.contains(&name.as_str()))
        .collect();
    let names: Vec<&str> = digested.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, all);
    for (name, rows) in digested {
        assert!(rows > 0, "{name} is empty: put something into it above");
    }
}

#[tokio::test]
async fn both_databases_give_the_same_digests() {
    let (file, server) = (sqlite().await, postgres().await);
    assert_eq!(fill(&file.store).await, fill(&server.store).await);
}
