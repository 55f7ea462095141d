//! What happened on chain. Only what is finalised is acted upon; what is confirmed is shown beside it.
//!
//! There is no cursor that could run ahead of what was kept: how far a series is read follows from
//! the numbers of its events.

use super::Result;
use async_trait::async_trait;
use sheaf_format::{Hash, Key};
use sheaf_protocol::ledger::Leaf;
use solana_sdk::signature::Signature;
use std::collections::BTreeSet;

/// How far a series is acted upon, and where it begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Series {
    /// The last event that was acted upon; it never jumps a gap.
    pub frontier: u64,
    /// The last event that is not kept, because the indexer began after it; 0 when all are.
    pub base: u64,
    /// Slot in which the indexer began; 0 when from the start.
    pub base_slot: u64,
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

/// An event that is confirmed and not final: it may still vanish with its fork.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EarlyEvent {
    /// Its transaction.
    pub signature: Signature,
    /// Its slot.
    pub slot: u64,
    /// The event.
    pub event: EventRow,
}

/// An event that could not be read, with its transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptLetter {
    /// Its transaction.
    pub signature: Signature,
    /// Its slot.
    pub slot: u64,
    /// The event.
    pub letter: DeadLetter,
}

/// Where an indexer begins that cannot read from the start: all of it of one finalised slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beginning {
    /// The slot.
    pub slot: u64,
    /// Each series with the number of its last event in that slot.
    pub series: Vec<(Key, u64)>,
    /// The round in which the active tree became active; 0 before the first.
    pub active_round: u64,
    /// The leaves of the active tree.
    pub leaves: Vec<Leaf>,
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
    /// How far a series is acted upon, and where it begins.
    async fn series(&self, series: &Key) -> Result<Series>;

    /// The last event of a series before which none is missing, counted from `from`: an event that is
    /// there with all before it, or where the series begins.
    async fn complete(&self, series: &Key, from: u64) -> Result<u64>;

    /// Keeps transactions, in any order and any number of times, in one database transaction. A dead
    /// letter that can be read by now becomes an event. Gives how many events are new.
    ///
    /// # Errors
    /// Also when an event is there already and was another: what is final does not change.
    async fn record(&self, transactions: &[TransactionRow]) -> Result<u64>;

    /// Those of the transactions that were not recorded.
    async fn unknown(&self, signatures: &[Signature]) -> Result<BTreeSet<Signature>>;

    /// An event by its number.
    async fn event(&self, series: &Key, sequence: u64) -> Result<Option<EventRow>>;

    /// The transaction of an event, and its slot.
    async fn position(&self, series: &Key, sequence: u64) -> Result<Option<(Signature, u64)>>;

    /// The transaction of a series' last event in a slot before `slot`, among those up to `sequence`.
    async fn before(&self, series: &Key, sequence: u64, slot: u64) -> Result<Option<Signature>>;

    /// The highest number of a series that was recorded.
    async fn highest(&self, series: &Key) -> Result<u64>;

    /// The events of a series after `sequence`, in order, as far as none is missing; at most so many.
    async fn following(&self, series: &Key, sequence: u64, most: u32) -> Result<Vec<EventRow>>;

    /// Moves the frontier from `from` to `to`, over events none of which changes anything.
    ///
    /// # Errors
    /// Also when the frontier is elsewhere, or one of them is missing.
    async fn pass(&self, series: &Key, from: u64, to: u64) -> Result<()>;

    /// Acts upon event `sequence`, which must be the one after the frontier.
    async fn apply(&self, series: &Key, sequence: u64, effect: &Effect) -> Result<Applied>;

    /// Puts these in the place of a series' early events.
    async fn replace_early(&self, series: &Key, events: &[EarlyEvent]) -> Result<()>;

    /// A series' early events, ascending by number.
    async fn early(&self, series: &Key) -> Result<Vec<EarlyEvent>>;

    /// Events that could not be read.
    async fn dead_letters(&self) -> Result<Vec<KeptLetter>>;

    /// Lets the indexer begin in the middle, once: `false` when the database has events or leaves
    /// already, and then nothing changes.
    async fn begin(&self, beginning: &Beginning) -> Result<bool>;

    /// Tells other processes how far events are read.
    async fn set_reading(&self, reading: &Reading) -> Result<()>;

    /// How far events are read, as last told.
    async fn reading(&self) -> Result<Reading>;
}
