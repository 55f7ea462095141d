//! A scenario, phase by phase: a network with a job, rounds, claims, the requester's download.
//!
//! - [`setup`]: from an empty chain to a funded job; [`rounds`]: from the first submission to final rounds.
//! - [`claims`]: everybody is paid; [`delivery`]: the requester reads what it paid for.
//! - [`books`]: the numbers on chain that [`crate::ledger`] holds against each other.

pub mod books;
pub mod claims;
pub mod delivery;
pub mod rounds;
pub mod setup;

use crate::{plan::Plan, site::Site, stack::Stack};
use sheaf_client::{Chain, indexer::Indexer};
use solana_sdk::pubkey::Pubkey;
use std::{collections::BTreeMap, path::PathBuf};

/// What somebody does in a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Owns node `n`.
    Contributor(usize),
    /// Validator `n`.
    Validator(usize),
    /// Earns the treasury's share.
    Treasury,
}

/// Somebody who can earn.
#[derive(Clone, Debug)]
pub struct Earner {
    /// What it does.
    pub role: Role,
    /// Its wallet's address.
    pub wallet: Pubkey,
    /// Keypair file of who pays the fee of its claim.
    pub payer: PathBuf,
}

impl Earner {
    /// What reports call it.
    pub fn name(&self) -> String {
        match self.role {
            Role::Contributor(number) => format!("contributor-{}", number + 1),
            Role::Validator(number) => format!("validator-{}", number + 1),
            Role::Treasury => "treasury".to_owned(),
        }
    }
}

/// A network with one funded job.
#[derive(Debug)]
pub struct Scenario {
    /// What is played.
    pub plan: Plan,
    /// Its processes.
    pub stack: Stack,
    /// The site whose pages are collected.
    pub site: Site,
    /// The chain, at `confirmed`.
    pub chain: Chain,
    /// The aggregator's API.
    pub indexer: Indexer,
    /// The test mint.
    pub mint: Pubkey,
    /// Its pool.
    pub pool: Pubkey,
    /// Number of the job.
    pub job: u64,
    /// The requester's age identity.
    pub identity: PathBuf,
    /// Everybody who can earn.
    pub earners: Vec<Earner>,
    /// Tokens that each of them had before any claim.
    before: BTreeMap<Pubkey, u64>,
}
