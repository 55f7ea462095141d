//! What happens at once, from several processes: each opens the database for itself.

use super::fixture::{Fresh, JOB, POOL, admission, entry, outcome, record, score_file};
use crate::store::{
    EventStore as _, IntakeStore as _, JournalStore as _, RoundStore as _, SqlStore,
    events::Effect,
    intake::{Admission, Admitted},
    rounds::OutcomeChanges,
};
use sheaf_protocol::batch::BatchFile;
use std::collections::BTreeSet;

/// Stores of several processes.
async fn processes(fresh: &Fresh, count: usize) -> Vec<SqlStore> {
    let mut stores = vec![fresh.store.clone()];
    while stores.len() < count {
        let store = SqlStore::open(&fresh.location).await;
        stores.push(store.expect("opens again"));
    }
    stores
}

pub async fn a_submission_is_stored_once_however_many_bring_it(fresh: Fresh) {
    let mut all: Vec<Admission> = (0..60)
        .map(|number: u32| admission(number as u8, number, 1, 1))
        .collect();
    // Others that want the same nonces, so that whoever comes second waits in a circle.
    all.extend((0..60).map(|number: u32| admission(number as u8, 1_000 + number, 1, 1)));
    let mut admitting = Vec::new();
    for (number, store) in processes(&fresh, 4).await.into_iter().enumerate() {
        let mut mine = all.clone();
        if number % 2 == 1 {
            mine.reverse();
        }
        admitting.push(tokio::spawn(async move {
            let answers = store.admit_all(&mine).await.expect("answered");
            let stored = answers.into_iter().zip(mine);
            stored
                .filter(|(answer, _)| *answer == Admitted::Stored)
                .map(|(_, admission)| admission.submission.body.node)
                .collect::<Vec<_>>()
        }));
    }
    let mut stored = Vec::new();
    for answers in admitting {
        stored.extend(answers.await.expect("no panic"));
    }
    stored.sort_unstable();
    let each: Vec<[u8; 32]> = (0..60).map(|node| [node; 32]).collect();
    assert_eq!(stored, each, "one submission of each node");
}

pub async fn who_is_stored_before_the_freeze_is_in_the_batch(fresh: Fresh) {
    let mut stores = processes(&fresh, 4).await;
    let rounds = stores.pop().expect("a store");
    let mut admitting = Vec::new();
    for (who, store) in stores.into_iter().enumerate() {
        admitting.push(tokio::spawn(async move {
            let mut stored = BTreeSet::new();
            for task in 0.. {
                let next = admission(who as u8, task, u64::from(task), 1);
                let answers = store.admit_all(std::slice::from_ref(&next)).await;
                match &answers.expect("answered")[..] {
                    [Admitted::Stored] => stored.insert(next.submission.id()),
                    [Admitted::RoundMoved(2)] => break,
                    other => panic!("{other:?}"),
                };
            }
            stored
        }));
    }
    while rounds.waiting().await.expect("read").is_empty() {
        tokio::task::yield_now().await;
    }
    let frozen = rounds.freeze(1, &[(7, JOB)]).await.expect("frozen");
    let mut stored = BTreeSet::new();
    for ids in admitting {
        stored.extend(ids.await.expect("no panic"));
    }
    let file = rounds.batch_file(1, 7).await.expect("read").expect("there");
    let file: BatchFile = serde_json::from_slice(&file).expect("a batch");
    let batched: BTreeSet<_> = file.submissions.iter().map(|entry| entry.id()).collect();
    assert_eq!(batched, stored);
    assert_eq!(frozen[0].count as usize, stored.len());
}

pub async fn a_score_file_is_in_time_for_the_outcome_or_is_told_so(fresh: Fresh) {
    let stores = processes(&fresh, 2).await;
    for round in 1..=20 {
        let (first, second) = (stores[0].clone(), stores[1].clone());
        let publishing = tokio::spawn(async move { first.put_scores(&score_file(1, round)).await });
        let changes = OutcomeChanges::default();
        let none = second.put_outcome(&outcome(round, 5), &changes, 0).await;
        let none = none.expect("answered");
        let in_time = publishing.await.expect("no panic").expect("answered");
        assert_ne!(
            none, in_time,
            "round {round}: an outcome of no files, or a file in time"
        );
        let files = stores[0].scores(round).await.expect("read").len();
        assert_eq!(files, usize::from(in_time));
    }
}

pub async fn an_action_is_written_down_by_one(fresh: Fresh) {
    let mut writing = Vec::new();
    for (number, store) in (1..).zip(processes(&fresh, 4).await) {
        writing.push(tokio::spawn(async move {
            store.write_entry(&entry(number)).await.is_ok()
        }));
    }
    let mut written = 0;
    for one in writing {
        written += usize::from(one.await.expect("no panic"));
    }
    assert_eq!(written, 1);
}

pub async fn an_event_is_acted_upon_by_one(fresh: Fresh) {
    record(&fresh.store, &[1]).await;
    let mut applying = Vec::new();
    for store in processes(&fresh, 4).await {
        applying.push(tokio::spawn(async move {
            store
                .apply(&POOL, 1, &Effect::Void { round: 1 })
                .await
                .is_ok()
        }));
    }
    let mut applied = 0;
    for one in applying {
        applied += usize::from(one.await.expect("no panic"));
    }
    assert_eq!(applied, 1);
}
