use super::*;
use crate::{
    assignment::reviewers,
    fixtures::{GENESIS, POOL, PROGRAM},
    ledger::Leaf,
    scores::Score,
};
use std::collections::BTreeMap;

mod invariants;

const SCOPE: RoundScope = RoundScope {
    genesis: GENESIS,
    program: PROGRAM,
    pool: POOL,
    round: 5,
};
const TREASURY: Key = [0xee; 32];
const ALICE: Key = [0xa1; 32];
const BOB: Key = [0xb0; 32];

fn terms(number: u64) -> JobTerms {
    JobTerms {
        job: [number as u8; 32],
        number,
        price_per_unit: 100,
        minimum_earning: 0,
        treasury_bps: 500,
        validators_bps: 1_000,
    }
}

fn contribution(id: u8, contributor: Key, units: u32) -> Contribution {
    Contribution {
        submission: [id; 32],
        contributor,
        units,
    }
}

/// A round in which each validator gives its one quality to everything.
struct Round {
    base: Ledger,
    /// Validator, stake and quality; `None` when nothing is revealed.
    validators: Vec<(u8, u64, Option<u16>)>,
    batches: Vec<RoundBatch>,
}

impl Round {
    fn of(batches: Vec<RoundBatch>) -> Self {
        let base = Ledger::empty(PROGRAM, POOL);
        Self {
            base,
            validators: vec![(0xc1, 10, Some(10_000))],
            batches,
        }
    }

    fn inputs(&self) -> RoundInputs<'_> {
        let ids = || self.batches.iter().flat_map(|batch| &batch.contributions);
        let (mut voters, mut score_files) = (Vec::new(), Vec::new());
        for (validator, stake, quality) in &self.validators {
            let scores = quality.map(|quality_bps| {
                let score = |one: &Contribution| Score {
                    submission: one.submission.into(),
                    quality_bps,
                };
                ScoreFile::new([*validator; 32], 5, ids().map(score).collect())
                    .expect("valid scores")
            });
            let scores_root = scores.as_ref().map(ScoreFile::root);
            voters.push(Voter {
                validator: [*validator; 32],
                stake: *stake,
                scores_root,
            });
            score_files.extend(scores);
        }
        RoundInputs {
            scope: SCOPE,
            base: &self.base,
            seed: [7; 32],
            treasury: TREASURY,
            voters,
            batches: self.batches.clone(),
            score_files,
        }
    }

    fn outcome(&self) -> Outcome {
        compute(&self.inputs()).expect("an outcome")
    }
}

fn batch(terms: JobTerms, reserved: u64, contributions: Vec<Contribution>) -> RoundBatch {
    RoundBatch {
        terms,
        reserved,
        contributions_root: [terms.number as u8 + 100; 32],
        contributions,
    }
}

fn earned(outcome: &Outcome, key: Key, role: Role) -> u64 {
    let found = outcome
        .earnings
        .iter()
        .find(|earning| earning.key == key && earning.role == role);
    found.map_or(0, |earning| earning.amount)
}

#[test]
fn a_round_worked_by_hand_comes_out_as_on_paper() {
    // Alice 3 units, Bob 2 and 1: gross 300, 200, 100 at full quality. Debit 600: treasury 30,
    // validators 60, the rest 510: Alice 255, Bob 255.
    let contributions = vec![
        contribution(1, ALICE, 3),
        contribution(2, BOB, 2),
        contribution(3, BOB, 1),
    ];
    let round = Round::of(vec![batch(terms(8), 1_000, contributions)]);
    let outcome = round.outcome();
    assert_eq!(
        outcome.debits,
        [Debit {
            job: [8; 32],
            number: 8,
            amount: 600
        }]
    );
    assert_eq!(earned(&outcome, TREASURY, Role::Treasury), 30);
    assert_eq!(earned(&outcome, [0xc1; 32], Role::Validator), 60);
    assert_eq!(earned(&outcome, ALICE, Role::Contributor), 255);
    assert_eq!(earned(&outcome, BOB, Role::Contributor), 255);
    let amounts: Vec<_> = outcome
        .contributions
        .iter()
        .map(|one| (one.gross, one.amount))
        .collect();
    assert_eq!(amounts, [(300, 255), (200, 170), (100, 85)]);

    let result = outcome.result;
    assert_eq!(
        (result.total, result.debits_total, result.leaf_count),
        (600, 600, 4)
    );
    assert_eq!(result.base_root, [0; 32]);
    let order: Vec<Key> = outcome
        .ledger
        .leaves()
        .map(|leaf| leaf.contributor)
        .collect();
    assert_eq!(order, [ALICE, BOB, [0xc1; 32], TREASURY]);
    let chain = digest::debits_hash(&POOL, 5, [(&[8; 32], 600)].into_iter());
    assert_eq!(result.debits_hash, chain);
    assert_eq!(result.manifest_hash, outcome.manifest.hash());
    assert_eq!(
        outcome.attestation(&SCOPE),
        digest::attestation(&SCOPE, &result)
    );
}

