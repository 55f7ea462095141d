//! Stages, the seed, settlement, void and release.

use sheaf_client::{instruction::release_batch, layout::PostBatchArguments};
use sheaf_format::{digest::debits_start, stage::PoolStage};
use sheaf_tests::{
    mint::MintKind,
    world::{PARAMETERS, World},
};
use solana_sdk::{instruction::AccountMeta, pubkey::Pubkey, signer::Signer};

#[test]
fn a_batch_is_checked_when_it_is_posted() {
    let mut world = World::new(&MintKind::Token);
    let job = world.create_job(10_000);
    let (aggregator, stranger) = (
        world.aggregator.insecure_clone(),
        world.stranger.insecure_clone(),
    );
    let good = world.batch_arguments(job, 1);
    let bad = [
        ("WrongRound", PostBatchArguments { round: 2, ..good }),
        ("WrongRound", PostBatchArguments { round: 0, ..good }),
        ("EmptyBatch", PostBatchArguments { count: 0, ..good }),
        ("EmptyBatch", PostBatchArguments { units: 0, ..good }),
        // Nothing was paid yet: the last paid root is zero.
        (
            "BatchAlreadyPaid",
            PostBatchArguments {
                contributions_root: [0; 32],
                ..good
            },
        ),
    ];
    for (error, arguments) in bad {
        let post = world
            .build
            .post_batch(&aggregator.pubkey(), job, &arguments);
        world.must_refuse(error, post, &[&aggregator]);
    }
    let post = world.build.post_batch(&stranger.pubkey(), job, &good);
    world.must_refuse("NotAggregator", post, &[&stranger]);
    assert_eq!(world.pool().round, 0);

    world.post_batch(job);
    assert_eq!(world.job(job).reserved, 10_000);
    let again = world.build.post_batch(&aggregator.pubkey(), job, &good);
    assert!(
        world.send("refused", again, &[&aggregator]).is_err(),
        "one batch a round"
    );
}

#[test]
fn paid_content_is_not_paid_twice_in_a_row() {
    let mut world = World::new(&MintKind::Token);
    let job = world.create_job(10_000);
    let paid = world.batch_arguments(job, 1).contributions_root;
    world.run_round(&[(Pubkey::new_unique(), 60)], &[(job, 60)]);
    assert_eq!(world.job(job).last_paid_root, paid);
    let aggregator = world.aggregator.insecure_clone();
    let arguments = PostBatchArguments {
        contributions_root: paid,
        ..world.batch_arguments(job, 2)
    };
    let post = world
        .build
        .post_batch(&aggregator.pubkey(), job, &arguments);
    world.must_refuse("BatchAlreadyPaid", post, &[&aggregator]);
}

#[test]
fn intake_closes_after_its_slots_by_an_aggregator_or_late_by_anyone() {
    let mut world = World::new(&MintKind::Token);
    let job = world.create_job(10_000);
    let (aggregator, stranger) = (
        world.aggregator.insecure_clone(),
        world.stranger.insecure_clone(),
    );
    let close = world.build.close_intake(&aggregator.pubkey());
    let by_stranger = world.build.close_intake(&stranger.pubkey());
    world.must_refuse("WrongStage", close.clone(), &[&aggregator]);
    world.post_batch(job);
    world.must_refuse("StageNotOver", close, &[&aggregator]);
    world.must_refuse("NotAggregator", by_stranger.clone(), &[&stranger]);
    world.warp_by(u64::from(PARAMETERS.intake_slots));
    world.must_refuse("NotAggregator", by_stranger.clone(), &[&stranger]);
    world.warp_by(u64::from(PARAMETERS.grace_slots));
    world.must("close_intake", by_stranger, &[&stranger]);
    assert_eq!(world.pool().round_seed_slot, world.slot() + 8);

    // No batch any more.
    let other = world.create_job(10_000);
    let arguments = world.batch_arguments(other, 1);
    let post = world
        .build
        .post_batch(&aggregator.pubkey(), other, &arguments);
    world.must_refuse("WrongStage", post, &[&aggregator]);
}

#[test]
fn the_seed_is_the_hash_of_the_first_slot_from_the_target_on() {
    let mut world = World::new(&MintKind::Token);
    let job = world.create_job(10_000);
    world.post_batch(job);
    world.close_intake();
    let (aggregator, stranger) = (
        world.aggregator.insecure_clone(),
        world.stranger.insecure_clone(),
    );
    let target = world.pool().round_seed_slot;
    let open = world.build.open_round(&aggregator.pubkey(), 1);
    world.set_slot_hashes(vec![target - 1, target - 2].into_iter());
    world.must_refuse("SeedNotReady", open.clone(), &[&aggregator]);
    let by_stranger = world.build.open_round(&stranger.pubkey(), 1);
    world.must_refuse("NotAggregator", by_stranger, &[&stranger]);
    let mut forged = open.clone();
    forged.accounts[4].pubkey = Pubkey::new_unique();
    assert!(
        world.send("refused", forged, &[&aggregator]).is_err(),
        "only the sysvar is read"
    );

    world.warp_to(target + 3);
    world.set_slot_hashes(vec![target + 2, target + 1, target - 1].into_iter());
    world.must("open_round", open, &[&aggregator]);
    assert_eq!(
        world.round(1).seed,
        [(target + 1) as u8; 32],
        "the target had no block"
    );
    assert_eq!(world.round(1).stake_total, 150_000);
    assert_eq!(world.pool().round_stage, PoolStage::Open as u8);
}

