//! What is only looked at: lists for the API, counts for those who watch.
//!
//! Lists go from newest to oldest, or by number; each part begins behind the key that the part
//! before ended with, so that what comes meanwhile neither repeats nor hides an entry.

use super::{Result, intake::SubmissionRecord};
use async_trait::async_trait;
use sheaf_format::{Hash, Key};
use sheaf_protocol::api::RoundView;
use solana_sdk::signature::Signature;

/// Where submissions stand, as far as the database tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Not in a batch.
    Waiting,
    /// In a batch whose outcome is not known.
    Batched,
    /// In a batch whose outcome is known.
    Scored,
    /// Their round is final.
    Paid,
}

/// Which submissions to list; those that match all that is given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SubmissionFilter {
    /// Of this contributor.
    pub contributor: Option<Key>,
    /// To this job.
    pub job: Option<u64>,
    /// In a batch of this round.
    pub round: Option<u64>,
    /// Standing so.
    pub standing: Option<Standing>,
}

/// Lifetime earnings after a round in which there were some.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EarningRow {
    /// The round.
    pub round: u64,
    /// Lifetime earnings after it.
    pub cumulative: u64,
}

/// An event with its transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedEvent {
    /// Its number in the series.
    pub sequence: u64,
    /// Slot of its transaction.
    pub slot: u64,
    /// Its transaction.
    pub signature: Signature,
    /// Name of its type.
    pub name: String,
    /// Its bytes, from the discriminator on.
    pub data: Vec<u8>,
}

/// Events of a type, all or those about one subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventFilter {
    /// Name of the type.
    pub name: &'static str,
    /// Where in the event's bytes, discriminator included, the subject's key stands, and the key.
    pub subject: Option<(u32, Key)>,
}

/// In which direction a series is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Events after a number, ascending.
    After(u64),
    /// Events before a number, descending.
    Before(u64),
}

/// What is counted for those who watch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Journaled transactions by state.
    pub journal: Vec<(String, u64)>,
    /// Events that could not be read.
    pub dead_letters: u64,
}

/// Reading for the API.
#[async_trait]
pub trait ReadStore: Send + Sync {
    /// Submissions, newest first: those older than `before` (slot and id).
    async fn list_submissions(
        &self,
        filter: &SubmissionFilter,
        before: Option<(u64, Hash)>,
        limit: u32,
    ) -> Result<Vec<SubmissionRecord>>;

    /// Submissions that wait for a batch, counted up to `most`.
    async fn count_waiting(&self, most: u64) -> Result<u64>;

    /// Final rounds in which a contributor earned, newest first: those before `before`.
    async fn list_earnings(
        &self,
        contributor: &Key,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<EarningRow>>;

    /// Events of a series that were acted upon: all types, or those of `filters`.
    async fn list_events(
        &self,
        series: &Key,
        filters: &[EventFilter],
        direction: Direction,
        limit: u32,
    ) -> Result<Vec<LoggedEvent>>;

    /// Keeps what an ended round was. The first stays.
    async fn put_ended_round(&self, round: &RoundView) -> Result<()>;

    /// What the ended rounds from `first` to `last` were, as far as they are kept, ascending.
    async fn ended_rounds(&self, first: u64, last: u64) -> Result<Vec<RoundView>>;

    /// The smallest number from `first` to `last` whose ended round is not kept.
    async fn first_round_not_kept(&self, first: u64, last: u64) -> Result<Option<u64>>;

    /// Whether a round's root became active, as far as events were acted upon.
    async fn is_final(&self, round: u64) -> Result<bool>;

    /// Counts for those who watch.
    async fn counts(&self) -> Result<Counts>;

    /// Makes sure that the database takes writes.
    ///
    /// # Errors
    /// When it does not.
    async fn check_writable(&self) -> Result<()>;
}
