//! What happened on chain. Only what is finalised comes here.

use super::Result;
use async_trait::async_trait;
use sheaf_format::{Hash, Key};
use solana_sdk::signature::Signature;

/// How far a series is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    /// The newest transaction that was read, and its slot.
    pub newest: Option<(Signature, u64)>,
    /// The last event that was acted upon; it never jumps a gap.
    pub frontier: u64,
}

/// Where an event stands on chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Index of the transaction's instruction.
    pub instruction: u32,
    /// Index of the inner instruction that carries the event.
    pub inner: u32,
}

/// An event that could be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventRow {
    /// The series it belongs to: the pool's address or the network's.
    pub series: Key,
    /// Its number in the series.
    pub sequence: u64,
    /// Name of its type.
    pub name: String,
    /// Its bytes, from the discriminator on.
    pub data: Vec<u8>,
    /// Where it stands.
    pub position: Position,
}

/// An event that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// Its bytes, from the discriminator on.
    pub data: Vec<u8>,
    /// Why it could not be read.
    pub reason: String,
    /// Where it stands.
    pub position: Position,
}

/// A transaction with its events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransactionRow {
    /// Its signature.
    pub signature: Signature,
    /// Its slot.
    pub slot: u64,
    /// Its events.
    pub events: Vec<EventRow>,
    /// Those that could not be read.
    pub dead_letters: Vec<DeadLetter>,
}

/// What acting upon an event changes, beside the frontier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing.
    None,
    /// A round's root became active: its leaves are the tree's, its submissions are paid.
    Final {
        /// The round.
        round: u64,
        /// The root that became active.
        root: Hash,
    },
    /// A round ended without effect: its submissions wait again.
    Void {
        /// The round.
        round: u64,
    },
}

/// How far finalised events are read, as the process that reads them tells the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// Last finalised slot up to which events are kept.
    pub slot: u64,
    /// A round that became final and whose outcome is not known here: the frontier waits for it.
    pub waits_for_outcome: Option<u64>,
}

/// What came of acting upon an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// Done; the frontier moved.
    Done,
    /// The round's outcome is not known here, or has another root: nothing changed.
    OutcomeMissing,
}

/// Storage of events.
#[async_trait]
pub trait EventStore: Send + Sync {
    /// How far a series is read.
    async fn cursor(&self, series: &Key) -> Result<Cursor>;

    /// Keeps transactions, in any order and any number of times, and moves the cursor to
    /// `newest` in the same database transaction.
    async fn record(
        &self,
        series: &Key,
        newest: (Signature, u64),
        transactions: &[TransactionRow],
    ) -> Result<()>;

    /// An event by its number.
    async fn event(&self, series: &Key, sequence: u64) -> Result<Option<EventRow>>;

    /// The transaction of an event, and its slot.
    async fn position(&self, series: &Key, sequence: u64) -> Result<Option<(Signature, u64)>>;

    /// The highest number of a series that was recorded.
    async fn highest(&self, series: &Key) -> Result<u64>;

    /// Acts upon event `sequence`, which must be the one after the frontier.
    async fn apply(&self, series: &Key, sequence: u64, effect: &Effect) -> Result<Applied>;

    /// Tells other processes how far events are read.
    async fn set_reading(&self, reading: &Reading) -> Result<()>;

    /// How far events are read, as last told.
    async fn reading(&self) -> Result<Reading>;
}
