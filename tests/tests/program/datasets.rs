//! Licences, and how they reach contributors.

use sheaf_client::{
    instruction::{self, close_batch, post_distribution},
    layout::*,
};
use sheaf_format::limits::DATASET_NUMBER_BIT;
use sheaf_tests::{
    mint::MintKind,
    world::{PURSE, World},
};
use solana_sdk::{instruction::Instruction, pubkey::Pubkey, signature::Keypair, signer::Signer};

const PRICE: u64 = 1_000;

fn publish(world: &World, signer: &Keypair, job: u64, price: u64) -> Instruction {
    let arguments = PublishDatasetArguments {
        content_hash: [5; 32],
        price,
    };
    let (at, pool) = (&world.build.at, &world.build.pool);
    instruction::publish_dataset(at, &signer.pubkey(), pool, job, &arguments)
}

fn license(world: &World, consumer: &Keypair, job: u64, maximum_price: u64) -> Instruction {
    let arguments = LicenseDatasetArguments { maximum_price };
    let (at, pool) = (&world.build.at, world.pool_accounts());
    instruction::license_dataset(at, &consumer.pubkey(), &pool, job, &arguments)
}

fn distribute(world: &World, aggregator: &Keypair, job: u64, round: u64) -> Instruction {
    let arguments = world.batch_arguments(job, round);
    let (at, pool) = (&world.build.at, &world.build.pool);
    post_distribution(at, &aggregator.pubkey(), pool, job, &arguments)
}

fn dataset(world: &World, job: u64) -> Dataset {
    let job = world.build.at.job(&world.build.pool, job);
    world.read(&world.build.at.dataset(&job))
}

/// A world with a job that paid somebody once, and its dataset.
fn published(kind: &MintKind) -> (World, u64, Pubkey) {
    let mut world = World::new(kind);
    let earner = Pubkey::new_unique();
    world.create_token_accounts(&earner);
    let job = world.create_job(10_000);
    world.run_round(&[(earner, 60)], &[(job, 60)]);
    let requester = world.requester.insecure_clone();
    let publish = publish(&world, &requester, job, PRICE);
    world.must("publish_dataset", publish, &[&requester]);
    (world, job, earner)
}

#[test]
fn licences_reach_contributors_through_a_round() {
    for (kind, fee_bps) in [
        (MintKind::Token, 0),
        (MintKind::plain_2022(), 0),
        (MintKind::with_fee(100), 100),
    ] {
        let (mut world, job, earner) = published(&kind);
        let arrives = |amount: u64| amount - (amount * fee_bps).div_ceil(10_000);
        let consumer = world.person();
        let license = license(&world, &consumer, job, PRICE);
        for _ in 0..2 {
            world.must("license_dataset", license.clone(), &[&consumer]);
        }
        let paid = 2 * arrives(PRICE);
        assert_eq!(dataset(&world, job).balance, paid);
        assert_eq!(dataset(&world, job).license_count, 2);
        assert_eq!(world.wallet_tokens(&consumer.pubkey()), PURSE - 2 * PRICE);

        // One round pays for new work and distributes the licences.
        let aggregator = world.aggregator.insecure_clone();
        world.post_batch(job);
        let post = distribute(&world, &aggregator, job, 2);
        world.must("post_distribution", post, &[&aggregator]);
        assert_eq!(dataset(&world, job).reserved, paid);
        world.open_round();
        let licences = job | DATASET_NUMBER_BIT;
        let plan = world.plan(&[(earner, 40 + paid)], &[(job, 40), (licences, paid)]);
        world.vote(&plan);
        world.tally(&plan);
        world.settle(&plan);
        world.finalise(&plan);
        for payer in [job, licences] {
            world.release(payer, 2);
        }
        let spent = dataset(&world, job);
        assert_eq!((spent.balance, spent.reserved), (0, 0));
        assert_eq!(spent.settled_total, paid);
        world.open_page(0);
        world.sync_page(0);
        world.claim(0);
        assert_eq!(world.wallet_tokens(&earner), arrives(100 + paid));

        // The offer ends, and can be made anew.
        let (at, pool) = (world.build.at, world.build.pool);
        let requester = world.requester.insecure_clone();
        let close = instruction::close_dataset(&at, &requester.pubkey(), &pool, job);
        world.must_refuse("DatasetNotEmpty", close.clone(), &[&requester]);
        let batch = close_batch(&at, &aggregator.pubkey(), &pool, licences, 2);
        world.must("close_batch", batch, &[]);
        world.must("close_dataset", close, &[&requester]);
        let again = publish(&world, &requester, job, PRICE + 1);
        world.must("publish_dataset", again, &[&requester]);
        assert_eq!(dataset(&world, job).license_count, 0);
        world.must_refuse("PriceTooHigh", license, &[&consumer]);
    }
}

