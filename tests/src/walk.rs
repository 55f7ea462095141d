//! Ways through every instruction of the program.

use crate::world::{PARAMETERS, STAKE, World};
use sheaf_client::{
    instruction::{self, ChallengeAccounts, FraudAccounts},
    layout::*,
};
use sheaf_format::{
    limits::{DATASET_NUMBER_BIT, MAX_DEBITS_PER_SETTLE, MAX_VALIDATORS},
    stage::TreeSide,
};
use solana_sdk::{pubkey::Pubkey, signature::Keypair, signer::Signer};
use std::collections::BTreeSet;

/// Takes a world with network, pool and validators through some instructions.
pub type Walk = fn(&mut World);

/// Ways that cover every instruction together, by name.
pub const WALKS: [(&str, Walk); 4] = [
    ("govern", govern),
    ("work", work),
    ("quarrel", quarrel),
    ("accuse", accuse),
];

/// The program's instructions, read from its source: one that is new and nowhere on these ways is
/// noticed.
pub fn instructions() -> BTreeSet<&'static str> {
    let source = include_str!("../../programs/sheaf/src/lib.rs");
    let (_, module) = source.split_once("#[program]").expect("the instructions");
    module
        .split("pub fn ")
        .skip(1)
        .filter_map(|rest| rest.split('(').next())
        .collect()
}

/// Takes a world in which the program is deployed and nothing created on a way.
pub fn walk(world: &mut World, walk: Walk) {
    world.create_network();
    world.create_pool();
    for _ in 0..3 {
        world.register_validator(STAKE);
    }
    walk(world);
}

/// Admin and guardian, up to a veto.
pub fn govern(world: &mut World) {
    let (at, pool) = (world.build.at, world.build.pool);
    let (admin, next, guardian) = (world.admin.insecure_clone(), world.person(), world.person());
    let arguments = SetParametersArguments {
        treasury: world.treasury.to_bytes(),
        parameters: PARAMETERS,
    };
    let aggregators = [world.aggregator.pubkey()];
    let set = instruction::set_parameters(&at, &admin.pubkey(), &arguments, &aggregators);
    world.must("set_parameters", set, &[&admin]);
    let arguments = SetGuardianArguments {
        guardian: guardian.pubkey().to_bytes(),
    };
    let set = instruction::set_guardian(&at, &admin.pubkey(), &arguments);
    world.must("set_guardian", set, &[&admin]);
    let arguments = ProposeAdminArguments {
        admin: next.pubkey().to_bytes(),
    };
    let propose = instruction::propose_admin(&at, &admin.pubkey(), &arguments);
    world.must("propose_admin", propose, &[&admin]);
    let accept = instruction::accept_admin(&at, &next.pubkey());
    world.must("accept_admin", accept, &[&next]);
    let arguments = PauseArguments { seconds: 60 };
    let pause = instruction::pause_network(&at, &guardian.pubkey(), &arguments);
    world.must("pause_network", pause, &[&guardian]);
    let unpause = instruction::unpause_network(&at, &guardian.pubkey());
    world.must("unpause_network", unpause, &[&guardian]);

    let job = world.create_job(10_000);
    let round = world.post_batch(job);
    world.open_round();
    let earner = world.keys.address();
    let plan = world.plan(&[(earner, 60)], &[(job, 60)]);
    world.vote(&plan);
    world.make_pending(&plan);
    let veto = instruction::veto_round(&at, &guardian.pubkey(), &pool, round);
    world.must("veto_round", veto, &[&guardian]);
}

