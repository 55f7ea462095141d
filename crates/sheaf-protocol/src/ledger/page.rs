//! One page of the tree, and what pages and the pool's tree have in common.

use super::Leaf;
use crate::sha::{BLOCK, Started};
use sheaf_format::{
    Key,
    limits::{PAGE_LEAVES, PAGE_LEVELS},
    tree::{self, ABSENT, Node, TreeError},
};

/// Hashes leaves of one tree as [`tree::leaf`] does. What all of them start
/// with fills a block of SHA-256 and a byte: that block is hashed once.
#[derive(Clone, Debug)]
pub(super) struct LeafHasher {
    started: Started,
    last_of_pool: u8,
}

impl LeafHasher {
    /// For the tree of a pool.
    pub fn new(program: &Key, pool: &Key) -> Self {
        let mut first = [0; BLOCK];
        first[1..33].copy_from_slice(program);
        first[33..].copy_from_slice(&pool[..31]);
        Self {
            started: Started::new(&first),
            last_of_pool: pool[31],
        }
    }

    /// The leaf at `index`.
    pub fn leaf(&self, index: u32, leaf: &Leaf) -> Node {
        let mut rest = [0; 1 + 4 + 32 + 8];
        rest[0] = self.last_of_pool;
        rest[1..5].copy_from_slice(&index.to_le_bytes());
        rest[5..37].copy_from_slice(&leaf.contributor);
        rest[37..].copy_from_slice(&leaf.cumulative.to_le_bytes());
        Node {
            hash: self.started.finish(&rest),
            sum: leaf.cumulative,
        }
    }
}

/// Up to 512 leaves with their root.
#[derive(Debug)]
pub(super) struct Page {
    pub leaves: Vec<Leaf>,
    pub root: Node,
}

impl Page {
    /// Page `number` with these leaves.
    pub fn new(hasher: &LeafHasher, number: u32, leaves: Vec<Leaf>) -> Result<Self, TreeError> {
        let mut page = Self {
            leaves,
            root: ABSENT,
        };
        let mut level = page.nodes(hasher, number);
        for _ in 0..PAGE_LEVELS {
            rise(&mut level)?;
        }
        page.root = level.first().copied().unwrap_or(ABSENT);
        Ok(page)
    }

    /// The leaves' nodes.
    pub fn nodes(&self, hasher: &LeafHasher, number: u32) -> Vec<Node> {
        let first = number.saturating_mul(PAGE_LEAVES as u32);
        let nodes = self.leaves.iter().zip(first..);
        nodes
            .map(|(leaf, index)| hasher.leaf(index, leaf))
            .collect()
    }
}

/// Replaces a level, whose end is absent, by the level above it.
fn rise(level: &mut Vec<Node>) -> Result<(), TreeError> {
    let count = level.len().div_ceil(2);
    for place in 0..count {
        let pair = level.get(2 * place..).unwrap_or_default();
        let parent = match pair {
            [left, right, ..] => tree::parent(left, right)?,
            [left] => tree::parent(left, &ABSENT)?,
            [] => ABSENT,
        };
        level[place] = parent;
    }
    level.truncate(count);
    Ok(())
}

/// All levels of a tree with `DEPTH` levels above its lowest, each without its absent end.
pub(super) fn levels<const DEPTH: usize>(lowest: Vec<Node>) -> Result<Vec<Vec<Node>>, TreeError> {
    if lowest.len() > 1 << DEPTH {
        return Err(TreeError::PositionOutOfRange);
    }
    let mut levels = Vec::with_capacity(DEPTH + 1);
    let mut level = lowest;
    for _ in 0..DEPTH {
        let mut next = level.clone();
        rise(&mut next)?;
        levels.push(std::mem::replace(&mut level, next));
    }
    levels.push(level);
    Ok(levels)
}

/// Siblings from a position of the lowest level up to the root.
pub(super) fn siblings<const DEPTH: usize>(levels: &[Vec<Node>], position: u32) -> [Node; DEPTH] {
    let mut proof = [ABSENT; DEPTH];
    for ((sibling, level), height) in proof.iter_mut().zip(levels).zip(0u32..) {
        let at = usize::try_from((position >> height) ^ 1);
        if let Some(node) = at.ok().and_then(|at| level.get(at)) {
            *sibling = *node;
        }
    }
    proof
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_leaf_is_hashed_as_the_format_says(
            program: Key,
            pool: Key,
            index: u32,
            contributor: Key,
            cumulative: u64,
        ) {
            let leaf = Leaf { contributor, cumulative };
            prop_assert_eq!(
                LeafHasher::new(&program, &pool).leaf(index, &leaf),
                tree::leaf(&program, &pool, index, &contributor, cumulative)
            );
        }
    }
}
