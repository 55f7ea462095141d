//! Merkle roots of lists: of a batch's contributions, of a validator's scores.
//!
//! `leaf = sha256(0x00 || item)`, `node = sha256(0x01 || left || right)`; a level's odd last node
//! moves up unchanged; the root of nothing is 32 zero bytes.

use crate::text::HexHash;
use serde::{Deserialize, Serialize};
use sheaf_format::{Hash, digest::sha256};

/// The root of an empty list.
pub const EMPTY: Hash = [0; 32];

/// The hash of an item.
pub fn leaf(item: &[u8]) -> Hash {
    sha256(&[&[0], item])
}

fn node(left: &Hash, right: &Hash) -> Hash {
    sha256(&[&[1], left, right])
}

/// The level above `level`.
fn above(level: &[Hash]) -> Vec<Hash> {
    level
        .chunks(2)
        .map(|pair| match pair {
            [left, right] => node(left, right),
            odd => odd.first().copied().unwrap_or(EMPTY),
        })
        .collect()
}

/// The root of a list, whose items come in their order.
pub fn root<T: AsRef<[u8]>>(items: impl IntoIterator<Item = T>) -> Hash {
    let mut level: Vec<Hash> = items.into_iter().map(|item| leaf(item.as_ref())).collect();
    while level.len() > 1 {
        level = above(&level);
    }
    level.first().copied().unwrap_or(EMPTY)
}

/// Proves that an item stands at `index` of a list of `count`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InclusionProof {
    /// Position of the item, from 0.
    pub index: u32,
    /// Items in the list: a batch says it on chain, where it must be compared.
    pub count: u32,
    /// Siblings from the leaf up; a level on which the node moves up unchanged has none.
    pub siblings: Vec<HexHash>,
}

/// The proof for the item at `index`, or `None` when the list has no such item.
pub fn prove<T: AsRef<[u8]>>(
    items: impl IntoIterator<Item = T>,
    index: u32,
) -> Option<InclusionProof> {
    let mut level: Vec<Hash> = items.into_iter().map(|item| leaf(item.as_ref())).collect();
    let count = u32::try_from(level.len()).ok()?;
    let mut position = usize::try_from(index).ok()?;
    level.get(position)?;
    let mut siblings = Vec::new();
    while level.len() > 1 {
        if let Some(sibling) = level.get(position ^ 1) {
            siblings.push(HexHash(*sibling));
        }
        level = above(&level);
        position /= 2;
    }
    Some(InclusionProof {
        index,
        count,
        siblings,
    })
}

impl InclusionProof {
    /// Whether the proof leads from `item` to `root`.
    pub fn verify(&self, root: &Hash, item: &[u8]) -> bool {
        if self.index >= self.count {
            return false;
        }
        let (mut position, mut count) = (self.index, self.count);
        let mut siblings = self.siblings.iter();
        let mut hash = leaf(item);
        while count > 1 {
            // The odd last node of a level has no sibling and moves up.
            if position ^ 1 < count {
                let Some(HexHash(sibling)) = siblings.next() else {
                    return false;
                };
                hash = if position % 2 == 0 {
                    node(&hash, sibling)
                } else {
                    node(sibling, &hash)
                };
            }
            position /= 2;
            count = count.div_ceil(2);
        }
        siblings.next().is_none() && hash == *root
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(count: u32) -> Vec<[u8; 4]> {
        (0..count).map(u32::to_le_bytes).collect()
    }

    #[test]
    fn roots_of_short_lists_are_as_the_contract_spells_them() {
        let [a, b, c] = [leaf(b"a"), leaf(b"b"), leaf(b"c")];
        assert_eq!(root::<&[u8]>([]), EMPTY);
        assert_eq!(root([b"a"]), a);
        assert_eq!(root([b"a", b"b"]), node(&a, &b));
        assert_eq!(root([b"a", b"b", b"c"]), node(&node(&a, &b), &c));
        assert_eq!(a, sha256(&[b"\0a"]));
        assert_eq!(node(&a, &b), sha256(&[b"\x01", &a, &b]));
    }

    #[test]
    fn every_item_of_every_list_is_proven_where_it_stands_and_nowhere_else() {
        for count in 1..=33 {
            let items = items(count);
            let root = root(&items);
            for index in 0..count {
                let proof = prove(&items, index).expect("an item");
                for (at, item) in items.iter().enumerate() {
                    assert_eq!(
                        proof.verify(&root, item),
                        at == index as usize,
                        "{count} {index} {at}"
                    );
                }
            }
            assert_eq!(prove(&items, count), None);
        }
    }

    #[test]
    fn a_proof_with_more_or_fewer_siblings_fails() {
        let items = items(7);
        let root = root(&items);
        let proof = prove(&items, 2).expect("an item");
        let mut longer = proof.clone();
        longer.siblings.push(HexHash([0; 32]));
        assert!(!longer.verify(&root, &items[2]));
        let mut shorter = proof.clone();
        shorter.siblings.pop();
        assert!(!shorter.verify(&root, &items[2]));
        let outside = InclusionProof { index: 7, ..proof };
        assert!(!outside.verify(&root, &items[2]));
    }

    #[test]
    fn an_inner_node_cannot_pass_as_an_item() {
        let pair = [leaf(b"a"), leaf(b"b")].concat();
        assert_ne!(root([&pair]), root([b"a", b"b"]));
    }
}
