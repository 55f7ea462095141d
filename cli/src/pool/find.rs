//! Which pool a command is about: that of `--mint`, else the one the indexer serves.

use crate::{deployment::served, node::DEFAULT_INDEXER};
use anyhow::{Context as _, bail};
use clap::Args;
use sheaf_client::{Chain, indexer::Indexer, instruction::PoolAccounts, layout::Pool};
use solana_sdk::pubkey::Pubkey;

/// Which pool a command is about.
#[derive(Clone, Debug, Args)]
pub struct PoolArgs {
    /// Mint of the pool [default: the one the indexer serves]
    #[arg(long)]
    pub mint: Option<Pubkey>,
    /// URL of the pool's indexer
    #[arg(long, value_name = "URL", env = "SHEAF_INDEXER", default_value = DEFAULT_INDEXER)]
    pub indexer: String,
}

/// A pool on chain.
#[derive(Clone, Debug)]
pub struct FoundPool {
    /// Its address.
    pub address: Pubkey,
    /// Its account, as it was when found.
    pub account: Pool,
}

impl PoolArgs {
    /// The pool on chain.
    ///
    /// # Errors
    /// When neither mint nor indexer leads to one.
    pub async fn find(&self, chain: &Chain) -> anyhow::Result<FoundPool> {
        if let Some(mint) = &self.mint {
            return FoundPool::of_mint(chain, mint).await;
        }
        let pool = served(chain, &self.client()?)
            .await
            .context("no --mint is given, so the indexer is asked for its pool")?
            .pool;
        Ok(FoundPool {
            address: pool,
            account: chain.pool(&pool).await?,
        })
    }

    /// The indexer's API.
    ///
    /// # Errors
    /// When the text is no URL.
    pub fn client(&self) -> anyhow::Result<Indexer> {
        Ok(Indexer::new(&self.indexer)?)
    }
}

impl FoundPool {
    /// The pool of a mint.
    ///
    /// # Errors
    /// When there is no such mint, or it has no pool.
    pub async fn of_mint(chain: &Chain, mint: &Pubkey) -> anyhow::Result<Self> {
        let address = chain.addresses().pool(mint);
        if let Some(account) = chain.find::<Pool>("pool", &address).await? {
            return Ok(Self { address, account });
        }
        chain.mint(mint).await?;
        bail!(
            "mint {mint} has no pool on {}: create one with `sheaf pool create --mint {mint}`, or name another mint",
            chain.url()
        )
    }

    /// What instructions that move the pool's tokens need.
    pub fn accounts(&self) -> PoolAccounts {
        PoolAccounts::from(&self.account)
    }

    /// The pool's mint.
    pub const fn mint(&self) -> Pubkey {
        Pubkey::new_from_array(self.account.mint)
    }
}
