//! Which mints are admitted, and by which names others are refused.

use sheaf_tests::{
    mint::MintKind,
    world::{PARAMETERS, World},
};
use solana_sdk::signer::Signer;

/// Extensions that are refused: number, length of the value, first byte of the value, error.
const REFUSED: [(u16, usize, u8, &str); 11] = [
    (3, 32, 0, "MintCloseAuthority"),
    (4, 65, 0, "MintConfidential"),
    (6, 1, 2, "MintDefaultFrozen"),
    (9, 0, 0, "MintNonTransferable"),
    (12, 32, 0, "MintPermanentDelegate"),
    (14, 64, 0, "MintTransferHook"),
    (16, 129, 0, "MintConfidential"),
    (24, 196, 0, "MintConfidential"),
    (26, 33, 0, "MintPausable"),
    (27, 0, 0, "MintExtensionNotAllowed"),
    (4_000, 8, 0, "MintExtensionNotAllowed"),
];

fn with(kind: u16, length: usize, first: u8) -> MintKind {
    let mut value = vec![0; length];
    if let Some(byte) = value.first_mut() {
        *byte = first;
    }
    MintKind::Token2022(vec![(18, vec![0; 64]), (kind, value)])
}

#[test]
fn a_pool_refuses_each_extension_by_its_name() {
    for (kind, length, first, error) in REFUSED {
        let mut world = World::without_network(&MintKind::plain_2022());
        world.create_network();
        let authority = world.admin.pubkey();
        world.build.mint = with(kind, length, first).create(&mut world.svm, &authority);
        world.build.pool = world.build.at.pool(&world.build.mint);
        let payer = world.stranger.insecure_clone();
        let create = world.build.create_pool(&payer.pubkey(), 0);
        world.must_refuse(error, create, &[&payer]);
    }
}

#[test]
fn the_network_refuses_a_stake_mint_with_such_an_extension() {
    let mut world = World::without_network(&MintKind::plain_2022());
    let admin = world.admin.insecure_clone();
    for (kind, length, first, error) in REFUSED {
        world.build.stake_mint = with(kind, length, first).create(&mut world.svm, &admin.pubkey());
        let create = world
            .build
            .create_network(&admin.pubkey(), &world.network_arguments(), &[]);
        world.must_refuse(error, create, &[&admin]);
    }
}

#[test]
fn descriptions_and_displayed_amounts_are_admitted() {
    for extension in [
        (6, vec![1]),
        (10, vec![0; 52]),
        (18, vec![0; 64]),
        (25, vec![0; 56]),
    ] {
        let mut world = World::without_network(&MintKind::Token);
        world.create_network();
        let authority = world.admin.pubkey();
        let kind = MintKind::Token2022(vec![extension]);
        world.build.mint = kind.create(&mut world.svm, &authority);
        world.build.token_program = kind.program();
        world.build.pool = world.build.at.pool(&world.build.mint);
        world.create_pool();
        assert_eq!(world.pool().decimals, 6);
    }
}

#[test]
fn the_token_program_must_own_the_mint() {
    let mut world = World::without_network(&MintKind::Token);
    world.create_network();
    let payer = world.stranger.insecure_clone();
    for program in [MintKind::plain_2022().program(), world.build.at.program] {
        world.build.token_program = program;
        let create = world.build.create_pool(&payer.pubkey(), 0);
        world.must_refuse("WrongTokenProgram", create, &[&payer]);
    }
}

#[test]
fn a_fee_on_transfers_is_borne_by_the_funds() {
    let mut world = World::new(&MintKind::with_fee(250));
    let job = world.create_job(10_000);
    assert_eq!(world.job(job).balance, 9_750);
    assert_eq!(world.pool().arrived_total, 9_750);
    assert!(world.network().parameters == PARAMETERS);
}
