//! The tree of lifetime earnings, level by level in maps: slow and plain.

use sheaf_format::{
    limits::{PAGE_LEVELS, POOL_LEVELS},
    tree::{ABSENT, Node, PageProof, PoolProof, leaf, page_of, parent},
};
use solana_sdk::pubkey::Pubkey;
use std::collections::BTreeMap;

/// A tree over leaves `0..n`.
pub struct Tree {
    levels: Vec<BTreeMap<u32, Node>>,
}

impl Tree {
    /// The tree of contributors with their lifetime earnings, by index.
    ///
    /// # Panics
    /// When the sums do not fit.
    pub fn new(program: &Pubkey, pool: &Pubkey, earnings: &[(Pubkey, u64)]) -> Self {
        let leaves = earnings
            .iter()
            .zip(0..)
            .map(|((contributor, cumulative), index)| {
                let key = contributor.to_bytes();
                (
                    index,
                    leaf(
                        &program.to_bytes(),
                        &pool.to_bytes(),
                        index,
                        &key,
                        *cumulative,
                    ),
                )
            });
        let mut levels = vec![leaves.collect::<BTreeMap<u32, Node>>()];
        for level in 0..PAGE_LEVELS + POOL_LEVELS {
            let below = &levels[level];
            let at = |position| below.get(&position).copied().unwrap_or(ABSENT);
            let above = below
                .keys()
                .map(|position| position >> 1)
                .map(|position| {
                    let node = parent(&at(2 * position), &at(2 * position + 1));
                    (position, node.expect("sums fit"))
                })
                .collect();
            levels.push(above);
        }
        Self { levels }
    }

    fn node(&self, level: usize, position: u32) -> Node {
        self.levels[level].get(&position).copied().unwrap_or(ABSENT)
    }

    /// The root with the sum of all earnings.
    pub fn root(&self) -> Node {
        self.node(PAGE_LEVELS + POOL_LEVELS, 0)
    }

    /// The node of a page.
    pub fn page(&self, page: u32) -> Node {
        self.node(PAGE_LEVELS, page)
    }

    /// Siblings from a leaf up to its page's root.
    pub fn page_proof(&self, index: u32) -> PageProof {
        std::array::from_fn(|level| self.node(level, (index >> level) ^ 1))
    }

    /// Siblings from a page's root up to the tree's.
    pub fn pool_proof(&self, index: u32) -> PoolProof {
        let page = page_of(index);
        std::array::from_fn(|level| self.node(PAGE_LEVELS + level, (page >> level) ^ 1))
    }
}
