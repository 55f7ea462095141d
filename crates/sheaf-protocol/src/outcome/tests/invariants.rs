//! What holds for every round, over random rounds.

use super::*;
use proptest::prelude::*;

type Contributions = Vec<(u8, u32, u16)>;

/// Terms and contributions (contributor, units, quality) of a job.
fn job() -> impl Strategy<Value = (u64, u64, u64, u16, u16, Contributions)> {
    (
        prop_oneof![0u64..2_000, Just(u64::MAX)],
        prop_oneof![0u64..5_000, 0u64..1_000_000_000],
        0u64..300,
        0u16..=2_000,
        0u16..=1_000,
        proptest::collection::vec((0u8..12, 0u32..50, 0u16..=10_000), 0..15),
    )
}

/// A round's data, owned.
#[derive(Debug)]
struct Data {
    base: Ledger,
    voters: Vec<Voter>,
    batches: Vec<RoundBatch>,
    score_files: Vec<ScoreFile>,
}

fn data() -> impl Strategy<Value = Data> {
    (
        proptest::collection::vec(job(), 0..5),
        proptest::collection::vec((0u64..1_000_000, any::<bool>(), 0u16..3_000), 0..6),
        proptest::collection::vec(0u64..1_000, 0..6),
    )
        .prop_map(|(jobs, validators, base)| build(jobs, validators, &base))
}

fn build(
    jobs: Vec<(u64, u64, u64, u16, u16, Contributions)>,
    validators: Vec<(u64, bool, u16)>,
    base: &[u64],
) -> Data {
    let base: Vec<Leaf> = base
        .iter()
        .zip(0u8..)
        .map(|(cumulative, at)| Leaf {
            contributor: [at * 3; 32],
            cumulative: *cumulative,
        })
        .collect();
    let mut batches = Vec::new();
    let mut qualities = BTreeMap::new();
    for (number, (price, reserved, minimum, treasury, share, contributions)) in (1u64..).zip(jobs) {
        let terms = JobTerms {
            price_per_unit: price,
            minimum_earning: minimum,
            treasury_bps: treasury,
            validators_bps: share,
            ..terms(number)
        };
        let contributions =
            contributions
                .into_iter()
                .zip(0u8..)
                .map(|((contributor, units, quality), at)| {
                    let submission = sheaf_format::digest::sha256(&[&[number as u8, at]]);
                    qualities.insert(submission, quality);
                    Contribution {
                        submission,
                        contributor: [contributor; 32],
                        units,
                    }
                });
        batches.push(batch(terms, reserved, contributions.collect()));
    }
    let (mut voters, mut score_files) = (Vec::new(), Vec::new());
    for ((stake, revealed, bias), at) in validators.into_iter().zip(0u8..) {
        // Some validators contribute too.
        let validator = [at * 5; 32];
        let scores = qualities.iter().map(|(submission, quality)| Score {
            submission: (*submission).into(),
            quality_bps: quality.saturating_sub(bias),
        });
        let file = ScoreFile::new(validator, 5, scores.collect()).expect("valid scores");
        voters.push(Voter {
            validator,
            stake,
            scores_root: revealed.then(|| file.root()),
        });
        score_files.extend(revealed.then_some(file));
    }
    let base = Ledger::from_leaves(PROGRAM, POOL, &base).expect("a ledger");
    Data {
        base,
        voters,
        batches,
        score_files,
    }
}

