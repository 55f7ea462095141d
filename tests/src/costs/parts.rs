//! Where the units of an instruction go: the same ways again, with one kind of cost taken off the
//! runtime's price list at a time.

use crate::{
    mint::MintKind,
    walk::{WALKS, walk},
    world::World,
};
use solana_compute_budget::compute_budget::ComputeBudget;

/// Units of one use of an instruction, by what they are for.
#[derive(Clone, Copy, Debug)]
pub struct Parts {
    /// All of them.
    pub all: u64,
    /// sha256: the calls and their bytes.
    pub sha256: u64,
    /// Number of calls of sha256.
    pub sha256_calls: u64,
    /// Inside the token program.
    pub token: u64,
    /// Calling other programs, this one for its event included.
    pub calls: u64,
    /// Deriving addresses.
    pub addresses: u64,
}

impl Parts {
    /// What is left: entry, loading and checking accounts, the program's own code.
    pub const fn rest(&self) -> u64 {
        self.all - self.sha256 - self.token - self.calls - self.addresses
    }
}

/// Taking something off the price list.
type Change = fn(&mut ComputeBudget);

fn last_cost(kind: &MintKind, name: &str, change: Option<Change>) -> (u64, u64) {
    for (_, way) in WALKS {
        let mut world = World::without_network(kind);
        if let Some(change) = change {
            let mut prices = ComputeBudget::new_with_defaults(false);
            change(&mut prices);
            world.svm = world.svm.clone().with_compute_budget(prices);
        }
        walk(&mut world, way);
        let found = world.costs.iter().rev().find(|cost| cost.name == name);
        if let Some(cost) = found {
            return (cost.units, cost.token_units);
        }
    }
    panic!("no way uses {name}");
}

/// Where the units of an instruction go, at its last use on the ordinary ways.
pub fn parts(kind: &MintKind, name: &str) -> Parts {
    let (all, token) = last_cost(kind, name, None);
    let without = |change: Change| all - last_cost(kind, name, Some(change)).0;
    let base = ComputeBudget::new_with_defaults(false).sha256_base_cost;
    Parts {
        all,
        sha256: without(|prices| (prices.sha256_base_cost, prices.sha256_byte_cost) = (0, 0)),
        sha256_calls: without(|prices| prices.sha256_base_cost = 0) / base,
        token,
        calls: without(|prices| prices.invoke_units = 0),
        addresses: without(|prices| prices.create_program_address_units = 0),
    }
}

/// What it takes to reach the program and be refused: data that is no instruction, no accounts.
pub fn entry() -> u64 {
    World::without_network(&MintKind::Token).units_of_refusal()
}
