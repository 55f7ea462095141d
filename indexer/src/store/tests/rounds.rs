//! Batches, score files, outcomes.

use super::fixture::{Fresh, JOB, admission, admit, outcome, score_file};
use crate::store::{IntakeStore as _, RoundStore as _, intake::Admission, rounds::OutcomeChanges};
use sheaf_protocol::intake::MAX_ROUNDS_BACK;

pub async fn what_waits_is_frozen_once_and_the_next_round_takes_over(Fresh { store, .. }: Fresh) {
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

pub async fn of_one_task_done_twice_the_earlier_goes_first(Fresh { store, .. }: Fresh) {
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

pub async fn what_waited_too_long_is_not_batched(Fresh { store, .. }: Fresh) {
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

pub async fn the_first_outcome_of_a_round_stays(Fresh { store, .. }: Fresh) {
    for root in [5, 6] {
        store
            .put_outcome(&outcome(1, root), &OutcomeChanges::default(), 0)
            .await
            .expect("kept");
    }
    let kept = store.outcome(1).await.expect("read").expect("there");
    assert_eq!(kept, outcome(1, 5));
}

pub async fn score_files_and_outcome_agree_about_which_came_in_time(Fresh { store, .. }: Fresh) {
    let file = |validator: u8| score_file(validator, 1);
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

pub async fn a_batch_that_stands_is_not_made_again(Fresh { store, .. }: Fresh) {
    admit(&store, &admission(1, 0, 1, 1)).await.expect("taken");
    let batches = store.freeze(1, &[(7, JOB)]).await.expect("frozen");
    store.set_intake_round(1).await.expect("set");
    admit(&store, &admission(2, 0, 2, 1)).await.expect("taken");
    assert!(store.freeze(1, &[(7, JOB)]).await.expect("none").is_empty());
    assert_eq!(store.frozen(1).await.expect("read"), batches);
    assert_eq!(store.waiting().await.expect("read").len(), 1, "the second");
}
