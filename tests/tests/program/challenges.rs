//! Leaves that have to be shown, or the round is void.

use sheaf_client::{
    instruction::{self, ChallengeAccounts},
    layout::*,
};
use sheaf_format::{
    limits::{CHALLENGE_BOND_LAMPORTS, MAX_LEAVES},
    stage::{RoundState, TreeSide},
};
use sheaf_tests::{
    mint::MintKind,
    world::{Plan, World},
};
use solana_sdk::{instruction::Instruction, pubkey::Pubkey, signature::Keypair, signer::Signer};

/// A world with a pending result: four earners, one job.
fn pending() -> (World, Plan) {
    let mut world = World::new(&MintKind::Token);
    let job = world.create_job(10_000);
    world.post_batch(job);
    world.open_round();
    let gains: Vec<(Pubkey, u64)> = (0..4).map(|_| (Pubkey::new_unique(), 15)).collect();
    let plan = world.plan(&gains, &[(job, 60)]);
    world.vote(&plan);
    world.make_pending(&plan);
    (world, plan)
}

fn open(world: &World, challenger: &Keypair, index: u32) -> Instruction {
    let (at, pool) = (&world.build.at, &world.build.pool);
    let arguments = OpenChallengeArguments { index };
    instruction::open_challenge(at, &challenger.pubkey(), pool, 1, &arguments)
}

fn challenge_of(world: &World, challenger: &Keypair, index: u32) -> ChallengeAccounts {
    ChallengeAccounts {
        pool: world.build.pool,
        round: 1,
        index,
        challenger: challenger.pubkey(),
    }
}

#[test]
fn who_shows_the_leaf_takes_the_bond_and_the_round_goes_on() {
    // A leaf that is there, and one that is not.
    for index in [2, 600] {
        let (mut world, plan) = pending();
        let (challenger, answerer) = (world.person(), world.person());
        let challenge = challenge_of(&world, &challenger, index);
        world.warp_by(5);
        let before = world.lamports(&challenger.pubkey());
        let open = open(&world, &challenger, index);
        world.must("open_challenge", open.clone(), &[&challenger]);
        assert!(
            world.send("refused", open, &[&challenger]).is_err(),
            "an index is challenged by one at a time"
        );
        assert_eq!(world.round(1).challenge_count, 1);
        world.warp_to(world.round(1).window_until_slot);
        world.settle(&plan);
        let finalise = world.build.finalise(1);
        world.must_refuse("ChallengeOpen", finalise.clone(), &[]);

        let answer = instruction::answer_challenge(
            &world.build.at,
            &answerer.pubkey(),
            &challenge,
            &answerer.pubkey(),
            &world.answer_arguments(&plan.earnings, index),
        );
        assert!(
            world.send("refused", answer.clone(), &[&answerer]).is_err(),
            "the page comes first"
        );
        let tree = world.tree(&plan.earnings);
        world.cache(&answerer, TreeSide::Pending, &tree, index);
        let mut lie = answer.clone();
        lie.data[8] ^= 1;
        world.must_refuse("ProofInvalid", lie, &[&answerer]);
        let mut astray = answer.clone();
        astray.accounts[5].pubkey = answerer.pubkey();
        assert!(world.send("refused", astray, &[&answerer]).is_err());
        let answerer_before = world.lamports(&answerer.pubkey());
        world.must("answer_challenge", answer.clone(), &[&answerer]);
        let earned = world.lamports(&answerer.pubkey()) - answerer_before;
        assert!(
            earned.abs_diff(CHALLENGE_BOND_LAMPORTS) < 10_000,
            "the bond"
        );
        let paid = before - world.lamports(&challenger.pubkey());
        assert!(paid.abs_diff(CHALLENGE_BOND_LAMPORTS) < 20_000, "no rent");
        assert!(world.send("refused", answer, &[&answerer]).is_err());
        world.must("finalise_round", finalise, &[]);
    }
}

#[test]
fn a_challenge_needs_the_window_an_index_and_a_bond() {
    let mut world = World::new(&MintKind::Token);
    let job = world.create_job(10_000);
    world.post_batch(job);
    world.open_round();
    let challenger = world.person();
    let early = open(&world, &challenger, 0);
    world.must_refuse("WrongStage", early, &[&challenger]);

    let (mut world, _) = pending();
    let challenger = world.person();
    let outside = open(&world, &challenger, MAX_LEAVES);
    world.must_refuse("IndexOutOfRange", outside, &[&challenger]);
    let poor = Keypair::new();
    world
        .svm
        .airdrop(&poor.pubkey(), CHALLENGE_BOND_LAMPORTS)
        .expect("lamports");
    let open_poor = open(&world, &poor, 0);
    assert!(world.send("refused", open_poor, &[&poor]).is_err());
    world.warp_to(world.round(1).window_until_slot);
    let late = open(&world, &challenger, 0);
    world.must_refuse("StageOver", late, &[&challenger]);
}

