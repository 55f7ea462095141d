//! What an audit asks for, beside what the roles do.

use super::{Result, events::EventRow};
use async_trait::async_trait;
use sheaf_format::Key;

/// Storage as an audit reads it.
#[async_trait]
pub trait AuditStore: Send + Sync {
    /// The events of a series after number `after`, in order, at most `count`.
    async fn events_after(&self, series: &Key, after: u64, count: u32) -> Result<Vec<EventRow>>;

    /// The last event of a series that was acted upon.
    async fn acted(&self, series: &Key) -> Result<u64>;

    /// How many events could not be read.
    async fn unread(&self) -> Result<u64>;
}
