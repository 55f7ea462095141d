//! The store's promises, on a real file.

use super::SqliteStore;
use crate::store::{
    EventStore as _, Identity, IntakeStore as _, JournalStore as _, RoundStore as _, StoreError,
    events::{Applied, Effect, EventRow, Position, TransactionRow},
    intake::{Admission, Admitted, ContentStanding},
    journal::{Ending, JournalEntry},
    rounds::{OutcomeChanges, StoredOutcome},
};
use sheaf_protocol::{
    api::OutcomeView,
    intake::MAX_ROUNDS_BACK,
    ledger::Leaf,
    manifest::Manifest,
    scores::{ScoreFile, SignedScoreFile},
    statement::{Delegation, Receipt, Signed, Submission},
};
use solana_sdk::signature::Signature;
use tempfile::TempDir;

const IDENTITY: Identity = Identity {
    genesis: [1; 32],
    program: [2; 32],
    pool: [3; 32],
};
const JOB: [u8; 32] = [4; 32];
const POOL: [u8; 32] = IDENTITY.pool;

struct Fixture {
    store: SqliteStore,
    folder: TempDir,
}

async fn fixture() -> Fixture {
    let folder = tempfile::tempdir().expect("a folder");
    let store = SqliteStore::open(&folder.path().join("test.sqlite"))
        .await
        .expect("a database");
    store.bind(&IDENTITY).await.expect("a new database");
    Fixture { store, folder }
}

/// Admits one submission.
async fn admit(store: &SqliteStore, admission: &Admission) -> Result<Admitted, StoreError> {
    let answers = store.admit_all(std::slice::from_ref(admission)).await?;
    Ok(answers.into_iter().next().expect("one answer"))
}

/// A submission of contributor `who` to `task` with `nonce`, taken for `round` in slot 10 × nonce.
fn admission(who: u8, task: u32, nonce: u64, round: u64) -> Admission {
    let submission = Signed {
        body: Submission {
            genesis: IDENTITY.genesis,
            program: IDENTITY.program,
            job: JOB,
            contributor: [who; 32],
            node: [who; 32],
            content_hash: [9; 32],
            earliest_round: round,
            nonce,
            expiry_slot: 1_000,
            observed_slot: 5,
            units: 1,
            task,
            content_bytes: 7,
            region: [0; 12],
        },
        signature: [5; 64],
    };
    let receipt = Receipt {
        genesis: IDENTITY.genesis,
        program: IDENTITY.program,
        job: JOB,
        submission: submission.id(),
        round,
        received_slot: 10 * nonce,
    };
    Admission {
        submission,
        job: 7,
        receipt: Signed {
            body: receipt,
            signature: [6; 64],
        },
    }
}

fn outcome(round: u64, root: u8) -> StoredOutcome {
    StoredOutcome {
        round,
        outcome: OutcomeView {
            base_root: [0; 32].into(),
            root: [root; 32].into(),
            total: 5.into(),
            leaf_count: 1,
            debits_hash: [0; 32].into(),
            debits_total: 5.into(),
            manifest_hash: [0; 32].into(),
            attestation: [0; 32].into(),
            debits: Vec::new(),
        },
        manifest: Manifest::new(POOL, round, Vec::new(), Vec::new()),
    }
}

#[tokio::test]
async fn a_database_belongs_to_one_pool() {
    let Fixture { store, folder } = fixture().await;
    store.bind(&IDENTITY).await.expect("the same again");
    let other = Identity {
        genesis: [8; 32],
        ..IDENTITY
    };
    let refused = store.bind(&other).await;
    assert!(matches!(refused, Err(StoreError::OtherPlace)));
    store.close().await;
    let again = SqliteStore::open(&folder.path().join("test.sqlite"))
        .await
        .expect("opens again");
    assert!(matches!(
        again.bind(&other).await,
        Err(StoreError::OtherPlace)
    ));
}

#[tokio::test]
async fn a_submission_sent_again_gets_the_same_receipt() {
    let Fixture {
        store,
        folder: _folder,
    } = fixture().await;
    let first = admission(1, 0, 1, 1);
    assert_eq!(
        admit(&store, &first).await.expect("taken"),
        Admitted::Stored
    );
    let mut again = first.clone();
    again.receipt.body.received_slot = 99;
    let answer = admit(&store, &again).await.expect("answered");
    assert_eq!(answer, Admitted::Known(Box::new(first.receipt)));
}

