//! Funding, cancelling and refunds.

use sheaf_client::{
    instruction::fund_job,
    layout::{CreateJobArguments, FundJobArguments},
};
use sheaf_tests::{
    mint::MintKind,
    world::{PURSE, World},
};
use solana_sdk::{instruction::Instruction, pubkey::Pubkey, signer::Signer};

/// The instruction that funds a job from a wallet.
fn fund(world: &World, funder: &Pubkey, job: u64, amount: u64) -> Instruction {
    let (at, pool) = (&world.build.at, world.pool_accounts());
    fund_job(at, funder, &pool, job, &FundJobArguments { amount })
}

#[test]
fn a_job_is_checked_at_creation() {
    let mut world = World::new(&MintKind::Token);
    let requester = world.requester.insecure_clone();
    let good = world.job_arguments(1_000);
    let now = world.unix_time();
    let stranger = world.stranger.pubkey().to_bytes();
    let bad = [
        ("JobKindUnknown", CreateJobArguments { kind: 4, ..good }),
        (
            "NotAggregator",
            CreateJobArguments {
                aggregator: stranger,
                ..good
            },
        ),
        ("AmountIsZero", CreateJobArguments { amount: 0, ..good }),
        (
            "AmountIsZero",
            CreateJobArguments {
                round_cap: 0,
                ..good
            },
        ),
        (
            "DeadlineOutOfBounds",
            CreateJobArguments {
                deadline: now,
                ..good
            },
        ),
        (
            "DeadlineOutOfBounds",
            CreateJobArguments {
                deadline: i64::MAX,
                ..good
            },
        ),
    ];
    for (error, arguments) in bad {
        let create = world.build.create_job(&requester.pubkey(), 0, &arguments);
        world.must_refuse(error, create, &[&requester]);
    }
    // More than the requester has: the token program refuses.
    let rich = CreateJobArguments {
        amount: 2 * PURSE,
        ..good
    };
    let create = world.build.create_job(&requester.pubkey(), 0, &rich);
    assert!(world.send("refused", create, &[&requester]).is_err());
    assert_eq!(world.pool().next_job, 0);
    assert_eq!(world.wallet_tokens(&requester.pubkey()), PURSE);
}

#[test]
fn accounts_of_another_mint_are_refused() {
    let mut world = World::new(&MintKind::Token);
    let (requester, build) = (world.requester.insecure_clone(), world.build);
    let good = build.create_job(&requester.pubkey(), 0, &world.job_arguments(1_000));
    let swapped = [
        (
            5,
            build.token_account(&world.stranger.pubkey()),
            "WrongTokenAccount",
        ),
        (6, build.stake_mint, "WrongMint"),
        (7, MintKind::plain_2022().program(), "WrongTokenProgram"),
    ];
    for (index, address, error) in swapped {
        let mut bad = good.clone();
        bad.accounts[index].pubkey = address;
        world.must_refuse(error, bad, &[&requester]);
    }
    let mut unsigned = good.clone();
    unsigned.accounts[0].is_signer = false;
    let error = world.send("refused", unsigned, &[]);
    assert!(error.is_err(), "the requester has to sign");
    world.must("create_job", good, &[&requester]);
}

#[test]
fn a_refund_returns_everything_once_and_only_to_the_requester() {
    let mut world = World::new(&MintKind::Token);
    let job = world.create_job(5_000);
    let requester = world.requester.pubkey();
    let own = world.build.token_account(&requester);
    let refund = world.build.refund_job(job, &own);
    world.must_refuse("RefundTooEarly", refund.clone(), &[]);

    let stranger = world.stranger.insecure_clone();
    let theft = world.build.cancel_job(&stranger.pubkey(), job);
    world.must_refuse("NotRequester", theft, &[&stranger]);
    world.cancel_job(job);
    let again = world.build.cancel_job(&requester, job);
    let signer = world.requester.insecure_clone();
    world.must_refuse("JobNotActive", again, &[&signer]);
    world.must_refuse("RefundTooEarly", refund.clone(), &[]);
    world.pass_grace(job);

    let astray = world
        .build
        .refund_job(job, &world.build.token_account(&stranger.pubkey()));
    world.must_refuse("WrongTokenAccount", astray, &[]);
    world.must("refund_job", refund.clone(), &[]);
    assert_eq!(world.wallet_tokens(&requester), PURSE);
    assert_eq!(world.job(job).refunded_total, 5_000);
    world.must_refuse("NothingAvailable", refund, &[]);

    // What has ended takes no more funds and no batch.
    let fund = fund(&world, &stranger.pubkey(), job, 10);
    world.must_refuse("JobNotActive", fund, &[&stranger]);
    let aggregator = world.aggregator.insecure_clone();
    let arguments = world.batch_arguments(job, 1);
    let post = world
        .build
        .post_batch(&aggregator.pubkey(), job, &arguments);
    world.must_refuse("JobNotActive", post, &[&aggregator]);
}

