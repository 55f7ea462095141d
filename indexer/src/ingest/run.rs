//! The loop: read what is new, keep it, act upon events without a gap.

use super::{decode::decode, effect::effect_of, source::Source};
use crate::{
    place::Place,
    store::{
        Store,
        events::{Applied, Effect},
    },
};
use anyhow::Context as _;
use sheaf_format::Key;
use solana_sdk::pubkey::Pubkey;
use std::{sync::Arc, time::Duration};
use tokio::sync::{Notify, watch};

/// How often the source is asked, unless woken.
const POLL: Duration = Duration::from_millis(500);
/// Longest pause between tries while it does not answer.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
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
        // A gap heals by reading from the beginning: what is there already stays as it is.
        let after = match self.missing(&series, cursor.frontier).await? {
            None => cursor.newest,
            Some(sequence) => {
                tracing::error!(
                    "event {sequence} of {account} is missing: reading again from the start"
                );
                None
            }
        };
        let mentions = self.source.mentions(account, after).await?;
        let network = self.place.chain.addresses().network();
        for group in mentions.chunks(PER_COMMIT) {
            let mut rows = Vec::with_capacity(group.len());
            let mut newest = None;
            for mention in group {
                if !mention.failed {
                    let Some(fetched) = self.source.transaction(mention).await? else {
                        // It is finalised, so it will come: nothing behind it may be skipped.
                        tracing::debug!(signature = %mention.signature, "not there yet");
                        break;
                    };
                    rows.push(decode(&fetched, &self.place.chain.program(), &network));
                }
                newest = Some((mention.signature, mention.slot));
            }
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
