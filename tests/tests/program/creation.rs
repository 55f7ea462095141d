//! Who creates what, bounds of parameters, and addresses that somebody prefunded.

use sheaf_client::layout::{NetworkParameters, SetParametersArguments};
use sheaf_tests::{
    mint::MintKind,
    world::{PARAMETERS, STAKE, World},
};
use solana_sdk::{pubkey::Pubkey, signer::Signer};

#[test]
fn only_the_upgrade_authority_creates_the_network() {
    let mut world = World::without_network(&MintKind::Token);
    let stranger = world.stranger.insecure_clone();
    let arguments = world.network_arguments();
    let create = world
        .build
        .create_network(&stranger.pubkey(), &arguments, &[]);
    world.must_refuse("NotUpgradeAuthority", create, &[&stranger]);

    // Another program's data, whose authority the stranger may be, does not help.
    let mut create = world
        .build
        .create_network(&stranger.pubkey(), &arguments, &[]);
    let other = Pubkey::new_unique();
    let mut account = world
        .svm
        .get_account(&world.build.at.program_data())
        .expect("exists");
    account.data[13..45].copy_from_slice(&stranger.pubkey().to_bytes());
    world.svm.set_account(other, account).expect("an account");
    create.accounts[3].pubkey = other;
    let error = world.send("refused", create, &[&stranger]);
    assert!(error.is_err_and(|error| error.contains("InvalidSeeds")));

    world.create_network();
    assert_eq!(world.network().admin, world.admin.pubkey().to_bytes());
    let admin = world.admin.insecure_clone();
    let again = world.build.create_network(&admin.pubkey(), &arguments, &[]);
    assert!(
        world.send("refused", again, &[&admin]).is_err(),
        "there is one network"
    );
}

#[test]
fn parameters_stay_inside_the_programs_bounds() {
    let mut world = World::without_network(&MintKind::Token);
    let admin = world.admin.insecure_clone();
    let outside = [
        NetworkParameters {
            quorum_bps: 6_666,
            ..PARAMETERS
        },
        NetworkParameters {
            intake_slots: 0,
            ..PARAMETERS
        },
        NetworkParameters {
            treasury_bps: 3_000,
            ..PARAMETERS
        },
        NetworkParameters {
            stall_seconds: i64::MAX,
            ..PARAMETERS
        },
        NetworkParameters {
            unbonding_seconds: -1,
            ..PARAMETERS
        },
        NetworkParameters {
            minimum_stake: 0,
            ..PARAMETERS
        },
        // A round could outlast the stall limit.
        NetworkParameters {
            stall_seconds: 60,
            ..PARAMETERS
        },
    ];
    for parameters in outside {
        let arguments = sheaf_client::layout::CreateNetworkArguments {
            parameters,
            ..world.network_arguments()
        };
        let create = world.build.create_network(&admin.pubkey(), &arguments, &[]);
        world.must_refuse("ParameterOutOfBounds", create, &[&admin]);
    }
    let many = [Pubkey::new_unique(); 9];
    let create = world
        .build
        .create_network(&admin.pubkey(), &world.network_arguments(), &many);
    world.must_refuse("TooManyAggregators", create, &[&admin]);
}

