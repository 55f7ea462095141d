//! The active tree of lifetime earnings, in memory, as finalised events have it.

use crate::{place::Place, store::Store};
use anyhow::{Context as _, ensure};
use sheaf_format::{Hash, Key};
use sheaf_protocol::ledger::{Leaf, Ledger};
use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

/// A tree and the round in which it became active.
#[derive(Debug)]
pub struct Tree {
    /// The round; 0 before the first.
    pub round: u64,
    /// The tree.
    pub ledger: Ledger,
}

impl Tree {
    const fn new(round: u64, ledger: Ledger) -> Self {
        Self { round, ledger }
    }
}

/// The active tree, for all who need it.
#[derive(Debug)]
pub struct ActiveTree {
    tree: RwLock<Arc<Tree>>,
    moving: tokio::sync::Mutex<()>,
}

impl ActiveTree {
    /// The tree as stored.
    ///
    /// # Errors
    /// When the store fails or its leaves make no tree.
    pub async fn load(place: &Place, store: &dyn Store) -> anyhow::Result<Self> {
        let (round, leaves) = store.leaves().await?;
        let ledger = Ledger::from_leaves(place.program(), place.pool_key(), &leaves)?;
        Ok(Self {
            tree: RwLock::new(Arc::new(Tree::new(round, ledger))),
            moving: tokio::sync::Mutex::new(()),
        })
    }

    /// The tree.
    pub fn get(&self) -> Arc<Tree> {
        let held = self.tree.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&held)
    }

    /// Moves the tree on to the stored one, round by round.
    ///
    /// # Errors
    /// When the store fails, or its changes do not lead to the roots that became active.
    pub async fn keep_up(&self, store: &dyn Store) -> anyhow::Result<()> {
        // One at a time: others find the tree moved.
        let _moving = self.moving.lock().await;
        let held = self.get().round;
        for (round, root) in store.final_rounds_after(held).await? {
            self.advance(store, round, &root).await?;
            tracing::info!("round {round} is final: its tree is active");
        }
        Ok(())
    }

    /// Moves the tree on to that of `round`, whose leaves the store has just made active.
    ///
    /// # Errors
    /// When the store fails, or the changes do not lead to `root`.
    async fn advance(&self, store: &dyn Store, round: u64, root: &Hash) -> anyhow::Result<()> {
        let changes = store.changed_leaves(round).await?;
        let before = self.get();
        let earnings = earnings(&before.ledger, &changes)
            .with_context(|| format!("the leaves of round {round} do not follow its base"))?;
        let applying = tokio::task::spawn_blocking(move || before.ledger.apply(&earnings));
        let ledger = applying.await??;
        ensure!(
            ledger.root().hash == *root,
            "the leaves of round {round} do not make the tree that became active"
        );
        let mut held = self.tree.write().unwrap_or_else(PoisonError::into_inner);
        *held = Arc::new(Tree::new(round, ledger));
        Ok(())
    }
}

/// What changed leaves add to a ledger. `None` when one belongs to another contributor or falls.
fn earnings(before: &Ledger, changes: &[(u32, Leaf)]) -> Option<BTreeMap<Key, u64>> {
    changes
        .iter()
        .map(|(index, leaf)| {
            let held = match before.leaf(*index) {
                None => 0,
                Some(held) if held.contributor == leaf.contributor => held.cumulative,
                Some(_) => return None,
            };
            let earned = leaf.cumulative.checked_sub(held)?;
            Some((leaf.contributor, earned))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf(byte: u8, cumulative: u64) -> Leaf {
        Leaf {
            contributor: [byte; 32],
            cumulative,
        }
    }

    #[test]
    fn changes_are_what_leaves_gained() {
        let before = Ledger::from_leaves([1; 32], [2; 32], &[leaf(5, 10)]).expect("a ledger");
        let gained = earnings(&before, &[(0, leaf(5, 15)), (1, leaf(6, 7))]);
        assert_eq!(gained, Some(BTreeMap::from([([5; 32], 5), ([6; 32], 7)])));
        assert_eq!(earnings(&before, &[(0, leaf(6, 15))]), None);
        assert_eq!(earnings(&before, &[(0, leaf(5, 9))]), None);
    }
}
