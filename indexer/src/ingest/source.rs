//! Where transactions come from.

use async_trait::async_trait;
use solana_sdk::{pubkey::Pubkey, signature::Signature};

/// How sure the cluster is of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Voted for by two thirds of the stake: it may be shown, and still vanish.
    Confirmed,
    /// It cannot vanish any more: only this is acted upon.
    Finalized,
}

/// A transaction that mentions an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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

/// From where transactions are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Since {
    /// The first slot: all of it is listed, because the order within a slot is not stable.
    pub slot: u64,
    /// A transaction of an earlier slot, where a source may stop looking. It is a hint and no more.
    pub until: Option<Signature>,
}

/// How many events there are, as the accounts themselves say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heads {
    /// Slot of the answer.
    pub slot: u64,
    /// Number of each account's last event, in the order asked; 0 for an account that is not there.
    pub numbers: Vec<u64>,
}

/// A source of transactions. It may be late and leave things out: what it gives must be true, and
/// everything must come when it is asked for again and again.
#[async_trait]
pub trait Source: Send + Sync {
    /// The numbers of the last events of the network and of pools.
    async fn heads(&self, accounts: &[Pubkey], level: Level) -> Result<Heads, SourceError>;

    /// The transactions of at least this level that mention `account`, oldest first.
    async fn mentions(
        &self,
        account: &Pubkey,
        since: Since,
        level: Level,
    ) -> Result<Vec<Mention>, SourceError>;

    /// A transaction that was listed at this level and did not fail. `None` when the source does not
    /// have it (yet), or has it elsewhere than the list said.
    async fn transaction(
        &self,
        mention: &Mention,
        level: Level,
    ) -> Result<Option<Fetched>, SourceError>;
}
