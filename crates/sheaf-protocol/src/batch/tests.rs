use super::*;
use crate::fixtures::{JOB, batch_context, body, delegation, key, specification, submission};

fn file() -> BatchFile {
    let submissions = vec![
        submission(10, 11, 0, 1),
        submission(10, 11, 1, 2),
        submission(10, 12, 2, 1),
        submission(20, 21, 0, 1),
    ];
    let delegations = vec![
        delegation(10, 11, 5_000),
        delegation(10, 12, 990),
        delegation(20, 21, 2_000),
    ];
    BatchFile::new(JOB, 7, submissions, delegations).expect("a batch")
}

/// Verifies a file that was posted as it is.
fn verify(file: &BatchFile) -> Result<Vec<Contribution>, BatchError> {
    file.verify(&batch_context(&specification(), file))
}

/// A posted file in which the first submission is another, properly signed.
fn with_first(change: impl FnOnce(&mut Submission)) -> BatchFile {
    let original = file();
    let mut submissions = vec![submission(10, 11, 0, 1)];
    change(&mut submissions[0].body);
    submissions[0] = Signed::sign(submissions[0].body, &key(11));
    submissions.extend(
        original
            .submissions
            .iter()
            .filter(|kept| kept.body.task != 0),
    );
    BatchFile::new(JOB, 7, submissions, original.delegations).expect("a batch")
}

#[test]
fn a_proper_batch_gives_its_contributions_in_order() {
    let file = file();
    let contributions = verify(&file).expect("verifies");
    assert_eq!(contributions.len(), 4);
    assert!(contributions.is_sorted());
    let from_bodies: Vec<_> = file
        .submissions
        .iter()
        .map(|submission| Contribution::from(&submission.body))
        .collect();
    assert_eq!(contributions, from_bodies);
    assert_eq!((file.count(), file.units()), (4, 4));
}

#[test]
fn the_order_of_what_goes_in_does_not_matter() {
    let file = file();
    let mut submissions = file.submissions.clone();
    let mut delegations = file.delegations.clone();
    submissions.reverse();
    delegations.reverse();
    assert_eq!(BatchFile::new(JOB, 7, submissions, delegations), Ok(file));
}

#[test]
fn the_longest_needed_delegation_is_kept() {
    let delegations = vec![
        delegation(10, 11, 5_000),
        delegation(10, 11, 6_000),
        delegation(10, 11, 4_000),
        delegation(30, 31, 9_000),
    ];
    let file =
        BatchFile::new(JOB, 7, vec![submission(10, 11, 0, 1)], delegations).expect("a batch");
    assert_eq!(file.delegations, [delegation(10, 11, 6_000)]);
}

#[test]
fn a_submission_proves_itself_with_its_signature() {
    let file = file();
    let third = &file.submissions[2];
    let proof = file.prove(&third.id()).expect("in the batch");
    assert!(proof.verify(&file.root(), &item(third)));
    let mut unsigned = *third;
    unsigned.signature[0] ^= 1;
    assert!(!proof.verify(&file.root(), &item(&unsigned)));
    assert_eq!(file.prove(&[0; 32]), None);
    assert_eq!(item(third)[..32], third.id());
}

#[test]
fn a_copy_that_is_not_what_was_posted_proves_nothing() {
    let specification = specification();
    let posted = file();
    let context = batch_context(&specification, &posted);
    let mut fewer = posted.clone();
    fewer.submissions.pop();
    let refused = fewer.verify(&context).expect_err("another root");
    assert!(matches!(refused, BatchError::Root { .. }) && !refused.is_proven());
    for changed in [
        BatchFile {
            job: Base58Key([9; 32]),
            ..posted.clone()
        },
        BatchFile {
            round: 8,
            ..posted.clone()
        },
    ] {
        let refused = changed.verify(&context).expect_err("another batch");
        assert!(!refused.is_proven());
        assert!(changed.contributions(&context).is_err());
    }
}

#[test]
fn what_was_posted_against_the_rules_pays_nothing() {
    let broken = [
        ("wrong_genesis", with_first(|body| body.genesis = [9; 32])),
        ("wrong_program", with_first(|body| body.program = [9; 32])),
        ("wrong_job", with_first(|body| body.job = [9; 32])),
        (
            "round_too_early",
            with_first(|body| body.earliest_round = 8),
        ),
        ("task_unknown", with_first(|body| body.task = 5)),
        ("wrong_units", with_first(|body| body.units = 1_000)),
        (
            "content_too_large",
            with_first(|body| body.content_bytes = u32::MAX),
        ),
        ("region_invalid", with_first(|body| body.region = [7; 12])),
        ("nonce_seen", with_first(|body| body.nonce = 2)),
        ("task_taken", with_first(|body| body.task = 2)),
        ("signature_invalid", with_first(|body| body.node = [9; 32])),
    ];
    for (name, file) in broken {
        let specification = specification();
        let context = batch_context(&specification, &file);
        match file.verify(&context) {
            Err(BatchError::Submission { refusal, .. }) => assert_eq!(refusal.name(), name),
            other => panic!("{name}: {other:?}"),
        }
        assert_eq!(file.contributions(&context), Ok(vec![]), "{name}");
    }
}

