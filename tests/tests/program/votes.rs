//! Who votes, when, and with what.

use sheaf_client::layout::{RevealArguments, TallyArguments};
use sheaf_format::digest::attestation;
use sheaf_tests::{
    mint::MintKind,
    world::{STAKE, World},
};
use solana_sdk::{pubkey::Pubkey, signer::Signer};

/// A world with an opened round over one job.
fn opened() -> (World, u64) {
    let mut world = World::new(&MintKind::Token);
    let job = world.create_job(10_000);
    let round = world.post_batch(job);
    world.open_round();
    (world, round)
}

#[test]
fn each_ballot_has_its_stage() {
    let (mut world, round) = opened();
    let (voter, authority) = world.voter(0);
    let keys = [&voter.pubkey(), &authority];
    let (commitment, reveal) = world.ballot(0);
    let commit = world.build.commit(keys, round, &commitment);
    let reveal = world.build.reveal(keys, round, &reveal);
    let attest = world.build.attest(keys, round, &[1; 32]);

    world.must_refuse("StageNotOver", reveal.clone(), &[&voter]);
    world.must_refuse("StageNotOver", attest.clone(), &[&voter]);
    world.must("commit_scores", commit.clone(), &[&voter]);
    world.must_refuse("AlreadyCommitted", commit.clone(), &[&voter]);

    world.warp_to(world.round(round).commit_until_slot);
    world.must_refuse("StageOver", commit.clone(), &[&voter]);
    world.must("reveal_scores", reveal.clone(), &[&voter]);
    world.must_refuse("AlreadyRevealed", reveal.clone(), &[&voter]);

    world.warp_to(world.round(round).reveal_until_slot);
    world.must_refuse("StageOver", reveal, &[&voter]);
    world.must("attest_result", attest.clone(), &[&voter]);
    world.must_refuse("AlreadyAttested", attest.clone(), &[&voter]);

    world.warp_to(world.round(round).attest_until_slot);
    let (second, authority) = world.voter(1);
    let late = world
        .build
        .attest([&second.pubkey(), &authority], round, &[1; 32]);
    world.must_refuse("StageOver", late, &[&second]);
    world.warp_to(world.pool().round_deadline_slot);
    world.must_refuse("PastHardDeadline", commit, &[&voter]);
}

#[test]
fn only_a_validators_own_keys_vote() {
    let (mut world, round) = opened();
    let (_, authority) = world.voter(0);
    let stranger = world.stranger.insecure_clone();
    let theft = world
        .build
        .commit([&stranger.pubkey(), &authority], round, &[1; 32]);
    world.must_refuse("NotValidator", theft, &[&stranger]);
    // The wallet itself may vote as well as its vote key.
    let wallet = world.validators[0].authority.insecure_clone();
    let commit = world
        .build
        .commit([&wallet.pubkey(), &authority], round, &[1; 32]);
    world.must("commit_scores", commit, &[&wallet]);
}

#[test]
fn a_copied_commitment_cannot_be_revealed() {
    let (mut world, round) = opened();
    let (first, first_authority) = world.voter(0);
    let (copier, copier_authority) = world.voter(1);
    let (commitment, reveal) = world.ballot(0);
    let commit = world
        .build
        .commit([&first.pubkey(), &first_authority], round, &commitment);
    world.must("commit_scores", commit, &[&first]);
    let copy = world
        .build
        .commit([&copier.pubkey(), &copier_authority], round, &commitment);
    world.must("commit_scores", copy, &[&copier]);
    world.warp_to(world.round(round).commit_until_slot);
    let copy = world
        .build
        .reveal([&copier.pubkey(), &copier_authority], round, &reveal);
    world.must_refuse("CommitmentMismatch", copy, &[&copier]);
    let wrong = RevealArguments {
        salt: [0; 32],
        ..reveal
    };
    let keys = [&first.pubkey(), &first_authority];
    let wrong = world.build.reveal(keys, round, &wrong);
    world.must_refuse("CommitmentMismatch", wrong, &[&first]);
    let (third, third_authority) = world.voter(2);
    let none = world
        .build
        .reveal([&third.pubkey(), &third_authority], round, &reveal);
    world.must_refuse("NotCommitted", none, &[&third]);
    let right = world.build.reveal(keys, round, &reveal);
    world.must("reveal_scores", right, &[&first]);
}

#[test]
fn who_registered_after_opening_has_no_vote_in_the_round() {
    let (mut world, round) = opened();
    let late = world.register_validator(STAKE);
    let (voter, authority) = world.voter(late);
    let commit = world
        .build
        .commit([&voter.pubkey(), &authority], round, &[1; 32]);
    world.must_refuse("NotInStakeTable", commit, &[&voter]);
}

