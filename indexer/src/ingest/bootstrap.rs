//! Beginning in the middle, when the history that an RPC keeps does not reach back to the start: what the
//! accounts themselves still say is taken from them, and what they do not say is named.
//!
//! - The accounts say how many events there were, the root and the sum of the active tree, and the state
//!   of every job, batch and round whose account is open.
//! - They do not say the leaves of the tree. Those have to come from somebody who has them, and are
//!   taken only when they hash to the root on chain.
//! - Nothing says the events up to that slot, nor what was closed.

use crate::{
    place::Place,
    store::{Store, events::Beginning},
};
use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use sheaf_client::{
    Chain,
    layout::{DISCRIMINATOR, Network, Pool, account_name},
};
use sheaf_format::tree::Node;
use sheaf_protocol::ledger::{Leaf, Ledger};
use solana_client::rpc_request::RpcRequest;
use solana_commitment_config::CommitmentConfig;
use std::{collections::BTreeMap, fmt};

/// What was taken from the accounts, and what could not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begun {
    /// Slot of the accounts.
    pub slot: u64,
    /// Number of the network's last event.
    pub network: u64,
    /// Number of the pool's last event.
    pub pool: u64,
    /// Leaves of the active tree.
    pub leaves: usize,
    /// The pool's open accounts, by type.
    pub accounts: BTreeMap<&'static str, u64>,
    /// Jobs that the pool ever had.
    pub jobs: u64,
    /// Rounds that the pool ever had.
    pub rounds: u64,
}

impl fmt::Display for Begun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let open = |name| self.accounts.get(name).copied().unwrap_or_default();
        writeln!(
            f,
            "begun in slot {}: event {} of the network and event {} of the pool are behind it",
            self.slot, self.network, self.pool
        )?;
        writeln!(
            f,
            "taken from the accounts: {} leaves that make the active root, {} of {} jobs, {} of {} rounds, {} batches, {} ledger pages",
            self.leaves,
            open("Job"),
            self.jobs,
            open("Round"),
            self.rounds,
            open("Batch"),
            open("LedgerPage")
        )?;
        write!(
            f,
            "not to be had any more: the events up to there, closed jobs, rounds and batches, and which submissions past rounds paid (a node that hands one in again is refused by the validators)"
        )
    }
}

/// The network and the pool, of one finalised slot.
struct Heads {
    slot: u64,
    network: Network,
    pool: Pool,
}

async fn heads(place: &Place, chain: &Chain) -> anyhow::Result<Heads> {
    let network = chain.addresses().network();
    let (slot, found) = chain.accounts_with_slot(&[network, place.pool]).await?;
    let [found_network, found_pool] =
        <[_; 2]>::try_from(found).map_err(|_| anyhow::anyhow!("the RPC left accounts out"))?;
    let found_network = found_network.context("there is no network")?;
    let found_pool = found_pool.context("there is no pool")?;
    Ok(Heads {
        slot,
        network: chain.read("network", &network, &found_network)?,
        pool: chain.read("pool", &place.pool, &found_pool)?,
    })
}

/// Begins with what the accounts say and `leaves`, which the store must not have yet.
///
/// # Errors
/// When the RPC does not answer, the leaves are not those of the active tree, or the database holds
/// something already.
pub async fn bootstrap(place: &Place, store: &dyn Store, leaves: &[Leaf]) -> anyhow::Result<Begun> {
    let chain = place.chain.at(CommitmentConfig::finalized());
    let Heads {
        slot,
        network,
        pool,
    } = heads(place, &chain).await?;
    let tree = Ledger::from_leaves(place.program(), place.pool_key(), leaves)
        .context("the leaves make no tree")?;
    let active = Node {
        hash: pool.active_root,
        sum: pool.active_total,
    };
    ensure!(
        tree.root() == active,
        "the leaves do not make the active root on chain ({} leaves there, {} given): take those of an indexer that has read everything, as it serves them at /v1/leaves, and try again when a round has just become final",
        pool.active_leaf_count,
        leaves.len()
    );
    let beginning = Beginning {
        slot,
        series: vec![
            (chain.addresses().network().to_bytes(), network.sequence),
            (place.pool_key(), pool.sequence),
        ],
        active_round: pool.active_round,
        leaves: leaves.to_vec(),
    };
    let accounts = open_accounts(place).await?;
    ensure!(
        store.begin(&beginning).await?,
        "the database holds events or leaves already: name an empty folder with --data, or read what is missing with `sheaf-indexer backfill`"
    );
    Ok(Begun {
        slot,
        network: network.sequence,
        pool: pool.sequence,
        leaves: leaves.len(),
        accounts,
        jobs: pool.next_job,
        rounds: pool.round,
    })
}

/// How many accounts of each type the pool has: only their first bytes are asked for.
async fn open_accounts(place: &Place) -> anyhow::Result<BTreeMap<&'static str, u64>> {
    let pool = place.pool.to_string();
    let asked = json!([place.chain.program().to_string(), {
        "commitment": "finalized",
        "encoding": "base58",
        "dataSlice": {"offset": 0, "length": DISCRIMINATOR},
        "filters": [{"memcmp": {"offset": DISCRIMINATOR, "bytes": pool}}],
    }]);
    let found: Vec<Value> = place
        .chain
        .rpc()
        .send(RpcRequest::GetProgramAccounts, asked)
        .await
        .context("the RPC does not list the program's accounts")?;
    let mut accounts = BTreeMap::new();
    for account in &found {
        let data = account["account"]["data"][0].as_str().unwrap_or_default();
        let start = bs58::decode(data).into_vec().unwrap_or_default();
        if let Some(name) = account_name(&start) {
            *accounts.entry(name).or_default() += 1;
        }
    }
    Ok(accounts)
}
