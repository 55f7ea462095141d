//! One content: asked for with the requester's signature, checked, decrypted.

use super::batches::Paid;
use age::x25519::Identity;
use anyhow::{Context as _, ensure};
use ed25519_dalek::SigningKey;
use sheaf_client::{
    Chain,
    indexer::{Indexer, IndexerError},
};
use sheaf_format::{Hash, digest::sha256};
use sheaf_protocol::{
    encryption,
    statement::{Download, Signed},
    text::HexHash,
};
use std::{sync::Arc, time::Duration};

/// Slots for which a request is signed.
const VALID_SLOTS: u64 = 10_000;
/// How often a content is asked for.
const TRIES: u32 = 4;
/// Pause before the second try; doubled before each further one.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// What came of a content.
#[derive(Debug)]
pub enum Fetched {
    /// Its plaintext.
    Readable(Box<Paid>, Vec<u8>),
    /// It is not encrypted to this identity, or damaged: its id, and why.
    Unreadable(HexHash, String),
}

/// Fetches contents in the requester's name.
pub struct Fetcher {
    /// The chain.
    pub chain: Chain,
    /// The indexer's API.
    pub indexer: Indexer,
    /// Genesis hash of the cluster.
    pub genesis: Hash,
    /// The requester's wallet.
    pub signer: SigningKey,
    /// Decrypts.
    pub identity: Identity,
}

impl Fetcher {
    /// Fetches, checks and decrypts a content; `slot` is a recent one.
    ///
    /// # Errors
    /// When it cannot be had now.
    pub async fn fetch(self: Arc<Self>, paid: Paid, slot: u64) -> anyhow::Result<Fetched> {
        let id = HexHash(paid.id);
        let wanted = paid.submission.content_hash;
        let content = self
            .ask(wanted, slot)
            .await
            .with_context(|| format!("submission {id}"))?;
        ensure!(
            sha256(&[&content]) == wanted,
            "submission {id}: the indexer gave another content than was signed: do not trust it"
        );
        let decrypted =
            tokio::task::spawn_blocking(move || encryption::decrypt(&content, &self.identity));
        Ok(match decrypted.await? {
            Ok(plaintext) => Fetched::Readable(Box::new(paid), plaintext),
            Err(error) => Fetched::Unreadable(id, error.to_string()),
        })
    }

    async fn ask(&self, content_hash: Hash, slot: u64) -> Result<Vec<u8>, IndexerError> {
        let request = Download {
            genesis: self.genesis,
            program: self.chain.program().to_bytes(),
            content_hash,
            signer: self.signer.verifying_key().to_bytes(),
            valid_until_slot: slot.saturating_add(VALID_SLOTS),
        };
        let signed = Signed::sign(request, &self.signer);
        let mut pause = FIRST_PAUSE;
        for _ in 1..TRIES {
            match self.indexer.content(&signed).await {
                Err(error) if error.refusal().is_none() => {
                    tracing::debug!(%error, "asking again");
                }
                done => return done,
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        self.indexer.content(&signed).await
    }
}
