//! Who votes, where, and with what.

use super::record::Records;
use age::x25519::Identity;
use anyhow::{bail, ensure};
use ed25519_dalek::SigningKey;
use sheaf_client::{
    Chain,
    indexer::Indexer,
    layout::{Pool, Round, RoundValidator, Validator},
};
use sheaf_format::{Hash, Key, digest::RoundScope};
use sheaf_kinds::Vantage;
use sheaf_protocol::{
    encryption,
    statement::{Download, Signed},
};
use solana_sdk::{
    pubkey::Pubkey,
    signature::{Keypair, Signer},
};
use std::sync::Arc;

/// Slots for which a request to download is signed.
const DOWNLOAD_SLOTS: u64 = 1_000;

/// A registered validator at work.
pub struct Voter {
    /// The chain.
    pub chain: Chain,
    /// The aggregator's API.
    pub indexer: Indexer,
    /// Genesis hash of the cluster.
    pub genesis: Hash,
    /// The pool it works for.
    pub pool: Pubkey,
    /// The validator's wallet.
    pub authority: Key,
    /// Signs votes, and pays their fees.
    pub vote: Keypair,
    /// The same key, for statements.
    pub vote_key: SigningKey,
    /// Decrypts contributions.
    pub identity: Arc<Identity>,
    /// Where it looks from.
    pub vantage: Vantage,
    /// What it must not forget.
    pub records: Records,
}

impl Voter {
    /// The program's address.
    pub fn program(&self) -> Key {
        self.chain.program().to_bytes()
    }

    /// What commitments and attestations of a round are bound to.
    pub fn scope(&self, round: u64) -> RoundScope {
        RoundScope {
            genesis: self.genesis,
            program: self.program(),
            pool: self.pool.to_bytes(),
            round,
        }
    }

    /// The pool as it is now.
    ///
    /// # Errors
    /// When the chain cannot be asked.
    pub async fn pool_account(&self) -> anyhow::Result<Pool> {
        Ok(self.chain.pool(&self.pool).await?)
    }

    /// This validator's line of a round's ballot box, if it is in the stake table.
    pub fn ballot<'a>(&self, round: &'a Round) -> Option<&'a RoundValidator> {
        let mine = round
            .stake_table()
            .find(|(_, entry)| entry.authority == self.authority);
        mine.map(|(_, entry)| entry).filter(|entry| entry.stake > 0)
    }

    /// A signed request for a content.
    pub fn request(&self, content_hash: Hash, slot: u64) -> Signed<Download> {
        let request = Download {
            genesis: self.genesis,
            program: self.program(),
            content_hash,
            signer: self.vote.pubkey().to_bytes(),
            valid_until_slot: slot + DOWNLOAD_SLOTS,
        };
        Signed::sign(request, &self.vote_key)
    }
}

/// The registered validator that votes with this key and decrypts with this identity.
///
/// # Errors
/// When there is none, or its keys are others.
pub fn registered<'a>(
    validators: &'a [Validator],
    vote_key: &Pubkey,
    identity: &Identity,
) -> anyhow::Result<&'a Validator> {
    let Some(validator) = validators
        .iter()
        .find(|entry| entry.vote_key == vote_key.to_bytes())
    else {
        bail!(
            "no validator is registered with vote key {vote_key}: run `sheaf validator register --vote-key FILE` first"
        );
    };
    ensure!(
        validator.encryption_key == encryption::public_key(identity)?,
        "validator {} is registered with another encryption key than --identity holds: contributions could not be read. \
         Give the identity it was registered with",
        Pubkey::new_from_array(validator.authority),
    );
    Ok(validator)
}
