//! Proofs, pages and replays.

use sheaf_client::{
    address::associated_token,
    instruction::claim_neighbours,
    layout::{ClaimArguments, LedgerPage},
};
use sheaf_tests::{mint::MintKind, world::World};
use solana_sdk::{pubkey::Pubkey, signer::Signer};

/// A world in which four people have earned on a synced page.
fn earned() -> (World, Vec<Pubkey>) {
    let mut world = World::new(&MintKind::Token);
    let job = world.create_job(100_000);
    let people: Vec<Pubkey> = (0..4).map(|_| Pubkey::new_unique()).collect();
    for person in &people {
        world.create_token_accounts(person);
    }
    let gains: Vec<(Pubkey, u64)> = people.iter().map(|person| (*person, 100)).collect();
    world.run_round(&gains, &[(job, 400)]);
    world.open_page(0);
    world.sync_page(0);
    (world, people)
}

#[test]
fn changed_claims_are_refused_by_name_and_pay_nothing() {
    let (mut world, people) = earned();
    let good = world.claim_arguments(1);
    let mut broken_proof = good;
    broken_proof.proof[3][0] ^= 1;
    let mut broken_sum = good;
    broken_sum.proof[0][32] ^= 1;
    let changed = [
        (
            "ProofInvalid",
            ClaimArguments {
                cumulative: 101,
                ..good
            },
        ),
        (
            "ProofInvalid",
            ClaimArguments {
                cumulative: 99,
                ..good
            },
        ),
        ("ProofInvalid", ClaimArguments { index: 2, ..good }),
        ("IndexMismatch", ClaimArguments { index: 513, ..good }),
        ("ProofInvalid", broken_proof),
        ("ProofInvalid", broken_sum),
        (
            "WrongTokenAccount",
            ClaimArguments {
                token_account_bump: good.token_account_bump.wrapping_sub(1),
                ..good
            },
        ),
    ];
    for (error, arguments) in changed {
        let claim = world.build.claim(0, &people[1], &arguments);
        world.must_refuse(error, claim, &[]);
    }

    // Another contributor with the first one's leaf: refused by the proof, and, once the slot is
    // taken, by name.
    let thief = world.stranger.pubkey();
    let mut theft = good;
    let (mint, program) = (world.build.mint, world.build.token_program);
    theft.token_account_bump = associated_token(&thief, &mint, &program).1;
    let claim = world.build.claim(0, &thief, &theft);
    world.must_refuse("ProofInvalid", claim.clone(), &[]);
    world.claim(1);
    world.must_refuse("ContributorMismatch", claim, &[]);
    assert_eq!(world.wallet_tokens(&people[1]), 100);
    assert_eq!(world.pool().claimed_total, 100);
}

#[test]
fn a_second_claim_finds_nothing_and_an_old_leaf_is_too_small() {
    let (mut world, people) = earned();
    let old = world.claim_instruction(0);
    world.claim(0);
    world.must_refuse("NothingToClaim", old.clone(), &[]);
    world.run_round(&[(people[0], 11)], &[(0, 11)]);
    world.must_refuse("NothingToClaim", old.clone(), &[]);
    world.sync_page(0);
    world.claim(0);
    world.must_refuse("CumulativeBelowClaimed", old, &[]);
    assert_eq!(world.wallet_tokens(&people[0]), 111);
}

#[test]
fn a_claim_under_way_survives_one_sync() {
    let (mut world, people) = earned();
    let under_way = world.claim_instruction(2);
    world.run_round(&[(people[2], 50)], &[(0, 50)]);
    world.sync_page(0);
    world.must("claim", under_way, &[]);
    assert_eq!(world.wallet_tokens(&people[2]), 100);
    world.claim(2);
    assert_eq!(world.wallet_tokens(&people[2]), 150);
}

