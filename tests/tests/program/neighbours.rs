//! Up to eight claims at once.

use sheaf_client::{instruction::claim_neighbours, layout::ClaimNeighboursArguments};
use sheaf_tests::{mint::MintKind, world::World};
use solana_sdk::{instruction::Instruction, pubkey::Pubkey, signer::Signer};

/// A world in which `count` people have earned 100 each on a synced page, with token accounts.
fn earned(kind: &MintKind, count: usize) -> (World, Vec<Pubkey>) {
    let mut world = World::new(kind);
    let job = world.create_job(100_000);
    let people: Vec<Pubkey> = (0..count).map(|_| Pubkey::new_unique()).collect();
    for person in &people {
        world.create_token_accounts(person);
    }
    let gains: Vec<(Pubkey, u64)> = people.iter().map(|person| (*person, 100)).collect();
    world.run_round(&gains, &[(job, 100 * count as u64)]);
    world.open_page(0);
    world.sync_page(0);
    (world, people)
}

fn claim(world: &World, arguments: &ClaimNeighboursArguments) -> Instruction {
    claim_neighbours(&world.build.at, &world.pool_accounts(), arguments)
}

#[test]
fn eight_neighbours_are_paid_in_one_transaction() {
    for (name, kind, paid) in [
        ("Token", MintKind::Token, 100),
        ("Token-2022", MintKind::plain_2022(), 100),
        ("Token-2022 with a fee", MintKind::with_fee(100), 99),
    ] {
        let (mut world, people) = earned(&kind, 16);
        let all = claim(&world, &world.neighbours_arguments(8, |_| true));
        world.must("claim_neighbours", all.clone(), &[]);
        let cost = world.costs.last().expect("it was sent");
        println!(
            "{name}: eight claims take {} units, {} bytes",
            cost.units, cost.bytes
        );
        for (index, person) in people.iter().enumerate() {
            let expected = if index < 8 { 0 } else { paid };
            assert_eq!(world.wallet_tokens(person), expected);
        }
        assert_eq!(world.pool().claimed_total, 800);
        world.must_refuse("NothingToClaim", all, &[]);
    }
}

#[test]
fn single_and_common_claims_do_not_pay_twice() {
    let (mut world, people) = earned(&MintKind::Token, 5);
    world.claim(1);
    let some = claim(&world, &world.neighbours_arguments(0, |index| index != 3));
    world.must("claim_neighbours", some, &[]);
    let again = world.claim_instruction(2);
    world.must_refuse("NothingToClaim", again, &[]);
    world.claim(3);
    for person in &people {
        assert_eq!(world.wallet_tokens(person), 100);
    }
}

#[test]
fn who_cannot_be_paid_is_passed_over_and_loses_nothing() {
    let (mut world, people) = earned(&MintKind::plain_2022(), 8);
    let accounts: Vec<Pubkey> = people
        .iter()
        .map(|person| world.build.token_account(person))
        .collect();
    let mut change = |index: usize, change: &dyn Fn(&mut Vec<u8>)| {
        let mut account = world.svm.get_account(&accounts[index]).expect("exists");
        change(&mut account.data);
        world
            .svm
            .set_account(accounts[index], account)
            .expect("an account");
    };
    let thief = [9; 32];
    change(1, &|data| data[108] = 2);
    change(2, &|data| data[32..64].copy_from_slice(&thief));
    change(3, &|data| data.clear());
    change(4, &|data| {
        data.truncate(165);
        data.extend([2, 8, 0, 1, 0, 1]);
    });
    let all = claim(&world, &world.neighbours_arguments(0, |_| true));
    world.must("claim_neighbours", all, &[]);
    assert_eq!(world.pool().claimed_total, 400);

    // Thawed, it is paid.
    let mut account = world.svm.get_account(&accounts[1]).expect("exists");
    account.data[108] = 1;
    world
        .svm
        .set_account(accounts[1], account)
        .expect("an account");
    world.claim(1);
    assert_eq!(world.wallet_tokens(&people[1]), 100);
}

#[test]
fn changed_groups_are_refused_and_pay_nothing() {
    let (mut world, people) = earned(&MintKind::Token, 16);
    let good = world.neighbours_arguments(8, |_| true);
    let mut richer = good;
    richer.cumulatives[2] = 101u64.to_le_bytes();
    let mut thief = good;
    thief.contributors[2] = world.stranger.pubkey().to_bytes();
    let mut broken = good;
    broken.proof[0][7] ^= 1;
    let bad = [
        ("ProofInvalid", richer),
        ("ProofInvalid", thief),
        ("ProofInvalid", broken),
        (
            "ProofInvalid",
            ClaimNeighboursArguments {
                first_index: 0,
                ..good
            },
        ),
        (
            "IndexMismatch",
            ClaimNeighboursArguments {
                first_index: 9,
                ..good
            },
        ),
    ];
    for (error, arguments) in bad {
        let claim = claim(&world, &arguments);
        world.must_refuse(error, claim, &[]);
    }
    let mut short = claim(&world, &good);
    short.accounts.pop();
    world.must_refuse("WrongTokenAccount", short, &[]);
    // Money of one goes to nobody else: who names another account is passed over.
    let mut astray = claim(&world, &good);
    astray.accounts[5].pubkey = world.build.token_account(&world.stranger.pubkey());
    let before = world.wallet_tokens(&world.stranger.pubkey());
    world.must("claim_neighbours", astray, &[]);
    assert_eq!(world.wallet_tokens(&world.stranger.pubkey()), before);
    assert_eq!(world.wallet_tokens(&people[8]), 0);
    assert_eq!(world.wallet_tokens(&people[9]), 100);
}
