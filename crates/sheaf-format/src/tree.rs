//! The position-indexed Merkle *sum* tree of lifetime earnings.
//!
//! - `leaf = sha256(0x00 || program || pool || index:u32le || contributor || cumulative:u64le)`;
//!   its sum is `cumulative`.
//! - `node = sha256(0x01 || left.hash || left.sum:u64le || right.hash || right.sum:u64le)`; its
//!   sum is the checked sum of both.
//! - Absent: 32 zero bytes with sum 0, at every level; a node of two absents is absent.
//! - The index decides left and right: bit `l` of the position, counted from the leaf.

use crate::{digest::sha256, limits::*, Hash, Key};

/// A node's hash with its sum, 40 bytes: what proofs are made of, and what a parent hashes.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, bytemuck::Pod, bytemuck::Zeroable)]
pub struct Node {
    /// Hash of the node, or zeros when absent.
    pub hash: Hash,
    /// Sum of the leaves below, in base units of the mint.
    pub sum: u64,
}

/// The node of an empty position, at every level.
pub const ABSENT: Node = Node {
    hash: [0; 32],
    sum: 0,
};

/// Siblings from a leaf up to its page's root.
pub type PageProof = [Node; PAGE_LEVELS];
/// Siblings from a page's root up to the pool's root.
pub type PoolProof = [Node; POOL_LEVELS];

/// Why a tree operation is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TreeError {
    /// The sum of two nodes exceeds `u64`.
    SumOverflow,
    /// The position lies outside the tree.
    PositionOutOfRange,
}

/// The leaf at `index` of a contributor with lifetime earnings `cumulative`.
pub fn leaf(program: &Key, pool: &Key, index: u32, contributor: &Key, cumulative: u64) -> Node {
    Node {
        hash: sha256(&[
            &[0],
            program,
            pool,
            &index.to_le_bytes(),
            contributor,
            &cumulative.to_le_bytes(),
        ]),
        sum: cumulative,
    }
}

/// The parent of two nodes.
///
/// # Errors
/// [`TreeError::SumOverflow`] when the sums do not fit `u64`.
pub fn parent(left: &Node, right: &Node) -> Result<Node, TreeError> {
    let sum = left
        .sum
        .checked_add(right.sum)
        .ok_or(TreeError::SumOverflow)?;
    // On chain every comparison of hashes costs: where there is a sum, nothing is absent.
    if sum == 0 && left.hash == ABSENT.hash && right.hash == ABSENT.hash {
        return Ok(ABSENT);
    }
    Ok(Node {
        hash: sha256(&[&[1], bytemuck::bytes_of(left), bytemuck::bytes_of(right)]),
        sum,
    })
}

/// The root over `node` at `position`, climbing through `siblings` from the bottom up.
///
/// # Errors
/// [`TreeError::PositionOutOfRange`] when `position` needs more levels than there are siblings,
/// [`TreeError::SumOverflow`] when the sums do not fit.
pub fn climb(mut node: Node, position: u32, siblings: &[Node]) -> Result<Node, TreeError> {
    if siblings.len() < 32 && position >> siblings.len() != 0 {
        return Err(TreeError::PositionOutOfRange);
    }
    let mut turns = position;
    for sibling in siblings {
        let (left, right) = if turns & 1 == 0 {
            (&node, sibling)
        } else {
            (sibling, &node)
        };
        node = parent(left, right)?;
        turns >>= 1;
    }
    Ok(node)
}

/// The page a leaf index lies on.
pub const fn page_of(index: u32) -> u32 {
    index >> PAGE_LEVELS
}

/// A leaf index's position inside its page.
pub const fn position_in_page(index: u32) -> u32 {
    index & (PAGE_LEAVES as u32 - 1)
}

/// Pages needed for `leaf_count` leaves.
pub const fn pages_for(leaf_count: u32) -> u32 {
    leaf_count.div_ceil(PAGE_LEAVES as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_of_two_absents_is_absent() {
        assert_eq!(parent(&ABSENT, &ABSENT), Ok(ABSENT));
        assert_eq!(climb(ABSENT, 7, &[ABSENT; PAGE_LEVELS]), Ok(ABSENT));
    }

    #[test]
    fn a_sum_that_wraps_is_refused() {
        let rich = leaf(&[1; 32], &[2; 32], 0, &[3; 32], u64::MAX);
        let poor = leaf(&[1; 32], &[2; 32], 1, &[4; 32], 1);
        assert_eq!(parent(&rich, &poor), Err(TreeError::SumOverflow));
    }

    #[test]
    fn position_decides_left_and_right() {
        let a = leaf(&[1; 32], &[2; 32], 0, &[3; 32], 5);
        let b = leaf(&[1; 32], &[2; 32], 1, &[4; 32], 6);
        assert_eq!(climb(a, 0, &[b]), climb(b, 1, &[a]));
        assert_ne!(climb(a, 0, &[b]), climb(a, 1, &[b]));
        assert_eq!(climb(a, 2, &[b]), Err(TreeError::PositionOutOfRange));
    }

    #[test]
    fn a_parent_hashes_what_the_format_says() {
        let left = leaf(&[1; 32], &[2; 32], 0, &[3; 32], 0x0102);
        let right = leaf(&[1; 32], &[2; 32], 1, &[4; 32], 6);
        let spelled_out = sha256(&[
            &[1],
            &left.hash,
            &left.sum.to_le_bytes(),
            &right.hash,
            &right.sum.to_le_bytes(),
        ]);
        assert_eq!(parent(&left, &right).map(|node| node.hash), Ok(spelled_out));
    }

    #[test]
    fn an_absent_hash_with_a_sum_is_not_absent() {
        let odd = Node {
            hash: [0; 32],
            sum: 1,
        };
        assert_ne!(parent(&odd, &ABSENT), Ok(ABSENT));
        let empty_handed = Node {
            hash: [1; 32],
            sum: 0,
        };
        assert_ne!(parent(&empty_handed, &ABSENT), Ok(ABSENT));
        assert_ne!(parent(&ABSENT, &empty_handed), Ok(ABSENT));
    }
}
