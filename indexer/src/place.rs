//! Where an indexer works: one pool of one deployment on one cluster.

use anyhow::{Context as _, ensure};
use sheaf_client::{Chain, token::Mint};
use sheaf_format::{Hash, Key, digest::RoundScope};
use solana_commitment_config::CommitmentConfig;
use solana_sdk::pubkey::Pubkey;

/// One pool of one deployment on one cluster.
#[derive(Clone, Debug)]
pub struct Place {
    /// The chain, at `confirmed`.
    pub chain: Chain,
    /// Genesis hash of the cluster.
    pub genesis: Hash,
    /// The pool.
    pub pool: Pubkey,
    /// The pool's mint.
    pub mint: Mint,
}

impl Place {
    /// Finds the pool of `mint` on the cluster at `url`.
    ///
    /// # Errors
    /// When the RPC does not answer, or there is no such mint, network or pool.
    pub async fn find(url: &str, program: Pubkey, mint: &Pubkey) -> anyhow::Result<Self> {
        let chain = Chain::new(url, program, CommitmentConfig::confirmed());
        let genesis = chain.genesis_hash().await?.to_bytes();
        let network = chain.network().await?;
        ensure!(
            network.genesis_hash == genesis,
            "the network account at {url} names another cluster's genesis hash: nothing signed here would hold"
        );
        let mint = chain.mint(mint).await?;
        let pool = chain.addresses().pool(&mint.address);
        chain.pool(&pool).await.with_context(|| {
            format!(
                "mint {} has no pool: create it with `sheaf pool create --mint {}`",
                mint.address, mint.address
            )
        })?;
        Ok(Self {
            chain,
            genesis,
            pool,
            mint,
        })
    }

    /// The program's address.
    pub fn program(&self) -> Key {
        self.chain.program().to_bytes()
    }

    /// The pool's address.
    pub fn pool_key(&self) -> Key {
        self.pool.to_bytes()
    }

    /// The address of job `number`.
    pub fn job(&self, number: u64) -> Pubkey {
        self.chain.addresses().job(&self.pool, number)
    }

    /// What commitments and attestations of a round are bound to.
    pub fn scope(&self, round: u64) -> RoundScope {
        RoundScope {
            genesis: self.genesis,
            program: self.program(),
            pool: self.pool_key(),
            round,
        }
    }
}
