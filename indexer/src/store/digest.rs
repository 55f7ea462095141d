//! One hash over everything a store holds.

use super::Result;
use async_trait::async_trait;
use sheaf_format::Hash;

/// A store that can be compared with another by one hash.
#[async_trait]
pub trait DigestStore: Send + Sync {
    /// One hash over every row of every table, in canonical order: equal for the same content,
    /// whatever the database. Left out is only what may differ between indexers that agree: how far
    /// the last poll came, and what a process saw of ended rounds.
    async fn digest(&self) -> Result<Hash>;
}
