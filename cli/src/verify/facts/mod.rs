//! What the chain says of a round: by its accounts, and where they were closed, by the events they
//! left behind.

pub mod batches;
mod events;
mod stakes;

use anyhow::{Context as _, ensure};
use sheaf_client::{
    Chain,
    layout::{Pool, Round, Validator},
};
use sheaf_format::{
    Hash, Key,
    digest::RoundScope,
    stage::{RoundState, ballot},
};
use sheaf_protocol::verification::{BaseFacts, ResultFacts, RoundFacts, VoterFacts};
use solana_sdk::pubkey::Pubkey;
use std::collections::BTreeMap;

/// Where rounds are.
#[derive(Debug)]
pub struct Place {
    /// The chain.
    pub chain: Chain,
    /// Genesis hash of the cluster.
    pub genesis: Hash,
    /// The pool.
    pub pool: Pubkey,
    /// Its account, as it was when found.
    pub account: Pool,
    /// Whether rounds and batches are read from events even where their accounts exist.
    pub only_events: bool,
}

/// How a round stands.
#[derive(Debug)]
pub enum Standing {
    /// Its result is on chain.
    Tallied {
        /// What the chain says.
        facts: Box<RoundFacts>,
        /// Whether its root became active.
        is_final: bool,
    },
    /// It ended without effect.
    Void,
    /// Nothing is attested to yet.
    Open,
}

impl Place {
    /// A pool on chain.
    ///
    /// # Errors
    /// When the chain cannot be asked, or has no such pool.
    pub async fn find(chain: &Chain, pool: Pubkey, only_events: bool) -> anyhow::Result<Self> {
        Ok(Self {
            genesis: chain.genesis_hash().await?.to_bytes(),
            account: chain.pool(&pool).await?,
            chain: chain.clone(),
            pool,
            only_events,
        })
    }

    /// The program's address.
    pub fn program(&self) -> Key {
        self.chain.program().to_bytes()
    }

    /// What a round's hashes are bound to.
    pub fn scope(&self, round: u64) -> RoundScope {
        RoundScope {
            genesis: self.genesis,
            program: self.program(),
            pool: self.pool.to_bytes(),
            round,
        }
    }
}

/// What the chain says of a round.
///
/// # Errors
/// When the chain cannot be asked, or what it still has does not tell.
pub async fn of_round(place: &Place, number: u64) -> anyhow::Result<Standing> {
    let account = match place.only_events {
        true => None,
        false => place.chain.round(&place.pool, number).await?,
    };
    let standing = match account {
        Some(round) => of_account(place, &round).await,
        None => events::of_round(place, number).await,
    };
    standing.with_context(|| format!("what the chain says of round {number}"))
}

async fn of_account(place: &Place, round: &Round) -> anyhow::Result<Standing> {
    let is_final = match RoundState::from_byte(round.state) {
        Some(RoundState::Void) => return Ok(Standing::Void),
        Some(RoundState::Voting) | None => return Ok(Standing::Open),
        Some(RoundState::Pending) => false,
        Some(RoundState::Final) => true,
    };
    let number = round.number;
    let batches = batches::of_round(place, number, Some(round.batch_count)).await?;
    let table: BTreeMap<Key, u64> = round
        .stake_table()
        .map(|(_, entry)| (entry.authority, entry.stake))
        .collect();
    let keys = vote_keys(place, table.keys(), round.opened_slot).await?;
    let voters = round.stake_table().map(|(_, entry)| VoterFacts {
        validator: entry.authority,
        vote_key: keys.get(&entry.authority).copied().unwrap_or_default(),
        stake: entry.stake,
        scores_root: (entry.ballot & ballot::REVEALED != 0).then_some(entry.scores_root),
    });
    let facts = RoundFacts {
        scope: place.scope(number),
        seed: round.seed,
        treasury: round.treasury,
        base: BaseFacts {
            root: Some(round.base_root),
            total: round.base_total,
            leaf_count: Some(round.base_leaf_count),
        },
        result: ResultFacts {
            root: round.root,
            total: round.total,
            leaf_count: round.leaf_count,
            debits_total: round.debits_total,
            debits_hash: Some(round.debits_hash),
            manifest_hash: round.manifest_hash,
            attestation: round.attestation,
        },
        voters: voters.collect(),
        batches,
    };
    Ok(Standing::Tallied {
        facts: Box::new(facts),
        is_final,
    })
}

/// The vote keys of validators in a round opened in `slot`: of their accounts, else of the events of
/// their registration.
async fn vote_keys(
    place: &Place,
    validators: impl Iterator<Item = &Key>,
    slot: u64,
) -> anyhow::Result<BTreeMap<Key, Key>> {
    let validators: Vec<Key> = validators.copied().collect();
    let addresses: Vec<Pubkey> = validators
        .iter()
        .map(|key| {
            let authority = Pubkey::new_from_array(*key);
            place.chain.addresses().validator(&authority)
        })
        .collect();
    let accounts = place
        .chain
        .find_all::<Validator>("validator", &addresses)
        .await?;
    let mut keys: BTreeMap<Key, Key> = accounts
        .iter()
        .flatten()
        .map(|account| (account.authority, account.vote_key))
        .collect();
    if keys.len() < validators.len() {
        let network = place.chain.addresses().network();
        let history = place.chain.history(&network).await?;
        for (validator, registered) in stakes::vote_keys(&history, slot) {
            keys.entry(validator).or_insert(registered);
        }
    }
    for validator in &validators {
        ensure!(
            keys.contains_key(validator),
            "validator {} left, and the RPC does not show its registration any more: ask one with the whole history, with -u URL",
            Pubkey::new_from_array(*validator)
        );
    }
    Ok(keys)
}
