//! The loop: read what is new, keep it, act upon events without a gap.

use super::{
    decode::decode,
    effect::effect_of,
    source::{Mention, Source, SourceError},
};
use crate::{
    place::Place,
    store::{
        Store,
        events::{Applied, Effect, TransactionRow},
    },
};
use anyhow::Context as _;
use futures_util::{StreamExt as _, stream};
use sheaf_format::Key;
use solana_sdk::{pubkey::Pubkey, signature::Signature};
use std::{sync::Arc, time::Duration};
use tokio::sync::{Notify, watch};

/// How often the source is asked, unless woken.
const POLL: Duration = Duration::from_millis(500);
/// Longest pause between tries while it does not answer.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// Transactions asked for at once.
const AT_ONCE: usize = 8;
/// Transactions kept by one database transaction.
const PER_COMMIT: usize = 200;

/// How far everything is read and acted upon.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Last finalised slot up to which events are kept.
    pub slot: u64,
    /// Last event of the pool that was acted upon.
    pub frontier: u64,
    /// A round that became final and whose outcome is not known here: the frontier waits for it.
    pub waits_for_outcome: Option<u64>,
}

/// Reads one pool's and the network's events.
pub struct Ingest {
    /// Where.
    pub place: Place,
    /// Where transactions come from.
    pub source: Arc<dyn Source>,
    /// Where events are kept.
    pub store: Arc<dyn Store>,
}

impl Ingest {
    /// Reads for ever, sooner when woken. Ends when nobody listens.
    pub async fn run(self, wake: Arc<Notify>, tell: watch::Sender<Progress>) {
        let mut pause = Duration::ZERO;
        while !tell.is_closed() {
            let _ = tokio::time::timeout(pause, wake.notified()).await;
            let before = *tell.borrow();
            match self.step().await {
                Ok(progress) => {
                    pause = POLL;
                    if let Some(round) = progress.waits_for_outcome
                        && before.waits_for_outcome != Some(round)
                    {
                        tracing::warn!(
                            "round {round} is final; its outcome is still to be computed here"
                        );
                    }
                    if progress != before {
                        tell.send_replace(progress);
                    }
                }
                Err(error) => {
                    tracing::warn!("cannot read events: {error:#}; trying again");
                    pause = (pause * 2).clamp(POLL, LONGEST_PAUSE);
                }
            }
        }
    }

    /// Reads what is new and acts upon it.
    ///
    /// # Errors
    /// When source or store fail; what was kept stays kept.
    pub async fn step(&self) -> anyhow::Result<Progress> {
        let slot = self.source.finalized_slot().await?;
        let network = self.place.chain.addresses().network();
        self.read(&network).await.context("events of the network")?;
        self.read(&self.place.pool)
            .await
            .context("events of the pool")?;
        self.act(&network.to_bytes()).await?;
        let waits_for_outcome = self.act(&self.place.pool_key()).await?;
        let frontier = self.store.cursor(&self.place.pool_key()).await?.frontier;
        Ok(Progress {
            slot,
            frontier,
            waits_for_outcome,
        })
    }

    /// Keeps what is new of one account.
    async fn read(&self, account: &Pubkey) -> anyhow::Result<()> {
        let series = account.to_bytes();
        let cursor = self.store.cursor(&series).await?;
        // A gap heals by reading again from the last event before it: what is there stays as it is.
        let after = match self.missing(&series, cursor.frontier).await? {
            None => cursor.newest,
            Some(sequence) => {
                // The order of transactions inside a slot is not stable, so one may be passed over.
                tracing::info!("event {sequence} of {account} was passed over: reading again");
                self.store.position(&series, cursor.frontier).await?
            }
        };
        let mentions = self.source.mentions(account, after).await?;
        for group in mentions.chunks(PER_COMMIT) {
            let (rows, newest) = self.fetch(group).await?;
            for letter in rows.iter().flat_map(|row| &row.dead_letters) {
                tracing::error!("an event cannot be read: {}", letter.reason);
            }
            let Some(newest) = newest else { break };
            self.store.record(&series, newest, &rows).await?;
            if group.last().map(|last| last.signature) != Some(newest.0) {
                break;
            }
        }
        Ok(())
    }

    /// Fetches transactions as far as they are there, in order. Gives them with the newest.
    async fn fetch(
        &self,
        group: &[Mention],
    ) -> anyhow::Result<(Vec<TransactionRow>, Option<(Signature, u64)>)> {
        let network = self.place.chain.addresses().network();
        let program = self.place.chain.program();
        let mut fetching = stream::iter(group.to_vec())
            .map(|mention| async move {
                // A failed transaction changed nothing.
                let fetched = match mention.failed {
                    true => None,
                    false => Some(self.source.transaction(&mention).await?),
                };
                Ok::<_, SourceError>((mention, fetched))
            })
            .buffered(AT_ONCE);
        let (mut rows, mut newest) = (Vec::with_capacity(group.len()), None);
        while let Some(next) = fetching.next().await {
            let (mention, fetched) = next?;
            match fetched {
                // It is finalised, so it will come: nothing behind it may be skipped.
                Some(None) => break,
                Some(Some(fetched)) => rows.push(decode(&fetched, &program, &network)),
                None => {}
            }
            newest = Some((mention.signature, mention.slot));
        }
        Ok((rows, newest))
    }

    /// The event after the frontier, when it is missing and later ones are there.
    async fn missing(&self, series: &Key, frontier: u64) -> anyhow::Result<Option<u64>> {
        let next = frontier + 1;
        let is_there = self.store.event(series, next).await?.is_some();
        let gap = !is_there && self.store.highest(series).await? > next;
        Ok(gap.then_some(next))
    }

    /// Acts upon events in order, as far as none is missing. Gives the round whose outcome is
    /// waited for, if one is.
    async fn act(&self, series: &Key) -> anyhow::Result<Option<u64>> {
        loop {
            let next = self.store.cursor(series).await?.frontier + 1;
            let Some(event) = self.store.event(series, next).await? else {
                return Ok(None);
            };
            let effect = effect_of(&event.data)
                .with_context(|| format!("event {next} ({}) cannot be acted upon", event.name))?;
            let applied = self.store.apply(series, next, &effect).await?;
            if applied == Applied::OutcomeMissing
                && let Effect::Final { round, .. } = effect
            {
                return Ok(Some(round));
            }
            tracing::debug!(event = event.name, sequence = next, "acted upon");
        }
    }
}
