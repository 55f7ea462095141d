//! Roots that take earnings away, and what that costs.

use sheaf_client::{
    instruction::{self, FraudAccounts},
    layout::*,
};
use sheaf_format::stage::{RoundState, TreeSide};
use sheaf_tests::{
    mint::MintKind,
    world::{PURSE, Plan, STAKE, World},
};
use solana_sdk::{instruction::Instruction, pubkey::Pubkey, signature::Keypair, signer::Signer};

const ROUND: u64 = 2;

/// A world in which four people earned 100 each, and validators attest in the second round to what
/// `cheat` makes of that. `paid` is what the round debits.
fn attested(kind: &MintKind, paid: u64, cheat: impl Fn(&mut Vec<(Pubkey, u64)>)) -> (World, Plan) {
    let mut world = World::new(kind);
    let job = world.create_job(100_000);
    let gains: Vec<(Pubkey, u64)> = (0..4).map(|_| (Pubkey::new_unique(), 100)).collect();
    world.run_round(&gains, &[(job, 400)]);
    world.post_batch(job);
    world.open_round();
    let mut earnings = world.earnings.clone();
    cheat(&mut earnings);
    let plan = world.plan_of(earnings, &[(job, paid)]);
    world.vote(&plan);
    world.make_pending(&plan);
    (world, plan)
}

/// Takes 30 from the second and gives 70 to a new earner: the total is right.
fn steal(earnings: &mut Vec<(Pubkey, u64)>) {
    earnings[1].1 -= 30;
    earnings.push((Pubkey::new_unique(), 70));
}

fn cache_both(world: &mut World, prover: &Keypair, plan: &Plan, index: u32) {
    let base = world.tree(&world.earnings);
    let pending = world.tree(&plan.earnings);
    world.cache(prover, TreeSide::Base, &base, index);
    world.cache(prover, TreeSide::Pending, &pending, index);
}

fn prove(world: &World, prover: &Keypair, plan: &Plan, index: u32) -> Instruction {
    let arguments = world.fraud_arguments(&world.earnings, &plan.earnings, index);
    let (at, pool) = (&world.build.at, &world.build.pool);
    instruction::prove_fraud(at, &prover.pubkey(), pool, ROUND, &arguments)
}

fn slash(world: &World, prover: &Keypair, validator: usize) -> Instruction {
    let fraud = FraudAccounts {
        pool: world.build.pool,
        round: ROUND,
        prover: prover.pubkey(),
        treasury: world.treasury,
    };
    let authority = world.validators[validator].authority.pubkey();
    instruction::slash_validator(&world.build.at, &authority, &world.stake_mint(), &fraud)
}

fn validator(world: &World, index: usize) -> Validator {
    let authority = world.validators[index].authority.pubkey();
    world.read(&world.build.at.validator(&authority))
}

#[test]
fn a_root_that_takes_earnings_away_dies_and_its_voters_pay() {
    for (kind, fee_bps) in [
        (MintKind::Token, 0),
        (MintKind::plain_2022(), 0),
        (MintKind::with_fee(100), 100),
    ] {
        let (mut world, plan) = attested(&kind, 40, steal);
        let prover = world.person();
        let treasury = world.treasury;
        world.create_token_accounts(&treasury);
        cache_both(&mut world, &prover, &plan, 1);
        let too_early = slash(&world, &prover, 0);
        world.must_refuse("FraudNotProven", too_early, &[]);
        let proof = prove(&world, &prover, &plan, 1);
        world.must("prove_fraud", proof.clone(), &[&prover]);
        assert_eq!(world.round(ROUND).state, RoundState::Void as u8);
        assert_eq!(world.round(ROUND).prover, prover.pubkey().to_bytes());
        world.must_refuse("FraudAlreadyProven", proof, &[&prover]);
        world.release(0, ROUND);
        assert_eq!(world.pool().active_total, 400);

        let staked = validator(&world, 0).stake;
        let arrives = |amount: u64| amount - (amount * fee_bps).div_ceil(10_000);
        let own = world.build.stake_account(&prover.pubkey());
        let good = slash(&world, &prover, 0);
        let mut astray = good.clone();
        astray.accounts[4].pubkey = world.build.stake_account(&world.stranger.pubkey());
        world.must_refuse("WrongTokenAccount", astray, &[]);
        let mut astray = good.clone();
        astray.accounts[5].pubkey = world.build.stake_account(&world.stranger.pubkey());
        world.must_refuse("WrongTokenAccount", astray, &[]);
        world.must("slash_validator", good.clone(), &[]);
        world.must_refuse("AlreadySlashed", good, &[]);
        assert_eq!(world.tokens(&own), PURSE + arrives(staked / 10));
        assert_eq!(
            world.tokens(&world.build.stake_account(&treasury)),
            arrives(staked - staked / 10)
        );
        let slashed = validator(&world, 0);
        assert_eq!(slashed.stake, 0);
        assert!(slashed.jailed_until > 0);
        assert_eq!(world.network().validators[0].stake, 0);
        for other in 1..3 {
            let slash = slash(&world, &prover, other);
            world.must("slash_validator", slash, &[]);
        }

        // What is left of a slashed validator can go.
        let wallet = world.validators[0].authority.insecure_clone();
        let request = world.build.request_unstake(&wallet.pubkey());
        world.must("request_unstake", request, &[&wallet]);
        let (slot, time) = (world.slot() + 10_000, world.unix_time() + 10_000);
        world.set_time(slot, time);
        let withdraw = world.build.withdraw_stake(&wallet.pubkey());
        world.must("withdraw_stake", withdraw, &[&wallet]);
    }
}

