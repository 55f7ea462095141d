//! The tree of lifetime earnings: leaves in order of index, roots and proofs.
//!
//! Nodes are hashed as `sheaf_format::tree` defines; absent parts are never visited. Pages keep
//! their roots and are shared between a ledger and the one that follows it, so a round rehashes
//! only the pages on which somebody earned, several at once.

mod page;
mod roster;

use page::{LeafHasher, Page, levels, siblings};
use rayon::prelude::*;
use roster::Roster;
use serde::{Deserialize, Serialize};
use sheaf_format::{
    Key,
    limits::{MAX_LEAVES, PAGE_LEAVES, PAGE_LEVELS, POOL_LEVELS},
    tree::{ABSENT, Node, PageProof, PoolProof, TreeError, page_of, position_in_page},
};
use std::{collections::BTreeMap, sync::Arc};

/// Why a ledger cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// More leaves than the tree holds.
    #[error("the tree holds {MAX_LEAVES} leaves and no more")]
    Full,
    /// A contributor with two leaves.
    #[error("contributor {0} has two leaves")]
    Repeated(crate::text::Base58Key),
    /// Lifetime earnings, or their sum, beyond 64 bits.
    #[error("lifetime earnings do not fit 64 bits")]
    Overflow,
    /// An index that the tree does not have.
    #[error("index {0} lies outside the tree")]
    IndexOutOfRange(u32),
    /// A page that the tree does not have.
    #[error("page {0} lies outside the tree")]
    PageOutOfRange(u32),
}

impl From<TreeError> for LedgerError {
    fn from(error: TreeError) -> Self {
        match error {
            TreeError::SumOverflow => Self::Overflow,
            TreeError::PositionOutOfRange => Self::Full,
        }
    }
}

/// One earner: its index is its place in the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Leaf {
    /// Wallet that earned.
    #[serde(with = "crate::text::base58_key")]
    #[cfg_attr(feature = "openapi", schema(value_type = crate::text::Base58Key))]
    pub contributor: Key,
    /// Lifetime earnings, in base units.
    #[serde(with = "crate::text::amount")]
    #[cfg_attr(feature = "openapi", schema(value_type = crate::text::Amount))]
    pub cumulative: u64,
}

/// The tree of lifetime earnings of one pool.
#[derive(Clone, Debug)]
pub struct Ledger {
    program: Key,
    pool: Key,
    pages: Vec<Arc<Page>>,
    /// The tree over the pages' roots: 17 levels from the pages up, each as long as it is not absent.
    levels: Vec<Vec<Node>>,
    roster: Roster,
}

impl PartialEq for Ledger {
    fn eq(&self, other: &Self) -> bool {
        (self.program, self.pool) == (other.program, other.pool)
            && self.leaf_count() == other.leaf_count()
            && self.root() == other.root()
    }
}

impl Eq for Ledger {}

impl Ledger {
    /// The ledger of a pool in which nobody has earned.
    pub fn empty(program: Key, pool: Key) -> Self {
        let levels = vec![Vec::new(); POOL_LEVELS + 1];
        Self {
            program,
            pool,
            pages: Vec::new(),
            levels,
            roster: Roster::default(),
        }
    }

    /// The ledger with these leaves, in order of index from 0.
    ///
    /// # Errors
    /// [`LedgerError::Full`], [`LedgerError::Repeated`], [`LedgerError::Overflow`].
    pub fn from_leaves(program: Key, pool: Key, leaves: &[Leaf]) -> Result<Self, LedgerError> {
        checked_count(leaves.len())?;
        let roster = Roster::new(leaves).map_err(|key| LedgerError::Repeated(key.into()))?;
        let hasher = LeafHasher::new(&program, &pool);
        let pages = leaves
            .par_chunks(PAGE_LEAVES)
            .zip(0u32..u32::MAX)
            .map(|(leaves, number)| Ok(Arc::new(Page::new(&hasher, number, leaves.to_vec())?)))
            .collect::<Result<Vec<_>, LedgerError>>()?;
        Ok(Self {
            program,
            pool,
            levels: pool_levels(&pages)?,
            pages,
            roster,
        })
    }

    /// The program's address.
    pub const fn program(&self) -> &Key {
        &self.program
    }

    /// The pool's address.
    pub const fn pool(&self) -> &Key {
        &self.pool
    }