#[test]
fn a_seed_that_expired_unseen_is_fixed_anew() {
    let mut world = World::new(&MintKind::Token);
    let job = world.create_job(10_000);
    world.post_batch(job);
    world.close_intake();
    let (target, stranger) = (
        world.pool().round_seed_slot,
        world.stranger.insecure_clone(),
    );
    world.warp_to(target + u64::from(PARAMETERS.grace_slots));
    world.set_slot_hashes(vec![target + 9, target + 5].into_iter());
    let open = world.build.open_round(&stranger.pubkey(), 1);
    world.must("open_round", open.clone(), &[&stranger]);
    let pool = world.pool();
    assert_eq!(pool.round_stage, PoolStage::Closed as u8);
    assert_eq!(pool.round_seed_slot, world.slot() + 8);
    assert_eq!(
        world.lamports(&world.build.at.round(&world.build.pool, 1)),
        0
    );

    world.warp_to(pool.round_seed_slot + u64::from(PARAMETERS.grace_slots));
    world.set_slot_hashes(vec![pool.round_seed_slot, target].into_iter());
    world.must("open_round", open, &[&stranger]);
    assert_eq!(world.round(1).seed, [pool.round_seed_slot as u8; 32]);
}

#[test]
fn a_round_without_stake_does_not_open() {
    let mut world = World::without_network(&MintKind::Token);
    world.create_network();
    world.create_pool();
    let job = world.create_job(10_000);
    world.post_batch(job);
    world.close_intake();
    let target = world.pool().round_seed_slot;
    world.warp_to(target + 1);
    world.set_slot_hashes(vec![target].into_iter());
    let aggregator = world.aggregator.insecure_clone();
    let open = world.build.open_round(&aggregator.pubkey(), 1);
    world.must_refuse("EmptyStakeTable", open, &[&aggregator]);
}

#[test]
fn debits_settle_only_as_attested_and_after_the_window() {
    let mut world = World::new(&MintKind::Token);
    let jobs: Vec<u64> = (0..4).map(|_| world.create_job(10_000)).collect();
    for job in &jobs[..3] {
        world.post_batch(*job);
    }
    world.open_round();
    let gains = [(Pubkey::new_unique(), 60)];
    let plan = world.plan(&gains, &[(0, 10), (1, 20), (2, 30)]);
    world.vote(&plan);
    let settle = world.settle_instruction(&plan, 0, 2);
    world.must_refuse("WrongStage", settle.clone(), &[]);
    let tally = world.build.tally(1, &World::tally_arguments(&plan.result));
    world.must("tally_round", tally, &[]);
    world.must_refuse("StageNotOver", settle.clone(), &[]);
    world.warp_to(world.round(1).window_until_slot);

    // A stranger's wrong debits are refused one by one, and hold nobody up.
    let rest = debits_start(&world.build.pool.to_bytes(), 1);
    let wrong = [
        ("DebitsMismatch", vec![(0, 11)]),
        ("DebitsMismatch", vec![(0, 10)]),
        ("DebitsMismatch", vec![(1, 20)]),
        ("DebitsOutOfOrder", vec![(1, 20), (0, 10)]),
        ("DebitExceedsReserve", vec![(0, 10_001)]),
        ("DebitsMismatch", vec![]),
    ];
    for (error, debits) in wrong {
        let settle = world.build.settle(1, &rest, &debits);
        world.must_refuse(error, settle, &[]);
    }
    let mut foreign = settle.clone();
    foreign.accounts[5].pubkey = foreign.accounts[7].pubkey;
    world.must_refuse("WrongBatch", foreign, &[]);
    let mut short = settle.clone();
    short.accounts.pop();
    world.must_refuse("DebitsMismatch", short, &[]);
    let mut longer = settle.clone();
    longer
        .accounts
        .push(AccountMeta::new(world.stranger.pubkey(), false));
    world.must_refuse("DebitsMismatch", longer, &[]);

    world.must("settle_round", settle.clone(), &[]);
    world.must_refuse("BatchAlreadySettled", settle, &[]);
    assert_eq!(world.pool().in_round_total, 30);
    let finalise = world.build.finalise(1);
    world.must_refuse("DebitsMismatch", finalise, &[]);
    let release = release_batch(&world.build.at, &world.build.pool, 0, 1);
    world.must_refuse("WrongStage", release, &[]);
    let rest = world.settle_instruction(&plan, 2, 3);
    world.must("settle_round", rest, &[]);
    world.finalise(&plan);
    assert_eq!(world.pool().in_round_total, 0);
    assert_eq!(world.pool().active_total, 60);

    world.release(1, 1);
    let again = release_batch(&world.build.at, &world.build.pool, 1, 1);
    world.must_refuse("BatchAlreadySettled", again, &[]);
    assert_eq!((world.job(1).balance, world.job(1).reserved), (9_980, 0));
}

