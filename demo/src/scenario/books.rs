//! The numbers the ledger is made of, read from the accounts on chain.

use super::{Role, Scenario};
use crate::ledger::{Accounts, Jobs, Leaves, PoolTotals};
use anyhow::{Context, Result, bail, ensure};
use sheaf_client::{
    address::TOKEN_PROGRAM, address::associated_token, layout::Pool, token::TokenAccount,
};
use sheaf_format::{
    limits::PAGE_LEAVES,
    tree::{Node, pages_for},
};
use sheaf_protocol::ledger::{Leaf, Ledger};
use solana_sdk::pubkey::Pubkey;
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

/// How long the indexer may take to know the active tree.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the chain says about everybody's money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Books {
    /// Sums.
    pub accounts: Accounts,
    /// Lifetime earnings of each earner, in the order of [`Scenario::earners`]; 0 without a leaf.
    pub earned: Vec<u64>,
}

impl Scenario {
    /// Reads the books while no round is live. Leaves come from the indexer and are believed only
    /// because they hash to the root on chain.
    ///
    /// # Errors
    /// When an account cannot be read, somebody unknown earned, or the leaves have another root.
    pub async fn books(&self) -> Result<Books> {
        let pool = self.chain.pool(&self.pool).await?;
        let leaves = self.leaves(&pool).await?;
        let claimed = self.claimed(&pool).await?;
        let mut sums = Leaves::default();
        let mut earned = vec![0; self.earners.len()];
        for (leaf, claimed) in leaves.iter().zip(&claimed) {
            let wallet = Pubkey::new_from_array(leaf.contributor);
            let place = self
                .earners
                .iter()
                .position(|earner| earner.wallet == wallet);
            let place = place.with_context(|| format!("{wallet} earned, and nobody knows it"))?;
            let sum = match self.earners[place].role {
                Role::Contributor(_) => &mut sums.contributors,
                Role::Validator(_) => &mut sums.validators,
                Role::Treasury => &mut sums.treasury,
            };
            *sum = add(*sum, leaf.cumulative)?;
            let unclaimed = leaf.cumulative.checked_sub(*claimed);
            let unclaimed = unclaimed.with_context(|| format!("{wallet} was paid too much"))?;
            sums.unclaimed = add(sums.unclaimed, unclaimed)?;
            earned[place] = leaf.cumulative;
        }
        let accounts = Accounts {
            jobs: self.jobs(&pool).await?,
            pool: PoolTotals {
                arrived: pool.arrived_total,
                escrow: pool.escrow_total,
                in_round: pool.in_round_total,
                refunded: pool.refunded_total,
                active: pool.active_total,
                claimed: pool.claimed_total,
            },
            leaves: sums,
            pages_claimed: claimed.iter().try_fold(0, |sum, more| add(sum, *more))?,
            vault: self.tokens(&Pubkey::new_from_array(pool.vault)).await?,
            received: self.received().await?,
        };
        Ok(Books { accounts, earned })
    }

    /// The leaves of the active tree, checked against the root on chain.
    async fn leaves(&self, pool: &Pool) -> Result<Vec<Leaf>> {
        let active = Node {
            hash: pool.active_root,
            sum: pool.active_total,
        };
        let started = Instant::now();
        loop {
            let leaves = self.indexer.leaves().await?;
            let program = self.chain.program().to_bytes();
            let tree = Ledger::from_leaves(program, self.pool.to_bytes(), &leaves)?;
            if tree.root() == active {
                return Ok(leaves);
            }
            if started.elapsed() > PATIENCE {
                bail!(
                    "the indexer's leaves do not hash to the active root on chain; see {}",
                    self.stack.folder.log("indexer").display()
                );
            }
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
    }

    /// What was claimed for each leaf, from the ledger pages.
    async fn claimed(&self, pool: &Pool) -> Result<Vec<u64>> {
        let mut claimed = Vec::new();
        for number in 0..pages_for(pool.active_leaf_count) {
            match self.chain.page(&self.pool, number).await? {
                Some(page) => claimed.extend(page.slots.iter().map(|slot| slot.claimed)),
                // Not opened: nothing was claimed from it.
                None => claimed.extend([0; PAGE_LEAVES]),
            }
        }
        let leaves = pool.active_leaf_count as usize;
        ensure!(
            claimed[leaves..].iter().all(|claimed| *claimed == 0),
            "something was claimed for an index that nobody has"
        );
        claimed.truncate(leaves);
        Ok(claimed)
    }

    async fn jobs(&self, pool: &Pool) -> Result<Jobs> {
        let mut jobs = Jobs::default();
        for number in 0..pool.next_job {
            let job = self.chain.job(&self.pool, number).await?;
            jobs.funded = add(jobs.funded, job.funded_total)?;
            jobs.balance = add(jobs.balance, job.balance)?;
            jobs.refunded = add(jobs.refunded, job.refunded_total)?;
            jobs.settled = add(jobs.settled, job.settled_total)?;
        }
        Ok(jobs)
    }

    /// Tokens in a token account; 0 when there is none.
    async fn tokens(&self, account: &Pubkey) -> Result<u64> {
        let account = self.chain.token_account(account).await?;
        Ok(account.map_or(0, |account| account.amount))
    }

    /// Tokens that each earner's wallet holds.
    pub(super) async fn token_balances(&self) -> Result<BTreeMap<Pubkey, u64>> {
        let addresses: Vec<Pubkey> = self
            .earners
            .iter()
            .map(|earner| associated_token(&earner.wallet, &self.mint, &TOKEN_PROGRAM).0)
            .collect();
        let found = self.chain.accounts(&addresses).await?;
        let amounts = found.iter().map(|account| {
            let account = account.as_ref().and_then(TokenAccount::read);
            account.map_or(0, |account| account.amount)
        });
        let wallets = self.earners.iter().map(|earner| earner.wallet);
        Ok(wallets.zip(amounts).collect())
    }

    /// Tokens that all earners' wallets received since the job was created.
    async fn received(&self) -> Result<u64> {
        let mut received = 0;
        for (wallet, now) in self.token_balances().await? {
            let before = self.before.get(&wallet).copied().unwrap_or(0);
            let more = now.checked_sub(before);
            received = add(
                received,
                more.with_context(|| format!("{wallet} lost tokens"))?,
            )?;
        }
        Ok(received)
    }
}

fn add(sum: u64, more: u64) -> Result<u64> {
    sum.checked_add(more)
        .context("a sum of amounts does not fit 64 bits")
}
