//! Events and transactions.

use super::fixture::{Fresh, JOB, POOL, admission, admit, entry, outcome, record};
use crate::store::{
    EventStore as _, IntakeStore as _, JournalStore as _, RoundStore as _, StoreError,
    events::{
        Applied, Beginning, DeadLetter, EarlyEvent, Effect, EventRow, Position, Reading, Series,
        TransactionRow,
    },
    journal::{Ending, Open},
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
    assert_eq!(store.complete(&POOL, 0).await.expect("read"), 1);
    record(&store, &[2]).await;
    apply(2).await.expect("applied");
    apply(3).await.expect("applied");
    assert_eq!(store.complete(&POOL, 0).await.expect("read"), 3);
    let series = store.series(&POOL).await.expect("read");
    assert_eq!((series.frontier, series.base), (3, 0));
}

pub async fn events_are_passed_together_without_a_gap(Fresh { store, .. }: Fresh) {
    record(&store, &[1, 2, 3, 5]).await;
    let following = async |sequence, most| {
        let events = store.following(&POOL, sequence, most).await;
        let events = events.expect("read");
        events
            .iter()
            .map(|event| event.sequence)
            .collect::<Vec<_>>()
    };
    assert_eq!(following(0, 10).await, [1, 2, 3]);
    assert_eq!(following(1, 1).await, [2]);
    assert_eq!(following(3, 10).await, [0; 0]);
    assert!(
        store.pass(&POOL, 1, 2).await.is_err(),
        "1 is not passed yet"
    );
    assert!(store.pass(&POOL, 0, 5).await.is_err(), "4 is missing");
    assert!(store.pass(&POOL, 2, 1).await.is_err());
    store.pass(&POOL, 0, 3).await.expect("passed");
    assert_eq!(store.series(&POOL).await.expect("read").frontier, 3);
    assert!(store.pass(&POOL, 0, 3).await.is_err(), "they are passed");
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
    let open = async || store.open_entries().await.expect("read");
    store.write_entry(&entry(1)).await.expect("written");
    assert!(store.write_entry(&entry(2)).await.is_err());
    let first = entry(1).signature;
    let mark = store.mark_entry(&first, Open::Uncertain, "the RPC lags");
    mark.await.expect("marked");
    assert_eq!(open().await, [entry(1)], "uncertain is as good as live");
    assert!(store.write_entry(&entry(2)).await.is_err());
    let close = store.close_entry(&first, Ending::Dead, None, "");
    close.await.expect("closed");
    let mark = store.mark_entry(&first, Open::Live, "");
    mark.await.expect("no entry");
    assert!(open().await.is_empty(), "what ended stays so");
    store.write_entry(&entry(2)).await.expect("written");
    let closed = store.closed_entries(5).await.expect("read");
    assert_eq!(closed.len(), 1);
    assert_eq!(
        (closed[0].signature, closed[0].ending),
        (first, Ending::Dead)
    );
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

fn event(sequence: u64, data: u8) -> EventRow {
    EventRow {
        series: POOL,
        sequence,
        name: "JobFunded".to_owned(),
        data: vec![data],
        position: Position {
            instruction: 0,
            inner: sequence as u32,
        },
    }
}

fn transaction(byte: u8, slot: u64, events: Vec<EventRow>) -> TransactionRow {
    TransactionRow {
        signature: Signature::from([byte; 64]),
        slot,
        events,
        dead_letters: Vec::new(),
    }
}

pub async fn a_final_event_never_becomes_another(Fresh { store, .. }: Fresh) {
    let first = transaction(1, 4, vec![event(1, 7)]);
    let record = async |row: &TransactionRow| store.record(std::slice::from_ref(row)).await;
    assert_eq!(record(&first).await.expect("kept"), 1);
    assert_eq!(record(&first).await.expect("kept again"), 0);
    for changed in [
        transaction(1, 4, vec![event(1, 8)]),
        transaction(2, 4, vec![event(2, 1), event(1, 7)]),
        transaction(1, 5, vec![event(1, 7)]),
    ] {
        let refused = record(&changed).await;
        assert!(
            matches!(refused, Err(StoreError::Corrupt { .. })),
            "{refused:?}"
        );
    }
    assert_eq!(
        store.event(&POOL, 2).await.expect("read"),
        None,
        "all or nothing"
    );
    let other = Signature::from([2; 64]);
    let unknown = store.unknown(&[first.signature, other]).await;
    assert_eq!(unknown.expect("read"), [other].into());
}

pub async fn a_letter_that_can_be_read_becomes_an_event(Fresh { store, .. }: Fresh) {
    let position = Position {
        instruction: 0,
        inner: 1,
    };
    let mut row = transaction(1, 4, Vec::new());
    row.dead_letters.push(DeadLetter {
        data: vec![7],
        reason: "unknown".to_owned(),
        position,
    });
    store.record(&[row.clone()]).await.expect("kept");
    store.record(&[row.clone()]).await.expect("kept once");
    let kept = store.dead_letters().await.expect("read");
    assert_eq!(kept.len(), 1);
    assert_eq!((kept[0].signature, kept[0].slot), (row.signature, 4));
    assert_eq!(kept[0].letter, row.dead_letters[0]);
    let read = transaction(1, 4, vec![event(1, 7)]);
    assert_eq!(store.record(&[read]).await.expect("kept"), 1);
    assert!(store.dead_letters().await.expect("read").is_empty());
}

pub async fn events_before_a_slot_are_found(Fresh { store, .. }: Fresh) {
    let rows = [
        transaction(1, 4, vec![event(1, 1)]),
        transaction(2, 6, vec![event(2, 1), event(3, 1)]),
    ];
    store.record(&rows).await.expect("kept");
    let before = async |sequence, slot| store.before(&POOL, sequence, slot).await.expect("read");
    assert_eq!(before(3, 6).await, Some(rows[0].signature));
    assert_eq!(before(3, 7).await, Some(rows[1].signature));
    assert_eq!(before(1, 4).await, None);
    let position = store.position(&POOL, 3).await.expect("read");
    assert_eq!(position, Some((rows[1].signature, 6)));
}

pub async fn early_events_are_replaced_as_a_whole(Fresh { store, .. }: Fresh) {
    let early = |byte: u8, sequence| EarlyEvent {
        signature: Signature::from([byte; 64]),
        slot: 9,
        event: event(sequence, byte),
    };
    // Two forks may have the same number.
    let both = [early(1, 5), early(2, 5), early(2, 6)];
    for events in [&both[..], &both[1..], &[]] {
        store.replace_early(&POOL, events).await.expect("kept");
        assert_eq!(store.early(&POOL).await.expect("read"), events);
    }
    assert_eq!(store.highest(&POOL).await.expect("read"), 0);
}

pub async fn an_indexer_begins_in_the_middle_once(Fresh { store, .. }: Fresh) {
    let leaf = |byte: u8| Leaf {
        contributor: [byte; 32],
        cumulative: u64::MAX,
    };
    let beginning = Beginning {
        slot: 70,
        series: vec![(POOL, 12)],
        active_round: 3,
        leaves: vec![leaf(1), leaf(2)],
    };
    assert!(store.begin(&beginning).await.expect("begun"));
    assert!(!store.begin(&beginning).await.expect("answered"));
    let expected = Series {
        frontier: 12,
        base: 12,
        base_slot: 70,
    };
    assert_eq!(store.series(&POOL).await.expect("read"), expected);
    assert_eq!(store.complete(&POOL, 12).await.expect("read"), 12);
    let leaves = store.leaves().await.expect("read");
    assert_eq!(leaves, (3, beginning.leaves));
    record(&store, &[13]).await;
    let applied = store.apply(&POOL, 13, &Effect::None).await;
    assert_eq!(applied.expect("applied"), Applied::Done);
}