#[test]
fn quality_is_the_median_of_the_reviewers_who_revealed() {
    let mut round = Round::of(vec![batch(
        terms(1),
        1_000,
        vec![contribution(1, ALICE, 1)],
    )]);
    round.validators = vec![
        (1, 5, Some(9_000)),
        (2, 5, Some(4_000)),
        (3, 5, Some(6_000)),
    ];
    let outcome = round.outcome();
    assert_eq!(
        (
            outcome.contributions[0].quality_bps,
            outcome.contributions[0].reviews
        ),
        (6_000, 3)
    );
    round.validators[2].2 = None;
    let outcome = round.outcome();
    assert_eq!(
        (
            outcome.contributions[0].quality_bps,
            outcome.contributions[0].reviews
        ),
        (4_000, 2)
    );
    assert_eq!(outcome.debits[0].amount, 40);
    assert_eq!(
        earned(&outcome, [3; 32], Role::Validator),
        0,
        "who hid its scores earns nothing"
    );
}

#[test]
fn scores_of_those_who_were_not_assigned_do_not_count() {
    let mut round = Round::of(vec![batch(
        terms(1),
        1_000,
        vec![contribution(1, ALICE, 1)],
    )]);
    round.validators = (1..=5).map(|byte| (byte, 10, Some(10_000))).collect();
    let stakes: Vec<Stake> = round.inputs().voters.iter().map(Stake::from).collect();
    let assigned = reviewers(&[7; 32], &[1; 32], &stakes);
    for (validator, _, quality) in &mut round.validators {
        *quality = Some(if assigned.contains(&[*validator; 32]) {
            2_500
        } else {
            10_000
        });
    }
    let outcome = round.outcome();
    assert_eq!(outcome.contributions[0].reviewers, assigned);
    assert_eq!(outcome.contributions[0].quality_bps, 2_500);
}

#[test]
fn nobody_revealed_so_nobody_pays() {
    let mut round = Round::of(vec![batch(
        terms(1),
        1_000,
        vec![contribution(1, ALICE, 1)],
    )]);
    round.validators[0].2 = None;
    let outcome = round.outcome();
    assert!(outcome.debits.is_empty() && outcome.earnings.is_empty());
    assert_eq!((outcome.result.total, outcome.result.leaf_count), (0, 0));
    assert_eq!(outcome.result.debits_hash, digest::debits_start(&POOL, 5));
}

#[test]
fn what_exceeds_the_reserve_is_scaled_down_to_exactly_it() {
    let contributions = vec![contribution(1, ALICE, 3), contribution(2, BOB, 4)];
    let round = Round::of(vec![batch(terms(1), 501, contributions)]);
    let outcome = round.outcome();
    assert_eq!(outcome.debits[0].amount, 501);
    let gross: Vec<u64> = outcome.contributions.iter().map(|one| one.gross).collect();
    assert_eq!(gross, [215, 286]);
}

#[test]
fn a_price_beyond_all_bounds_does_not_stop_the_round() {
    let dear = JobTerms {
        price_per_unit: u64::MAX,
        ..terms(1)
    };
    let contributions = vec![contribution(1, ALICE, u32::MAX), contribution(2, BOB, 1)];
    let round = Round::of(vec![batch(dear, 100, contributions)]);
    assert_eq!(round.outcome().debits[0].amount, 100);
}

#[test]
fn a_newcomer_below_the_minimum_waits_and_the_job_keeps_its_money() {
    let strict = JobTerms {
        minimum_earning: 200,
        ..terms(1)
    };
    let contributions = vec![contribution(1, ALICE, 3), contribution(2, BOB, 2)];
    let mut round = Round::of(vec![batch(strict, 1_000, contributions)]);
    let outcome = round.outcome();
    // Alice 300 of gross: treasury 15, validators 30, Alice 255. Bob's 200 are worth 170.
    assert_eq!(outcome.debits[0].amount, 300);
    assert_eq!(earned(&outcome, TREASURY, Role::Treasury), 15);
    assert_eq!(earned(&outcome, ALICE, Role::Contributor), 255);
    assert_eq!(earned(&outcome, BOB, Role::Contributor), 0);
    assert_eq!(outcome.ledger.index_of(&BOB), None);
    assert_eq!(
        (
            outcome.contributions[1].gross,
            outcome.contributions[1].amount
        ),
        (200, 0)
    );

    let known = [Leaf {
        contributor: BOB,
        cumulative: 1,
    }];
    round.base = Ledger::from_leaves(PROGRAM, POOL, &known).expect("a ledger");
    let outcome = round.outcome();
    assert_eq!(earned(&outcome, BOB, Role::Contributor), 170);
    assert_eq!(outcome.debits[0].amount, 500);
}

