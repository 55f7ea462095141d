//! One page of the tree, and what pages and the pool's tree have in common.

use super::Leaf;
use sheaf_format::{
    Key,
    limits::{PAGE_LEAVES, PAGE_LEVELS},
    tree::{self, ABSENT, Node, TreeError},
};

/// Up to 512 leaves with their root.
#[derive(Debug)]
pub(super) struct Page {
    pub leaves: Vec<Leaf>,
    pub root: Node,
}

impl Page {
    /// Page `number` with these leaves.
    pub fn new(
        program: &Key,
        pool: &Key,
        number: u32,
        leaves: Vec<Leaf>,
    ) -> Result<Self, TreeError> {
        let mut page = Self {
            leaves,
            root: ABSENT,
        };
        let mut level = page.nodes(program, pool, number);
        for _ in 0..PAGE_LEVELS {
            level = above(&level)?;
        }
        page.root = level.first().copied().unwrap_or(ABSENT);
        Ok(page)
    }

    /// The leaves' nodes.
    pub fn nodes(&self, program: &Key, pool: &Key, number: u32) -> Vec<Node> {
        let first = number.saturating_mul(PAGE_LEAVES as u32);
        let nodes = self.leaves.iter().zip(first..).map(|(leaf, index)| {
            tree::leaf(program, pool, index, &leaf.contributor, leaf.cumulative)
        });
        nodes.collect()
    }
}

/// The level above a level, whose end is absent.
fn above(level: &[Node]) -> Result<Vec<Node>, TreeError> {
    let pairs = level.chunks(2);
    pairs
        .map(|pair| match pair {
            [left, right] => tree::parent(left, right),
            [left] => tree::parent(left, &ABSENT),
            _ => Ok(ABSENT),
        })
        .collect()
}

/// All levels of a tree with `DEPTH` levels above its lowest, each without its absent end.
pub(super) fn levels<const DEPTH: usize>(lowest: Vec<Node>) -> Result<Vec<Vec<Node>>, TreeError> {
    if lowest.len() > 1 << DEPTH {
        return Err(TreeError::PositionOutOfRange);
    }
    let mut levels = Vec::with_capacity(DEPTH + 1);
    let mut level = lowest;
    for _ in 0..DEPTH {
        let next = above(&level)?;
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
