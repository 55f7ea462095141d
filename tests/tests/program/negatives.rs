//! Every instruction without a signature, with wrong accounts, and with cut data: all refused.

use sheaf_tests::{
    mint::MintKind,
    walk::{WALKS, instructions, walk},
    world::World,
};
use std::collections::BTreeSet;

#[test]
fn every_instruction_refuses_wrong_accounts_and_cut_data() {
    for kind in [MintKind::Token, MintKind::plain_2022()] {
        let mut refused = BTreeSet::new();
        for (_, way) in WALKS {
            let mut elsewhere = World::elsewhere(&kind);
            walk(&mut elsewhere, way);
            let mut world = World::without_network(&kind);
            world.become_hostile(elsewhere);
            walk(&mut world, way);
            refused.extend(world.refused_variants());
        }
        assert_eq!(refused, instructions());
    }
}
