//! The ledger page: what 512 neighbours in the tree have claimed.

use crate::error::{Checked, SheafError};
use anchor_lang::prelude::*;
use bytemuck::{Pod, Zeroable};
use sheaf_format::{
    digest::slot_tag,
    limits::PAGE_LEAVES,
    tree::{self, Node, PageProof, PoolProof},
    Hash, Key,
};

sheaf_format::ledger_slot_layout! {
    #[repr(C)]
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable, IdlType)]
}

sheaf_format::ledger_page_layout! { #[account] }

/// The active tree, as a page syncs to it.
#[derive(Clone, Copy, Debug)]
pub struct ActiveTree {
    /// Its root and its sum.
    pub root: Node,
    /// The round that made it active.
    pub round: u64,
}

/// A leaf that somebody claims from.
#[derive(Clone, Copy, Debug)]
pub struct Leaf {
    /// Position in the tree.
    pub index: u32,
    /// Wallet that earned.
    pub contributor: Key,
    /// Lifetime earnings, in base units.
    pub cumulative: u64,
}

impl LedgerPage {
    /// Takes the page's node from the active tree and keeps the current one as the previous.
    ///
    /// # Errors
    /// [`SheafError::ProofInvalid`] when the node is not the page's in the active tree,
    /// [`SheafError::PageUpToDate`], [`SheafError::SumWouldFall`].
    pub fn sync(&mut self, active: &ActiveTree, node: Node, proof: &PoolProof) -> Checked<()> {
        if tree::climb(node, self.page, proof) != Ok(active.root) {
            return Err(SheafError::ProofInvalid);
        }
        if (node.hash, node.sum) == (self.root, self.sum) {
            return Err(SheafError::PageUpToDate);
        }
        if node.sum < self.sum {
            return Err(SheafError::SumWouldFall);
        }
        (self.previous_root, self.previous_sum) = (self.root, self.sum);
        (self.root, self.sum) = (node.hash, node.sum);
        self.synced_round = active.round;
        Ok(())
    }

    /// Books a claim and returns what is due: lifetime earnings less lifetime claims.
    ///
    /// # Errors
    /// [`SheafError::IndexMismatch`] when the index lies on another page,
    /// [`SheafError::ContributorMismatch`] when it is another's,
    /// [`SheafError::CumulativeBelowClaimed`], [`SheafError::NothingToClaim`],
    /// [`SheafError::ProofInvalid`] when the leaf is in neither of the page's trees.
    pub fn claim(&mut self, pool: &Key, leaf: &Leaf, proof: &PageProof) -> Checked<u64> {
        if tree::page_of(leaf.index) != self.page {
            return Err(SheafError::IndexMismatch);
        }
        let position = tree::position_in_page(leaf.index);
        let tag = slot_tag(pool, leaf.index, &leaf.contributor);
        let roots = [
            node(self.root, self.sum),
            node(self.previous_root, self.previous_sum),
        ];
        let slot = &mut self.slots[position as usize % PAGE_LEAVES];

        if slot.claimed > 0 && slot.tag != tag {
            return Err(SheafError::ContributorMismatch);
        }
        let due = leaf
            .cumulative
            .checked_sub(slot.claimed)
            .ok_or(SheafError::CumulativeBelowClaimed)?;
        if due == 0 {
            return Err(SheafError::NothingToClaim);
        }
        let start = tree::leaf(
            crate::ID.as_array(),
            pool,
            leaf.index,
            &leaf.contributor,
            leaf.cumulative,
        );
        let root = tree::climb(start, position, proof).map_err(|_| SheafError::ProofInvalid)?;
        if !roots.contains(&root) {
            return Err(SheafError::ProofInvalid);
        }

        slot.tag = tag;
        slot.claimed = leaf.cumulative;
        Ok(due)
    }

    /// Gives a fresh page its identity.
    pub fn open(&mut self, pool: Key, page: u32, bump: u8) {
        self.pool = pool;
        self.page = page;
        self.bump = bump;
    }
}

/// A node from its hash and sum.
const fn node(hash: Hash, sum: u64) -> Node {
    Node { hash, sum }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sheaf_format::tree::{climb, leaf, ABSENT};

    const POOL: Key = [7; 32];
    const ALICE: Leaf = Leaf {
        index: 512 + 5,
        contributor: [1; 32],
        cumulative: 30,
    };

    /// Page 1 with one leaf, and the leaf's proof.
    fn page_with(leaf_at: &Leaf) -> (LedgerPage, PageProof) {
        let proof = [ABSENT; 9];
        let start = leaf(
            crate::ID.as_array(),
            &POOL,
            leaf_at.index,
            &leaf_at.contributor,
            leaf_at.cumulative,
        );
        let root = climb(start, 5, &proof).expect("climbs");
        let mut page = LedgerPage::zeroed();
        page.open(POOL, 1, 255);
        (page.root, page.sum) = (root.hash, root.sum);
        (page, proof)
    }

    fn active(page_node: Node) -> ActiveTree {
        let root = climb(page_node, 1, &[ABSENT; 16]).expect("climbs");
        ActiveTree { root, round: 4 }
    }

    #[test]
    fn a_claim_pays_once_and_later_only_the_difference() {
        let (mut page, proof) = page_with(&ALICE);
        assert_eq!(page.claim(&POOL, &ALICE, &proof), Ok(30));
        assert_eq!(
            page.claim(&POOL, &ALICE, &proof),
            Err(SheafError::NothingToClaim)
        );
        let richer = Leaf {
            cumulative: 45,
            ..ALICE
        };
        let (later, _) = page_with(&richer);
        page.sync(
            &active(node(later.root, later.sum)),
            node(later.root, later.sum),
            &[ABSENT; 16],
        )
        .expect("syncs");
        assert_eq!(
            page.claim(&POOL, &ALICE, &proof),
            Err(SheafError::NothingToClaim)
        );
        assert_eq!(page.claim(&POOL, &richer, &proof), Ok(15));
        assert_eq!(
            page.claim(&POOL, &ALICE, &proof),
            Err(SheafError::CumulativeBelowClaimed)
        );
        assert_eq!(page.slots[5].claimed, 45);
    }

    #[test]
    fn the_previous_root_still_pays() {
        let (mut page, proof) = page_with(&ALICE);
        let (later, _) = page_with(&Leaf {
            cumulative: 45,
            ..ALICE
        });
        page.sync(
            &active(node(later.root, later.sum)),
            node(later.root, later.sum),
            &[ABSENT; 16],
        )
        .expect("syncs");
        assert_eq!(page.synced_round, 4);
        assert_eq!(page.claim(&POOL, &ALICE, &proof), Ok(30));
    }

    #[test]
    fn changed_claims_are_refused_by_name() {
        let (mut page, proof) = page_with(&ALICE);
        let changed = [
            (
                Leaf {
                    cumulative: 31,
                    ..ALICE
                },
                SheafError::ProofInvalid,
            ),
            (
                Leaf {
                    index: 512 + 6,
                    ..ALICE
                },
                SheafError::ProofInvalid,
            ),
            (Leaf { index: 5, ..ALICE }, SheafError::IndexMismatch),
            (
                Leaf {
                    contributor: [2; 32],
                    ..ALICE
                },
                SheafError::ProofInvalid,
            ),
        ];
        for (leaf, error) in changed {
            assert_eq!(page.claim(&POOL, &leaf, &proof), Err(error));
        }
        page.claim(&POOL, &ALICE, &proof).expect("pays");
        let thief = Leaf {
            contributor: [2; 32],
            cumulative: 31,
            ..ALICE
        };
        assert_eq!(
            page.claim(&POOL, &thief, &proof),
            Err(SheafError::ContributorMismatch)
        );
    }

    #[test]
    fn a_leaf_does_not_match_an_empty_previous_root() {
        let mut page = LedgerPage::zeroed();
        page.open(POOL, 1, 255);
        assert_eq!(
            page.claim(&POOL, &ALICE, &[ABSENT; 9]),
            Err(SheafError::ProofInvalid)
        );
    }

    #[test]
    fn a_page_syncs_only_to_the_active_tree_and_never_to_less() {
        let (rich, _) = page_with(&ALICE);
        let (poor, _) = page_with(&Leaf {
            cumulative: 10,
            ..ALICE
        });
        let rich_node = node(rich.root, rich.sum);
        let poor_node = node(poor.root, poor.sum);
        let mut page = LedgerPage::zeroed();
        page.open(POOL, 1, 255);
        assert_eq!(
            page.sync(&active(poor_node), rich_node, &[ABSENT; 16]),
            Err(SheafError::ProofInvalid)
        );
        assert_eq!(
            page.sync(&active(rich_node), rich_node, &[ABSENT; 16]),
            Ok(())
        );
        assert_eq!(
            page.sync(&active(rich_node), rich_node, &[ABSENT; 16]),
            Err(SheafError::PageUpToDate)
        );
        assert_eq!(
            page.sync(&active(poor_node), poor_node, &[ABSENT; 16]),
            Err(SheafError::SumWouldFall)
        );
        page.page = 2;
        assert_eq!(
            page.sync(&active(rich_node), rich_node, &[ABSENT; 16]),
            Err(SheafError::ProofInvalid)
        );
    }
}