/// A job's life with licences, claims and all that closes; a validator that goes.
pub fn work(world: &mut World) {
    let (at, pool) = (world.build.at, world.build.pool);
    let (requester, aggregator) = (
        world.requester.insecure_clone(),
        world.aggregator.insecure_clone(),
    );
    let job = world.create_job(10_000);
    let accounts = world.pool_accounts();
    let arguments = FundJobArguments { amount: 500 };
    let fund = instruction::fund_job(&at, &requester.pubkey(), &accounts, job, &arguments);
    world.must("fund_job", fund, &[&requester]);
    let arguments = ExtendJobArguments {
        deadline: world.job(job).deadline + 100,
    };
    let extend = instruction::extend_job(&at, &requester.pubkey(), &pool, job, &arguments);
    world.must("extend_job", extend, &[&requester]);
    let arguments = SetJobAggregatorArguments {
        aggregator: aggregator.pubkey().to_bytes(),
    };
    let name = instruction::set_job_aggregator(&at, &requester.pubkey(), &pool, job, &arguments);
    world.must("set_job_aggregator", name, &[&requester]);

    let arguments = PublishDatasetArguments {
        content_hash: [5; 32],
        price: 1_000,
    };
    let publish = instruction::publish_dataset(&at, &requester.pubkey(), &pool, job, &arguments);
    world.must("publish_dataset", publish, &[&requester]);
    let consumer = world.person();
    let arguments = LicenseDatasetArguments {
        maximum_price: 1_000,
    };
    let license = instruction::license_dataset(&at, &consumer.pubkey(), &accounts, job, &arguments);
    world.must("license_dataset", license, &[&consumer]);
    let arguments = RecordUsageArguments {
        usage_hash: [8; 32],
    };
    let usage = instruction::record_usage(&at, &consumer.pubkey(), &pool, job, &arguments);
    world.must("record_usage", usage, &[&consumer]);

    let earners: Vec<Pubkey> = (0..9).map(|_| world.keys.address()).collect();
    for earner in &earners {
        world.create_token_accounts(earner);
    }
    let gains: Vec<(Pubkey, u64)> = earners.iter().map(|earner| (*earner, 200)).collect();
    world.post_batch(job);
    let arguments = world.batch_arguments(job, 1);
    let post = instruction::post_distribution(&at, &aggregator.pubkey(), &pool, job, &arguments);
    world.must("post_distribution", post, &[&aggregator]);
    world.open_round();
    let licences = job | DATASET_NUMBER_BIT;
    // A mint may take a fee of what was paid.
    let dataset: Dataset = world.read(&at.payer(&pool, licences));
    let debits = [(job, 1_800 - dataset.balance), (licences, dataset.balance)];
    let plan = world.plan(&gains, &debits);
    world.vote(&plan);
    world.tally(&plan);
    world.settle(&plan);
    world.finalise(&plan);
    for payer in [job, licences] {
        world.release(payer, 1);
        let close = instruction::close_batch(&at, &aggregator.pubkey(), &pool, payer, 1);
        world.must("close_batch", close, &[]);
    }
    world.open_page(0);
    world.sync_page(0);
    world.claim(8);
    let arguments = world.neighbours_arguments(0, |_| true);
    let claim = instruction::claim_neighbours(&at, &accounts, &arguments);
    world.must("claim_neighbours", claim, &[]);

    let close = instruction::close_dataset(&at, &requester.pubkey(), &pool, job);
    world.must("close_dataset", close, &[&requester]);
    world.cancel_job(job);
    world.pass_grace(job);
    let own = world.build.token_account(&requester.pubkey());
    let refund = world.build.refund_job(job, &own);
    world.must("refund_job", refund, &[]);
    let close = instruction::close_job(&at, &requester.pubkey(), &pool, job);
    world.must("close_job", close, &[]);
    let slot = world.round(1).deadline_slot + 41;
    world.warp_to(slot);
    let wallet = world.validators[0].authority.insecure_clone();
    let count = instruction::count_duties(&at, &wallet.pubkey(), &pool, 1);
    world.must("count_duties", count, &[]);
    let close = instruction::close_round(&at, &aggregator.pubkey(), &pool, 1);
    world.must("close_round", close, &[]);

    let stake = world.stake_mint();
    let arguments = AddStakeArguments { amount: 500 };
    let add = instruction::add_stake(&at, &wallet.pubkey(), &stake, &arguments);
    world.must("add_stake", add, &[&wallet]);
    let request = instruction::request_unstake(&at, &wallet.pubkey());
    world.must("request_unstake", request, &[&wallet]);
    let (slot, time) = (world.slot() + 10_000, world.unix_time() + 10_000);
    world.set_time(slot, time);
    let withdraw = instruction::withdraw_stake(&at, &wallet.pubkey(), &stake);
    world.must("withdraw_stake", withdraw, &[&wallet]);
}

