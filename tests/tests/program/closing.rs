//! Rent that comes back, and addresses that stay empty.

use sheaf_client::{
    instruction::{close_batch, close_job, close_round},
    layout::PostBatchArguments,
};
use sheaf_tests::{mint::MintKind, world::World};
use solana_sdk::{instruction::Instruction, pubkey::Pubkey, signer::Signer};

fn close_batch_of(world: &World, job: u64, round: u64) -> Instruction {
    let aggregator = world.aggregator.pubkey();
    close_batch(&world.build.at, &aggregator, &world.build.pool, job, round)
}

fn close_job_of(world: &World, job: u64) -> Instruction {
    let requester = world.requester.pubkey();
    close_job(&world.build.at, &requester, &world.build.pool, job)
}

fn close_round_of(world: &World, round: u64) -> Instruction {
    let payer = world.aggregator.pubkey();
    close_round(&world.build.at, &payer, &world.build.pool, round)
}

/// Sends an instruction and returns what `receiver` gained in lamports.
fn gain(world: &mut World, name: &'static str, instruction: Instruction, receiver: &Pubkey) -> u64 {
    let before = world.lamports(receiver);
    world.must(name, instruction, &[]);
    world.lamports(receiver) - before
}

#[test]
fn a_batch_closes_once_released_and_its_rent_goes_to_who_posted_it() {
    let mut world = World::new(&MintKind::Token);
    let (job, other) = (world.create_job(10_000), world.create_job(10_000));
    let round = world.post_batch(job);
    let close = close_batch_of(&world, job, round);
    world.must_refuse("BatchNotReleased", close.clone(), &[]);
    world.warp_to(world.pool().round_deadline_slot);
    let void = world.build.void(round);
    world.must("void_round", void, &[]);
    world.must_refuse("BatchNotReleased", close.clone(), &[]);
    world.release(job, round);

    let mut astray = close.clone();
    astray.accounts[3].pubkey = world.stranger.pubkey();
    world.must_refuse("WrongRentReceiver", astray, &[]);
    let mut other_job = close.clone();
    other_job.accounts[1].pubkey = world.build.at.job(&world.build.pool, other);
    world.must_refuse("WrongBatch", other_job, &[]);

    let batch = close.accounts[2].pubkey;
    let (rent, aggregator) = (world.lamports(&batch), world.aggregator.pubkey());
    assert_eq!(
        gain(&mut world, "close_batch", close.clone(), &aggregator),
        rent
    );
    assert_eq!(world.lamports(&batch), 0);
    assert_eq!(world.job(job).batch_count, 0);
    assert!(world.send("refused", close, &[]).is_err(), "closed once");

    // The same job and round never see a batch again.
    let arguments: PostBatchArguments = world.batch_arguments(job, round);
    let aggregator = world.aggregator.insecure_clone();
    let post = world
        .build
        .post_batch(&aggregator.pubkey(), job, &arguments);
    world.must_refuse("WrongRound", post, &[&aggregator]);
}

#[test]
fn a_round_closes_after_its_batches_and_after_its_votes_can_be_slashed() {
    let mut world = World::new(&MintKind::Token);
    let (first, second) = (world.create_job(10_000), world.create_job(10_000));
    world.post_batch(first);
    let round = world.post_batch(second);
    world.open_round();
    let close = close_round_of(&world, round);
    world.must_refuse("WrongStage", close.clone(), &[]);
    let plan = world.plan(&[(Pubkey::new_unique(), 60)], &[(first, 60)]);
    world.vote(&plan);
    world.tally(&plan);
    world.settle(&plan);
    world.finalise(&plan);
    world.must_refuse("RoundHasBatches", close.clone(), &[]);
    world.release(first, round);
    world.must_refuse("RoundHasBatches", close.clone(), &[]);
    world.release(second, round);
    world.must_refuse("RoundStillSlashable", close.clone(), &[]);
    let slashable_until = world.round(round).deadline_slot + 40;
    world.warp_to(slashable_until);
    world.must_refuse("RoundStillSlashable", close.clone(), &[]);
    world.warp_by(1);
    let mut astray = close.clone();
    astray.accounts[2].pubkey = world.stranger.pubkey();
    world.must_refuse("WrongRentReceiver", astray, &[]);

    let address = close.accounts[1].pubkey;
    let (rent, payer) = (world.lamports(&address), world.aggregator.pubkey());
    assert_eq!(gain(&mut world, "close_round", close, &payer), rent);
    assert_eq!(world.lamports(&address), 0);

    // Nothing is released twice, and the next round has another number.
    let again =
        sheaf_client::instruction::release_batch(&world.build.at, &world.build.pool, first, round);
    world.must_refuse("WrongStage", again, &[]);
    assert_eq!(world.post_batch(first), round + 1);
}

#[test]
fn a_job_closes_when_it_has_ended_and_nothing_is_left() {
    let mut world = World::new(&MintKind::plain_2022());
    let job = world.create_job(10_000);
    world.run_round(&[(Pubkey::new_unique(), 60)], &[(job, 60)]);
    let close = close_job_of(&world, job);
    world.must_refuse("JobStillActive", close.clone(), &[]);
    world.cancel_job(job);
    world.must_refuse("JobNotEmpty", close.clone(), &[]);
    world.pass_grace(job);
    let own = world.build.token_account(&world.requester.pubkey());
    let refund = world.build.refund_job(job, &own);
    world.must("refund_job", refund, &[]);
    world.must_refuse("JobNotEmpty", close.clone(), &[]);
    let batch = close_batch_of(&world, job, 1);
    world.must("close_batch", batch, &[]);

    let mut astray = close.clone();
    astray.accounts[2].pubkey = world.stranger.pubkey();
    world.must_refuse("WrongRentReceiver", astray, &[]);
    let address = close.accounts[1].pubkey;
    let (rent, requester) = (world.lamports(&address), world.requester.pubkey());
    assert_eq!(gain(&mut world, "close_job", close, &requester), rent);
    assert_eq!(world.lamports(&address), 0);
    assert_eq!(world.create_job(1_000), job + 1, "numbers are not re-used");
}
