//! Events and transactions.

use super::fixture::{Fresh, JOB, POOL, admission, admit, entry, outcome, record};
use crate::store::{
    EventStore as _, IntakeStore as _, JournalStore as _, RoundStore as _,
    events::{Applied, Effect, Reading},
    journal::Ending,
    rounds::OutcomeChanges,
};
use sheaf_protocol::ledger::Leaf;
use solana_sdk::signature::Signature;

pub async fn the_frontier_never_jumps_a_gap(Fresh { store, .. }: Fresh) {
    record(&store, &[1, 3]).await;
    record(&store, &[1]).await;
    let apply = async |sequence| store.apply(&POOL, sequence, &Effect::None).await;
    assert_eq!(apply(1).await.expect("applied"), Applied::Done);
    assert!(apply(1).await.is_err() && apply(3).await.is_err());
    assert_eq!(store.event(&POOL, 2).await.expect("read"), None);
    assert_eq!(store.highest(&POOL).await.expect("read"), 3);
    record(&store, &[2]).await;
    apply(2).await.expect("applied");
    apply(3).await.expect("applied");
    let cursor = store.cursor(&POOL).await.expect("read");
    assert_eq!(cursor.frontier, 3);
    assert_eq!(cursor.newest, Some((Signature::default(), 4)));
}

pub async fn a_final_round_pays_only_the_outcome_that_became_active(Fresh { store, .. }: Fresh) {
    let paid = admission(1, 0, 1, 1);
    let id = paid.submission.id();
    admit(&store, &paid).await.expect("taken");
    store.freeze(1, &[(7, JOB)]).await.expect("frozen");
    record(&store, &[1, 2]).await;
    let make_final = |root: u8| Effect::Final {
        round: 1,
        root: [root; 32],
    };
    let apply = async |effect: Effect| store.apply(&POOL, 1, &effect).await.expect("answered");
    assert_eq!(apply(make_final(5)).await, Applied::OutcomeMissing);
    let leaf = Leaf {
        contributor: [1; 32],
        cumulative: u64::MAX,
    };
    let changes = OutcomeChanges {
        contributions: vec![(id, 9_000, u64::MAX)],
        leaves: vec![(0, leaf)],
    };
    store
        .put_outcome(&outcome(1, 5), &changes, 0)
        .await
        .expect("kept");
    assert_eq!(apply(make_final(6)).await, Applied::OutcomeMissing);
    assert!(store.leaves().await.expect("read").1.is_empty());
    assert_eq!(apply(make_final(5)).await, Applied::Done);
    assert_eq!(store.leaves().await.expect("read"), (1, vec![leaf]));
    let found = store.submission(&id).await.expect("read").expect("there");
    assert!(found.paid);
    assert_eq!(
        (found.quality_bps, found.amount),
        (Some(9_000), Some(u64::MAX))
    );
    assert!(
        store
            .paid_among(&[id, [0; 32]])
            .await
            .expect("read")
            .contains(&id)
    );
    assert_eq!(
        store.final_rounds_after(0).await.expect("read"),
        [(1, [5; 32])]
    );
}

pub async fn a_void_round_lets_its_submissions_wait_again(Fresh { store, .. }: Fresh) {
    admit(&store, &admission(1, 0, 1, 1)).await.expect("taken");
    store.freeze(1, &[(7, JOB)]).await.expect("frozen");
    record(&store, &[1]).await;
    let effect = Effect::Void { round: 1 };
    store.apply(&POOL, 1, &effect).await.expect("applied");
    assert_eq!(store.waiting().await.expect("read").len(), 1);
    let batches = store.freeze(2, &[(7, JOB)]).await.expect("frozen");
    assert_eq!(batches[0].count, 1);
}

pub async fn an_action_has_one_open_transaction(Fresh { store, .. }: Fresh) {
    store.write_entry(&entry(1)).await.expect("written");
    assert!(store.write_entry(&entry(2)).await.is_err());
    let open = store.open_entry("round 1: tally").await.expect("read");
    assert_eq!(open, Some(entry(1)));
    store
        .close_entry(&entry(1).signature, Ending::Dead, "")
        .await
        .expect("closed");
    assert_eq!(
        store.open_entry("round 1: tally").await.expect("read"),
        None
    );
    store.write_entry(&entry(2)).await.expect("written");
}

pub async fn how_far_events_are_read_is_told(Fresh { store, .. }: Fresh) {
    assert_eq!(store.reading().await.expect("read"), Reading::default());
    for waits_for_outcome in [Some(3), None] {
        let reading = Reading {
            slot: 7,
            waits_for_outcome,
        };
        store.set_reading(&reading).await.expect("told");
        assert_eq!(store.reading().await.expect("read"), reading);
    }
}
