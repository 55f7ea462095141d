//! Stakes that grow, duties that are counted, and jail.

use sheaf_client::{instruction, layout::*};
use sheaf_format::limits::MISSED_DUTIES_TO_JAIL;
use sheaf_tests::{
    mint::MintKind,
    world::{PARAMETERS, PURSE, STAKE, World},
};
use solana_sdk::{instruction::Instruction, pubkey::Pubkey, signature::Keypair, signer::Signer};

fn add_stake(world: &World, signer: &Keypair, amount: u64) -> Instruction {
    let arguments = AddStakeArguments { amount };
    instruction::add_stake(
        &world.build.at,
        &signer.pubkey(),
        &world.stake_mint(),
        &arguments,
    )
}

fn count(world: &World, validator: usize, round: u64) -> Instruction {
    let authority = world.validators[validator].authority.pubkey();
    instruction::count_duties(&world.build.at, &authority, &world.build.pool, round)
}

fn validator(world: &World, index: usize) -> Validator {
    let authority = world.validators[index].authority.pubkey();
    world.read(&world.build.at.validator(&authority))
}

/// A round in which nobody votes, voided for want of a quorum.
fn idle_round(world: &mut World, job: u64) -> u64 {
    let round = world.post_batch(job);
    world.open_round();
    world.warp_to(world.round(round).attest_until_slot + u64::from(PARAMETERS.window_slots));
    let void = world.build.void(round);
    world.must("void_round", void, &[]);
    world.release(job, round);
    round
}

#[test]
fn a_stake_grows_by_what_arrives_and_votes_in_later_rounds() {
    for (kind, arrives) in [
        (MintKind::Token, 500),
        (MintKind::plain_2022(), 500),
        (MintKind::with_fee(100), 495),
    ] {
        let mut world = World::new(&kind);
        let before = validator(&world, 0).stake;
        let wallet = world.validators[0].authority.insecure_clone();
        let none = add_stake(&world, &wallet, 0);
        world.must_refuse("AmountIsZero", none, &[&wallet]);
        let good = add_stake(&world, &wallet, 500);
        world.must("add_stake", good.clone(), &[&wallet]);
        assert_eq!(validator(&world, 0).stake, before + arrives);
        assert_eq!(world.network().validators[0].stake, before + arrives);

        let mut theft = good.clone();
        let other = world.validators[1].authority.pubkey();
        theft.accounts[2].pubkey = world.build.at.validator(&other);
        world.must_refuse("NotValidator", theft, &[&wallet]);
        let mut astray = good.clone();
        astray.accounts[3].pubkey = world.build.stake_account(&wallet.pubkey());
        assert!(world.send("refused", astray, &[&wallet]).is_err());

        let request = world.build.request_unstake(&wallet.pubkey());
        world.must("request_unstake", request, &[&wallet]);
        world.must_refuse("AlreadyUnbonding", good, &[&wallet]);
    }
}