    /// Leaves in use.
    pub fn leaf_count(&self) -> u32 {
        // `checked_count` bounds it.
        u32::try_from(self.roster.len()).unwrap_or(u32::MAX)
    }

    /// Pages in use.
    pub fn page_count(&self) -> u32 {
        sheaf_format::tree::pages_for(self.leaf_count())
    }

    /// Sum of all lifetime earnings.
    pub fn total(&self) -> u64 {
        self.root().sum
    }

    /// The leaf at an index.
    pub fn leaf(&self, index: u32) -> Option<&Leaf> {
        let page = self.pages.get(usize::try_from(page_of(index)).ok()?)?;
        page.leaves
            .get(usize::try_from(position_in_page(index)).ok()?)
    }

    /// All leaves, in order of index.
    pub fn leaves(&self) -> impl Iterator<Item = &Leaf> {
        self.pages.iter().flat_map(|page| &page.leaves)
    }

    /// A contributor's index, if it has a leaf.
    pub fn index_of(&self, contributor: &Key) -> Option<u32> {
        self.roster.find(contributor, &|index| self.leaf(index))
    }

    /// The root; absent when nobody has earned.
    pub fn root(&self) -> Node {
        self.levels
            .last()
            .and_then(|top| top.first())
            .copied()
            .unwrap_or(ABSENT)
    }

    /// The root of a page; absent when nobody is on it.
    ///
    /// # Errors
    /// [`LedgerError::PageOutOfRange`] from page `2^16` on.
    pub fn page_root(&self, page: u32) -> Result<Node, LedgerError> {
        if page >> POOL_LEVELS != 0 {
            return Err(LedgerError::PageOutOfRange(page));
        }
        let root = usize::try_from(page)
            .ok()
            .and_then(|page| self.pages.get(page));
        Ok(root.map_or(ABSENT, |page| page.root))
    }

    /// Siblings from the leaf at `index` up to its page's root. An index without a leaf has a proof
    /// of its absence: its node is absent. For many of one page, [`Self::page_tree`] is faster.
    ///
    /// # Errors
    /// [`LedgerError::IndexOutOfRange`] from `2^25` on.
    pub fn page_proof(&self, index: u32) -> Result<PageProof, LedgerError> {
        if index >= MAX_LEAVES {
            return Err(LedgerError::IndexOutOfRange(index));
        }
        Ok(self
            .page_tree(page_of(index))?
            .proof(position_in_page(index)))
    }

    /// All nodes of a page.
    ///
    /// # Errors
    /// [`LedgerError::PageOutOfRange`] from page `2^16` on.
    pub fn page_tree(&self, page: u32) -> Result<PageTree, LedgerError> {
        if page >> POOL_LEVELS != 0 {
            return Err(LedgerError::PageOutOfRange(page));
        }
        let held = usize::try_from(page)
            .ok()
            .and_then(|page| self.pages.get(page));
        let nodes = held.map_or_else(Vec::new, |held| held.nodes(&self.leaf_hasher(), page));
        Ok(PageTree(levels::<PAGE_LEVELS>(nodes)?))
    }

    /// Siblings from a page's root up to the pool's root.
    ///
    /// # Errors
    /// [`LedgerError::PageOutOfRange`] from page `2^16` on.
    pub fn pool_proof(&self, page: u32) -> Result<PoolProof, LedgerError> {
        if page >> POOL_LEVELS != 0 {
            return Err(LedgerError::PageOutOfRange(page));
        }
        Ok(siblings(&self.levels, page))
    }

