//! The tree of lifetime earnings: leaves in order of index, roots and proofs.
//!
//! Nodes are hashed as `sheaf_format::tree` defines; absent parts are never visited. Pages keep
//! their roots and are shared between a ledger and the one that follows it, so a round rehashes
//! only the pages on which somebody earned.

mod page;

use page::{Page, levels, siblings};
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
    /// Indices, ascending by their contributors' keys.
    by_contributor: Vec<u32>,
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
            by_contributor: Vec::new(),
        }
    }

    /// The ledger with these leaves, in order of index from 0.
    ///
    /// # Errors
    /// [`LedgerError::Full`], [`LedgerError::Repeated`], [`LedgerError::Overflow`].
    pub fn from_leaves(program: Key, pool: Key, leaves: &[Leaf]) -> Result<Self, LedgerError> {
        let count = checked_count(leaves.len())?;
        let mut by_contributor: Vec<(Key, u32)> = leaves
            .iter()
            .map(|leaf| leaf.contributor)
            .zip(0..count)
            .collect();
        by_contributor.sort_unstable();
        if let Some([(key, _), _]) = by_contributor.array_windows().find(|[a, b]| a.0 == b.0) {
            return Err(LedgerError::Repeated((*key).into()));
        }
        let pages = leaves
            .chunks(PAGE_LEAVES)
            .zip(0..)
            .map(|(leaves, number)| {
                Ok(Arc::new(Page::new(
                    &program,
                    &pool,
                    number,
                    leaves.to_vec(),
                )?))
            })
            .collect::<Result<Vec<_>, LedgerError>>()?;
        Ok(Self {
            program,
            pool,
            levels: pool_levels(&pages)?,
            pages,
            by_contributor: by_contributor.into_iter().map(|(_, index)| index).collect(),
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
        u32::try_from(self.by_contributor.len()).unwrap_or(u32::MAX)
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
        let at = self
            .by_contributor
            .binary_search_by(|index| {
                self.leaf(*index)
                    .map(|leaf| leaf.contributor)
                    .cmp(&Some(*contributor))
            })
            .ok()?;
        self.by_contributor.get(at).copied()
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
    /// of its absence: its node is absent.
    ///
    /// # Errors
    /// [`LedgerError::IndexOutOfRange`] from `2^25` on.
    pub fn page_proof(&self, index: u32) -> Result<PageProof, LedgerError> {
        if index >= MAX_LEAVES {
            return Err(LedgerError::IndexOutOfRange(index));
        }
        let number = page_of(index);
        let nodes = match usize::try_from(number)
            .ok()
            .and_then(|page| self.pages.get(page))
        {
            None => Vec::new(),
            Some(page) => page.nodes(&self.program, &self.pool, number),
        };
        Ok(siblings(
            &levels::<PAGE_LEVELS>(nodes)?,
            position_in_page(index),
        ))
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
        let mut touched: BTreeMap<u32, Vec<Leaf>> = BTreeMap::new();
        let mut newcomers = Vec::new();
        for (contributor, amount) in earnings.iter().filter(|(_, amount)| **amount > 0) {
            match self.index_of(contributor) {
                None => newcomers.push(Leaf {
                    contributor: *contributor,
                    cumulative: *amount,
                }),
                Some(index) => {
                    let leaves = self.touch(&mut touched, page_of(index));
                    let leaf = usize::try_from(position_in_page(index))
                        .ok()
                        .and_then(|position| leaves.get_mut(position))
                        .ok_or(LedgerError::IndexOutOfRange(index))?;
                    leaf.cumulative = leaf
                        .cumulative
                        .checked_add(*amount)
                        .ok_or(LedgerError::Overflow)?;
                }
            }
        }
        let first = self.leaf_count();
        let total_leaves = self.by_contributor.len().saturating_add(newcomers.len());
        let end = checked_count(total_leaves)?;
        for (index, leaf) in (first..end).zip(&newcomers) {
            self.touch(&mut touched, page_of(index)).push(*leaf);
        }

        let mut pages = self.pages.clone();
        for (number, leaves) in touched {
            let page = Arc::new(Page::new(&self.program, &self.pool, number, leaves)?);
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
            by_contributor: self.merged(&newcomers, first),
        })
    }

    /// The leaves of a page that are about to change.
    fn touch<'a>(
        &self,
        touched: &'a mut BTreeMap<u32, Vec<Leaf>>,
        number: u32,
    ) -> &'a mut Vec<Leaf> {
        touched.entry(number).or_insert_with(|| {
            let page = usize::try_from(number)
                .ok()
                .and_then(|number| self.pages.get(number));
            page.map(|page| page.leaves.clone()).unwrap_or_default()
        })
    }

    /// Indices by contributor, with newcomers (ascending by key, with indices from `first` on).
    fn merged(&self, newcomers: &[Leaf], first: u32) -> Vec<u32> {
        let mut merged =
            Vec::with_capacity(self.by_contributor.len().saturating_add(newcomers.len()));
        let mut old = self.by_contributor.iter().copied().peekable();
        for (leaf, index) in newcomers.iter().zip(first..) {
            let before = |old: &u32| {
                self.leaf(*old)
                    .is_some_and(|known| known.contributor < leaf.contributor)
            };
            while let Some(known) = old.next_if(before) {
                merged.push(known);
            }
            merged.push(index);
        }
        merged.extend(old);
        merged
    }
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
