//! Every instruction fits a legacy transaction with both compute-budget instructions (invariant 12).

use sheaf_client::{
    instruction::{compute_budget, create_associated_token, refund_job},
    layout::SetParametersArguments,
};
use sheaf_format::limits::MAX_AGGREGATORS;
use sheaf_tests::{
    mint::MintKind,
    walk::{WALKS, crowd, instructions, walk},
    world::{PACKET_BYTES, PARAMETERS, World},
};
use solana_sdk::{instruction::Instruction, message::Message, pubkey::Pubkey, signer::Signer};
use std::collections::{BTreeMap, BTreeSet};

/// Bytes of a signed transaction with these instructions and both of the budget.
fn bytes_of(instructions: &[Instruction], payer: &Pubkey) -> usize {
    let all = [&compute_budget(1_400_000, 1), instructions].concat();
    let message = Message::new(&all, Some(payer));
    let signatures = usize::from(message.header.num_required_signatures);
    1 + 64 * signatures + message.serialize().len()
}

/// Cases that the ways do not meet: full lists, and what the command line sends together.
fn dearest(world: &World) -> Vec<(&'static str, usize)> {
    let build = &world.build;
    let admin = world.admin.pubkey();
    let aggregators: Vec<Pubkey> = (0..MAX_AGGREGATORS).map(|_| Pubkey::new_unique()).collect();
    let create = build.create_network(&admin, &world.network_arguments(), &aggregators);
    let arguments = SetParametersArguments {
        treasury: world.treasury.to_bytes(),
        parameters: PARAMETERS,
    };
    let set = build.set_parameters(&admin, &arguments, &aggregators);
    let (requester, sender) = (world.requester.pubkey(), world.stranger.pubkey());
    let accounts = world.pool_accounts();
    let refund = [
        create_associated_token(&sender, &requester, &accounts.mint, &accounts.token_program),
        refund_job(&build.at, &requester, &accounts, 0),
    ];
    vec![
        ("create_network", bytes_of(&[create], &admin)),
        ("set_parameters", bytes_of(&[set], &admin)),
        ("refund_job", bytes_of(&refund, &sender)),
    ]
}

#[test]
fn every_instruction_fits_a_transaction_with_its_budget() {
    let mut largest: BTreeMap<&'static str, usize> = BTreeMap::new();
    let mut add = |name, bytes: usize| {
        let before = largest.entry(name).or_default();
        *before = bytes.max(*before);
    };
    let ways = WALKS.map(|(_, way)| way).into_iter().chain([crowd as _]);
    for way in ways {
        let mut world = World::without_network(&MintKind::Token);
        walk(&mut world, way);
        for cost in &world.costs {
            add(cost.name, cost.bytes);
        }
        for (name, bytes) in dearest(&world) {
            add(name, bytes);
        }
    }
    println!("instruction, bytes, bytes left of {PACKET_BYTES}");
    for (name, bytes) in &largest {
        println!(
            "  {name:<20} {bytes:>6} {:>6}",
            PACKET_BYTES as i64 - *bytes as i64
        );
        assert!(*bytes <= PACKET_BYTES, "{name} takes {bytes} bytes");
    }
    assert_eq!(largest.into_keys().collect::<BTreeSet<_>>(), instructions());
}