#[test]
fn what_an_earlier_round_paid_does_not_come_again() {
    let specification = specification();
    let file = file();
    let paid = file.submissions[1].id();
    let was_paid = |id: &Hash| *id == paid;
    let context = BatchContext {
        was_paid: &was_paid,
        ..batch_context(&specification, &file)
    };
    let refused = file.verify(&context);
    let expected = BatchError::Submission {
        id: paid.into(),
        refusal: Refusal::AlreadyPaid,
    };
    assert_eq!(refused, Err(expected));
    assert_eq!(file.contributions(&context), Ok(vec![]));
}

#[test]
fn order_and_totals_are_as_posted() {
    let specification = specification();
    let mut swapped = file();
    swapped.submissions.swap(0, 1);
    let refused = verify(&swapped).expect_err("out of order");
    assert!(matches!(refused, BatchError::Order(_)) && refused.is_proven());
    let mut twice = file();
    twice.submissions.insert(0, twice.submissions[0]);
    assert!(matches!(verify(&twice), Err(BatchError::Order(_))));
    let file = file();
    let context = BatchContext {
        units: 5,
        ..batch_context(&specification, &file)
    };
    let refused = file.verify(&context).expect_err("other totals");
    assert!(matches!(refused, BatchError::Totals { .. }) && refused.is_proven());
    let doubled = BatchFile::new(JOB, 7, vec![file.submissions[0]; 2], vec![]);
    assert!(matches!(doubled, Err(BatchError::Order(_))));
}

#[test]
fn delegations_hold_but_their_lack_proves_nothing() {
    let mut lacking = file();
    lacking.delegations.pop();
    let mut expired = file();
    expired.delegations = vec![
        delegation(10, 11, 989),
        delegation(10, 12, 990),
        delegation(20, 21, 2_000),
    ];
    let mut forged = file();
    forged.delegations[0].signature[5] ^= 1;
    let mut repeated = file();
    repeated.delegations.push(repeated.delegations[0]);
    for file in [lacking, expired, forged, repeated] {
        let refused = verify(&file).expect_err("a delegation at fault");
        assert!(!refused.is_proven(), "{refused}");
    }
}

#[test]
fn proven_faults_come_before_faults_of_the_copy() {
    let mut file = with_first(|body| body.units = 1_000);
    file.delegations.clear();
    assert!(verify(&file).expect_err("at fault").is_proven());
}

#[test]
fn a_batch_file_travels_as_json() {
    let json = serde_json::to_string(&file()).expect("json");
    assert_eq!(
        serde_json::from_str::<BatchFile>(&json).expect("reads"),
        file()
    );
}

#[test]
fn whatever_intake_admits_verifies_in_a_batch() {
    use crate::intake::{Content, IntakeContext, IntakeJob, LIMITS, Standing, check_submission};
    let specification = specification();
    // Observed in a slot that the aggregator has not seen yet.
    let body = Submission {
        observed_slot: 1_005,
        ..body(10, 11, 0, 1)
    };
    let submission = Signed::sign(body, &key(11));
    for until in [999, 1_000, 1_004, 1_005] {
        let delegation = delegation(10, 11, until);
        let context = IntakeContext {
            genesis: crate::fixtures::GENESIS,
            program: crate::fixtures::PROGRAM,
            job: Some(IntakeJob {
                address: JOB,
                ended: false,
                batched_elsewhere: false,
                nothing_left: false,
                specification: Some(&specification),
            }),
            slot: 1_000,
            round: 7,
            limits: LIMITS,
        };
        let standing = Standing {
            delegation: Some(&delegation),
            ..Standing::default()
        };
        let content = Content::of(crate::fixtures::CIPHERTEXT);
        let admitted = check_submission(&submission, &content, &context, &standing).is_ok();
        let file = BatchFile::new(JOB, 7, vec![submission], vec![delegation]).expect("a batch");
        assert_eq!(admitted, verify(&file).is_ok(), "{until}");
    }
}