#[tokio::test]
async fn a_nonce_a_task_and_a_round_are_taken_once() {
    let Fixture {
        store,
        folder: _folder,
    } = fixture().await;
    let mut answers = Vec::new();
    for admission in [
        admission(1, 0, 1, 1),
        admission(1, 5, 1, 1),
        admission(1, 0, 2, 1),
        admission(1, 1, 3, 2),
        admission(2, 0, 1, 1),
    ] {
        answers.push(admit(&store, &admission).await.expect("answered"));
    }
    assert_eq!(
        answers,
        [
            Admitted::Stored,
            Admitted::NonceSeen,
            Admitted::TaskTaken,
            Admitted::RoundMoved(1),
            Admitted::Stored,
        ]
    );
}

#[tokio::test]
async fn the_delegation_that_holds_longest_is_kept() {
    let Fixture {
        store,
        folder: _folder,
    } = fixture().await;
    let delegation = |valid_until_slot| Signed {
        body: Delegation {
            genesis: IDENTITY.genesis,
            program: IDENTITY.program,
            contributor: [1; 32],
            node: [1; 32],
            valid_until_slot,
        },
        signature: [0; 64],
    };
    for until in [10, u64::MAX, 20] {
        store
            .put_delegation(&delegation(until))
            .await
            .expect("stored");
    }
    let submission = admission(1, 0, 1, 1).submission;
    let known = store.acquaintance(&submission, 7, 1).await.expect("read");
    assert_eq!(known.delegation, Some(delegation(u64::MAX)));
    assert!(known.receipt.is_none() && !known.nonce_seen && !known.task_taken);
}

#[tokio::test]
async fn what_waits_is_frozen_once_and_the_next_round_takes_over() {
    let Fixture {
        store,
        folder: _folder,
    } = fixture().await;
    for admission in [admission(1, 0, 1, 1), admission(2, 0, 2, 1)] {
        admit(&store, &admission).await.expect("taken");
    }
    let waiting = store.waiting().await.expect("read");
    assert_eq!((waiting[0].job, waiting[0].first_slot), (7, 10));
    assert_eq!(waiting.len(), 1);
    let batches = store.freeze(1, &[(7, JOB)]).await.expect("frozen");
    assert_eq!((batches.len(), batches[0].count), (1, 2));
    assert_eq!(store.intake_round().await.expect("read"), 2);
    assert_eq!(store.frozen(1).await.expect("read"), batches);
    assert!(store.waiting().await.expect("read").is_empty());
    assert!(store.freeze(2, &[(7, JOB)]).await.expect("none").is_empty());
    // What is given up waits again and can be frozen again.
    store.abandon(1, 7).await.expect("given up");
    assert!(store.frozen(1).await.expect("read").is_empty());
    let again = store.freeze(1, &[(7, JOB)]).await.expect("frozen");
    assert_eq!(again, batches);
}

#[tokio::test]
async fn of_one_task_done_twice_the_earlier_goes_first() {
    let Fixture {
        store,
        folder: _folder,
    } = fixture().await;
    let (first, second) = (admission(1, 0, 1, 1), admission(1, 0, 2, 2));
    admit(&store, &first).await.expect("taken");
    store.freeze(1, &[(7, JOB)]).await.expect("frozen");
    admit(&store, &second).await.expect("taken");
    store.abandon(1, 7).await.expect("given up");
    let batches = store.freeze(2, &[(7, JOB)]).await.expect("frozen");
    assert_eq!(batches[0].count, 1);
    let round_of = async |admission: &Admission| {
        let found = store.submission(&admission.submission.id()).await;
        found.expect("read").expect("there").batched_round
    };
    assert_eq!(round_of(&first).await, Some(2));
    assert_eq!(round_of(&second).await, None);
}

async fn record(store: &SqliteStore, sequences: &[u64]) {
    let events = sequences.iter().map(|sequence| EventRow {
        series: POOL,
        sequence: *sequence,
        name: "JobFunded".to_owned(),
        data: vec![1],
        position: Position {
            instruction: 0,
            inner: *sequence as u32,
        },
    });
    let row = TransactionRow {
        signature: Signature::default(),
        slot: 4,
        events: events.collect(),
        dead_letters: Vec::new(),
    };
    store.record(&[row]).await.expect("kept");
}

#[tokio::test]
async fn the_frontier_never_jumps_a_gap() {
    let Fixture {
        store,
        folder: _folder,
    } = fixture().await;
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
    let series = store.series(&POOL).await.expect("read");
    assert_eq!((series.frontier, series.base), (3, 0));
}

