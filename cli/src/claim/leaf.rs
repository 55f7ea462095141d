//! A contributor's leaf, from the indexer and proven against the chain.

use crate::output::note;
use anyhow::bail;
use sheaf_client::{Chain, indexer::Indexer, layout::Pool};
use sheaf_format::{Key, tree::Node};
use sheaf_protocol::api::{ContributorLeaf, ContributorView, ProofError};
use solana_sdk::pubkey::Pubkey;
use std::time::{Duration, Instant};

/// How long indexer and chain may show different trees: the indexer serves what is final, which is
/// some seconds behind.
const PATIENCE: Duration = Duration::from_secs(20);
/// Pause between tries.
const PAUSE: Duration = Duration::from_millis(300);

/// What the indexer's answer is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Verdict {
    /// The leaf is in the active tree.
    Proven(Box<ContributorLeaf>),
    /// The indexer shows the active tree, and no leaf in it.
    NoLeaf,
    /// Indexer and chain show trees of different rounds.
    Apart {
        /// The indexer's.
        indexer: u64,
        /// The chain's.
        chain: u64,
    },
    /// Not what the chain says.
    Wrong(ProofError),
}

/// The contributor's leaf in the pool's active tree; `None` when it has none. The indexer is asked
/// again for some seconds while it and the chain show different trees.
///
/// # Errors
/// When one of both does not answer, or they do not come together.
pub async fn proven(
    chain: &Chain,
    indexer: &Indexer,
    pool: &Pubkey,
    contributor: &Key,
) -> anyhow::Result<Option<ContributorLeaf>> {
    let begun = Instant::now();
    let mut told = false;
    loop {
        let view = indexer.contributor(contributor).await?;
        let account = chain.pool(pool).await?;
        let verdict = judge(
            &view,
            &chain.program().to_bytes(),
            &pool.to_bytes(),
            contributor,
            &account,
        );
        let patient = begun.elapsed() < PATIENCE;
        match verdict {
            Verdict::Proven(leaf) => return Ok(Some(*leaf)),
            Verdict::NoLeaf => return Ok(None),
            _ if patient => {}
            Verdict::Apart {
                indexer: theirs,
                chain: ours,
            } => bail!(
                "the indexer at {} shows the tree of round {theirs}, the RPC at {} that of round {ours}: one of them is behind. Run the command again in a moment; nothing earned is lost",
                indexer.url(),
                chain.url()
            ),
            Verdict::Wrong(error) => bail!(
                "the indexer at {} does not show the tree that is active on chain: {error}. Name another with --indexer URL; nothing earned is lost",
                indexer.url()
            ),
        }
        if !told {
            note("waiting for the indexer to show the tree that is active on chain");
            told = true;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

fn judge(
    view: &ContributorView,
    program: &Key,
    pool: &Key,
    contributor: &Key,
    account: &Pool,
) -> Verdict {
    let active = Node {
        hash: account.active_root,
        sum: account.active_total,
    };
    let proof = view
        .leaf
        .as_ref()
        .map(|leaf| leaf.verify(program, pool, contributor, &active));
    match (&view.leaf, proof) {
        (Some(leaf), Some(Ok(()))) => Verdict::Proven(Box::new(leaf.clone())),
        _ if view.round != account.active_round => Verdict::Apart {
            indexer: view.round,
            chain: account.active_round,
        },
        (_, Some(Err(error))) => Verdict::Wrong(error),
        _ => Verdict::NoLeaf,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytemuck::Zeroable;
    use sheaf_protocol::ledger::{Leaf, Ledger};

    const PROGRAM: Key = [2; 32];
    const POOL: Key = [3; 32];
    const ALICE: Key = [1; 32];

    fn ledger(cumulative: u64) -> Ledger {
        let leaves = [Leaf {
            contributor: ALICE,
            cumulative,
        }];
        Ledger::from_leaves(PROGRAM, POOL, &leaves).expect("a ledger")
    }

    /// The chain with this tree active since `round`.
    fn pool(ledger: &Ledger, round: u64) -> Pool {
        Pool {
            active_root: ledger.root().hash,
            active_total: ledger.total(),
            active_round: round,
            ..Pool::zeroed()
        }
    }

    fn judged(ledger: &Ledger, round: u64, contributor: &Key, account: &Pool) -> Verdict {
        let view = ContributorView::new(ledger, round, contributor, 0).expect("a view");
        judge(&view, &PROGRAM, &POOL, contributor, account)
    }

    #[test]
    fn a_leaf_counts_when_its_proof_leads_to_the_chains_root() {
        let ledger = ledger(30);
        let verdict = judged(&ledger, 4, &ALICE, &pool(&ledger, 4));
        assert!(matches!(verdict, Verdict::Proven(leaf) if leaf.cumulative.0 == 30));
    }

    #[test]
    fn a_tree_of_another_round_is_waited_for() {
        let (old, new) = (ledger(30), ledger(45));
        let apart = |indexer, chain| Verdict::Apart { indexer, chain };
        assert_eq!(judged(&old, 3, &ALICE, &pool(&new, 4)), apart(3, 4));
        assert_eq!(judged(&new, 5, &ALICE, &pool(&old, 4)), apart(5, 4));
        assert_eq!(judged(&old, 3, &[9; 32], &pool(&new, 4)), apart(3, 4));
    }

    #[test]
    fn that_somebody_has_not_earned_is_believed_of_the_active_tree_only() {
        let ledger = ledger(30);
        assert_eq!(
            judged(&ledger, 4, &[9; 32], &pool(&ledger, 4)),
            Verdict::NoLeaf
        );
        let empty = Ledger::empty(PROGRAM, POOL);
        assert_eq!(judged(&empty, 0, &ALICE, &pool(&empty, 0)), Verdict::NoLeaf);
    }

    #[test]
    fn another_tree_of_the_same_round_is_a_lie() {
        let verdict = judged(&ledger(45), 4, &ALICE, &pool(&ledger(30), 4));
        assert_eq!(verdict, Verdict::Wrong(ProofError::Wrong));
    }
}
