//! The chain's side: every account of the pool, finalised, all of one event.

use super::replay::{PayerKind, Replay};
use crate::{place::Place, view::optional};
use anyhow::{Context as _, ensure};
use sheaf_client::{
    Chain,
    layout::{Batch, Dataset, Job, LedgerPage, Network, Pool, Round},
    token::TokenAccount,
};
use sheaf_format::{Key, tree::pages_for};
use solana_commitment_config::CommitmentConfig;
use solana_sdk::{account::Account, pubkey::Pubkey};
use std::collections::BTreeMap;

/// Accounts of one call, beside the pool.
const PER_CALL: usize = 99;

/// A job's or a dataset's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PayerAccount {
    /// What is left, reservations included.
    pub balance: u64,
    /// What a round holds of it.
    pub reserved: u64,
    /// That round; 0 when none does.
    pub reserved_round: u64,
    /// What ever arrived.
    pub arrived: u64,
    /// What final rounds took.
    pub settled: u64,
    /// What went back.
    pub refunded: u64,
}

/// What the chain says, at one event of the pool and between the same claims.
#[derive(Clone, Debug)]
pub struct ChainBooks {
    /// The oldest slot of its answers.
    pub slot: u64,
    /// Number of the network's last event.
    pub network_sequence: u64,
    /// The pool's address.
    pub address: Key,
    /// The pool.
    pub pool: Pool,
    /// Tokens in the vault.
    pub vault: u64,
    /// Jobs and datasets, each if its account exists.
    pub payers: BTreeMap<Key, Option<PayerAccount>>,
    /// Batches that were not released, by round and payer.
    pub batches: BTreeMap<(u64, Key), Option<Batch>>,
    /// The live round's account, or the last one's.
    pub round: Option<Round>,
    /// Ledger pages that were opened.
    pub pages: BTreeMap<u32, LedgerPage>,
}

/// Why there is nothing to compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moved {
    /// The pool's events moved on while its accounts were read, or between both sides.
    On {
        /// The pool's last event now.
        sequence: u64,
    },
    /// Somebody claimed meanwhile.
    Claims,
}

/// Reads accounts together with the pool, and notices when that changes.
struct Reader<'a> {
    place: &'a Place,
    chain: Chain,
    pool: Option<Pool>,
    slot: u64,
}

impl Reader<'_> {
    async fn read(
        &mut self,
        asked: &[Pubkey],
    ) -> anyhow::Result<Result<Vec<Option<Account>>, Moved>> {
        let mut all = Vec::with_capacity(asked.len());
        for some in asked.chunks(PER_CALL) {
            let mut addresses = vec![self.place.pool];
            addresses.extend_from_slice(some);
            let (slot, found) = self.chain.accounts_with_slot(&addresses).await?;
            let mut found = found.into_iter();
            let pool = found.next().flatten();
            let pool: Pool = optional(self.place, "pool", &self.place.pool, pool)?
                .context("there is no pool")?;
            if let Some(before) = &self.pool {
                if before.sequence != pool.sequence {
                    let sequence = pool.sequence;
                    return Ok(Err(Moved::On { sequence }));
                }
                if before.claimed_total != pool.claimed_total {
                    return Ok(Err(Moved::Claims));
                }
            }
            self.pool = Some(pool);
            self.slot = self.slot.min(slot);
            all.extend(found);
        }
        Ok(Ok(all))
    }
}

