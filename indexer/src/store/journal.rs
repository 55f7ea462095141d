//! Transactions, written down before they are sent: after a crash the journal tells what may
//! still land.

use super::Result;
use async_trait::async_trait;
use solana_sdk::signature::Signature;

/// A signed transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalEntry {
    /// What it does, in words: one open transaction per action.
    pub action: String,
    /// Its signature.
    pub signature: Signature,
    /// Its bytes as sent.
    pub bytes: Vec<u8>,
    /// Last block height at which it can land.
    pub last_valid_block_height: u64,
}

/// How a transaction ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It landed and succeeded.
    Landed,
    /// It never landed and never will.
    Dead,
    /// It landed and failed.
    Refused,
}

impl Ending {
    /// As the database writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Landed => "landed",
            Self::Dead => "dead",
            Self::Refused => "refused",
        }
    }
}

/// Storage of transactions.
#[async_trait]
pub trait JournalStore: Send + Sync {
    /// The transaction of an action whose end is not known.
    async fn open_entry(&self, action: &str) -> Result<Option<JournalEntry>>;

    /// Writes a transaction down; it is on disk when this returns. An action with an open
    /// transaction is refused.
    async fn write_entry(&self, entry: &JournalEntry) -> Result<()>;

    /// Writes down how a transaction ended.
    async fn close_entry(&self, signature: &Signature, ending: Ending, note: &str) -> Result<()>;
}
