//! Transactions, written down before they are sent: after a crash the journal tells what may
//! still land. And actions that were put aside, because no retry mends them.

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
    /// A slot not after the one in which it could land first.
    pub since_slot: u64,
}

/// Where a transaction stands whose end is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Open {
    /// It may still land.
    Live,
    /// The RPC cannot say. It counts as live.
    Uncertain,
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

impl Open {
    /// As the database writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Uncertain => "uncertain",
        }
    }
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

    /// The ending that the database writes so.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Landed, Self::Dead, Self::Refused]
            .into_iter()
            .find(|ending| ending.name() == name)
    }
}

/// A transaction that came to an end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClosedEntry {
    /// What it did, in words.
    pub action: String,
    /// Its signature.
    pub signature: Signature,
    /// How it ended.
    pub ending: Ending,
    /// Last block height at which it could land.
    pub last_valid_block_height: u64,
    /// A slot not after the one in which it could land first.
    pub since_slot: u64,
}

/// An action to be put aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PutAside {
    /// The action, in words.
    pub action: String,
    /// Name of the reason, as [`sheaf_client::Refusal::name`] has it.
    pub reason: String,
    /// The reason in words.
    pub detail: String,
    /// The transaction; unsigned when it was refused before it was signed.
    pub bytes: Vec<u8>,
    /// Slot of the view in which it was due.
    pub slot: u64,
}

/// An action that was put aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// Its number here.
    pub id: u64,
    /// What it is.
    pub aside: PutAside,
    /// Whether it was given up for good.
    pub dropped: bool,
}

/// Storage of transactions.
#[async_trait]
pub trait JournalStore: Send + Sync {
    /// The transactions whose end is not known.
    async fn open_entries(&self) -> Result<Vec<JournalEntry>>;

    /// Writes a live transaction down; it is on disk when this returns. An action with an open
    /// transaction is refused.
    async fn write_entry(&self, entry: &JournalEntry) -> Result<()>;

    /// Writes down where an open transaction stands; `note` says why. One that ended stays as it is.
    async fn mark_entry(&self, signature: &Signature, open: Open, note: &str) -> Result<()>;

    /// Writes down how a transaction ended, and the slot it stands in.
    async fn close_entry(
        &self,
        signature: &Signature,
        ending: Ending,
        slot: Option<u64>,
        note: &str,
    ) -> Result<()>;

    /// The last `count` transactions that ended, the newest first.
    async fn closed_entries(&self, count: u32) -> Result<Vec<ClosedEntry>>;

    /// Puts an action aside. `false` when it is already: the first reason stays.
    async fn put_aside(&self, aside: &PutAside) -> Result<bool>;

    /// Every action that was put aside, in the order of their numbers.
    async fn reviews(&self) -> Result<Vec<Review>>;

    /// Lets an action that was put aside be tried again. `false` when there is none of that number.
    async fn retry_review(&self, id: u64) -> Result<bool>;

    /// Gives an action up for good. `false` when there is none of that number.
    async fn drop_review(&self, id: u64) -> Result<bool>;
}
