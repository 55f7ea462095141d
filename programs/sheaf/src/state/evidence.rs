//! Evidence: a page of a round's base and pending tree, and what two proofs on it decide.

use super::Occupant;
use crate::error::{Checked, SheafError};
use anchor_lang::prelude::*;
use bytemuck::{Pod, Zeroable};
use sheaf_format::{
    stage::TreeSide,
    tree::{self, Node, PageProof, PoolProof},
};

sheaf_format::evidence_side_layout! {
    #[repr(C)]
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable, IdlType)]
}

sheaf_format::evidence_layout! { #[account] }

/// One index in both trees, each with its way up to the page.
pub struct Comparison<'a> {
    /// The index.
    pub index: u32,
    /// What the base tree holds there.
    pub base: Occupant,
    /// What the pending tree holds there.
    pub pending: Occupant,
    /// Siblings in the base tree.
    pub base_proof: &'a PageProof,
    /// Siblings in the pending tree.
    pub pending_proof: &'a PageProof,
}

impl EvidenceSide {
    const fn node(&self) -> Node {
        Node {
            hash: self.hash,
            sum: self.sum,
        }
    }

    fn set(&mut self, node: Node, proof: &PoolProof) {
        (self.hash, self.sum) = (node.hash, node.sum);
        self.sibling_sums = proof.map(|sibling| sibling.sum);
    }
}

impl Evidence {
    /// Takes a page's node in a tree with this root. Another page than before replaces both sides.
    ///
    /// # Errors
    /// [`SheafError::ProofInvalid`] when the node is not the page's under the root.
    pub fn cache(
        &mut self,
        side: TreeSide,
        root: Node,
        page: u32,
        node: Node,
        proof: &PoolProof,
    ) -> Checked<()> {
        if tree::climb(node, page, proof) != Ok(root) {
            return Err(SheafError::ProofInvalid);
        }
        if self.page != page {
            self.page = page;
            self.cached = 0;
        }
        match side {
            TreeSide::Base => self.base.set(node, proof),
            TreeSide::Pending => self.pending.set(node, proof),
        }
        self.cached |= bit(side);
        Ok(())
    }

    /// Checks that the pending tree holds this at an index.
    ///
    /// # Errors
    /// [`SheafError::WrongEvidence`], [`SheafError::ProofInvalid`].
    pub fn check_pending(&self, index: u32, occupant: &Occupant, proof: &PageProof) -> Checked<()> {
        self.check_leaf(TreeSide::Pending, index, occupant, proof)
    }

    /// Checks that the pending tree takes earnings away on the way to the page or beside it: a sum
    /// smaller than the base tree's at the same position.
    ///
    /// # Errors
    /// [`SheafError::WrongEvidence`] when a side is missing, [`SheafError::NotAFraud`].
    pub fn check_page_shrinks(&self) -> Checked<()> {
        if self.cached != bit(TreeSide::Base) | bit(TreeSide::Pending) {
            return Err(SheafError::WrongEvidence);
        }
        // Where no sibling shrinks, nothing above shrinks either: sums only add up.
        let siblings = self
            .base
            .sibling_sums
            .iter()
            .zip(&self.pending.sibling_sums);
        let shrinks = self.pending.sum < self.base.sum
            || siblings.into_iter().any(|(base, pending)| pending < base);
        shrinks.then_some(()).ok_or(SheafError::NotAFraud)
    }

    /// Checks that the pending tree takes earnings away at an index, or on the way from it to the
    /// page or beside it, or gives the index to another contributor.
    ///
    /// # Errors
    /// [`SheafError::WrongEvidence`], [`SheafError::ProofInvalid`], [`SheafError::NotAFraud`].
    pub fn check_fraud(&self, compared: &Comparison<'_>) -> Checked<()> {
        let Comparison {
            index,
            base,
            pending,
            base_proof,
            pending_proof,
        } = compared;
        self.check_leaf(TreeSide::Base, *index, base, base_proof)?;
        self.check_leaf(TreeSide::Pending, *index, pending, pending_proof)?;
        let shrinks = pending.cumulative < base.cumulative
            || base_proof
                .iter()
                .zip(pending_proof.iter())
                .any(|(base, pending)| pending.sum < base.sum);
        let parted = *base != Occupant::NOBODY && base.contributor != pending.contributor;
        (shrinks || parted)
            .then_some(())
            .ok_or(SheafError::NotAFraud)
    }

    fn check_leaf(
        &self,
        side: TreeSide,
        index: u32,
        occupant: &Occupant,
        proof: &PageProof,
    ) -> Checked<()> {
        if self.cached & bit(side) == 0 || tree::page_of(index) != self.page {
            return Err(SheafError::WrongEvidence);
        }
        let page = match side {
            TreeSide::Base => self.base.node(),
            TreeSide::Pending => self.pending.node(),
        };
        let start = occupant.node(&self.pool, index);
        if tree::climb(start, tree::position_in_page(index), proof) == Ok(page) {
            Ok(())
        } else {
            Err(SheafError::ProofInvalid)
        }
    }
}

