//! The job a node works for, as the chain has it.

use crate::deployment::{Served, served};
use anyhow::{Context as _, bail};
use sheaf_client::{
    Chain,
    indexer::Indexer,
    layout::{Job, Validator},
};
use sheaf_format::{Hash, Key};
use sheaf_protocol::specification::Specification;
use solana_sdk::pubkey::Pubkey;
use std::sync::Arc;
use tokio::sync::OnceCell;

/// One job on one deployment, and its aggregator's API.
#[derive(Clone, Debug)]
pub struct Place {
    /// The chain.
    pub chain: Chain,
    /// The aggregator's API.
    pub indexer: Indexer,
    /// Genesis hash of the cluster.
    pub genesis: Hash,
    /// The program's address.
    pub program: Key,
    /// The pool.
    pub pool: Pubkey,
    /// The job's number.
    pub number: u64,
    /// The job's address.
    pub job: Pubkey,
    specification: Arc<OnceCell<Specification>>,
}

impl Place {
    /// Finds job `number` through the API at `indexer`, which must serve the chain's own network.
    ///
    /// # Errors
    /// When one of them does not answer, they do not belong together, or there is no such job.
    pub async fn find(chain: &Chain, indexer: Indexer, number: u64) -> anyhow::Result<Self> {
        let Served { genesis, pool, .. } = served(chain, &indexer).await?;
        let program = chain.program().to_bytes();
        let job = chain.addresses().job(&pool, number);
        let place = Self {
            chain: chain.clone(),
            indexer,
            genesis,
            program,
            pool,
            number,
            job,
            specification: Arc::default(),
        };
        if let Some(reason) = ended(&place.job().await?) {
            bail!("{reason}");
        }
        Ok(place)
    }

    /// The job as it is now.
    ///
    /// # Errors
    /// When the chain cannot be asked.
    pub async fn job(&self) -> anyhow::Result<Job> {
        Ok(self.chain.job(&self.pool, self.number).await?)
    }

    /// The job's specification, checked against the hash on chain. Asked for once: it never changes.
    ///
    /// # Errors
    /// When it is not published yet, or is not the one the job names.
    pub async fn specification(&self, job: &Job) -> anyhow::Result<Specification> {
        let read = || async {
            let published = self.indexer.specification(self.number).await?;
            Specification::parse_published(&published, &job.specification_hash)
                .with_context(|| format!("the specification of job {} cannot be used", self.number))
        };
        self.specification.get_or_try_init(read).await.cloned()
    }

    /// Whom contributions are encrypted to: the requester and every registered validator.
    ///
    /// # Errors
    /// When the chain cannot be asked.
    pub async fn recipients(&self, job: &Job) -> anyhow::Result<Vec<Key>> {
        let mut recipients = vec![job.encryption_key];
        recipients.extend(
            self.validators()
                .await?
                .iter()
                .map(|validator| validator.encryption_key),
        );
        recipients.sort_unstable();
        recipients.dedup();
        Ok(recipients)
    }

    async fn validators(&self) -> anyhow::Result<Vec<Validator>> {
        registered_validators(&self.chain).await
    }
}

/// Why a job takes no more contributions, if it does not.
pub fn ended(job: &Job) -> Option<String> {
    (job.cancelled_at != 0).then(|| {
        format!(
            "job {} was cancelled by its requester: choose another with `sheaf job list`",
            job.number
        )
    })
}

/// Every validator of the network's table.
///
/// # Errors
/// When the chain cannot be asked.
pub async fn registered_validators(chain: &Chain) -> anyhow::Result<Vec<Validator>> {
    let network = chain.network().await?;
    let addresses: Vec<Pubkey> = network
        .active_validators()
        .map(|entry| {
            chain
                .addresses()
                .validator(&Pubkey::new_from_array(entry.authority))
        })
        .collect();
    let found = chain.accounts(&addresses).await?;
    let pairs = addresses.iter().zip(found);
    pairs
        .filter_map(|(address, account)| Some((address, account?)))
        .map(|(address, account)| Ok(chain.read("validator", address, &account)?))
        .collect()
}