#[test]
fn a_page_that_was_not_proven_in_the_pending_tree_answers_nothing() {
    let (mut world, plan) = pending();
    let (challenger, answerer) = (world.person(), world.person());
    let open = open(&world, &challenger, 2);
    world.must("open_challenge", open, &[&challenger]);
    let challenge = challenge_of(&world, &challenger, 2);
    let answer = instruction::answer_challenge(
        &world.build.at,
        &answerer.pubkey(),
        &challenge,
        &answerer.pubkey(),
        &world.answer_arguments(&plan.earnings, 2),
    );
    let base = world.tree(&[]);
    world.cache(&answerer, TreeSide::Base, &base, 2);
    world.must_refuse("WrongEvidence", answer.clone(), &[&answerer]);
    let tree = world.tree(&plan.earnings);
    world.cache(&answerer, TreeSide::Pending, &tree, 600);
    world.must_refuse("WrongEvidence", answer.clone(), &[&answerer]);
    let forged = world.cache_instruction(&answerer.pubkey(), TreeSide::Pending, &base, 2);
    world.must_refuse("ProofInvalid", forged, &[&answerer]);
    // Anybody's evidence will do.
    world.cache(&challenger, TreeSide::Pending, &tree, 2);
    let mut helped = answer;
    let round = world.build.at.round(&world.build.pool, 1);
    helped.accounts[4].pubkey = world.build.at.evidence(&round, &challenger.pubkey());
    world.must("answer_challenge", helped, &[&answerer]);
}

#[test]
fn an_unanswered_challenge_voids_the_round_and_returns_every_bond() {
    let (mut world, plan) = pending();
    let (challenger, other) = (world.person(), world.person());
    let before = world.lamports(&challenger.pubkey());
    for (challenger, index) in [(&challenger, 2), (&other, 3)] {
        let open = open(&world, challenger, index);
        world.must("open_challenge", open, &[challenger]);
    }
    let first = challenge_of(&world, &challenger, 2);
    let second = challenge_of(&world, &other, 3);
    let void = instruction::void_unanswered(&world.build.at, &first);
    let close = instruction::close_challenge(&world.build.at, &second);
    world.must_refuse("StageNotOver", void.clone(), &[]);
    world.must_refuse("WrongStage", close.clone(), &[]);
    let account: Challenge = world.read(&void.accounts[2].pubkey);
    world.warp_to(account.answer_until_slot - 1);
    world.must_refuse("StageNotOver", void.clone(), &[]);
    world.warp_by(1);

    let answerer = world.person();
    let tree = world.tree(&plan.earnings);
    world.cache(&answerer, TreeSide::Pending, &tree, 2);
    let late = instruction::answer_challenge(
        &world.build.at,
        &answerer.pubkey(),
        &first,
        &answerer.pubkey(),
        &world.answer_arguments(&plan.earnings, 2),
    );
    world.must_refuse("StageOver", late, &[&answerer]);
    let mut astray = void.clone();
    astray.accounts[3].pubkey = other.pubkey();
    world.must_refuse("WrongRentReceiver", astray, &[]);

    world.must("void_unanswered", void.clone(), &[]);
    assert_eq!(world.round(1).state, RoundState::Void as u8);
    let paid = before - world.lamports(&challenger.pubkey());
    assert!(paid < 20_000, "bond and rent came back, fees apart: {paid}");
    assert!(world.send("refused", void, &[]).is_err());
    world.must("close_challenge", close, &[]);
    assert_eq!(world.round(1).challenge_count, 0);
    world.release(0, 1);
    assert_eq!(world.job(0).balance, 10_000);
}

#[test]
fn evidence_gives_its_rent_back_to_its_prover_alone() {
    let (mut world, plan) = pending();
    let (prover, stranger) = (world.person(), world.stranger.insecure_clone());
    let before = world.lamports(&prover.pubkey());
    let tree = world.tree(&plan.earnings);
    world.cache(&prover, TreeSide::Pending, &tree, 2);
    let (at, pool) = (world.build.at, world.build.pool);
    let close = instruction::close_evidence(&at, &prover.pubkey(), &pool, 1);
    let mut theft = close.clone();
    theft.accounts[0].pubkey = stranger.pubkey();
    world.must_refuse("WrongRentReceiver", theft, &[&stranger]);
    world.must("close_evidence", close.clone(), &[&prover]);
    assert!(before - world.lamports(&prover.pubkey()) < 20_000);
    assert!(world.send("refused", close, &[&prover]).is_err());
    // Closed and made again, it starts empty.
    world.cache(&prover, TreeSide::Base, &world.tree(&[]), 2);
    let round = at.round(&pool, 1);
    let evidence: Evidence = world.read(&at.evidence(&round, &prover.pubkey()));
    assert_eq!(evidence.cached, 1);
}