#[test]
fn a_round_without_debits_still_waits_for_its_window() {
    let mut world = World::new(&MintKind::Token);
    let job = world.create_job(10_000);
    world.post_batch(job);
    world.open_round();
    let plan = world.plan(&[], &[]);
    world.vote(&plan);
    let finalise = world.build.finalise(1);
    world.must_refuse("WrongStage", finalise.clone(), &[]);
    let tally = world.build.tally(1, &World::tally_arguments(&plan.result));
    world.must("tally_round", tally, &[]);
    world.must_refuse("StageNotOver", finalise, &[]);
    world.warp_to(world.round(1).window_until_slot);
    world.finalise(&plan);
    world.release(job, 1);
    // Nothing was paid: the same content may come again.
    assert_eq!(world.job(job).last_paid_root, [0; 32]);
    assert_eq!(world.job(job).balance, 10_000);
}

#[test]
fn a_round_voided_before_it_opened_gives_its_reservations_back() {
    let mut world = World::new(&MintKind::Token);
    let job = world.create_job(10_000);
    world.post_batch(job);
    let (void, release) = (
        world.build.void(1),
        release_batch(&world.build.at, &world.build.pool, job, 1),
    );
    world.must_refuse("NotYetPastDeadline", void.clone(), &[]);
    world.must_refuse("WrongStage", release.clone(), &[]);
    world.close_intake();
    world.must_refuse("WrongStage", release.clone(), &[]);
    world.warp_to(world.pool().round_deadline_slot);
    world.must("void_round", void.clone(), &[]);
    world.must_refuse("WrongStage", void, &[]);
    world.must("release_batch", release, &[]);
    let job_after = world.job(job);
    assert_eq!(
        (
            job_after.balance,
            job_after.reserved,
            job_after.reserved_round
        ),
        (10_000, 0, 0)
    );
    assert_eq!(world.post_batch(job), 2);
}

#[test]
fn a_round_voided_half_way_through_settlement_changes_nothing() {
    let mut world = World::new(&MintKind::Token);
    let (first, second) = (world.create_job(10_000), world.create_job(10_000));
    world.post_batch(first);
    world.post_batch(second);
    world.open_round();
    let earner = Pubkey::new_unique();
    let plan = world.plan(&[(earner, 60)], &[(first, 20), (second, 40)]);
    world.vote(&plan);
    world.tally(&plan);
    let settle = world.settle_instruction(&plan, 0, 1);
    world.must("settle_round", settle, &[]);
    let rest = world.settle_instruction(&plan, 1, 2);
    world.warp_to(world.pool().round_deadline_slot);
    world.must_refuse("PastHardDeadline", rest.clone(), &[]);
    let void = world.build.void(1);
    world.must("void_round", void, &[]);
    world.must_refuse("WrongStage", rest, &[]);

    // The next round may start before the old one's batches are released: its own sums do not mix.
    let third = world.create_job(10_000);
    world.run_round(&[(earner, 5)], &[(third, 5)]);
    assert_eq!(world.pool().in_round_total, 20);
    assert_eq!(world.pool().active_total, 5);

    world.release(first, 1);
    world.release(second, 1);
    assert_eq!(world.pool().in_round_total, 0);
    for job in [first, second] {
        let job = world.job(job);
        assert_eq!(
            (job.balance, job.reserved, job.settled_total),
            (10_000, 0, 0)
        );
        assert_eq!(job.last_paid_root, [0; 32]);
    }
}

#[test]
fn a_round_without_a_quorum_is_voided_before_its_deadline() {
    let mut world = World::new(&MintKind::Token);
    let job = world.create_job(10_000);
    world.post_batch(job);
    world.open_round();
    let void = world.build.void(1);
    let patience = world.round(1).attest_until_slot + u64::from(PARAMETERS.window_slots);
    assert!(patience < world.pool().round_deadline_slot);
    world.warp_to(patience - 1);
    world.must_refuse("NotYetPastDeadline", void.clone(), &[]);
    world.warp_to(patience);
    world.must("void_round", void, &[]);
    world.release(job, 1);
    assert_eq!(world.job(job).reserved, 0);
}

#[test]
fn a_batch_is_not_released_by_another_rounds_outcome() {
    let mut world = World::new(&MintKind::Token);
    let job = world.create_job(10_000);
    let other = world.create_job(10_000);
    world.run_round(&[(Pubkey::new_unique(), 5)], &[(other, 5)]);
    world.post_batch(job);
    let mut release = release_batch(&world.build.at, &world.build.pool, job, 2);
    release.accounts[3].pubkey = world.build.at.round(&world.build.pool, 1);
    let refused = world.send("refused", release, &[]);
    assert!(refused.is_err_and(|error| error.contains("InvalidSeeds")));
}