/// Challenges, answered and not; duties missed up to jail.
pub fn quarrel(world: &mut World) {
    let (at, pool) = (world.build.at, world.build.pool);
    let (challenger, answerer) = (world.person(), world.person());
    let job = world.create_job(10_000);
    let round = world.post_batch(job);
    world.open_round();
    let earner = world.keys.address();
    let plan = world.plan(&[(earner, 60)], &[(job, 60)]);
    world.vote(&plan);
    world.make_pending(&plan);
    let challenge = |index| ChallengeAccounts {
        pool,
        round,
        index,
        challenger: challenger.pubkey(),
    };
    for index in [0, 1, 2] {
        let arguments = OpenChallengeArguments { index };
        let open = instruction::open_challenge(&at, &challenger.pubkey(), &pool, round, &arguments);
        world.must("open_challenge", open, &[&challenger]);
    }
    let tree = world.tree(&plan.earnings);
    world.cache(&answerer, TreeSide::Pending, &tree, 0);
    let answer = instruction::answer_challenge(
        &at,
        &answerer.pubkey(),
        &challenge(0),
        &answerer.pubkey(),
        &world.answer_arguments(&plan.earnings, 0),
    );
    world.must("answer_challenge", answer, &[&answerer]);
    let close = instruction::close_evidence(&at, &answerer.pubkey(), &pool, round);
    world.must("close_evidence", close, &[&answerer]);
    world.warp_to(world.round(round).window_until_slot);
    let void = instruction::void_unanswered(&at, &challenge(1));
    world.must("void_unanswered", void, &[]);
    let close = instruction::close_challenge(&at, &challenge(2));
    world.must("close_challenge", close, &[]);
    world.release(job, round);

    let wallet = world.validators[0].authority.insecure_clone();
    for _ in 0..3 {
        let round = world.post_batch(job);
        world.open_round();
        world.warp_to(world.pool().round_deadline_slot);
        let void = instruction::void_round(&at, &pool, round);
        world.must("void_round", void, &[]);
        world.release(job, round);
        let count = instruction::count_duties(&at, &wallet.pubkey(), &pool, round);
        world.must("count_duties", count, &[]);
    }
    let (slot, time) = (
        world.slot(),
        world.unix_time() + PARAMETERS.unbonding_seconds,
    );
    world.set_time(slot, time);
    let unjail = instruction::unjail_validator(&at, &wallet.pubkey());
    world.must("unjail_validator", unjail, &[&wallet]);
}

/// Two frauds, proven by leaves and by a page, and what they cost.
pub fn accuse(world: &mut World) {
    let (at, pool, treasury) = (world.build.at, world.build.pool, world.treasury);
    let prover: Keypair = world.person();
    world.create_token_accounts(&treasury);
    let job = world.create_job(100_000);
    let gains: Vec<(Pubkey, u64)> = (0..4).map(|_| (world.keys.address(), 100)).collect();
    world.run_round(&gains, &[(job, 400)]);
    for round in [2, 3] {
        world.post_batch(job);
        world.open_round();
        let mut earnings = world.earnings.clone();
        earnings[1].1 -= 90;
        earnings.resize_with(513, || (world.keys.address(), 0));
        earnings[512].1 = 100;
        let plan = world.plan_of(earnings, &[(job, 10)]);
        world.vote(&plan);
        world.make_pending(&plan);
        let (base, pending) = (world.tree(&world.earnings), world.tree(&plan.earnings));
        world.cache(&prover, TreeSide::Base, &base, 1);
        world.cache(&prover, TreeSide::Pending, &pending, 1);
        let (name, proof) = if round == 2 {
            let arguments = world.fraud_arguments(&world.earnings, &plan.earnings, 1);
            let proof = instruction::prove_fraud(&at, &prover.pubkey(), &pool, round, &arguments);
            ("prove_fraud", proof)
        } else {
            let proof = instruction::prove_page_fraud(&at, &prover.pubkey(), &pool, round);
            ("prove_page_fraud", proof)
        };
        world.must(name, proof, &[&prover]);
        world.release(job, round);
    }
    let fraud = FraudAccounts {
        pool,
        round: 3,
        prover: prover.pubkey(),
        treasury,
    };
    let authority = world.validators[0].authority.pubkey();
    let slash = instruction::slash_validator(&at, &authority, &world.stake_mint(), &fraud);
    world.must("slash_validator", slash, &[]);
}

