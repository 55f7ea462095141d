//! Lists and counts for the API.

use super::fixture::{Fresh, JOB, POOL, admission, admit, entry, outcome, record};
use crate::store::{
    EventStore as _, JournalStore as _, ReadStore as _, RoundStore as _,
    events::Effect,
    intake::SubmissionRecord,
    read::{Direction, EarningRow, EventFilter, Standing, SubmissionFilter},
    rounds::OutcomeChanges,
};
use sheaf_protocol::{
    api::{RoundStage, RoundView},
    ledger::Leaf,
};

pub async fn submissions_are_listed_by_what_is_asked(Fresh { store, .. }: Fresh) {
    for nonce in 1..=4 {
        let next = admission(nonce as u8 % 2, nonce as u32, nonce, 1);
        admit(&store, &next).await.expect("taken");
    }
    store.freeze(1, &[(7, JOB)]).await.expect("frozen");
    admit(&store, &admission(1, 9, 9, 2)).await.expect("taken");
    let slots = async |filter: SubmissionFilter, before| {
        let found = store.list_submissions(&filter, before, 3).await;
        let slot = |one: &SubmissionRecord| one.received_slot;
        found.expect("read").iter().map(slot).collect::<Vec<_>>()
    };
    let all = SubmissionFilter::default();
    assert_eq!(slots(all, None).await, [90, 40, 30]);
    assert_eq!(slots(all, Some((30, [0; 32]))).await, [20, 10]);
    let of_one = SubmissionFilter {
        contributor: Some([1; 32]),
        job: Some(7),
        round: Some(1),
        standing: Some(Standing::Batched),
    };
    assert_eq!(slots(of_one, None).await, [30, 10]);
    for (standing, expected) in [
        (Standing::Waiting, vec![90]),
        (Standing::Scored, vec![]),
        (Standing::Paid, vec![]),
    ] {
        let standing = Some(standing);
        let filter = SubmissionFilter { standing, ..all };
        assert_eq!(slots(filter, None).await, expected);
    }
    assert_eq!(store.count_waiting(10).await.expect("read"), 1);
}

pub async fn events_are_listed_as_far_as_they_were_acted_upon(Fresh { store, .. }: Fresh) {
    record(&store, &[1, 2, 3]).await;
    for sequence in 1..=2 {
        let applied = store.apply(&POOL, sequence, &Effect::None).await;
        applied.expect("applied");
    }
    let sequences = async |filters: &[EventFilter], direction| {
        let found = store.list_events(&POOL, filters, direction, 10).await;
        let found = found.expect("read");
        found.iter().map(|event| event.sequence).collect::<Vec<_>>()
    };
    assert_eq!(sequences(&[], Direction::After(0)).await, [1, 2]);
    assert_eq!(sequences(&[], Direction::Before(9)).await, [2, 1]);
    let filter = |name, subject| EventFilter { name, subject };
    let funded = [filter("Other", None), filter("JobFunded", None)];
    assert_eq!(sequences(&funded, Direction::After(1)).await, [2]);
    let about = [filter("JobFunded", Some((0, [7; 32])))];
    assert!(sequences(&about, Direction::After(0)).await.is_empty());
}

pub async fn rounds_are_remembered(Fresh { store, .. }: Fresh) {
    let round = |number| RoundView {
        number,
        stage: RoundStage::Final,
        account: None,
        batches: Vec::new(),
        outcome: None,
    };
    for number in [1, 2, 4] {
        store.put_ended_round(&round(number)).await.expect("kept");
    }
    let kept = store.ended_rounds(2, 9).await.expect("read");
    assert_eq!(kept, [round(2), round(4)]);
    let missing = async |first, last| store.first_round_not_kept(first, last).await;
    assert_eq!(missing(1, 9).await.expect("read"), Some(3));
    assert_eq!(missing(1, 2).await.expect("read"), None);
    let leaf = Leaf {
        contributor: [1; 32],
        cumulative: u64::MAX,
    };
    let changes = OutcomeChanges {
        contributions: Vec::new(),
        leaves: vec![(0, leaf)],
    };
    store
        .put_outcome(&outcome(1, 5), &changes, 0)
        .await
        .expect("kept");
    record(&store, &[1]).await;
    assert!(!store.is_final(1).await.expect("read"));
    let effect = Effect::Final {
        round: 1,
        root: [5; 32],
    };
    store.apply(&POOL, 1, &effect).await.expect("applied");
    assert!(store.is_final(1).await.expect("read"));
    let earned = store.list_earnings(&[1; 32], None, 5).await.expect("read");
    let expected = EarningRow {
        round: 1,
        cumulative: u64::MAX,
    };
    assert_eq!(earned, [expected]);
}

pub async fn a_database_that_takes_writes_says_so_and_counts(Fresh { store, .. }: Fresh) {
    store.check_writable().await.expect("it takes writes");
    store.write_entry(&entry(1)).await.expect("written");
    let counts = store.counts().await.expect("read");
    assert_eq!(counts.journal, [("open".to_owned(), 1)]);
    assert_eq!(counts.dead_letters, 0);
}