#[test]
fn only_the_requester_publishes_and_closes() {
    let mut world = World::new(&MintKind::Token);
    let job = world.create_job(10_000);
    let (requester, stranger) = (
        world.requester.insecure_clone(),
        world.stranger.insecure_clone(),
    );
    let theft = publish(&world, &stranger, job, PRICE);
    world.must_refuse("NotRequester", theft, &[&stranger]);
    let free = publish(&world, &requester, job, 0);
    world.must_refuse("AmountIsZero", free, &[&requester]);
    let good = publish(&world, &requester, job, PRICE);
    world.must("publish_dataset", good.clone(), &[&requester]);
    assert!(world.send("refused", good, &[&requester]).is_err(), "once");
    let (at, pool) = (world.build.at, world.build.pool);
    let theft = instruction::close_dataset(&at, &stranger.pubkey(), &pool, job);
    world.must_refuse("NotRequester", theft, &[&stranger]);
    let close = instruction::close_dataset(&at, &requester.pubkey(), &pool, job);
    let before = world.lamports(&requester.pubkey());
    world.must("close_dataset", close, &[&requester]);
    assert!(world.lamports(&requester.pubkey()) > before, "the rent");
}

#[test]
fn what_licences_paid_goes_back_to_nobody() {
    let (mut world, job, _) = published(&MintKind::Token);
    let consumer = world.person();
    let dear = license(&world, &consumer, job, PRICE - 1);
    world.must_refuse("PriceTooHigh", dear, &[&consumer]);
    let good = license(&world, &consumer, job, u64::MAX);
    let mut astray = good.clone();
    astray.accounts[5].pubkey = world.build.token_account(&consumer.pubkey());
    assert!(world.send("refused", astray, &[&consumer]).is_err());
    world.must("license_dataset", good, &[&consumer]);
    world.cancel_job(job);
    world.pass_grace(job);
    let own = world.build.token_account(&world.requester.pubkey());
    let refund = world.build.refund_job(job, &own);
    world.must("refund_job", refund, &[]);
    assert_eq!(world.job(job).refunded_total, 9_940);
    assert_eq!(dataset(&world, job).balance, PRICE);
    let (at, pool) = (world.build.at, world.build.pool);
    let requester = world.requester.insecure_clone();
    let close = instruction::close_dataset(&at, &requester.pubkey(), &pool, job);
    world.must_refuse("DatasetNotEmpty", close, &[&requester]);
    // A dataset is not a job: it is not refunded in its place.
    let mut theft = world.build.refund_job(job, &own);
    theft.accounts[1].pubkey = at.dataset(&at.job(&pool, job));
    assert!(world.send("refused", theft, &[]).is_err());
}

#[test]
fn a_distribution_is_posted_by_an_aggregator_and_a_void_round_undoes_it() {
    let (mut world, job, _) = published(&MintKind::Token);
    let (aggregator, consumer, stranger) = (
        world.aggregator.insecure_clone(),
        world.person(),
        world.stranger.insecure_clone(),
    );
    let post = distribute(&world, &aggregator, job, 2);
    world.must_refuse("NothingAvailable", post.clone(), &[&aggregator]);
    let license = license(&world, &consumer, job, PRICE);
    world.must("license_dataset", license, &[&consumer]);
    let theft = distribute(&world, &stranger, job, 2);
    world.must_refuse("NotAggregator", theft, &[&stranger]);
    let wrong = distribute(&world, &aggregator, job, 3);
    world.must_refuse("WrongRound", wrong, &[&aggregator]);
    world.must("post_distribution", post, &[&aggregator]);
    world.warp_to(world.pool().round_deadline_slot);
    let void = world.build.void(2);
    world.must("void_round", void, &[]);
    world.release(job | DATASET_NUMBER_BIT, 2);
    let kept = dataset(&world, job);
    assert_eq!((kept.balance, kept.reserved), (PRICE, 0));
}

#[test]
fn uses_are_recorded_by_number() {
    let (mut world, job, _) = published(&MintKind::Token);
    let consumer = world.person();
    let (at, pool) = (world.build.at, world.build.pool);
    let arguments = RecordUsageArguments {
        usage_hash: [8; 32],
    };
    let record = instruction::record_usage(&at, &consumer.pubkey(), &pool, job, &arguments);
    for count in 1..3 {
        world.must("record_usage", record.clone(), &[&consumer]);
        assert_eq!(dataset(&world, job).usage_count, count);
    }
    let mut unsigned = record.clone();
    unsigned.accounts[0].is_signer = false;
    assert!(world.send("refused", unsigned, &[]).is_err());
    let mut other = record;
    other.accounts[2].pubkey = at.job(&pool, job);
    assert!(world.send("refused", other, &[&consumer]).is_err());
}