#[test]
fn missed_duties_jail_and_jail_takes_the_vote() {
    let mut world = World::new(&MintKind::Token);
    let job = world.create_job(10_000);
    let wallet = world.validators[0].authority.insecure_clone();
    let unjail = instruction::unjail_validator(&world.build.at, &wallet.pubkey());
    world.must_refuse("NotJailed", unjail.clone(), &[&wallet]);
    for missed in 1..=MISSED_DUTIES_TO_JAIL {
        let round = idle_round(&mut world, job);
        let duties = count(&world, 0, round);
        world.must("count_duties", duties.clone(), &[]);
        if missed < MISSED_DUTIES_TO_JAIL {
            assert_eq!(validator(&world, 0).missed_duties, missed);
            world.must_refuse("DutiesAlreadyCounted", duties, &[]);
        } else {
            world.must_refuse("ValidatorJailed", duties, &[]);
        }
    }
    let jailed = validator(&world, 0);
    assert_eq!(
        jailed.jailed_until,
        world.unix_time() + PARAMETERS.unbonding_seconds
    );
    assert_eq!(world.network().validators[0].stake, 0);

    // A jailed stake is not in the next round's table; it grows and still does not vote.
    let more = add_stake(&world, &wallet, 500);
    world.must("add_stake", more, &[&wallet]);
    assert_eq!(world.network().validators[0].stake, 0);
    let round = world.post_batch(job);
    world.open_round();
    assert_eq!(world.round(round).stake_total, 2 * STAKE);
    let (voter, authority) = world.voter(0);
    let commit = world
        .build
        .commit([&voter.pubkey(), &authority], round, &[1; 32]);
    world.must_refuse("ValidatorJailed", commit, &[&voter]);

    world.must_refuse("JailNotOver", unjail.clone(), &[&wallet]);
    let slot = world.slot();
    world.set_time(slot, jailed.jailed_until);
    let other = world.validators[1].authority.insecure_clone();
    let mut theft = unjail.clone();
    theft.accounts[0].pubkey = other.pubkey();
    world.must_refuse("NotValidator", theft, &[&other]);
    world.must("unjail_validator", unjail, &[&wallet]);
    assert_eq!(world.network().validators[0].stake, STAKE + 500);

    // The round that ran meanwhile is not held against it.
    world.warp_to(world.pool().round_deadline_slot);
    let void = world.build.void(round);
    world.must("void_round", void, &[]);
    let unfair = count(&world, 0, round);
    world.must_refuse("NotInStakeTable", unfair, &[]);
}

#[test]
fn a_good_round_forgives_and_a_live_one_is_not_counted() {
    let mut world = World::new(&MintKind::Token);
    let job = world.create_job(10_000);
    let missed = idle_round(&mut world, job);
    let duties = count(&world, 0, missed);
    world.must("count_duties", duties, &[]);
    assert_eq!(validator(&world, 0).missed_duties, 1);

    let round = world.post_batch(job);
    world.open_round();
    let duties = count(&world, 0, round);
    world.must_refuse("WrongStage", duties.clone(), &[]);
    let plan = world.plan(&[(Pubkey::new_unique(), 60)], &[(job, 60)]);
    world.vote(&plan);
    world.tally(&plan);
    world.settle(&plan);
    world.finalise(&plan);
    world.must("count_duties", duties, &[]);
    assert_eq!(validator(&world, 0).missed_duties, 0);
}

#[test]
fn who_is_late_for_the_quorum_still_attests() {
    let mut world = World::new(&MintKind::Token);
    let late = world.register_validator(1_000);
    let job = world.create_job(10_000);
    let round = world.post_batch(job);
    world.open_round();
    let plan = world.plan(&[(Pubkey::new_unique(), 60)], &[(job, 60)]);
    world.commit_all();
    world.reveal_all();
    for validator in 0..late {
        world.attest(validator, &plan.result);
    }
    let tally = world
        .build
        .tally(round, &World::tally_arguments(&plan.result));
    world.must("tally_round", tally, &[]);
    world.attest(late, &plan.result);
    world.warp_to(world.round(round).window_until_slot);
    world.settle(&plan);
    world.finalise(&plan);
    let duties = count(&world, late, round);
    world.must("count_duties", duties, &[]);
    assert_eq!(validator(&world, late).missed_duties, 0);
}

#[test]
fn a_jailed_stake_leaves_like_any_other() {
    let mut world = World::new(&MintKind::Token);
    let job = world.create_job(10_000);
    for _ in 0..MISSED_DUTIES_TO_JAIL {
        let round = idle_round(&mut world, job);
        let duties = count(&world, 0, round);
        world.must("count_duties", duties, &[]);
    }
    let wallet = world.validators[0].authority.insecure_clone();
    let request = world.build.request_unstake(&wallet.pubkey());
    world.must("request_unstake", request, &[&wallet]);
    let unjail = instruction::unjail_validator(&world.build.at, &wallet.pubkey());
    world.must_refuse("AlreadyUnbonding", unjail, &[&wallet]);
    let (slot, time) = (world.slot() + 10_000, world.unix_time() + 10_000);
    world.set_time(slot, time);
    let withdraw = world.build.withdraw_stake(&wallet.pubkey());
    world.must("withdraw_stake", withdraw, &[&wallet]);
    let own = world.build.stake_account(&wallet.pubkey());
    assert_eq!(world.tokens(&own), PURSE);
}