    /// The ledger after these earnings: each is added to its contributor's leaf; those without a
    /// leaf take the next indices, ascending by key. Earnings of zero change nothing.
    ///
    /// # Errors
    /// [`LedgerError::Full`], [`LedgerError::Overflow`].
    pub fn apply(&self, earnings: &BTreeMap<Key, u64>) -> Result<Self, LedgerError> {
        let earned: Vec<(&Key, u64)> = earnings
            .iter()
            .filter(|(_, amount)| **amount > 0)
            .map(|(contributor, amount)| (contributor, *amount))
            .collect();
        let known: Vec<Option<u32>> = earned
            .par_iter()
            .map(|(contributor, _)| self.index_of(contributor))
            .collect();
        let (mut raises, mut newcomers) = (Vec::new(), Vec::new());
        for ((contributor, amount), index) in earned.into_iter().zip(known) {
            match index {
                Some(index) => raises.push((index, amount)),
                None => newcomers.push(Leaf {
                    contributor: *contributor,
                    cumulative: amount,
                }),
            }
        }
        raises.par_sort_unstable();
        let first = self.leaf_count();
        checked_count(self.roster.len().saturating_add(newcomers.len()))?;

        let hasher = self.leaf_hasher();
        let changed = changes(&raises, &newcomers, first)
            .into_par_iter()
            .map(|(number, change)| Ok((number, Arc::new(self.changed(&hasher, number, &change)?))))
            .collect::<Result<Vec<_>, LedgerError>>()?;
        let mut pages = self.pages.clone();
        for (number, page) in changed {
            // Ascending by number, so a page beyond the last is the next one.
            match usize::try_from(number)
                .ok()
                .and_then(|number| pages.get_mut(number))
            {
                Some(place) => *place = page,
                None => pages.push(page),
            }
        }
        Ok(Self {
            program: self.program,
            pool: self.pool,
            levels: pool_levels(&pages)?,
            pages,
            roster: self
                .roster
                .with(&newcomers, first, &|index| self.leaf(index)),
        })
    }

    fn leaf_hasher(&self) -> LeafHasher {
        LeafHasher::new(&self.program, &self.pool)
    }

    /// A page after a change to it.
    fn changed(
        &self,
        hasher: &LeafHasher,
        number: u32,
        change: &Change<'_>,
    ) -> Result<Page, LedgerError> {
        let before = usize::try_from(number)
            .ok()
            .and_then(|number| self.pages.get(number));
        let old = before.map_or(&[][..], |page| &page.leaves);
        let mut leaves = Vec::with_capacity(old.len().saturating_add(change.newcomers.len()));
        leaves.extend_from_slice(old);
        for (index, amount) in change.raises {
            let leaf = usize::try_from(position_in_page(*index))
                .ok()
                .and_then(|position| leaves.get_mut(position))
                .ok_or(LedgerError::IndexOutOfRange(*index))?;
            leaf.cumulative = leaf
                .cumulative
                .checked_add(*amount)
                .ok_or(LedgerError::Overflow)?;
        }
        leaves.extend_from_slice(change.newcomers);
        Ok(Page::new(hasher, number, leaves)?)
    }
}

/// All nodes of one page, from which every proof on it is read.
#[derive(Clone, Debug)]
pub struct PageTree(Vec<Vec<Node>>);

impl PageTree {
    /// Siblings from the leaf at a position up to the page's root.
    pub fn proof(&self, position: u32) -> PageProof {
        siblings(&self.0, position)
    }
}

/// What changes on one page.
#[derive(Debug, Default)]
struct Change<'a> {
    /// Indices with what they earned.
    raises: &'a [(u32, u64)],
    /// New leaves behind those that are there.
    newcomers: &'a [Leaf],
}

/// Changes by page, ascending. `raises` ascend by index, and newcomers take the indices from `first`
/// on.
fn changes<'a>(
    raises: &'a [(u32, u64)],
    newcomers: &'a [Leaf],
    first: u32,
) -> Vec<(u32, Change<'a>)> {
    let mut by_page: BTreeMap<u32, Change<'a>> = BTreeMap::new();
    for raises in raises.chunk_by(|a, b| page_of(a.0) == page_of(b.0)) {
        if let Some((index, _)) = raises.first() {
            by_page.entry(page_of(*index)).or_default().raises = raises;
        }
    }
    let mut index = first;
    let mut rest = newcomers;
    while !rest.is_empty() {
        let room = PAGE_LEAVES - (index as usize % PAGE_LEAVES);
        let (here, later) = rest.split_at(room.min(rest.len()));
        by_page.entry(page_of(index)).or_default().newcomers = here;
        index = index.saturating_add(here.len() as u32);
        rest = later;
    }
    by_page.into_iter().collect()
}

fn checked_count(leaves: usize) -> Result<u32, LedgerError> {
    u32::try_from(leaves)
        .ok()
        .filter(|count| *count <= MAX_LEAVES)
        .ok_or(LedgerError::Full)
}

fn pool_levels(pages: &[Arc<Page>]) -> Result<Vec<Vec<Node>>, LedgerError> {
    Ok(levels::<POOL_LEVELS>(
        pages.iter().map(|page| page.root).collect(),
    )?)
}

#[cfg(test)]
mod tests;
