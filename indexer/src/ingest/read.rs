//! One series, from the source into the store.

use super::{
    decode::decode,
    source::{Level, Mention, Since, Source, SourceError},
};
use crate::store::{Store, events::TransactionRow};
use futures_util::{StreamExt as _, stream};
use sheaf_client::Chain;
use sheaf_format::Key;
use solana_sdk::{pubkey::Pubkey, signature::Signature};

/// Transactions asked for at once.
const AT_ONCE: usize = 8;
/// Transactions kept by one database transaction.
const PER_COMMIT: usize = 200;

/// Reads series of one deployment.
pub struct Reader<'a> {
    /// The deployment.
    pub chain: &'a Chain,
    /// Where transactions come from.
    pub source: &'a dyn Source,
    /// Where events are kept.
    pub store: &'a dyn Store,
}

/// What reading brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Brought {
    /// Transactions that were read.
    pub transactions: u64,
    /// Events that were not known before.
    pub events: u64,
    /// Events that could not be read.
    pub dead_letters: u64,
    /// Transactions that the source listed and did not give.
    pub withheld: u64,
}

impl std::ops::AddAssign for Brought {
    fn add_assign(&mut self, more: Self) {
        self.transactions += more.transactions;
        self.events += more.events;
        self.dead_letters += more.dead_letters;
        self.withheld += more.withheld;
    }
}

impl Reader<'_> {
    /// From where a series is read when everything up to event `complete` is there: the slot of that
    /// event, all of it, because others of that slot may have been passed over.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn since(&self, series: &Key, complete: u64) -> anyhow::Result<Since> {
        let Some((_, slot)) = self.store.position(series, complete).await? else {
            let slot = self.store.series(series).await?.base_slot;
            return Ok(Since { slot, until: None });
        };
        let until = self.store.before(series, complete, slot).await?;
        Ok(Since { slot, until })
    }

    /// Keeps what the source lists as final and is not known. With `anew`, also what is known.
    ///
    /// # Errors
    /// When source or store fail; what came before stays kept.
    pub async fn read(
        &self,
        account: &Pubkey,
        since: Since,
        anew: bool,
    ) -> anyhow::Result<Brought> {
        let listed = self
            .source
            .mentions(account, since, Level::Finalized)
            .await?;
        // A failed transaction changed nothing.
        let listed: Vec<Mention> = listed.into_iter().filter(|one| !one.failed).collect();
        let mut brought = Brought::default();
        for group in listed.chunks(PER_COMMIT) {
            let signatures: Vec<Signature> = group.iter().map(|one| one.signature).collect();
            let wanted = match anew {
                true => group.to_vec(),
                false => {
                    let unknown = self.store.unknown(&signatures).await?;
                    let is_unknown = |one: &&Mention| unknown.contains(&one.signature);
                    group.iter().filter(is_unknown).copied().collect()
                }
            };
            brought += self.keep(wanted).await?;
        }
        Ok(brought)
    }

    /// Fetches transactions and keeps those that come, also when others do not.
    async fn keep(&self, wanted: Vec<Mention>) -> anyhow::Result<Brought> {
        let (rows, failure) = self.fetch(&wanted, Level::Finalized).await;
        for letter in rows.iter().flat_map(|row| &row.dead_letters) {
            tracing::error!("an event cannot be read: {}", letter.reason);
        }
        let mut brought = Brought {
            transactions: rows.len() as u64,
            dead_letters: rows.iter().map(|row| row.dead_letters.len() as u64).sum(),
            withheld: (wanted.len() - rows.len()) as u64,
            ..Brought::default()
        };
        if !rows.is_empty() {
            brought.events = self.store.record(&rows).await?;
        }
        match failure {
            Some(error) => Err(error.into()),
            None => Ok(brought),
        }
    }

    /// Fetches transactions: those that the source gives, and why another was not given.
    pub async fn fetch(
        &self,
        wanted: &[Mention],
        level: Level,
    ) -> (Vec<TransactionRow>, Option<SourceError>) {
        let (program, network) = (self.chain.program(), self.chain.addresses().network());
        let mut fetching = stream::iter(wanted.to_vec())
            .map(|mention| async move { self.source.transaction(&mention, level).await })
            .buffered(AT_ONCE);
        let (mut rows, mut failure) = (Vec::with_capacity(wanted.len()), None);
        while let Some(next) = fetching.next().await {
            match next {
                Ok(Some(fetched)) => rows.push(decode(&fetched, &program, &network)),
                // It was listed, so it will come: its events are missed until then.
                Ok(None) => {}
                Err(error) => failure = Some(error),
            }
        }
        (rows, failure)
    }
}