/// Reads everything that `replay` tells of. Gives [`Moved`] when it changed meanwhile, or is not what
/// `replay` ends with.
///
/// # Errors
/// When the RPC cannot be asked, or accounts cannot be read.
pub async fn read(place: &Place, replay: &Replay) -> anyhow::Result<Result<ChainBooks, Moved>> {
    let mut reader = Reader {
        place,
        chain: place.chain.at(CommitmentConfig::finalized()),
        pool: None,
        slot: u64::MAX,
    };
    macro_rules! read {
        ($asked:expr) => {
            match reader.read($asked).await? {
                Ok(found) => found,
                Err(moved) => return Ok(Err(moved)),
            }
        };
    }
    let at = place.chain.addresses();
    let vault = at.vault(&place.pool);
    let round = at.round(&place.pool, replay.last_round());
    let found = read!(&[at.network(), vault, round]);
    let pool = *reader.pool.as_ref().context("there is no pool")?;
    if pool.sequence != replay.sequence {
        let sequence = pool.sequence;
        return Ok(Err(Moved::On { sequence }));
    }
    let [found_network, found_vault, found_round] =
        <[_; 3]>::try_from(found).map_err(|_| anyhow::anyhow!("the RPC left accounts out"))?;
    let network: Network =
        optional(place, "network", &at.network(), found_network)?.context("there is no network")?;
    let tokens = found_vault.as_ref().and_then(TokenAccount::read);
    let tokens = tokens.with_context(|| format!("the vault {vault} is no token account"))?;
    ensure!(
        pool.vault == vault.to_bytes(),
        "the pool names another vault than {vault}"
    );

    let known: Vec<Key> = replay.payers.keys().copied().collect();
    let found = read!(&keys(&known));
    let mut payers = BTreeMap::new();
    for (key, account) in known.into_iter().zip(found) {
        let kind = replay.payers[&key].kind;
        payers.insert(key, payer(place, kind, &key, account)?);
    }

    let open: Vec<(u64, Key)> = replay
        .unreleased()
        .map(|(round, payer, _)| (round, *payer))
        .collect();
    let addresses: Vec<Pubkey> = open
        .iter()
        .map(|(round, payer)| at.batch(&Pubkey::new_from_array(*payer), *round))
        .collect();
    let found = read!(&addresses);
    let mut batches = BTreeMap::new();
    for ((key, address), account) in open.into_iter().zip(&addresses).zip(found) {
        batches.insert(key, optional(place, "batch", address, account)?);
    }

    let numbers: Vec<u32> = (0..pages_for(pool.active_leaf_count)).collect();
    let addresses: Vec<Pubkey> = numbers
        .iter()
        .map(|number| at.page(&place.pool, *number))
        .collect();
    let found = read!(&addresses);
    let mut pages = BTreeMap::new();
    for ((number, address), account) in numbers.into_iter().zip(&addresses).zip(found) {
        if let Some(page) = optional(place, "page", address, account)? {
            pages.insert(number, page);
        }
    }
    Ok(Ok(ChainBooks {
        slot: reader.slot,
        network_sequence: network.sequence,
        address: place.pool_key(),
        pool,
        vault: tokens.amount,
        payers,
        batches,
        round: optional(place, "round", &round, found_round)?,
        pages,
    }))
}

fn keys(keys: &[Key]) -> Vec<Pubkey> {
    keys.iter()
        .map(|key| Pubkey::new_from_array(*key))
        .collect()
}

fn payer(
    place: &Place,
    kind: PayerKind,
    key: &Key,
    account: Option<Account>,
) -> anyhow::Result<Option<PayerAccount>> {
    let address = Pubkey::new_from_array(*key);
    Ok(match kind {
        PayerKind::Job => {
            let job: Option<Job> = optional(place, "job", &address, account)?;
            job.map(|job| PayerAccount {
                balance: job.balance,
                reserved: job.reserved,
                reserved_round: job.reserved_round,
                arrived: job.funded_total,
                settled: job.settled_total,
                refunded: job.refunded_total,
            })
        }
        PayerKind::Dataset => {
            let dataset: Option<Dataset> = optional(place, "dataset", &address, account)?;
            dataset.map(|dataset| PayerAccount {
                balance: dataset.balance,
                reserved: dataset.reserved,
                reserved_round: dataset.reserved_round,
                arrived: dataset.licensed_total,
                settled: dataset.settled_total,
                refunded: 0,
            })
        }
    })
}
