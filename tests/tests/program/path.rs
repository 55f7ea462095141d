//! From escrow to claim.

use sheaf_client::{instruction::fund_job, layout::FundJobArguments};
use sheaf_tests::{
    mint::MintKind,
    world::{PURSE, World},
};
use solana_sdk::{pubkey::Pubkey, signer::Signer};

/// Two rounds over two jobs, claims between and after them, a refund at the end.
fn walk(kind: &MintKind, fee_bps: u64) -> World {
    let mut world = World::new(kind);
    let arrives = |amount: u64| amount - (amount * fee_bps).div_ceil(10_000);
    let (first, second) = (world.create_job(1_000_000), world.create_job(500_000));
    let fund = fund_job(
        &world.build.at,
        &world.stranger.pubkey(),
        &world.pool_accounts(),
        first,
        &FundJobArguments { amount: 100_000 },
    );
    let stranger = world.stranger.insecure_clone();
    world.must("fund_job", fund, &[&stranger]);
    let funded = arrives(1_000_000) + arrives(100_000);
    assert_eq!(world.job(first).balance, funded);

    let people: Vec<Pubkey> = (0..5).map(|_| Pubkey::new_unique()).collect();
    for person in &people {
        world.create_token_accounts(person);
    }
    let gains: Vec<(Pubkey, u64)> = people
        .iter()
        .zip([100, 200, 300, 400, 500])
        .map(|(p, gain)| (*p, gain))
        .collect();
    world.run_round(&gains[..3], &[(first, 450), (second, 150)]);
    assert_eq!(world.pool().active_total, 600);
    assert_eq!(world.pool().active_leaf_count, 3);
    assert_eq!(world.job(first).balance, funded - 450);
    assert_eq!(world.job(first).settled_total, 450);

    world.open_page(0);
    world.sync_page(0);
    world.claim(0);
    assert_eq!(world.wallet_tokens(&people[0]), arrives(100));
    let again = world.claim_instruction(0);
    world.must_refuse("NothingToClaim", again, &[]);

    // Everybody earns, the first for the second time: it is paid the difference.
    world.run_round(&gains, &[(second, 1_500)]);
    world.sync_page(0);
    for index in 0..5 {
        world.claim(index);
    }
    assert_eq!(world.wallet_tokens(&people[0]), arrives(100) + arrives(100));
    assert_eq!(world.wallet_tokens(&people[4]), arrives(500));
    assert_eq!(world.pool().claimed_total, 2_100);

    // What is left goes back.
    for job in [first, second] {
        world.cancel_job(job);
        world.pass_grace(job);
        let destination = world.build.token_account(&world.requester.pubkey());
        let refund = world.build.refund_job(job, &destination);
        world.must("refund_job", refund, &[]);
        assert_eq!(world.job(job).balance, 0);
    }
    assert_eq!(world.tokens(&Pubkey::new_from_array(world.pool().vault)), 0);
    if fee_bps == 0 {
        let spent = 2_100 - 100_000;
        assert_eq!(
            world.wallet_tokens(&world.requester.pubkey()) as i64,
            PURSE as i64 - spent
        );
    }

    // A validator leaves with its stake.
    let leaving = world.validators[0].authority.insecure_clone();
    let request = world.build.request_unstake(&leaving.pubkey());
    world.must("request_unstake", request, &[&leaving]);
    let withdraw = world.build.withdraw_stake(&leaving.pubkey());
    world.must_refuse("StakeLocked", withdraw.clone(), &[&leaving]);
    let (slot, time) = (world.slot() + 10_000, world.unix_time() + 10_000);
    world.set_time(slot, time);
    world.must("withdraw_stake", withdraw, &[&leaving]);
    if fee_bps == 0 {
        assert_eq!(
            world.tokens(&world.build.stake_account(&leaving.pubkey())),
            PURSE
        );
    }
    let validator = world.build.at.validator(&leaving.pubkey());
    assert_eq!(world.lamports(&validator), 0);
    assert_eq!(world.lamports(&world.build.at.stake(&validator)), 0);
    world
}

#[test]
fn over_a_mint_of_the_token_program() {
    walk(&MintKind::Token, 0).print_costs("Token");
}

#[test]
fn over_a_mint_of_token_2022() {
    walk(&MintKind::plain_2022(), 0).print_costs("Token-2022");
}

#[test]
fn over_a_mint_with_a_transfer_fee() {
    walk(&MintKind::with_fee(100), 100).print_costs("Token-2022 with a fee");
}
