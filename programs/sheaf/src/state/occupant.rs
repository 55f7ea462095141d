//! What stands at a position of the reward tree.

use sheaf_format::{
    tree::{self, Node, ABSENT},
    Key,
};

/// What stands at a position of a tree: an earner, or nobody (zeros).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occupant {
    /// Wallet that earned.
    pub contributor: Key,
    /// Lifetime earnings, in base units.
    pub cumulative: u64,
}

impl Occupant {
    /// Nobody.
    pub const NOBODY: Self = Self {
        contributor: [0; 32],
        cumulative: 0,
    };

    /// The node it makes at an index of a pool's tree.
    pub fn node(&self, pool: &Key, index: u32) -> Node {
        if *self == Self::NOBODY {
            return ABSENT;
        }
        let program = crate::ID.as_array();
        tree::leaf(program, pool, index, &self.contributor, self.cumulative)
    }
}
