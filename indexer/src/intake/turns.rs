//! One submission at a time for each node and each contributor, from looking up to storing. Two at once
//! with one nonce or one task would both find nothing against them, and both leave a content on disk.

use sheaf_format::Key;
use std::hash::{BuildHasher as _, RandomState};
use tokio::sync::{Mutex, MutexGuard};

/// Turns that can be taken at once. Two keys may share one: then one waits without need.
const TURNS: usize = 4_096;

/// Turns by key, in a fixed amount of memory.
#[derive(Debug)]
pub struct Turns {
    /// Nobody outside knows which keys share a turn.
    hasher: RandomState,
    turns: Vec<Mutex<()>>,
}

/// Turns that are taken; dropped, they are others'.
#[derive(Debug)]
pub struct Taken<'a> {
    _first: MutexGuard<'a, ()>,
    _second: Option<MutexGuard<'a, ()>>,
}

impl Default for Turns {
    fn default() -> Self {
        Self {
            hasher: RandomState::new(),
            turns: (0..TURNS).map(|_| Mutex::new(())).collect(),
        }
    }
}

impl Turns {
    /// Waits for the turns of a node and a contributor.
    pub async fn take(&self, node: &Key, contributor: &Key) -> Taken<'_> {
        let (one, other) = (self.place(b'n', node), self.place(b'c', contributor));
        // Always the lower one first, so that nobody waits in a circle.
        let (first, second) = (one.min(other), one.max(other));
        Taken {
            _first: self.turns[first].lock().await,
            _second: match second == first {
                true => None,
                false => Some(self.turns[second].lock().await),
            },
        }
    }

    fn place(&self, kind: u8, key: &Key) -> usize {
        let hash = self.hasher.hash_one((kind, key));
        usize::try_from(hash % self.turns.len() as u64).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;

    #[tokio::test]
    async fn a_node_and_a_contributor_take_turns_and_others_do_not_wait() {
        let turns = Turns::default();
        let taken = turns.take(&[1; 32], &[2; 32]).await;
        assert!(turns.take(&[1; 32], &[3; 32]).now_or_never().is_none());
        assert!(turns.take(&[4; 32], &[2; 32]).now_or_never().is_none());
        // One of many others may share a turn, not all of them.
        let others = (10..20).filter(|byte| {
            let (node, contributor) = ([*byte; 32], [byte + 100; 32]);
            turns.take(&node, &contributor).now_or_never().is_some()
        });
        assert!(others.count() > 5);
        drop(taken);
        assert!(turns.take(&[1; 32], &[3; 32]).now_or_never().is_some());
    }
}