/// The bit that says a side is proven.
const fn bit(side: TreeSide) -> u8 {
    1 << side as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use sheaf_format::{tree::ABSENT, Key};

    const POOL: Key = [7; 32];
    const ALICE: Occupant = occupant(1, 30);

    const fn occupant(who: u8, cumulative: u64) -> Occupant {
        Occupant {
            contributor: [who; 32],
            cumulative,
        }
    }

    /// A page that holds one occupant at index 5 and another sum beside it.
    fn page(at_5: &Occupant, beside: u64) -> (Node, PageProof) {
        let mut proof = [ABSENT; 9];
        proof[0] = Node {
            hash: [9; 32],
            sum: beside,
        };
        let root = tree::climb(at_5.node(&POOL, 5), 5, &proof);
        (root.expect("climbs"), proof)
    }

    /// Evidence with page 0 in both trees, beside a page of these sums.
    fn evidence(base: Node, pending: Node, beside: [u64; 2]) -> Evidence {
        let mut evidence = Evidence::zeroed();
        evidence.pool = POOL;
        let sides = [(TreeSide::Base, base), (TreeSide::Pending, pending)];
        for ((side, node), sum) in sides.into_iter().zip(beside) {
            let mut proof = [ABSENT; 16];
            proof[3] = Node { hash: [8; 32], sum };
            let root = tree::climb(node, 0, &proof).expect("climbs");
            evidence
                .cache(side, root, 0, node, &proof)
                .expect("is proven");
        }
        evidence
    }

    fn judge(base: (Occupant, u64), pending: (Occupant, u64)) -> Checked<()> {
        let (base_page, base_proof) = page(&base.0, base.1);
        let (pending_page, pending_proof) = page(&pending.0, pending.1);
        evidence(base_page, pending_page, [0, 0]).check_fraud(&Comparison {
            index: 5,
            base: base.0,
            pending: pending.0,
            base_proof: &base_proof,
            pending_proof: &pending_proof,
        })
    }

    #[test]
    fn who_takes_earnings_away_or_hands_them_on_is_found_out() {
        let bob = occupant(2, 99);
        assert_eq!(judge((ALICE, 5), (occupant(1, 29), 6)), Ok(()));
        assert_eq!(judge((ALICE, 5), (ALICE, 4)), Ok(()), "beside it");
        assert_eq!(judge((ALICE, 5), (bob, 5)), Ok(()));
        assert_eq!(judge((ALICE, 5), (Occupant::NOBODY, 5)), Ok(()));
        assert_eq!(
            judge((occupant(1, 0), 5), (Occupant::NOBODY, 5)),
            Ok(()),
            "an index and its contributor never part"
        );
    }

    #[test]
    fn honest_growth_is_no_fraud() {
        let honest = Err(SheafError::NotAFraud);
        assert_eq!(judge((ALICE, 5), (ALICE, 5)), honest);
        assert_eq!(judge((ALICE, 5), (occupant(1, 31), 6)), honest);
        assert_eq!(judge((Occupant::NOBODY, 5), (ALICE, 5)), honest);
        assert_eq!(judge((Occupant::NOBODY, 5), (Occupant::NOBODY, 5)), honest);
    }

    #[test]
    fn what_is_not_in_the_trees_proves_nothing() {
        let (base, proof) = page(&ALICE, 5);
        let evidence = evidence(base, base, [0, 0]);
        let lie = Comparison {
            index: 5,
            base: occupant(1, 31),
            pending: ALICE,
            base_proof: &proof,
            pending_proof: &proof,
        };
        assert_eq!(evidence.check_fraud(&lie), Err(SheafError::ProofInvalid));
        let swapped = Comparison {
            base: ALICE,
            pending: occupant(1, 29),
            ..lie
        };
        assert_eq!(
            evidence.check_fraud(&swapped),
            Err(SheafError::ProofInvalid)
        );
        assert_eq!(evidence.check_pending(5, &ALICE, &proof), Ok(()));
        assert_eq!(
            evidence.check_pending(512 + 5, &ALICE, &proof),
            Err(SheafError::WrongEvidence)
        );
    }

    #[test]
    fn a_page_that_shrinks_or_stands_beside_one_is_found_without_its_leaves() {
        let (poor, _) = page(&ALICE, 5);
        let (rich, _) = page(&ALICE, 6);
        let judge = |base, pending, beside| evidence(base, pending, beside).check_page_shrinks();
        assert_eq!(judge(rich, poor, [0, 50]), Ok(()));
        assert_eq!(judge(poor, rich, [50, 49]), Ok(()));
        assert_eq!(judge(poor, rich, [50, 50]), Err(SheafError::NotAFraud));
        let mut half = evidence(rich, poor, [0, 0]);
        half.cached = 1;
        assert_eq!(half.check_page_shrinks(), Err(SheafError::WrongEvidence));
    }

    #[test]
    fn another_page_replaces_both_sides() {
        let (node, _) = page(&ALICE, 5);
        let mut evidence = evidence(node, node, [0, 0]);
        let root = tree::climb(node, 4, &[ABSENT; 16]).expect("climbs");
        assert_eq!(
            evidence.cache(TreeSide::Base, root, 5, node, &[ABSENT; 16]),
            Err(SheafError::ProofInvalid)
        );
        assert_eq!(
            evidence.cache(TreeSide::Base, root, 4, node, &[ABSENT; 16]),
            Ok(())
        );
        assert_eq!(
            evidence.check_page_shrinks(),
            Err(SheafError::WrongEvidence)
        );
    }
}
