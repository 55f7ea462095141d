//! Contributors, with what they need to claim.

use crate::{
    ledger::{Ledger, LedgerError},
    text::{Amount, Base58Key, HexHash},
};
use serde::{Deserialize, Serialize};
use sheaf_format::{
    Key,
    limits::{PAGE_LEVELS, POOL_LEVELS},
    tree::{self, Node, PageProof, PoolProof, TreeError, page_of, position_in_page},
};

/// Why an answer's proofs cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// Another number of siblings.
    #[error("the proof has {found} siblings, not {expected}: the server speaks another version")]
    Length {
        /// Siblings there must be.
        expected: usize,
        /// Siblings there are.
        found: usize,
    },
    /// The siblings lead to another root, or sums do not fit.
    #[error("the proof does not lead to its root: ask again, or another server")]
    Wrong,
}

impl From<TreeError> for ProofError {
    fn from(_: TreeError) -> Self {
        Self::Wrong
    }
}

/// A node of the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NodeView {
    /// Its hash; zeros when absent.
    pub hash: HexHash,
    /// Sum of the leaves below.
    pub sum: Amount,
}

impl From<Node> for NodeView {
    fn from(node: Node) -> Self {
        Self {
            hash: node.hash.into(),
            sum: node.sum.into(),
        }
    }
}

impl From<NodeView> for Node {
    fn from(view: NodeView) -> Self {
        Self {
            hash: view.hash.0,
            sum: view.sum.0,
        }
    }
}

/// A contributor: its leaf in the active tree, or that it has none yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ContributorView {
    /// The contributor's wallet.
    pub contributor: Base58Key,
    /// Round in which the tree became active; 0 before the first.
    pub round: u64,
    /// Its leaf; `None` when it has not earned yet.
    pub leaf: Option<ContributorLeaf>,
}

/// A leaf of the active tree, with its proofs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ContributorLeaf {
    /// Root of the tree.
    pub root: NodeView,
    /// Index of the leaf.
    pub index: u32,
    /// Lifetime earnings.
    pub cumulative: Amount,
    /// Lifetime claims; 0 while the page is not open.
    pub claimed: Amount,
    /// Page of the leaf.
    pub page: u32,
    /// Root of the page.
    pub page_root: NodeView,
    /// Siblings from the leaf to the page's root, 9 of them.
    pub page_proof: Vec<NodeView>,
    /// Siblings from the page's root to the tree's root, 16 of them.
    pub pool_proof: Vec<NodeView>,
}

/// What a contributor has earned, and in which rounds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EarningsView {
    /// The contributor's wallet.
    pub contributor: Base58Key,
    /// Round in which the active tree became active; 0 before the first.
    pub round: u64,
    /// Lifetime earnings; 0 without a leaf.
    pub cumulative: Amount,
    /// Lifetime claims, as the chain says; `null` when it cannot be asked now.
    pub claimed: Option<Amount>,
    /// Rounds in which it earned, newest first.
    pub items: Vec<EarningView>,
    /// What to ask for the next part with; `null` at the end.
    pub next_cursor: Option<String>,
}

/// What a contributor earned in a final round, in whatever role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EarningView {
    /// The round.
    pub round: u64,
    /// Earned in it.
    pub amount: Amount,
    /// Lifetime earnings after it.
    pub cumulative: Amount,
}

impl ContributorView {
    /// A contributor as a tree and its page's account say it. `round` is the round in which the
    /// tree became active, `claimed` what the page's slot says.
    ///
    /// # Errors
    /// Those of the ledger's proofs.
    pub fn new(
        ledger: &Ledger,
        round: u64,
        contributor: &Key,
        claimed: u64,
    ) -> Result<Self, LedgerError> {
        let found = ledger
            .index_of(contributor)
            .and_then(|index| Some((index, ledger.leaf(index)?)));
        let leaf = match found {
            None => None,
            Some((index, leaf)) => {
                let page = page_of(index);
                Some(ContributorLeaf {
                    root: ledger.root().into(),
                    index,
                    cumulative: leaf.cumulative.into(),
                    claimed: claimed.into(),
                    page,
                    page_root: ledger.page_root(page)?.into(),
                    page_proof: ledger.page_proof(index)?.map(NodeView::from).to_vec(),
                    pool_proof: ledger.pool_proof(page)?.map(NodeView::from).to_vec(),
                })
            }
        };
        Ok(Self {
            contributor: (*contributor).into(),
            round,
            leaf,
        })
    }
}

impl ContributorLeaf {
    /// The siblings up to the page's root.
    ///
    /// # Errors
    /// [`ProofError::Length`].
    pub fn page_proof(&self) -> Result<PageProof, ProofError> {
        nodes::<PAGE_LEVELS>(&self.page_proof)
    }

    /// The siblings from the page's root up.
    ///
    /// # Errors
    /// [`ProofError::Length`].
    pub fn pool_proof(&self) -> Result<PoolProof, ProofError> {
        nodes::<POOL_LEVELS>(&self.pool_proof)
    }

    /// Checks both proofs, from the contributor's leaf to `root`, without belief in the server:
    /// `root` is the active root and total that the chain says.
    ///
    /// # Errors
    /// [`ProofError`].
    pub fn verify(
        &self,
        program: &Key,
        pool: &Key,
        contributor: &Key,
        root: &Node,
    ) -> Result<(), ProofError> {
        let leaf = tree::leaf(program, pool, self.index, contributor, self.cumulative.0);
        let page_root = tree::climb(leaf, position_in_page(self.index), &self.page_proof()?)?;
        let found = tree::climb(page_root, page_of(self.index), &self.pool_proof()?)?;
        if self.page != page_of(self.index)
            || Node::from(self.page_root) != page_root
            || found != *root
        {
            return Err(ProofError::Wrong);
        }
        Ok(())
    }

    /// What a claim would pay now: lifetime earnings less lifetime claims.
    pub const fn claimable(&self) -> u64 {
        self.cumulative.0.saturating_sub(self.claimed.0)
    }
}

fn nodes<const N: usize>(views: &[NodeView]) -> Result<[Node; N], ProofError> {
    let views = <[NodeView; N]>::try_from(views).map_err(|_| ProofError::Length {
        expected: N,
        found: views.len(),
    })?;
    Ok(views.map(Node::from))
}
