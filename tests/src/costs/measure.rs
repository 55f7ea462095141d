//! Typical and worst case of every instruction over both token programs.

use crate::{
    mint::MintKind,
    walk::{WALKS, Walk, crowd, walk},
    world::World,
};
use std::collections::BTreeMap;

/// Compute units of an instruction over one token program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Units {
    /// The median on the ordinary ways.
    pub typical: u64,
    /// The most that any way took, the dearest cases included.
    pub worst: u64,
}

/// Compute units of an instruction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// Over mints of the Token program.
    pub spl: Units,
    /// Over mints of Token-2022; the worst case takes a fee on each transfer.
    pub token_2022: Units,
}

/// Compute units by instruction.
pub type Table = BTreeMap<String, Row>;

/// Measures every instruction.
pub fn measure() -> Table {
    let spl = Samples::of(&[MintKind::Token]);
    let token_2022 = Samples::of(&[MintKind::plain_2022(), MintKind::with_fee(100)]);
    let names = spl.ordinary.keys();
    let row = |name: &&'static str| Row {
        spl: spl.units(name),
        token_2022: token_2022.units(name),
    };
    names.map(|name| ((*name).to_owned(), row(name))).collect()
}

/// What each use of an instruction cost.
#[derive(Default)]
struct Samples {
    ordinary: BTreeMap<&'static str, Vec<u64>>,
    all: BTreeMap<&'static str, Vec<u64>>,
}

impl Samples {
    /// Ordinary uses are those on the ordinary ways over the first kind of mint.
    fn of(kinds: &[MintKind]) -> Self {
        let mut samples = Self::default();
        for (at, kind) in kinds.iter().enumerate() {
            for (_, way) in WALKS {
                samples.add(kind, way, at == 0);
            }
            samples.add(kind, crowd, false);
        }
        samples
    }

    fn add(&mut self, kind: &MintKind, way: Walk, is_ordinary: bool) {
        let mut world = World::without_network(kind);
        walk(&mut world, way);
        for cost in &world.costs {
            self.all.entry(cost.name).or_default().push(cost.units);
            if is_ordinary {
                self.ordinary.entry(cost.name).or_default().push(cost.units);
            }
        }
    }

    fn units(&self, name: &str) -> Units {
        let mut ordinary = self.ordinary[name].clone();
        ordinary.sort_unstable();
        Units {
            typical: ordinary[ordinary.len() / 2],
            worst: self.all[name].iter().copied().max().unwrap_or(0),
        }
    }
}