#[test]
fn only_the_admin_sets_parameters_and_they_do_not_reach_back() {
    let mut world = World::new(&MintKind::Token);
    let job = world.create_job(1_000);
    let arguments = SetParametersArguments {
        treasury: [9; 32],
        parameters: NetworkParameters {
            treasury_bps: 1_000,
            ..PARAMETERS
        },
    };
    let stranger = world.stranger.insecure_clone();
    let set = world
        .build
        .set_parameters(&stranger.pubkey(), &arguments, &[]);
    world.must_refuse("NotAdmin", set, &[&stranger]);
    let admin = world.admin.insecure_clone();
    let set = world
        .build
        .set_parameters(&admin.pubkey(), &arguments, &[stranger.pubkey()]);
    world.must("set_parameters", set, &[&admin]);
    assert_eq!(world.network().parameters.treasury_bps, 1_000);
    assert_eq!(world.network().aggregator_count, 1);
    assert_eq!(world.job(job).treasury_bps, PARAMETERS.treasury_bps);

    // The job's aggregator left the list, and still posts for the job it was named for.
    world.post_batch(job);
    let mut arguments = world.job_arguments(1_000);
    let requester = world.requester.insecure_clone();
    let create = world.build.create_job(&requester.pubkey(), 1, &arguments);
    world.must_refuse("NotAggregator", create, &[&requester]);
    arguments.aggregator = stranger.pubkey().to_bytes();
    let create = world.build.create_job(&requester.pubkey(), 1, &arguments);
    world.must("create_job", create, &[&requester]);
    assert_eq!(world.job(1).treasury_bps, 1_000);
}

#[test]
fn prefunded_addresses_harm_nobody() {
    let mut world = World::without_network(&MintKind::plain_2022());
    let (build, at) = (world.build, world.build.at);
    let (pool, contributor) = (build.pool, Pubkey::new_unique());
    let job = at.job(&pool, 0);
    let addresses = [
        at.network(),
        pool,
        at.vault(&pool),
        job,
        at.batch(&job, 1),
        at.round(&pool, 1),
        at.page(&pool, 0),
    ];
    for (count, address) in (1..).zip(addresses) {
        world
            .svm
            .airdrop(&address, 1_000_000 * count)
            .expect("lamports");
    }
    world.create_network();
    world.create_pool();
    let authority = world.person();
    let validator = at.validator(&authority.pubkey());
    for address in [validator, at.stake(&validator)] {
        world.svm.airdrop(&address, 900_000_000).expect("lamports");
    }
    let vote = solana_sdk::signature::Keypair::new();
    world
        .svm
        .airdrop(&vote.pubkey(), 1_000_000_000)
        .expect("lamports");
    let arguments = sheaf_client::layout::RegisterValidatorArguments {
        vote_key: vote.pubkey().to_bytes(),
        encryption_key: [0; 32],
        amount: STAKE,
    };
    let register = world
        .build
        .register_validator(&authority.pubkey(), &arguments);
    world.must("register_validator", register, &[&authority]);
    world
        .validators
        .push(sheaf_tests::world::ValidatorKeys { authority, vote });

    let job = world.create_job(10_000);
    world.create_token_accounts(&contributor);
    world.run_round(&[(contributor, 70)], &[(job, 70)]);
    world.open_page(0);
    world.sync_page(0);
    world.claim(0);
    assert_eq!(world.wallet_tokens(&contributor), 70);
}

#[test]
fn the_pool_pays_for_pages_only_out_of_its_reserve() {
    let mut world = World::without_network(&MintKind::Token);
    world.create_network();
    let payer = world.stranger.insecure_clone();
    let create = world.build.create_pool(&payer.pubkey(), 1_000);
    world.must("create_pool", create, &[&payer]);
    world.register_validator(STAKE);
    let (job, contributor) = (world.create_job(10_000), Pubkey::new_unique());
    let open = world.build.open_page(0);
    world.must_refuse("PageOutOfRange", open.clone(), &[]);
    world.run_round(&[(contributor, 70)], &[(job, 70)]);
    world.must_refuse("PoolReserveTooSmall", open.clone(), &[]);
    let pool = world.build.pool;
    world.svm.airdrop(&pool, 100_000_000).expect("lamports");
    let before = world.lamports(&pool);
    world.must("open_page", open.clone(), &[]);
    let page = world.build.at.page(&pool, 0);
    assert_eq!(before - world.lamports(&pool), world.lamports(&page));
    assert!(
        world.send("refused", open, &[]).is_err(),
        "a page is opened once"
    );
    let beyond = world.build.open_page(1);
    world.must_refuse("PageOutOfRange", beyond, &[]);
}
