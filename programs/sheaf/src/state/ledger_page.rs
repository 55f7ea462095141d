//! The ledger page: what 512 neighbours in the tree have claimed.

use super::Occupant;
use crate::error::{Checked, SheafError};
use anchor_lang::prelude::*;
use bytemuck::{Pod, Zeroable};
use sheaf_format::{
    digest::slot_tag,
    limits::{NEIGHBOURS, NEIGHBOUR_LEVELS, PAGE_LEAVES, PAGE_LEVELS},
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

/// An aligned group of leaves, some of whose owners somebody claims for.
pub struct Neighbours<'a> {
    /// Index of the first.
    pub first_index: u32,
    /// Who stands at each position.
    pub occupants: &'a [Occupant; NEIGHBOURS],
    /// Siblings from the group up to the page's root.
    pub proof: &'a [Node; PAGE_LEVELS - NEIGHBOUR_LEVELS],
    /// Who can be paid.
    pub payable: [bool; NEIGHBOURS],
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
        let roots = self.roots();
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

    /// Books the claims of those neighbours who can be paid, and returns what is due to each. Who is
    /// owed nothing, or holds another's slot, is passed over.
    ///
    /// # Errors
    /// [`SheafError::IndexMismatch`] when the group is not aligned or lies on another page,
    /// [`SheafError::ProofInvalid`] when it is in neither of the page's trees.
    pub fn claim_neighbours(
        &mut self,
        pool: &Key,
        group: &Neighbours<'_>,
    ) -> Checked<[u64; NEIGHBOURS]> {
        let first = tree::position_in_page(group.first_index) as usize;
        if tree::page_of(group.first_index) != self.page || !first.is_multiple_of(NEIGHBOURS) {
            return Err(SheafError::IndexMismatch);
        }
        let root = group.root(pool).ok_or(SheafError::ProofInvalid)?;
        if !self.roots().contains(&root) {
            return Err(SheafError::ProofInvalid);
        }

        let mut due = [0; NEIGHBOURS];
        let slots = &mut self.slots[first..first + NEIGHBOURS];
        let indices = group.first_index..;
        for ((((due, slot), occupant), payable), index) in due
            .iter_mut()
            .zip(slots)
            .zip(group.occupants)
            .zip(group.payable)
            .zip(indices)
        {
            if !payable || occupant.cumulative <= slot.claimed {
                continue;
            }
            let tag = slot_tag(pool, index, &occupant.contributor);
            if slot.claimed > 0 && slot.tag != tag {
                continue;
            }
            *due = occupant.cumulative - slot.claimed;
            slot.tag = tag;
            slot.claimed = occupant.cumulative;
        }
        Ok(due)
    }

    /// The page's nodes in the trees that can be claimed against.
    const fn roots(&self) -> [Node; 2] {
        [
            node(self.root, self.sum),
            node(self.previous_root, self.previous_sum),
        ]
    }

    /// Gives a fresh page its identity.
    pub fn open(&mut self, pool: Key, page: u32, bump: u8) {
        self.pool = pool;
        self.page = page;
        self.bump = bump;
    }
}

impl Neighbours<'_> {
    /// The root over the group; none when sums do not fit.
    fn root(&self, pool: &Key) -> Option<Node> {
        let mut nodes = [tree::ABSENT; NEIGHBOURS];
        for ((node, occupant), index) in
            nodes.iter_mut().zip(self.occupants).zip(self.first_index..)
        {
            *node = occupant.node(pool, index);
        }
        let mut width = NEIGHBOURS;
        while width > 1 {
            width /= 2;
            for at in 0..width {
                nodes[at] = tree::parent(&nodes[2 * at], &nodes[2 * at + 1]).ok()?;
            }
        }
        let position = tree::position_in_page(self.first_index) >> NEIGHBOUR_LEVELS;
        tree::climb(nodes[0], position, self.proof).ok()
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
    fn neighbours_are_paid_once_and_others_are_passed_over() {
        let mut page = LedgerPage::zeroed();
        page.open(POOL, 1, 255);
        let mut occupants = [Occupant::NOBODY; NEIGHBOURS];
        for (who, occupant) in (1..).zip(&mut occupants[..4]) {
            occupant.contributor = [who; 32];
            occupant.cumulative = 10 * u64::from(who);
        }
        let mut group = Neighbours {
            first_index: 512 + 16,
            occupants: &occupants,
            proof: &[ABSENT; 6],
            payable: [true, false, true, true, true, true, true, true],
        };
        let root = group.root(&POOL).expect("sums fit");
        assert_eq!(
            page.claim_neighbours(&POOL, &group),
            Err(SheafError::ProofInvalid)
        );
        (page.root, page.sum) = (root.hash, root.sum);

        // The same leaves, one by one, lead to the same root.
        let leaves = occupants.map(|occupant| (occupant.contributor, occupant.cumulative));
        let alone = leaf(
            crate::ID.as_array(),
            &POOL,
            512 + 17,
            &leaves[1].0,
            leaves[1].1,
        );
        let node_at = |at: usize| occupants[at].node(&POOL, 512 + 16 + at as u32);
        let pair = tree::parent(&node_at(2), &node_at(3)).expect("sums fit");
        let mut proof = [ABSENT; 9];
        (proof[0], proof[1]) = (node_at(0), pair);
        assert_eq!(climb(alone, 17, &proof), Ok(root));

        // Another has the third slot; the second cannot be paid.
        page.slots[18].claimed = 1;
        let due = page.claim_neighbours(&POOL, &group);
        assert_eq!(due, Ok([10, 0, 0, 40, 0, 0, 0, 0]));
        group.payable = [true; NEIGHBOURS];
        let due = page.claim_neighbours(&POOL, &group);
        assert_eq!(due, Ok([0, 20, 0, 0, 0, 0, 0, 0]));

        for first_index in [512 + 17, 16, 1024 + 16] {
            group.first_index = first_index;
            assert_eq!(
                page.claim_neighbours(&POOL, &group),
                Err(SheafError::IndexMismatch)
            );
        }
        group.first_index = 512 + 24;
        assert_eq!(
            page.claim_neighbours(&POOL, &group),
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
