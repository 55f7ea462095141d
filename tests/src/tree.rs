//! The tree of lifetime earnings, level by level in maps: slow, plain, and hashed from the words of
//! `sheaf-format/src/tree.rs` rather than by its functions.

use sha2::{Digest, Sha256};
use sheaf_format::{
    limits::{PAGE_LEVELS, POOL_LEVELS},
    tree::{ABSENT, Node, PageProof, PoolProof, page_of},
};
use solana_sdk::pubkey::Pubkey;
use std::collections::{BTreeMap, BTreeSet};

/// A tree over leaves `0..n`.
pub struct Tree {
    levels: Vec<BTreeMap<u32, Node>>,
}

/// `sha256(0x00 || program || pool || index || contributor || cumulative)`
fn leaf(program: &Pubkey, pool: &Pubkey, index: u32, (contributor, sum): &(Pubkey, u64)) -> Node {
    let mut bytes = vec![0];
    bytes.extend(program.as_ref());
    bytes.extend(pool.as_ref());
    bytes.extend(index.to_le_bytes());
    bytes.extend(contributor.as_ref());
    bytes.extend(sum.to_le_bytes());
    Node {
        hash: Sha256::digest(&bytes).into(),
        sum: *sum,
    }
}

/// `sha256(0x01 || left.hash || left.sum || right.hash || right.sum)`, unless the sums do not fit.
fn above(left: &Node, right: &Node) -> Option<Node> {
    let mut bytes = vec![1];
    for node in [left, right] {
        bytes.extend(node.hash);
        bytes.extend(node.sum.to_le_bytes());
    }
    Some(Node {
        hash: Sha256::digest(&bytes).into(),
        sum: left.sum.checked_add(right.sum)?,
    })
}

impl Tree {
    /// The tree of contributors with their lifetime earnings, by index.
    ///
    /// # Panics
    /// When the sums do not fit.
    pub fn new(program: &Pubkey, pool: &Pubkey, earnings: &[(Pubkey, u64)]) -> Self {
        Self::try_new(program, pool, earnings).expect("sums fit")
    }

    /// The tree of contributors with their lifetime earnings, by index, if the sums fit.
    pub fn try_new(program: &Pubkey, pool: &Pubkey, earnings: &[(Pubkey, u64)]) -> Option<Self> {
        let leaves = earnings
            .iter()
            .zip(0..)
            .map(|(earner, index)| (index, leaf(program, pool, index, earner)));
        let mut levels = vec![leaves.collect::<BTreeMap<u32, Node>>()];
        for level in 0..PAGE_LEVELS + POOL_LEVELS {
            let below = &levels[level];
            let at = |position| below.get(&position).copied().unwrap_or(ABSENT);
            // Only what is above something is there: the rest is absent.
            let positions: BTreeSet<u32> = below.keys().map(|position| position >> 1).collect();
            let next = positions.into_iter().map(|position| {
                let node = above(&at(2 * position), &at(2 * position + 1))?;
                Some((position, node))
            });
            levels.push(next.collect::<Option<_>>()?);
        }
        Some(Self { levels })
    }

    fn node(&self, level: usize, position: u32) -> Node {
        self.levels[level].get(&position).copied().unwrap_or(ABSENT)
    }

    /// The node of an index; absent where nobody is.
    pub fn leaf(&self, index: u32) -> Node {
        self.node(0, index)
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