#[test]
fn money_goes_only_to_the_contributors_canonical_account() {
    let (mut world, people) = earned();
    let mut claim = world.claim_instruction(0);
    claim.accounts[3].pubkey = world.build.token_account(&world.stranger.pubkey());
    world.must_refuse("WrongTokenAccount", claim, &[]);

    // The canonical account was given away: it is refused, though its address is right.
    let canonical = world.build.token_account(&people[0]);
    let mut account = world.svm.get_account(&canonical).expect("exists");
    account.data[32..64].copy_from_slice(&world.stranger.pubkey().to_bytes());
    world
        .svm
        .set_account(canonical, account)
        .expect("an account");
    let claim = world.claim_instruction(0);
    world.must_refuse("WrongTokenAccount", claim, &[]);

    let mut claim = world.claim_instruction(1);
    claim.accounts[4].pubkey = world.build.token_account(&people[2]);
    world.must_refuse("WrongTokenAccount", claim, &[]);
    let mut claim = world.claim_instruction(1);
    claim.accounts[5].pubkey = world.build.stake_mint;
    world.must_refuse("WrongMint", claim, &[]);
}

#[test]
fn a_vault_that_holds_less_than_it_owes_pays_nobody() {
    let (mut world, people) = earned();
    let vault = Pubkey::new_from_array(world.pool().vault);
    let mut account = world.svm.get_account(&vault).expect("exists");
    let short = world.tokens(&vault) - 1;
    account.data[64..72].copy_from_slice(&short.to_le_bytes());
    world.svm.set_account(vault, account).expect("an account");
    let claim = world.claim_instruction(0);
    world.must_refuse("VaultShort", claim, &[]);
    let arguments = world.neighbours_arguments(0, |_| true);
    let claim = claim_neighbours(&world.build.at, &world.pool_accounts(), &arguments);
    world.must_refuse("VaultShort", claim, &[]);
    assert_eq!(world.wallet_tokens(&people[0]), 0);
}

#[test]
fn pages_sync_only_to_the_active_root() {
    let (mut world, people) = earned();
    let sync = world.sync_instruction(0);
    world.must_refuse("PageUpToDate", sync.clone(), &[]);
    let mut broken = sync.clone();
    broken.data[8 + 40 + 5] ^= 1;
    world.must_refuse("ProofInvalid", broken, &[]);
    world.run_round(&[(people[3], 5)], &[(0, 5)]);
    world.must_refuse("ProofInvalid", sync, &[]);
    world.sync_page(0);
    assert_eq!(
        world
            .read::<LedgerPage>(&world.build.at.page(&world.build.pool, 0))
            .synced_round,
        2
    );
}

#[test]
fn a_page_never_syncs_to_less_even_where_a_fraud_became_active() {
    let (mut world, _) = earned();
    world.post_batch(0);
    world.open_round();
    let mut earnings = world.earnings.clone();
    earnings[0].1 -= 90;
    earnings.resize_with(513, || (Pubkey::new_unique(), 0));
    earnings[512].1 = 100;
    let plan = world.plan_of(earnings, &[(0, 10)]);
    world.vote(&plan);
    world.tally(&plan);
    world.settle(&plan);
    world.finalise(&plan);
    let sync = world.sync_instruction(0);
    world.must_refuse("SumWouldFall", sync, &[]);
}

#[test]
fn earners_beyond_one_page_claim_on_their_own() {
    let mut world = World::new(&MintKind::Token);
    let job = world.create_job(1_000_000);
    let gains: Vec<(Pubkey, u64)> = (0..513).map(|_| (Pubkey::new_unique(), 7)).collect();
    world.run_round(&gains, &[(job, 513 * 7)]);
    for page in [0, 1] {
        world.open_page(page);
        world.sync_page(page);
    }
    for index in [0, 511, 512] {
        world.create_token_accounts(&gains[index].0);
        world.claim(index as u32);
        assert_eq!(world.wallet_tokens(&gains[index].0), 7);
    }
    // A leaf of one page is not claimed on the other.
    let arguments = world.claim_arguments(511);
    let claim = world.build.claim(1, &gains[511].0, &arguments);
    world.must_refuse("IndexMismatch", claim, &[]);
}
