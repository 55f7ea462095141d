use super::*;
use crate::view::fixture::{AGGREGATOR, JOB, view};
use bytemuck::Zeroable;
use sheaf_client::layout::{Batch, RoundValidator};

const STRANGER: Key = [1; 32];

fn frozen() -> FrozenBatch {
    FrozenBatch {
        job: 0,
        root: [5; 32],
        count: 2,
        units: 3,
    }
}

fn own(frozen: &[FrozenBatch]) -> Own<'_> {
    Own {
        frozen,
        outcome: None,
    }
}

fn names(actions: &[Action]) -> Vec<String> {
    actions.iter().map(Action::to_string).collect()
}

fn due_names(view: &View, own: Own<'_>) -> Vec<String> {
    names(&due(view, &AGGREGATOR, own))
}

#[test]
fn frozen_batches_are_posted_to_the_round_that_takes_them() {
    let mut view = view();
    assert!(due(&view, &AGGREGATOR, own(&[])).is_empty());
    let expected = ["round 4: post the batch of job 0"];
    assert_eq!(due_names(&view, own(&[frozen()])), expected);
    // Once it is there, nothing is due until intake is over.
    view.pool.round = 4;
    view.pool.round_stage = PoolStage::Intake as u8;
    view.pool.round_started_slot = 961;
    view.pool.round_deadline_slot = 2_000;
    view.batches.insert(0, Batch::zeroed());
    assert!(due(&view, &AGGREGATOR, own(&[frozen()])).is_empty());
    view.slot = 1_001;
    assert_eq!(
        due_names(&view, own(&[frozen()])),
        ["round 4: close intake"]
    );
}

#[test]
fn a_stranger_closes_intake_and_opens_only_after_the_grace() {
    let mut view = view();
    view.pool.round_stage = PoolStage::Intake as u8;
    view.pool.round_started_slot = 950;
    view.pool.round_deadline_slot = 2_000;
    assert_eq!(names(&due(&view, &STRANGER, own(&[]))).len(), 0);
    view.slot = 1_010;
    let due_now = names(&due(&view, &STRANGER, own(&[])));
    assert_eq!(due_now, ["round 3: close intake"]);
    view.pool.round_stage = PoolStage::Closed as u8;
    view.pool.round_seed_slot = 1_010;
    assert!(due(&view, &AGGREGATOR, own(&[])).is_empty());
    view.slot = 1_011;
    assert_eq!(
        due_names(&view, own(&[])),
        ["round 3: open with the hash of slot 1010"]
    );
}

#[test]
fn reservations_of_ended_rounds_are_released() {
    let mut view = view();
    view.jobs.get_mut(&0).expect("job 0").1.reserved_round = 3;
    let expected = ["round 3: release the batch of job 0"];
    assert_eq!(due_names(&view, own(&[frozen()])), expected);
    view.pool.round_stage = PoolStage::Open as u8;
    view.pool.round_deadline_slot = 2_000;
    assert!(due(&view, &AGGREGATOR, own(&[])).is_empty());
}

#[test]
fn a_round_without_an_account_is_void_past_its_deadline() {
    let mut view = view();
    view.pool.round_stage = PoolStage::Closed as u8;
    view.pool.round_deadline_slot = 1_000;
    assert_eq!(due_names(&view, own(&[])), ["round 3: void"]);
}

fn debit(job_number: u64, amount: u64) -> DebitView {
    DebitView {
        job_number,
        job: JOB.into(),
        amount: amount.into(),
    }
}

fn outcome(debits: Vec<DebitView>) -> OutcomeView {
    let pairs: Vec<(Key, u64)> = debits
        .iter()
        .map(|debit| (debit.job.0, debit.amount.0))
        .collect();
    let hash = debits_hash(
        &[0; 32],
        3,
        pairs.iter().map(|(job, amount)| (job, *amount)),
    );
    OutcomeView {
        base_root: [0; 32].into(),
        root: [4; 32].into(),
        total: 100.into(),
        leaf_count: 2,
        debits_hash: hash.into(),
        debits_total: 100.into(),
        manifest_hash: [6; 32].into(),
        attestation: [9; 32].into(),
        debits,
    }
}

/// A view whose round 3 is open; two validators with stakes 60 and 40.
fn open(state: RoundState) -> View {
    let mut view = view();
    view.pool.round_stage = PoolStage::Open as u8;
    let mut round = Round {
        number: 3,
        attest_until_slot: 1_000,
        deadline_slot: 2_000,
        window_slots: 40,
        quorum_bps: 6_667,
        stake_total: 100,
        state: state as u8,
        ..Round::zeroed()
    };
    for (place, stake) in [60, 40].into_iter().enumerate() {
        round.validators[place] = RoundValidator {
            authority: [place as u8 + 1; 32],
            stake,
            attestation: [9; 32],
            ..RoundValidator::zeroed()
        };
    }
    view.round = Some(round);
    view
}

#[test]
fn a_result_is_tallied_once_its_quorum_attested() {
    let mut view = open(RoundState::Voting);
    let outcome = outcome(vec![debit(0, 100)]);
    let known = Own {
        frozen: &[],
        outcome: Some(&outcome),
    };
    assert!(due(&view, &STRANGER, known).is_empty());
    let round = view.round.as_mut().expect("open");
    round.validators[0].ballot = ballot::ATTESTED;
    assert!(due(&view, &STRANGER, known).is_empty(), "60 of 100");
    let round = view.round.as_mut().expect("open");
    round.validators[1].ballot = ballot::ATTESTED;
    assert_eq!(names(&due(&view, &STRANGER, known)), ["round 3: tally"]);
    // An attestation to something else does not count.
    let round = view.round.as_mut().expect("open");
    round.validators[1].attestation = [8; 32];
    assert!(due(&view, &STRANGER, known).is_empty());
}

#[test]
fn a_round_without_quorum_is_void_a_window_after_its_time() {
    let mut view = open(RoundState::Voting);
    view.slot = 1_039;
    assert!(due(&view, &STRANGER, Own::default()).is_empty());
    view.slot = 1_040;
    assert_eq!(
        names(&due(&view, &STRANGER, Own::default())),
        ["round 3: void"]
    );
}

#[test]
fn debits_are_settled_eight_at_a_time_and_then_the_root_is_made_active() {
    let mut view = open(RoundState::Pending);
    let outcome = outcome((0..10).map(|job| debit(job, 10)).collect());
    let known = Own {
        frozen: &[],
        outcome: Some(&outcome),
    };
    let round = view.round.as_mut().expect("open");
    round.debits_hash = outcome.debits_hash.0;
    round.window_until_slot = 1_001;
    assert!(due(&view, &STRANGER, known).is_empty(), "the window");
    view.slot = 1_001;
    let first = due(&view, &STRANGER, known);
    assert_eq!(names(&first), ["round 3: settle 8 debits from job 0 on"]);
    view.round.as_mut().expect("open").next_job = 8;
    let second = due(&view, &STRANGER, known);
    let [
        Action::Settle {
            debits, arguments, ..
        },
    ] = &second[..]
    else {
        panic!("{second:?}");
    };
    assert_eq!(debits, &[(8, 10), (9, 10)]);
    let empty = debits_hash(&[0; 32], 3, std::iter::empty());
    assert_eq!(arguments.rest_hash, empty);
    view.round.as_mut().expect("open").next_job = 10;
    assert_eq!(names(&due(&view, &STRANGER, known)), ["round 3: finalise"]);
    // A result that this indexer did not compute cannot be settled by it.
    view.round.as_mut().expect("open").debits_hash = [1; 32];
    assert!(due(&view, &STRANGER, known).is_empty());
}
