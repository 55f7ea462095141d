//! Deadlines and aggregators of jobs that run, and the grace after a cancellation.

use sheaf_client::{instruction, layout::*};
use sheaf_format::limits::MAX_JOB_SECONDS;
use sheaf_tests::{
    mint::MintKind,
    world::{PARAMETERS, World},
};
use solana_sdk::{instruction::Instruction, pubkey::Pubkey, signature::Keypair, signer::Signer};

fn extend(world: &World, signer: &Keypair, job: u64, deadline: i64) -> Instruction {
    let (at, pool) = (&world.build.at, &world.build.pool);
    let arguments = ExtendJobArguments { deadline };
    instruction::extend_job(at, &signer.pubkey(), pool, job, &arguments)
}

fn name_aggregator(world: &World, signer: &Keypair, job: u64, aggregator: &Pubkey) -> Instruction {
    let (at, pool) = (&world.build.at, &world.build.pool);
    let arguments = SetJobAggregatorArguments {
        aggregator: aggregator.to_bytes(),
    };
    instruction::set_job_aggregator(at, &signer.pubkey(), pool, job, &arguments)
}

/// Puts a second aggregator on the network's list.
fn second_aggregator(world: &mut World) -> Keypair {
    let (admin, second) = (world.admin.insecure_clone(), world.person());
    let arguments = SetParametersArguments {
        treasury: world.treasury.to_bytes(),
        parameters: PARAMETERS,
    };
    let aggregators = [world.aggregator.pubkey(), second.pubkey()];
    let set = world
        .build
        .set_parameters(&admin.pubkey(), &arguments, &aggregators);
    world.must("set_parameters", set, &[&admin]);
    second
}

fn post(world: &World, aggregator: &Keypair, job: u64, round: u64) -> Instruction {
    let arguments = world.batch_arguments(job, round);
    world
        .build
        .post_batch(&aggregator.pubkey(), job, &arguments)
}

#[test]
fn the_requester_moves_a_deadline_later_and_never_earlier() {
    let mut world = World::new(&MintKind::Token);
    let job = world.create_job(10_000);
    let (requester, stranger) = (
        world.requester.insecure_clone(),
        world.stranger.insecure_clone(),
    );
    let old = world.job(job).deadline;
    let theft = extend(&world, &stranger, job, old + 1);
    world.must_refuse("NotRequester", theft, &[&stranger]);
    for deadline in [old, old - 1, 0, world.unix_time() + MAX_JOB_SECONDS + 1] {
        let bad = extend(&world, &requester, job, deadline);
        world.must_refuse("DeadlineOutOfBounds", bad, &[&requester]);
    }
    let good = extend(&world, &requester, job, old + 100);
    world.must("extend_job", good.clone(), &[&requester]);
    assert_eq!(world.job(job).deadline, old + 100);
    world.must_refuse("DeadlineOutOfBounds", good, &[&requester]);

    // What has ended stays ended.
    let slot = world.slot();
    world.set_time(slot, old + 100);
    let late = extend(&world, &requester, job, old + 200);
    world.must_refuse("JobNotActive", late, &[&requester]);
    let cancelled = world.create_job(10_000);
    world.cancel_job(cancelled);
    let late = extend(&world, &requester, cancelled, i64::MAX);
    world.must_refuse("JobNotActive", late, &[&requester]);
}

#[test]
fn another_aggregator_posts_from_the_round_after_the_live_one() {
    let mut world = World::new(&MintKind::Token);
    let second = second_aggregator(&mut world);
    let (job, other) = (world.create_job(10_000), world.create_job(10_000));
    let (requester, stranger, first) = (
        world.requester.insecure_clone(),
        world.stranger.insecure_clone(),
        world.aggregator.insecure_clone(),
    );
    let theft = name_aggregator(&world, &stranger, job, &second.pubkey());
    world.must_refuse("NotRequester", theft, &[&stranger]);
    let unknown = name_aggregator(&world, &requester, job, &stranger.pubkey());
    world.must_refuse("NotAggregator", unknown, &[&requester]);

    // Round 1 is live: it stays with the first.
    world.post_batch(other);
    let good = name_aggregator(&world, &requester, job, &second.pubkey());
    world.must("set_job_aggregator", good, &[&requester]);
    let held = world.job(job);
    assert_eq!(held.aggregator_in(1), &first.pubkey().to_bytes());
    assert_eq!(held.aggregator_in(2), &second.pubkey().to_bytes());
    let early = post(&world, &second, job, 1);
    world.must_refuse("NotAggregator", early, &[&second]);
    let kept = post(&world, &first, job, 1);
    world.must("post_batch", kept, &[&first]);
    world.warp_to(world.pool().round_deadline_slot);
    let void = world.build.void(1);
    world.must("void_round", void, &[]);
    world.release(job, 1);

    let late = post(&world, &first, job, 2);
    world.must_refuse("NotAggregator", late, &[&first]);
    let taken = post(&world, &second, job, 2);
    world.must("post_batch", taken, &[&second]);
    assert_eq!(world.job(job).aggregator, second.pubkey().to_bytes());

    // Where no round is live, the next one is the other's at once.
    let mut world = World::new(&MintKind::Token);
    let second = second_aggregator(&mut world);
    let (job, requester) = (world.create_job(10_000), world.requester.insecure_clone());
    let good = name_aggregator(&world, &requester, job, &second.pubkey());
    world.must("set_job_aggregator", good, &[&requester]);
    let taken = post(&world, &second, job, 1);
    world.must("post_batch", taken, &[&second]);
}

#[test]
fn accepted_work_is_batched_after_a_cancellation_and_paid() {
    let mut world = World::new(&MintKind::Token);
    let earner = Pubkey::new_unique();
    let job = world.create_job(10_000);
    world.cancel_job(job);
    let own = world.build.token_account(&world.requester.pubkey());
    let refund = world.build.refund_job(job, &own);
    world.must_refuse("RefundTooEarly", refund.clone(), &[]);
    world.run_round(&[(earner, 60)], &[(job, 60)]);
    world.pass_grace(job);
    let aggregator = world.aggregator.insecure_clone();
    let late = post(&world, &aggregator, job, 2);
    world.must_refuse("JobNotActive", late, &[&aggregator]);
    world.must("refund_job", refund, &[]);
    assert_eq!(world.job(job).refunded_total, 9_940);
}

#[test]
fn the_grace_never_outlasts_the_stall_limit() {
    let mut world = World::new(&MintKind::Token);
    let job = world.create_job(10_000);
    world.cancel_job(job);
    let aggregator = world.aggregator.insecure_clone();
    let (slot, cancelled_at) = (world.slot(), world.job(job).cancelled_at);

    // A round that could end after the stall limit takes no batch of a cancelled job.
    let round_seconds = i64::from(world.job(job).grace_slots) * 400 / 1_000;
    world.set_time(
        slot,
        cancelled_at + PARAMETERS.stall_seconds - round_seconds,
    );
    let too_long = post(&world, &aggregator, job, 1);
    world.must_refuse("RoundOutlastsStall", too_long, &[&aggregator]);

    world.set_time(slot, cancelled_at + PARAMETERS.stall_seconds);
    let late = post(&world, &aggregator, job, 1);
    world.must_refuse("JobNotActive", late, &[&aggregator]);
    let own = world.build.token_account(&world.requester.pubkey());
    let refund = world.build.refund_job(job, &own);
    world.must("refund_job", refund, &[]);
}