#[test]
fn a_job_whose_newcomers_all_wait_pays_no_fees_either() {
    let strict = JobTerms {
        minimum_earning: 10_000,
        ..terms(1)
    };
    let round = Round::of(vec![batch(strict, 1_000, vec![contribution(1, ALICE, 3)])]);
    let outcome = round.outcome();
    assert!(outcome.debits.is_empty() && outcome.earnings.is_empty());
}

#[test]
fn one_wallet_in_several_roles_has_one_leaf() {
    let mut round = Round::of(vec![batch(
        terms(1),
        1_000,
        vec![contribution(1, TREASURY, 3)],
    )]);
    round.validators = vec![(0xee, 10, Some(10_000))];
    let outcome = round.outcome();
    let roles: Vec<(Role, u64)> = outcome
        .earnings
        .iter()
        .map(|earning| (earning.role, earning.amount))
        .collect();
    assert_eq!(
        roles,
        [
            (Role::Contributor, 255),
            (Role::Validator, 30),
            (Role::Treasury, 15)
        ]
    );
    assert_eq!(
        outcome.ledger.leaf(0).map(|leaf| leaf.cumulative),
        Some(300)
    );
    assert_eq!(outcome.result.leaf_count, 1);
}

#[test]
fn a_batch_that_pays_nothing_is_in_the_manifest_all_the_same() {
    let round = Round::of(vec![batch(terms(1), 1_000, vec![])]);
    let outcome = round.outcome();
    assert_eq!(outcome.manifest.batches[0].contributions_root.0, [101; 32]);
    assert!(outcome.debits.is_empty());
}

/// The error of a round whose inputs are changed.
fn refused(change: impl FnOnce(&mut RoundInputs<'_>)) -> Option<OutcomeError> {
    let round = Round::of(vec![batch(
        terms(1),
        1_000,
        vec![contribution(1, ALICE, 1)],
    )]);
    let mut inputs = round.inputs();
    change(&mut inputs);
    compute(&inputs).err()
}

#[test]
fn what_is_not_one_rounds_data_is_refused() {
    let validator = Base58Key([0xc1; 32]);
    assert_eq!(refused(|_| {}), None);
    assert_eq!(
        refused(|inputs| inputs.scope.pool = [9; 32]),
        Some(OutcomeError::OtherLedger)
    );
    assert_eq!(
        refused(|inputs| inputs.batches.extend(inputs.batches.clone())),
        Some(OutcomeError::RepeatedJob(1))
    );
    let twice = refused(|inputs| {
        let contributions = &mut inputs.batches[0].contributions;
        contributions.extend(contributions.clone());
    });
    assert_eq!(
        twice,
        Some(OutcomeError::RepeatedSubmission(HexHash([1; 32])))
    );
    assert_eq!(
        refused(|inputs| inputs.voters.extend(inputs.voters.clone())),
        Some(OutcomeError::RepeatedValidator(validator))
    );
    assert_eq!(
        refused(|inputs| inputs.score_files.extend(inputs.score_files.clone())),
        Some(OutcomeError::RepeatedScores(validator))
    );
    assert_eq!(
        refused(|inputs| inputs.voters[0].scores_root = None),
        Some(OutcomeError::NotRevealed(validator))
    );
    for change in [
        |inputs: &mut RoundInputs<'_>| inputs.voters[0].scores_root = Some([9; 32]),
        |inputs: &mut RoundInputs<'_>| inputs.score_files[0].round = 6,
        |inputs: &mut RoundInputs<'_>| inputs.score_files[0].scores[0].quality_bps = 10_001,
    ] {
        assert!(matches!(refused(change), Some(OutcomeError::Scores { .. })));
    }
    let greedy = refused(|inputs| inputs.batches[0].terms.validators_bps = 9_600);
    assert!(matches!(
        greedy,
        Some(OutcomeError::Rewards { number: 1, .. })
    ));
}