#[test]
fn a_root_that_gives_an_index_away_dies() {
    let (mut world, plan) = attested(&MintKind::Token, 40, |earnings| {
        earnings[2] = (Pubkey::new_unique(), 140);
    });
    let prover = world.person();
    cache_both(&mut world, &prover, &plan, 2);
    // Its neighbour's proof shows nothing wrong.
    let innocent = prove(&world, &prover, &plan, 0);
    world.must_refuse("NotAFraud", innocent, &[&prover]);
    let proof = prove(&world, &prover, &plan, 2);
    world.must("prove_fraud", proof, &[&prover]);
}

#[test]
fn an_honest_root_cannot_be_accused() {
    let (mut world, plan) = attested(&MintKind::Token, 40, |earnings| {
        earnings[1].1 += 10;
        earnings.push((Pubkey::new_unique(), 30));
    });
    let prover = world.person();
    let missing = prove(&world, &prover, &plan, 1);
    assert!(world.send("refused", missing, &[&prover]).is_err());
    cache_both(&mut world, &prover, &plan, 1);
    for index in 0..6 {
        let proof = prove(&world, &prover, &plan, index);
        world.must_refuse("NotAFraud", proof, &[&prover]);
    }
    let (at, pool) = (world.build.at, world.build.pool);
    let page = instruction::prove_page_fraud(&at, &prover.pubkey(), &pool, ROUND);
    world.must_refuse("NotAFraud", page, &[&prover]);
    let mut lie = prove(&world, &prover, &plan, 1);
    lie.data[16] ^= 1;
    world.must_refuse("ProofInvalid", lie, &[&prover]);
    let other_page = prove(&world, &prover, &plan, 600);
    world.must_refuse("WrongEvidence", other_page, &[&prover]);
    // Another's evidence does not make its reward one's own.
    let thief = world.person();
    let mut theft = prove(&world, &prover, &plan, 1);
    theft.accounts[0].pubkey = thief.pubkey();
    world.must_refuse("WrongEvidence", theft, &[&thief]);

    world.warp_to(world.round(ROUND).window_until_slot);
    world.settle(&plan);
    world.finalise(&plan);
}

#[test]
fn a_page_that_shrinks_is_enough() {
    let (mut world, plan) = attested(&MintKind::Token, 10, |earnings| {
        // Half of the first page moves to a leaf on the second.
        earnings[0].1 -= 90;
        earnings.resize_with(513, || (Pubkey::new_unique(), 0));
        earnings[512].1 = 100;
    });
    let prover = world.person();
    cache_both(&mut world, &prover, &plan, 0);
    let (at, pool) = (world.build.at, world.build.pool);
    let page = instruction::prove_page_fraud(&at, &prover.pubkey(), &pool, ROUND);
    world.must("prove_page_fraud", page, &[&prover]);
    assert_eq!(world.round(ROUND).state, RoundState::Void as u8);
}

#[test]
fn nobody_escapes_by_voiding_their_own_round() {
    let (mut world, plan) = attested(&MintKind::Token, 40, steal);
    let prover = world.person();
    let treasury = world.treasury;
    world.create_token_accounts(&treasury);
    world.warp_to(world.pool().round_deadline_slot);
    let void = world.build.void(ROUND);
    world.must("void_round", void, &[]);
    cache_both(&mut world, &prover, &plan, 1);
    let proof = prove(&world, &prover, &plan, 1);
    world.must("prove_fraud", proof, &[&prover]);

    // Unbonding stake is slashed like any other, while the vote is slashable.
    let wallet = world.validators[0].authority.insecure_clone();
    let request = world.build.request_unstake(&wallet.pubkey());
    world.must("request_unstake", request, &[&wallet]);
    let slash_first = slash(&world, &prover, 0);
    world.must("slash_validator", slash_first, &[]);
    let slash_second = slash(&world, &prover, 1);
    world.warp_to(world.round(ROUND).deadline_slot + 41);
    world.must_refuse("StageOver", slash_second, &[]);
    assert_eq!(validator(&world, 1).stake, STAKE);
}

#[test]
fn who_attested_to_something_else_is_not_slashed() {
    let mut world = World::new(&MintKind::Token);
    let dissenter = world.register_validator(STAKE);
    let job = world.create_job(100_000);
    let gains: Vec<(Pubkey, u64)> = (0..4).map(|_| (Pubkey::new_unique(), 100)).collect();
    world.run_round(&gains, &[(job, 400)]);
    world.post_batch(job);
    world.open_round();
    let mut earnings = world.earnings.clone();
    steal(&mut earnings);
    let plan = world.plan_of(earnings, &[(job, 40)]);
    let honest = world.plan(&[(gains[0].0, 40)], &[(job, 40)]);
    world.commit_all();
    world.reveal_all();
    for validator in 0..3 {
        world.attest(validator, &plan.result);
    }
    world.attest(dissenter, &honest.result);
    world.make_pending(&plan);
    let prover = world.person();
    let treasury = world.treasury;
    world.create_token_accounts(&treasury);
    cache_both(&mut world, &prover, &plan, 1);
    let proof = prove(&world, &prover, &plan, 1);
    world.must("prove_fraud", proof, &[&prover]);
    let innocent = slash(&world, &prover, dissenter);
    world.must_refuse("NotAttested", innocent, &[]);
    let mut wrong_vault = slash(&world, &prover, 0);
    let other = world.validators[dissenter].authority.pubkey();
    let other = world.build.at.validator(&other);
    wrong_vault.accounts[3].pubkey = world.build.at.stake(&other);
    assert!(world.send("refused", wrong_vault, &[]).is_err());
}