#[test]
fn unbonding_stake_has_no_vote_and_waits_for_past_votes() {
    let (mut world, round) = opened();
    let (voter, authority) = world.voter(0);
    let commit = world
        .build
        .commit([&voter.pubkey(), &authority], round, &world.ballot(0).0);
    world.must("commit_scores", commit, &[&voter]);
    let wallet = world.validators[0].authority.insecure_clone();
    let withdraw = world.build.withdraw_stake(&wallet.pubkey());
    world.must_refuse("NotUnbonding", withdraw.clone(), &[&wallet]);
    let request = world.build.request_unstake(&wallet.pubkey());
    world.must("request_unstake", request.clone(), &[&wallet]);
    world.must_refuse("AlreadyUnbonding", request, &[&wallet]);
    assert_eq!(world.network().validators[0].stake, 0);

    world.warp_to(world.round(round).commit_until_slot);
    let reveal = world
        .build
        .reveal([&voter.pubkey(), &authority], round, &world.ballot(0).1);
    world.must_refuse("AlreadyUnbonding", reveal, &[&voter]);

    // Unbonded by time, and still slashable for the commitment.
    let (slot, time) = (world.pool().round_deadline_slot, world.unix_time() + 601);
    world.set_time(slot, time);
    world.must_refuse("StakeLocked", withdraw.clone(), &[&wallet]);
    world.set_time(slot + 41, time);
    world.must("withdraw_stake", withdraw, &[&wallet]);
    assert_eq!(world.network().validators[0].authority, [0; 32]);
}

#[test]
fn who_left_and_came_back_with_less_does_not_vote_with_the_old_stake() {
    let (mut world, round) = opened();
    let wallet = world.validators[2].authority.insecure_clone();
    let request = world.build.request_unstake(&wallet.pubkey());
    world.must("request_unstake", request, &[&wallet]);
    let (slot, time) = (world.slot(), world.unix_time() + 601);
    world.set_time(slot, time);
    let withdraw = world.build.withdraw_stake(&wallet.pubkey());
    world.must("withdraw_stake", withdraw, &[&wallet]);
    let (voter, authority) = world.voter(2);
    let arguments = sheaf_client::layout::RegisterValidatorArguments {
        vote_key: voter.pubkey().to_bytes(),
        encryption_key: [0; 32],
        amount: 1_000,
    };
    let register = world.build.register_validator(&wallet.pubkey(), &arguments);
    world.must("register_validator", register, &[&wallet]);
    let commit = world
        .build
        .commit([&voter.pubkey(), &authority], round, &[1; 32]);
    world.must_refuse("NotInStakeTable", commit, &[&voter]);
}

#[test]
fn a_stake_below_the_minimum_is_refused() {
    let mut world = World::new(&MintKind::Token);
    let person = world.person();
    for (amount, error) in [(0, "AmountIsZero"), (999, "StakeTooSmall")] {
        let arguments = sheaf_client::layout::RegisterValidatorArguments {
            vote_key: [0; 32],
            encryption_key: [0; 32],
            amount,
        };
        let register = world.build.register_validator(&person.pubkey(), &arguments);
        world.must_refuse(error, register, &[&person]);
    }
}

#[test]
fn a_result_needs_two_thirds_of_the_stake_and_its_preimage() {
    let (mut world, round) = opened();
    let plan = world.plan(&[(Pubkey::new_unique(), 60)], &[(0, 60)]);
    world.commit_all();
    world.reveal_all();
    let good = World::tally_arguments(&plan.result);
    let tally = world.build.tally(round, &good);
    world.attest(0, &plan.result);
    world.must_refuse("NoQuorum", tally.clone(), &[]);
    // A different result does not add up with it.
    let mut other = plan.result;
    other.manifest_hash = [7; 32];
    world.attest(1, &other);
    world.must_refuse("NoQuorum", tally.clone(), &[]);
    world.attest(2, &plan.result);
    // Two of three equal stakes are 66.66 %, below the quorum of 66.67 %.
    world.must_refuse("NoQuorum", tally, &[]);
}

#[test]
fn a_tally_takes_only_what_was_attested_to() {
    let (mut world, round) = opened();
    let plan = world.plan(&[(Pubkey::new_unique(), 60)], &[(0, 60)]);
    world.vote(&plan);
    let good = World::tally_arguments(&plan.result);
    let changed = [
        (
            "NoQuorum",
            TallyArguments {
                root: [1; 32],
                ..good
            },
        ),
        (
            "NoQuorum",
            TallyArguments {
                manifest_hash: [1; 32],
                ..good
            },
        ),
        (
            "NoQuorum",
            TallyArguments {
                debits_hash: [1; 32],
                ..good
            },
        ),
        ("TotalMismatch", TallyArguments { total: 61, ..good }),
        (
            "TotalMismatch",
            TallyArguments {
                debits_total: 59,
                ..good
            },
        ),
        (
            "LeafCountShrinks",
            TallyArguments {
                leaf_count: (1 << 25) + 1,
                ..good
            },
        ),
    ];
    for (error, arguments) in changed {
        let tally = world.build.tally(round, &arguments);
        world.must_refuse(error, tally, &[]);
    }
    world.tally(&plan);
    let again = world.build.tally(round, &good);
    world.must_refuse("WrongStage", again, &[]);
    assert_ne!(attestation(&world.scope(), &plan.result), [0; 32]);
}
