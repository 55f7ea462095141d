//! What is handed in.

use super::fixture::{Fresh, IDENTITY, JOB, POOL, admission, admit, outcome, record};
use crate::store::{
    EventStore as _, IntakeStore as _, RoundStore as _,
    events::Effect,
    intake::{Admission, Admitted, ContentStanding},
    rounds::OutcomeChanges,
};
use sheaf_protocol::statement::{Delegation, Signed};

pub async fn a_submission_sent_again_gets_the_same_receipt(Fresh { store, .. }: Fresh) {
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

pub async fn a_nonce_a_task_and_a_round_are_taken_once(Fresh { store, .. }: Fresh) {
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

pub async fn the_delegation_that_holds_longest_is_kept(Fresh { store, .. }: Fresh) {
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

pub async fn a_content_is_bought_only_by_who_paid_for_it(Fresh { store, .. }: Fresh) {
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

pub async fn admissions_of_one_transaction_meet_each_other(Fresh { store, .. }: Fresh) {
    let first = admission(1, 0, 1, 1);
    let mut again = first.clone();
    again.receipt.body.received_slot = 99;
    let all = [
        first.clone(),
        again,
        admission(1, 5, 1, 1),
        admission(1, 0, 2, 1),
        admission(1, 1, 3, 2),
        admission(2, 0, 1, 1),
    ];
    let expected = [
        Admitted::Stored,
        Admitted::Known(Box::new(first.receipt)),
        Admitted::NonceSeen,
        Admitted::TaskTaken,
        Admitted::RoundMoved(1),
        Admitted::Stored,
    ];
    assert_eq!(store.admit_all(&all).await.expect("answered"), expected);
    assert_eq!(store.admit_all(&[]).await.expect("answered"), []);
}

pub async fn many_admissions_are_answered_in_their_order(Fresh { store, .. }: Fresh) {
    // Not a power of two, and every third is known before.
    let all: Vec<Admission> = (0..333)
        .map(|number: u32| admission((number % 200) as u8, number, u64::from(number), 1))
        .collect();
    let before: Vec<Admission> = all.iter().step_by(3).cloned().collect();
    let stored = store.admit_all(&before).await.expect("answered");
    assert!(stored.iter().all(|answer| *answer == Admitted::Stored));
    let answers = store.admit_all(&all).await.expect("answered");
    for (number, (answer, admission)) in answers.iter().zip(&all).enumerate() {
        let known = Admitted::Known(Box::new(admission.receipt));
        let expected = if number % 3 == 0 {
            &known
        } else {
            &Admitted::Stored
        };
        assert_eq!(answer, expected, "{number}");
    }
    assert_eq!(answers.len(), all.len());
}

pub async fn specifications_are_found_by_job(Fresh { store, .. }: Fresh) {
    for (job, bytes) in [(9, b"nine"), (2, b"two ")] {
        store.put_specification(job, bytes).await.expect("kept");
    }
    store.put_specification(2, b"other").await.expect("ignored");
    assert_eq!(store.specified_jobs().await.expect("read"), [2, 9]);
    let found = store.specification(2).await.expect("read");
    assert_eq!(found.as_deref(), Some(&b"two "[..]));
    assert_eq!(store.specification(3).await.expect("read"), None);
}

pub async fn what_is_known_is_told_of_many_at_once(Fresh { store, .. }: Fresh) {
    let known = admission(1, 0, 1, 1);
    admit(&store, &known).await.expect("taken");
    let mut asked: Vec<_> = (0..200)
        .map(|number: u32| (admission(9, number, u64::from(number), 1).submission, 8))
        .collect();
    asked.push((known.submission, 7));
    asked.push((admission(1, 5, 1, 1).submission, 7));
    asked.push((admission(1, 0, 2, 1).submission, 7));
    let answers = store.acquaint_all(&asked, 1).await.expect("answered");
    assert_eq!(answers.len(), asked.len());
    let told: Vec<_> = answers[199..]
        .iter()
        .map(|one| (one.receipt, one.nonce_seen, one.task_taken, one.waiting))
        .collect();
    let expected = [
        (None, false, false, 0),
        (Some(known.receipt), false, false, 1),
        (None, true, false, 1),
        (None, false, true, 1),
    ];
    assert_eq!(told, expected);
}