#[tokio::test]
async fn a_final_round_pays_only_the_outcome_that_became_active() {
    let Fixture {
        store,
        folder: _folder,
    } = fixture().await;
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

#[tokio::test]
async fn a_void_round_lets_its_submissions_wait_again() {
    let Fixture {
        store,
        folder: _folder,
    } = fixture().await;
    admit(&store, &admission(1, 0, 1, 1)).await.expect("taken");
    store.freeze(1, &[(7, JOB)]).await.expect("frozen");
    record(&store, &[1]).await;
    let effect = Effect::Void { round: 1 };
    store.apply(&POOL, 1, &effect).await.expect("applied");
    assert_eq!(store.waiting().await.expect("read").len(), 1);
    let batches = store.freeze(2, &[(7, JOB)]).await.expect("frozen");
    assert_eq!(batches[0].count, 1);
}

#[tokio::test]
async fn the_first_outcome_of_a_round_stays() {
    let Fixture {
        store,
        folder: _folder,
    } = fixture().await;
    for root in [5, 6] {
        store
            .put_outcome(&outcome(1, root), &OutcomeChanges::default(), 0)
            .await
            .expect("kept");
    }
    let kept = store.outcome(1).await.expect("read").expect("there");
    assert_eq!(kept, outcome(1, 5));
}

#[tokio::test]
async fn an_action_has_one_open_transaction() {
    let Fixture {
        store,
        folder: _folder,
    } = fixture().await;
    let entry = |byte: u8| JournalEntry {
        action: "round 1: tally".to_owned(),
        signature: Signature::from([byte; 64]),
        bytes: vec![byte],
        last_valid_block_height: 9,
    };
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

#[tokio::test]
async fn score_files_and_outcome_agree_about_which_came_in_time() {
    let Fixture {
        store,
        folder: _folder,
    } = fixture().await;
    let file = |validator: u8| SignedScoreFile {
        file: ScoreFile::new([validator; 32], 1, Vec::new()).expect("a file"),
        signature: [0; 64].into(),
    };
    assert!(store.put_scores(&file(1)).await.expect("answered"));
    let keep = async |files| {
        let kept = store
            .put_outcome(&outcome(1, 5), &OutcomeChanges::default(), files)
            .await;
        kept.expect("answered")
    };
    assert!(!keep(0).await, "a file came meanwhile");
    assert!(keep(1).await);
    assert!(!store.put_scores(&file(2)).await.expect("answered"), "late");
    assert!(store.put_scores(&file(1)).await.expect("answered"), "again");
    assert_eq!(store.scores(1).await.expect("read").len(), 1);
    store
        .replace_outcome(&outcome(1, 6), &OutcomeChanges::default())
        .await
        .expect("kept");
    assert_eq!(store.outcome(1).await.expect("read"), Some(outcome(1, 6)));
}

#[tokio::test]
async fn a_content_is_bought_only_by_who_paid_for_it() {
    let Fixture {
        store,
        folder: _folder,
    } = fixture().await;
    for admission in [admission(1, 0, 1, 1), admission(2, 0, 2, 1)] {
        admit(&store, &admission).await.expect("taken");
    }
    let standing = async || store.content_standing(&[9; 32]).await.expect("read");
    assert_eq!(standing().await, ContentStanding::default());
    store.freeze(1, &[(7, JOB)]).await.expect("frozen");
    assert_eq!(standing().await.batches, [(1, 7)]);
    let id = admission(1, 0, 1, 1).submission.id();
    record(&store, &[1]).await;
    for (amount, buyers) in [(0, vec![]), (5, vec![7])] {
        let changes = OutcomeChanges {
            contributions: vec![(id, 9_000, amount)],
            leaves: Vec::new(),
        };
        store
            .replace_outcome(&outcome(1, 5), &changes)
            .await
            .expect("kept");
        let effect = Effect::Final {
            round: 1,
            root: [5; 32],
        };
        if amount == 0 {
            store.apply(&POOL, 1, &effect).await.expect("applied");
        }
        assert_eq!(standing().await.bought_by, buyers);
    }
}

#[tokio::test]
async fn what_waited_too_long_is_not_batched() {
    let Fixture {
        store,
        folder: _folder,
    } = fixture().await;
    admit(&store, &admission(1, 0, 1, 1)).await.expect("taken");
    let late = MAX_ROUNDS_BACK + 2;
    assert!(
        store
            .freeze(late, &[(7, JOB)])
            .await
            .expect("none")
            .is_empty()
    );
    let in_time = store.freeze(late - 1, &[(7, JOB)]).await.expect("frozen");
    assert_eq!(in_time.len(), 1);
}