/// The dearest cases: a full table of validators, as many debits as one instruction takes, a full
/// sysvar of slot hashes, leaves beyond the first page.
pub fn crowd(world: &mut World) {
    let (at, pool, treasury) = (world.build.at, world.build.pool, world.treasury);
    world.create_token_accounts(&treasury);
    while world.validators.len() < MAX_VALIDATORS {
        world.register_validator(STAKE);
    }
    let jobs: Vec<u64> = (0..MAX_DEBITS_PER_SETTLE)
        .map(|_| world.create_job(100_000))
        .collect();
    let gains: Vec<(Pubkey, u64)> = (0..600).map(|_| (world.keys.address(), 100)).collect();
    let debits: Vec<(u64, u64)> = jobs.iter().map(|job| (*job, 7_500)).collect();
    for job in &jobs {
        world.post_batch(*job);
    }
    world.close_intake();
    let seed_slot = world.pool().round_seed_slot;
    world.warp_to(seed_slot + 12);
    let hashes: Vec<u64> = (seed_slot - 499..=seed_slot + 12).rev().collect();
    world.set_slot_hashes(hashes.into_iter());
    let aggregator = world.aggregator.insecure_clone();
    let open = world.build.open_round(&aggregator.pubkey(), 1);
    world.must("open_round", open, &[&aggregator]);
    let plan = world.plan(&gains, &debits);
    world.vote(&plan);
    world.tally(&plan);
    let settle = world.settle_instruction(&plan, 0, debits.len());
    world.must("settle_round", settle, &[]);
    world.finalise(&plan);
    for job in &jobs {
        world.release(*job, 1);
    }
    let last = world.validators.len() - 1;
    let authority = world.validators[last].authority.pubkey();
    let count = instruction::count_duties(&at, &authority, &pool, 1);
    world.must("count_duties", count, &[]);

    for page in [0, 1] {
        world.open_page(page);
        world.sync_page(page);
    }
    for (earner, _) in &gains[496..520] {
        world.create_token_accounts(earner);
    }
    for index in [511, 512] {
        world.claim(index);
    }
    let accounts = world.pool_accounts();
    for first in [496, 512] {
        let arguments = world.neighbours_arguments(first, |index| index != 512);
        let claim = instruction::claim_neighbours(&at, &accounts, &arguments);
        world.must("claim_neighbours", claim, &[]);
    }

    // What the whole table attested to is a fraud on the second page.
    let prover: Keypair = world.person();
    world.post_batch(jobs[0]);
    world.open_round();
    let mut earnings = world.earnings.clone();
    earnings[519].1 -= 90;
    earnings.push((world.keys.address(), 100));
    let plan = world.plan_of(earnings, &[(jobs[0], 10)]);
    world.vote(&plan);
    world.make_pending(&plan);
    let (base, pending) = (world.tree(&world.earnings), world.tree(&plan.earnings));
    world.cache(&prover, TreeSide::Base, &base, 519);
    world.cache(&prover, TreeSide::Pending, &pending, 519);
    let arguments = world.fraud_arguments(&world.earnings, &plan.earnings, 519);
    let proof = instruction::prove_fraud(&at, &prover.pubkey(), &pool, 2, &arguments);
    world.must("prove_fraud", proof, &[&prover]);
    let fraud = FraudAccounts {
        pool,
        round: 2,
        prover: prover.pubkey(),
        treasury,
    };
    let slash = instruction::slash_validator(&at, &authority, &world.stake_mint(), &fraud);
    world.must("slash_validator", slash, &[]);
}
