//! What admin and guardian may do, and where it ends.

use sheaf_client::{instruction, layout::*};
use sheaf_format::{
    limits::{MAX_PAUSE_SECONDS, MAX_VETOES_IN_A_ROW, PAUSE_COOL_DOWN_SECONDS},
    stage::{RoundState, VoidCause},
};
use sheaf_tests::{
    mint::MintKind,
    world::{STAKE, World},
};
use solana_sdk::{instruction::Instruction, pubkey::Pubkey, signature::Keypair, signer::Signer};

/// A world whose guardian is a wallet of its own.
fn guarded() -> (World, Keypair) {
    let mut world = World::new(&MintKind::Token);
    let guardian = world.person();
    let admin = world.admin.insecure_clone();
    let set = instruction::set_guardian(
        &world.build.at,
        &admin.pubkey(),
        &SetGuardianArguments {
            guardian: guardian.pubkey().to_bytes(),
        },
    );
    world.must("set_guardian", set, &[&admin]);
    (world, guardian)
}

fn pause(world: &World, guardian: &Keypair, seconds: i64) -> Instruction {
    let arguments = PauseArguments { seconds };
    instruction::pause_network(&world.build.at, &guardian.pubkey(), &arguments)
}

fn pass_seconds(world: &mut World, seconds: i64) {
    let (slot, time) = (world.slot(), world.unix_time());
    world.set_time(slot, time + seconds);
}

#[test]
fn the_admin_changes_only_when_the_proposed_one_accepts() {
    let mut world = World::new(&MintKind::Token);
    let at = world.build.at;
    let (admin, stranger, next) = (
        world.admin.insecure_clone(),
        world.stranger.insecure_clone(),
        world.person(),
    );
    let propose = |signer: &Keypair, proposed: [u8; 32]| {
        let arguments = ProposeAdminArguments { admin: proposed };
        instruction::propose_admin(&at, &signer.pubkey(), &arguments)
    };
    let accept = |signer: &Keypair| instruction::accept_admin(&at, &signer.pubkey());

    world.must_refuse("NotPendingAdmin", accept(&next), &[&next]);
    let theft = propose(&stranger, stranger.pubkey().to_bytes());
    world.must_refuse("NotAdmin", theft, &[&stranger]);

    let good = propose(&admin, next.pubkey().to_bytes());
    world.must("propose_admin", good.clone(), &[&admin]);
    assert_eq!(world.network().admin, admin.pubkey().to_bytes());
    world.must_refuse("NotPendingAdmin", accept(&stranger), &[&stranger]);

    // Taken back, then proposed again.
    let back = propose(&admin, [0; 32]);
    world.must("propose_admin", back, &[&admin]);
    world.must_refuse("NotPendingAdmin", accept(&next), &[&next]);
    world.must("propose_admin", good, &[&admin]);
    world.must("accept_admin", accept(&next), &[&next]);
    let network = world.network();
    assert_eq!(network.admin, next.pubkey().to_bytes());
    assert_eq!(network.pending_admin, [0; 32]);
    world.must_refuse("NotPendingAdmin", accept(&next), &[&next]);
    let late = propose(&admin, admin.pubkey().to_bytes());
    world.must_refuse("NotAdmin", late, &[&admin]);
}

#[test]
fn only_the_admin_names_the_guardian_and_only_the_guardian_pauses() {
    let mut world = World::new(&MintKind::Token);
    let (admin, stranger) = (
        world.admin.insecure_clone(),
        world.stranger.insecure_clone(),
    );
    let by_admin = pause(&world, &admin, 60);
    world.must_refuse("NotGuardian", by_admin, &[&admin]);
    let arguments = SetGuardianArguments {
        guardian: stranger.pubkey().to_bytes(),
    };
    let set = instruction::set_guardian(&world.build.at, &stranger.pubkey(), &arguments);
    world.must_refuse("NotAdmin", set, &[&stranger]);

    let (mut world, guardian) = guarded();
    let theft = pause(&world, &stranger, 60);
    world
        .svm
        .airdrop(&stranger.pubkey(), 1_000_000_000)
        .expect("lamports");
    world.must_refuse("NotGuardian", theft, &[&stranger]);
    let good = pause(&world, &guardian, 60);
    world.must("pause_network", good, &[&guardian]);
}

