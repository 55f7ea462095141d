use super::*;
use crate::fixtures::{
    CIPHERTEXT, GENESIS, JOB, PROGRAM, body, delegation, key, specification, submission,
};

/// Holds a submission against a context in which the valid one is admitted.
fn check(
    submission: &Signed<Submission>,
    change: impl FnOnce(&mut IntakeContext<'_>),
) -> Result<(), Refusal> {
    let delegation = delegation(10, 11, 5_000);
    let standing = Standing {
        delegation: Some(&delegation),
        ..Standing::default()
    };
    check_with(submission, change, standing)
}

/// Likewise, with what was stored before.
fn check_with(
    submission: &Signed<Submission>,
    change: impl FnOnce(&mut IntakeContext<'_>),
    standing: Standing<'_>,
) -> Result<(), Refusal> {
    let specification = specification();
    let mut context = IntakeContext {
        genesis: GENESIS,
        program: PROGRAM,
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
    change(&mut context);
    check_submission(submission, &Content::of(CIPHERTEXT), &context, &standing)
}

/// The name under which the valid submission is refused with what was stored before.
fn refused_with(standing: Standing<'_>) -> &'static str {
    check_with(&submission(10, 11, 2, 3), |_| {}, standing)
        .map_or_else(|refusal| refusal.name(), |()| "admitted")
}

/// The name under which a changed body, properly signed, is refused.
fn refused(change: impl FnOnce(&mut Submission)) -> &'static str {
    let mut body = body(10, 11, 2, 3);
    change(&mut body);
    check(&Signed::sign(body, &key(11)), |_| {})
        .map_or_else(|refusal| refusal.name(), |()| "admitted")
}

/// The name under which the valid submission is refused in a changed context.
fn refused_in(change: impl FnOnce(&mut IntakeContext<'_>)) -> &'static str {
    check(&submission(10, 11, 2, 3), change).map_or_else(|refusal| refusal.name(), |()| "admitted")
}

#[test]
fn a_proper_submission_is_admitted() {
    assert_eq!(refused(|_| {}), "admitted");
    assert_eq!(refused_in(|_| {}), "admitted");
}

#[test]
fn what_was_made_for_elsewhere_is_refused() {
    assert_eq!(refused(|body| body.genesis = [9; 32]), "wrong_genesis");
    assert_eq!(refused(|body| body.program = [9; 32]), "wrong_program");
    assert_eq!(refused(|body| body.job = [9; 32]), "wrong_job");
    assert_eq!(refused_in(|context| context.job = None), "unknown_job");
}

#[test]
fn a_job_takes_contributions_while_it_runs_and_says_what_it_wants() {
    let set = |ended, specified| {
        refused_in(|context| {
            if let Some(job) = &mut context.job {
                job.ended = ended;
                job.specification = job.specification.filter(|_| specified);
            }
        })
    };
    assert_eq!(set(true, true), "job_ended");
    assert_eq!(set(false, false), "specification_missing");
    let job = |change: fn(&mut IntakeJob<'_>)| {
        refused_in(|context| context.job.iter_mut().for_each(change))
    };
    assert_eq!(job(|job| job.batched_elsewhere = true), "other_aggregator");
    assert_eq!(job(|job| job.nothing_left = true), "nothing_left");
}

#[test]
fn expiry_is_bounded_on_both_sides() {
    assert_eq!(refused(|body| body.expiry_slot = 999), "expired");
    assert_eq!(refused(|body| body.expiry_slot = 1_000), "admitted");
    assert_eq!(refused(|body| body.expiry_slot = 21_000), "admitted");
    assert_eq!(refused(|body| body.expiry_slot = 21_001), "expiry_too_far");
    assert_eq!(
        refused(|body| body.expiry_slot = u64::MAX),
        "expiry_too_far"
    );
}

#[test]
fn a_submission_waits_for_its_first_round() {
    assert_eq!(refused(|body| body.earliest_round = 8), "round_too_early");
    assert_eq!(refused(|body| body.earliest_round = 3), "admitted");
}

#[test]
fn a_submission_does_not_wait_for_ever() {
    let in_round = |round| refused_in(|context| context.round = round);
    assert_eq!(in_round(7 + MAX_ROUNDS_BACK), "admitted");
    assert_eq!(in_round(8 + MAX_ROUNDS_BACK), "round_too_old");
}

#[test]
fn tasks_and_units_are_those_of_the_specification() {
    assert_eq!(refused(|body| body.task = 4), "admitted");
    assert_eq!(refused(|body| body.task = 5), "task_unknown");
    assert_eq!(refused(|body| body.units = 2), "wrong_units");
    assert_eq!(refused(|body| body.units = 0), "wrong_units");
}

#[test]
fn the_content_is_what_was_signed() {
    assert_eq!(
        refused(|body| body.content_hash = [9; 32]),
        "content_mismatch"
    );
    assert_eq!(refused(|body| body.content_bytes += 1), "content_mismatch");
    assert_eq!(
        refused(|body| body.content_bytes = (2 << 20) + 1),
        "content_too_large"
    );
    assert_eq!(refused(|body| body.region = [0xff; 12]), "region_invalid");
    assert_eq!(
        refused_in(|context| context.limits.max_content_bytes = 5),
        "content_too_large"
    );
}

#[test]
fn a_long_ciphertext_is_refused_whatever_was_signed() {
    let content = Content {
        bytes: (2 << 20) + 1,
        hash: Content::of(CIPHERTEXT).hash,
    };
    let refused = check_content(&body(10, 11, 0, 0), &content, LIMITS);
    assert!(matches!(refused, Err(Refusal::ContentTooLarge { .. })));
}

#[test]
fn the_node_works_by_a_delegation_that_holds() {
    let with = |delegation: Option<&Signed<Delegation>>| {
        refused_with(Standing {
            delegation,
            ..Standing::default()
        })
    };
    assert_eq!(with(None), "delegation_missing");
    assert_eq!(with(Some(&delegation(10, 11, 1_000))), "admitted");
    assert_eq!(with(Some(&delegation(10, 11, 999))), "delegation_expired");
    assert_eq!(with(Some(&delegation(10, 12, 5_000))), "delegation_invalid");
    assert_eq!(with(Some(&delegation(12, 11, 5_000))), "delegation_invalid");
    let mut forged = delegation(10, 11, 5_000);
    forged.signature = Signed::sign(forged.body, &key(11)).signature;
    assert_eq!(with(Some(&forged)), "delegation_invalid");
    let mut elsewhere = delegation(10, 11, 5_000).body;
    elsewhere.genesis = [9; 32];
    assert_eq!(
        with(Some(&Signed::sign(elsewhere, &key(10)))),
        "delegation_invalid"
    );
}

#[test]
fn only_the_node_signs() {
    let by_wallet = Signed::sign(body(10, 11, 2, 3), &key(10));
    let refused = check(&by_wallet, |_| {});
    assert_eq!(
        refused.map_err(|refusal| refusal.name()),
        Err("signature_invalid")
    );
}

#[test]
fn a_nonce_and_a_task_are_used_once() {
    let delegation = delegation(10, 11, 5_000);
    let with = |nonce_seen, task_taken| {
        refused_with(Standing {
            delegation: Some(&delegation),
            nonce_seen,
            task_taken,
        })
    };
    assert_eq!(with(true, false), "nonce_seen");
    assert_eq!(with(false, true), "task_taken");
}

#[test]
fn what_time_changes_is_told_apart_from_what_never_holds() {
    let refusal = |change: fn(&mut IntakeContext<'_>)| {
        check(&submission(10, 11, 2, 3), change).expect_err("it is refused")
    };
    assert!(refusal(|context| context.round = 6).depends_on_time());
    assert!(refusal(|context| context.slot = 2_001).depends_on_time());
    assert!(
        refusal(|context| context
            .job
            .iter_mut()
            .for_each(|job| job.nothing_left = true))
        .depends_on_time()
    );
    assert!(!refusal(|context| context.genesis = [9; 32]).depends_on_time());
    assert!(!refusal(|context| context.limits.max_content_bytes = 5).depends_on_time());
}