impl Data {
    fn inputs(&self) -> RoundInputs<'_> {
        RoundInputs {
            scope: SCOPE,
            base: &self.base,
            seed: [7; 32],
            treasury: TREASURY,
            voters: self.voters.clone(),
            batches: self.batches.clone(),
            score_files: self.score_files.clone(),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(160))]

    #[test]
    fn what_jobs_pay_is_what_leaves_grow_by(data in data()) {
        let outcome = compute(&data.inputs()).expect("an outcome");
        let debits: u64 = outcome.debits.iter().map(|debit| debit.amount).sum();
        let earnings: u64 = outcome.earnings.iter().map(|earning| earning.amount).sum();
        prop_assert_eq!(outcome.result.debits_total, debits);
        prop_assert_eq!(earnings, debits);
        prop_assert_eq!(outcome.result.total, data.base.total() + debits);
        prop_assert_eq!(outcome.result.root, outcome.ledger.root().hash);
        // No leaf falls, moves or changes hands.
        for (old, new) in data.base.leaves().zip(outcome.ledger.leaves()) {
            prop_assert_eq!(old.contributor, new.contributor);
            prop_assert!(old.cumulative <= new.cumulative);
        }
        let grown: u64 = outcome.ledger.leaves().map(|leaf| leaf.cumulative).sum();
        prop_assert_eq!(grown, outcome.result.total);
    }

    #[test]
    fn no_job_pays_more_than_it_reserved_nor_higher_fees_than_agreed(data in data()) {
        let outcome = compute(&data.inputs()).expect("an outcome");
        let mut fees = 0u128;
        for debit in &outcome.debits {
            let batch = data.batches.iter().find(|batch| batch.terms.number == debit.number);
            let batch = batch.expect("a batch of the round");
            prop_assert!(debit.amount > 0 && debit.amount <= batch.reserved);
            prop_assert_eq!(debit.job, batch.terms.job);
            let bps = batch.terms.treasury_bps + batch.terms.validators_bps;
            fees += u128::from(debit.amount) * u128::from(bps) / 10_000;
        }
        let paid: u128 = outcome
            .earnings
            .iter()
            .filter(|earning| earning.role != Role::Contributor)
            .map(|earning| u128::from(earning.amount))
            .sum();
        prop_assert!(paid <= fees, "{} {}", paid, fees);
        prop_assert!(outcome.debits.is_sorted_by(|a, b| a.number < b.number));
    }

    #[test]
    fn contributions_add_up_to_what_their_contributors_earn(data in data()) {
        let outcome = compute(&data.inputs()).expect("an outcome");
        let mut sums: BTreeMap<Key, u64> = BTreeMap::new();
        for one in &outcome.contributions {
            prop_assert!(one.amount == 0 || one.quality_bps > 0);
            prop_assert!(one.reviewers.len() <= 3 && usize::from(one.reviews) <= one.reviewers.len());
            *sums.entry(one.contributor).or_default() += one.amount;
        }
        for (contributor, sum) in sums {
            prop_assert_eq!(earned(&outcome, contributor, Role::Contributor), sum);
        }
        let count: usize = data.batches.iter().map(|batch| batch.contributions.len()).sum();
        prop_assert_eq!(outcome.contributions.len(), count);
    }

    #[test]
    fn the_order_of_inputs_does_not_matter_and_the_result_is_always_the_same(
        data in data(),
        turn in 0usize..20,
    ) {
        let inputs = data.inputs();
        let mut shuffled = data.inputs();
        fn turned<T>(list: &mut [T], turn: usize) {
            list.reverse();
            let length = list.len().max(1);
            list.rotate_left(turn % length);
        }
        turned(&mut shuffled.batches, turn);
        turned(&mut shuffled.voters, turn);
        turned(&mut shuffled.score_files, turn);
        for batch in &mut shuffled.batches {
            turned(&mut batch.contributions, turn);
        }
        let outcome = compute(&inputs).expect("an outcome");
        prop_assert_eq!(&outcome, &compute(&inputs).expect("an outcome"));
        prop_assert_eq!(&outcome, &compute(&shuffled).expect("an outcome"));
        prop_assert_eq!(
            outcome.attestation(&SCOPE),
            compute(&shuffled).expect("an outcome").attestation(&SCOPE)
        );
    }

    #[test]
    fn new_leaves_are_earned_and_stand_in_order_of_key(data in data()) {
        let outcome = compute(&data.inputs()).expect("an outcome");
        let new: Vec<&Leaf> =
            outcome.ledger.leaves().skip(data.base.leaf_count() as usize).collect();
        prop_assert!(new.is_sorted_by(|a, b| a.contributor < b.contributor));
        prop_assert!(new.iter().all(|leaf| leaf.cumulative > 0));
    }
}