#[test]
fn a_pause_is_bounded_lapses_by_itself_and_cools_down() {
    let (mut world, guardian) = guarded();
    for seconds in [0, -1, MAX_PAUSE_SECONDS + 1] {
        let outside = pause(&world, &guardian, seconds);
        world.must_refuse("PauseOutOfBounds", outside, &[&guardian]);
    }
    let unpause = instruction::unpause_network(&world.build.at, &guardian.pubkey());
    world.must_refuse("NetworkNotPaused", unpause.clone(), &[&guardian]);
    let longest = pause(&world, &guardian, MAX_PAUSE_SECONDS);
    world.must("pause_network", longest.clone(), &[&guardian]);
    world.must_refuse("PauseCoolingDown", longest.clone(), &[&guardian]);

    pass_seconds(&mut world, MAX_PAUSE_SECONDS);
    world.create_job(1_000);
    world.must_refuse("PauseCoolingDown", longest.clone(), &[&guardian]);
    pass_seconds(&mut world, PAUSE_COOL_DOWN_SECONDS);
    world.must("pause_network", longest, &[&guardian]);

    // Guardian or admin end it early, nobody else.
    let stranger = world.stranger.insecure_clone();
    let by_stranger = instruction::unpause_network(&world.build.at, &stranger.pubkey());
    world.must_refuse("NotGuardian", by_stranger, &[&stranger]);
    let admin = world.admin.insecure_clone();
    let by_admin = instruction::unpause_network(&world.build.at, &admin.pubkey());
    world.must("unpause_network", by_admin, &[&admin]);
    world.create_job(1_000);
    world.must_refuse("NetworkNotPaused", unpause, &[&guardian]);
}

#[test]
fn a_pause_blocks_what_comes_in_and_nothing_else() {
    let (mut world, guardian) = guarded();
    let earner = world.person().pubkey();
    let job = world.create_job(10_000);
    let other = world.create_job(10_000);
    world.run_round(&[(earner, 60)], &[(job, 60)]);
    let round = world.post_batch(job);
    world.close_intake();
    let pool = world.pool();
    world.warp_to(pool.round_seed_slot + 1);
    world.set_slot_hashes(vec![pool.round_seed_slot].into_iter());
    let requester = world.requester.insecure_clone();
    let publish = instruction::publish_dataset(
        &world.build.at,
        &requester.pubkey(),
        &world.build.pool,
        job,
        &PublishDatasetArguments {
            content_hash: [5; 32],
            price: 10,
        },
    );
    world.must("publish_dataset", publish, &[&requester]);
    let stop = pause(&world, &guardian, MAX_PAUSE_SECONDS);
    world.must("pause_network", stop, &[&guardian]);

    let at = world.build.at;
    let (aggregator, person) = (world.aggregator.insecure_clone(), world.person());
    let create = world
        .build
        .create_job(&requester.pubkey(), 2, &world.job_arguments(1_000));
    world.must_refuse("NetworkPaused", create, &[&requester]);
    let fund = instruction::fund_job(
        &at,
        &requester.pubkey(),
        &world.pool_accounts(),
        job,
        &FundJobArguments { amount: 5 },
    );
    world.must_refuse("NetworkPaused", fund, &[&requester]);
    let arguments = RegisterValidatorArguments {
        vote_key: [1; 32],
        encryption_key: [1; 32],
        amount: STAKE,
    };
    let register = world.build.register_validator(&person.pubkey(), &arguments);
    world.must_refuse("NetworkPaused", register, &[&person]);
    let post = world.build.post_batch(
        &aggregator.pubkey(),
        other,
        &world.batch_arguments(other, 2),
    );
    world.must_refuse("NetworkPaused", post, &[&aggregator]);
    let open = world.build.open_round(&aggregator.pubkey(), round);
    world.must_refuse("NetworkPaused", open, &[&aggregator]);
    let price = LicenseDatasetArguments {
        maximum_price: u64::MAX,
    };
    let license =
        instruction::license_dataset(&at, &person.pubkey(), &world.pool_accounts(), job, &price);
    world.must_refuse("NetworkPaused", license, &[&person]);
    let distribute = instruction::post_distribution(
        &at,
        &aggregator.pubkey(),
        &world.build.pool,
        job,
        &world.batch_arguments(job, 3),
    );
    world.must_refuse("NetworkPaused", distribute, &[&aggregator]);
    let first = world.build;
    world.build.mint = first.stake_mint;
    world.build.pool = first.at.pool(&first.stake_mint);
    let create = world.build.create_pool(&person.pubkey(), 0);
    world.must_refuse("NetworkPaused", create, &[&person]);
    world.build = first;

    // Pages, claims, the end of the round, cancelling, refunds and unstaking go on.
    world.open_page(0);
    world.sync_page(0);
    world.claim(0);
    world.warp_to(world.pool().round_deadline_slot);
    let void = world.build.void(round);
    world.must("void_round", void, &[]);
    world.release(job, round);
    for job in [job, other] {
        world.cancel_job(job);
    }
    let validator = world.validators[0].authority.insecure_clone();
    let request = world.build.request_unstake(&validator.pubkey());
    world.must("request_unstake", request, &[&validator]);
    let (slot, time) = (world.slot() + 10_000, world.unix_time() + 10_000);
    world.set_time(slot, time);
    assert!(world.network().paused_until > time, "still paused");
    let withdraw = world.build.withdraw_stake(&validator.pubkey());
    world.must("withdraw_stake", withdraw, &[&validator]);
    let own = world.build.token_account(&requester.pubkey());
    for job in [job, other] {
        let refund = world.build.refund_job(job, &own);
        world.must("refund_job", refund, &[]);
    }
}

