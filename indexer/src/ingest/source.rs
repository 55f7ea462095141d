//! Where transactions come from.

use async_trait::async_trait;
use solana_sdk::{pubkey::Pubkey, signature::Signature};

/// A finalised transaction that mentions an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mention {
    /// Its signature.
    pub signature: Signature,
    /// Its slot.
    pub slot: u64,
    /// Whether it failed: then it changed nothing but its fee.
    pub failed: bool,
}

/// A call from one program to another within a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InnerCall {
    /// Index of the transaction's instruction that led to it.
    pub instruction: u32,
    /// Its index among the calls of that instruction.
    pub inner: u32,
    /// The program called.
    pub program: Pubkey,
    /// The data it was called with.
    pub data: Vec<u8>,
}

/// A transaction, as far as events are concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// Its signature.
    pub signature: Signature,
    /// Its slot.
    pub slot: u64,
    /// The calls within it.
    pub calls: Vec<InnerCall>,
}

/// Why a source has no answer. All of it may pass.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// It does not answer, or with an error.
    #[error("the RPC cannot say {what}: {reason}")]
    Unavailable {
        /// What was asked.
        what: &'static str,
        /// What it answered.
        reason: String,
    },
    /// It answers with something that cannot be.
    #[error("the RPC's answer about {what} cannot be used: {reason}")]
    Nonsense {
        /// What was asked.
        what: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// A source of finalised transactions.
#[async_trait]
pub trait Source: Send + Sync {
    /// The last finalised slot.
    async fn finalized_slot(&self) -> Result<u64, SourceError>;

    /// Every finalised transaction that mentions `address` and is newer than `after`, oldest
    /// first.
    async fn mentions(
        &self,
        address: &Pubkey,
        after: Option<(Signature, u64)>,
    ) -> Result<Vec<Mention>, SourceError>;

    /// A finalised transaction. `None` when the source does not have it (yet).
    async fn transaction(&self, mention: &Mention) -> Result<Option<Fetched>, SourceError>;
}