#[test]
fn the_deadline_ends_a_job_too() {
    let mut world = World::new(&MintKind::Token);
    let job = world.create_job(5_000);
    let (slot, deadline) = (world.slot(), world.job(job).deadline);
    world.set_time(slot, deadline - 1);
    let own = world.build.token_account(&world.requester.pubkey());
    let refund = world.build.refund_job(job, &own);
    world.must_refuse("RefundTooEarly", refund.clone(), &[]);
    world.set_time(slot, deadline);
    world.must("refund_job", refund, &[]);
}

#[test]
fn a_refund_waits_for_the_reservation_and_the_grace() {
    let mut world = World::new(&MintKind::Token);
    let (busy, idle) = (world.create_job(5_000), world.create_job(7_000));
    let round = world.post_batch(busy);
    world.cancel_job(busy);
    world.cancel_job(idle);
    let own = world.build.token_account(&world.requester.pubkey());
    let (refund_busy, refund_idle) = (
        world.build.refund_job(busy, &own),
        world.build.refund_job(idle, &own),
    );
    world.must_refuse("JobReserved", refund_busy.clone(), &[]);
    world.must_refuse("RefundTooEarly", refund_idle.clone(), &[]);

    // A job without a reservation waits for nobody, though the round lives on.
    let (slot, stalled) = (
        world.slot(),
        world.job(idle).cancelled_at + world.job(idle).stall_seconds,
    );
    world.set_time(slot, stalled - 1);
    world.must_refuse("RefundTooEarly", refund_idle.clone(), &[]);
    world.set_time(slot, stalled);
    world.must("refund_job", refund_idle, &[]);
    world.must_refuse("JobReserved", refund_busy.clone(), &[]);

    // By the stall limit the round is past its hard deadline: anybody voids and releases.
    world.warp_to(world.pool().round_deadline_slot);
    let void = world.build.void(round);
    world.must("void_round", void, &[]);
    world.release(busy, round);
    world.must("refund_job", refund_busy, &[]);
    assert_eq!(world.wallet_tokens(&world.requester.pubkey()), PURSE);
}

#[test]
fn a_round_that_could_outlast_the_stall_limit_takes_no_batch() {
    let mut world = World::new(&MintKind::Token);
    let job = world.create_job(5_000);
    // Stages grow after the job fixed its stall limit.
    let longer = sheaf_client::layout::SetParametersArguments {
        treasury: [9; 32],
        parameters: sheaf_client::layout::NetworkParameters {
            intake_slots: 100_000,
            stall_seconds: 86_400,
            ..sheaf_tests::world::PARAMETERS
        },
    };
    let admin = world.admin.insecure_clone();
    let set = world
        .build
        .set_parameters(&admin.pubkey(), &longer, &[world.aggregator.pubkey()]);
    world.must("set_parameters", set, &[&admin]);
    let aggregator = world.aggregator.insecure_clone();
    let arguments = world.batch_arguments(job, 1);
    let post = world
        .build
        .post_batch(&aggregator.pubkey(), job, &arguments);
    world.must_refuse("RoundOutlastsStall", post, &[&aggregator]);
}

#[test]
fn a_job_of_another_pool_is_refused() {
    let mut world = World::new(&MintKind::Token);
    let job = world.create_job(5_000);
    let first = world.build;
    // A second pool, over the stake mint.
    world.build.mint = first.stake_mint;
    world.build.pool = first.at.pool(&first.stake_mint);
    let payer = world.stranger.insecure_clone();
    let create = world.build.create_pool(&payer.pubkey(), 0);
    world.must("create_pool", create, &[&payer]);
    let mut fund = fund(&world, &payer.pubkey(), 0, 10);
    fund.accounts[3].pubkey = first.at.job(&first.pool, job);
    world.must_refuse("WrongMint", fund, &[&payer]);
    assert_ne!(
        Pubkey::new_from_array(world.pool().vault),
        Pubkey::default()
    );
}