#[test]
fn a_veto_voids_a_pending_result_inside_its_window() {
    let (mut world, guardian) = guarded();
    let job = world.create_job(10_000);
    let round = world.post_batch(job);
    world.open_round();
    let veto = |world: &World, signer: &Keypair| {
        instruction::veto_round(
            &world.build.at,
            &signer.pubkey(),
            &world.build.pool,
            world.pool().round,
        )
    };
    let plan = world.plan(&[(Pubkey::new_unique(), 60)], &[(job, 60)]);
    let early = veto(&world, &guardian);
    world.must_refuse("WrongStage", early, &[&guardian]);
    world.vote(&plan);
    let tally = world
        .build
        .tally(round, &World::tally_arguments(&plan.result));
    world.must("tally_round", tally, &[]);
    let admin = world.admin.insecure_clone();
    let by_admin = veto(&world, &admin);
    world.must_refuse("NotGuardian", by_admin, &[&admin]);
    let good = veto(&world, &guardian);
    world.must("veto_round", good.clone(), &[&guardian]);
    assert_eq!(world.round(round).state, RoundState::Void as u8);
    world.must_refuse("WrongStage", good, &[&guardian]);
    world.release(job, round);
    assert_eq!(
        (world.job(job).balance, world.job(job).reserved),
        (10_000, 0)
    );

    // After the window it is too late.
    world.post_batch(job);
    world.open_round();
    let plan = world.plan(&[(Pubkey::new_unique(), 60)], &[(job, 60)]);
    world.vote(&plan);
    world.tally(&plan);
    let late = veto(&world, &guardian);
    world.must_refuse("StageOver", late, &[&guardian]);
    assert_eq!(VoidCause::from_byte(2), Some(VoidCause::Veto));
}

#[test]
fn after_a_few_vetoes_a_round_has_to_become_final() {
    let (mut world, guardian) = guarded();
    let job = world.create_job(10_000);
    let mut vetoes = 0;
    let last = loop {
        let round = world.post_batch(job);
        world.open_round();
        let plan = world.plan(&[(Pubkey::new_unique(), 60)], &[(job, 60)]);
        world.vote(&plan);
        let tally = world
            .build
            .tally(round, &World::tally_arguments(&plan.result));
        world.must("tally_round", tally, &[]);
        let veto = instruction::veto_round(
            &world.build.at,
            &guardian.pubkey(),
            &world.build.pool,
            round,
        );
        if vetoes == MAX_VETOES_IN_A_ROW {
            world.must_refuse("TooManyVetoes", veto, &[&guardian]);
            break plan;
        }
        world.must("veto_round", veto, &[&guardian]);
        vetoes += 1;
        world.release(job, round);
    };
    world.warp_to(world.round(world.pool().round).window_until_slot);
    world.settle(&last);
    world.finalise(&last);
    assert_eq!(world.pool().vetoes_in_a_row, 0);
}
