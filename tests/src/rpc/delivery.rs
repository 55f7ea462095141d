//! The feed in any order, within the process.

use super::feed::Feed;
use async_trait::async_trait;
use sheaf_indexer::ingest::source::{Fetched, Heads, Level, Mention, Since, Source, SourceError};
use solana_sdk::pubkey::Pubkey;
use std::sync::Mutex;

/// Lists transactions as a test says: everything that was delivered so far, in that order.
#[derive(Debug)]
pub struct Delivery {
    feed: Feed,
    delivered: Mutex<Vec<usize>>,
}

impl Delivery {
    /// Nothing was delivered yet.
    pub const fn new(feed: Feed) -> Self {
        Self {
            feed,
            delivered: Mutex::new(Vec::new()),
        }
    }

    /// Lists these transactions from here on, by their places in the feed, in this order.
    ///
    /// # Panics
    /// When another thread panicked.
    pub fn list(&self, places: &[usize]) {
        *self.delivered.lock().expect("nobody panicked") = places.to_vec();
    }
}

#[async_trait]
impl Source for Delivery {
    /// The accounts are those of the whole feed: what is not delivered is known to be missing.
    async fn heads(&self, accounts: &[Pubkey], level: Level) -> Result<Heads, SourceError> {
        let count = match level {
            Level::Finalized => self.feed.transactions.len(),
            Level::Confirmed => 0,
        };
        let numbers = accounts
            .iter()
            .map(|account| self.feed.head(account, count, 0))
            .collect();
        Ok(Heads {
            slot: self.feed.after(count).0,
            numbers,
        })
    }

    async fn mentions(
        &self,
        account: &Pubkey,
        _: Since,
        _: Level,
    ) -> Result<Vec<Mention>, SourceError> {
        let delivered = self.delivered.lock().expect("nobody panicked").clone();
        let listed = delivered
            .iter()
            .map(|place| &self.feed.transactions[*place]);
        let own = listed.filter(|one| one.keys().contains(account));
        Ok(own.map(super::feed::Recorded::mention).collect())
    }

    async fn transaction(
        &self,
        mention: &Mention,
        _: Level,
    ) -> Result<Option<Fetched>, SourceError> {
        let landed = &self.feed.transactions;
        let found = landed.iter().find(|one| one.mention() == *mention);
        Ok(found.map(super::feed::Recorded::fetched))
    }
}
