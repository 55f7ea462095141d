//! The loop: read what is new, act upon events without a gap.

use super::{
    early::Early,
    effect::effect_of,
    read::Reader,
    source::{Level, Source},
};
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
/// Every so many looks transactions are listed even when the accounts tell of no new event: an account
/// may be read from a node that stands still.
const LIST_EVERY: u64 = 20;
/// An event that is missing for so many looks is told of.
const TOLD_AFTER: u32 = 40;

/// Events that are looked at together.
const AT_ONCE: u32 = 500;

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
    place: Place,
    source: Arc<dyn Source>,
    store: Arc<dyn Store>,
    looks: u64,
    slot: u64,
    network: Account,
    pool: Account,
}

/// One series with what is known of it between looks.
struct Account {
    address: Pubkey,
    /// The last event before which none is missing.
    complete: u64,
    /// For how many looks the next one is missing.
    missing: u32,
    early: Early,
}

impl Account {
    fn new(address: Pubkey) -> Self {
        Self {
            address,
            complete: 0,
            missing: 0,
            early: Early::default(),
        }
    }

    fn series(&self) -> Key {
        self.address.to_bytes()
    }

    /// Reads what is new when there is something, or when it is time to. Gives whether everything is
    /// there that the account tells of.
    async fn read(&mut self, reader: &Reader<'_>, head: u64, list: bool) -> anyhow::Result<bool> {
        let series = self.series();
        let frontier = reader.store.series(&series).await?.frontier;
        let before = self.complete.max(frontier);
        self.complete = reader.store.complete(&series, before).await?;
        if head > self.complete || list {
            let since = reader.since(&series, self.complete).await?;
            reader.read(&self.address, since, false).await?;
            self.complete = reader.store.complete(&series, self.complete).await?;
        }
        let is_missing =
            head > self.complete || reader.store.highest(&series).await? > self.complete;
        self.missing = match is_missing && self.complete == before {
            true => self.missing.saturating_add(1),
            false => 0,
        };
        if self.missing == TOLD_AFTER {
            tracing::warn!(
                "event {} of {} does not come: see whether there are dead letters (`sheaf-indexer replay`), name another RPC with --url, or begin anew with `sheaf-indexer bootstrap` when history was pruned",
                self.complete + 1,
                self.address
            );
        }
        Ok(!is_missing)
    }
}

impl Ingest {
    /// Reads the events of the place's pool and network from `source` into `store`.
    pub fn new(place: Place, source: Arc<dyn Source>, store: Arc<dyn Store>) -> Self {
        Self {
            looks: 0,
            slot: 0,
            network: Account::new(place.chain.addresses().network()),
            pool: Account::new(place.pool),
            place,
            source,
            store,
        }
    }

    /// Reads for ever, sooner when woken. Ends when nobody listens.
    pub async fn run(mut self, wake: Arc<Notify>, tell: watch::Sender<Progress>) {
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
    pub async fn step(&mut self) -> anyhow::Result<Progress> {
        let whole = self.read().await;
        self.look_at_early().await;
        // What is there is acted upon, whether or not everything could be read.
        self.act(&self.network.series()).await?;
        let waits_for_outcome = self.act(&self.pool.series()).await?;
        whole?;
        let frontier = self.store.series(&self.pool.series()).await?.frontier;
        Ok(Progress {
            slot: self.slot,
            frontier,
            waits_for_outcome,
        })
    }

    /// Reads both series, each also when the other fails.
    async fn read(&mut self) -> anyhow::Result<()> {
        let list = self.looks.is_multiple_of(LIST_EVERY);
        self.looks += 1;
        let accounts = [self.network.address, self.pool.address];
        let heads = self.source.heads(&accounts, Level::Finalized).await?;
        let reader = Reader {
            chain: &self.place.chain,
            source: self.source.as_ref(),
            store: self.store.as_ref(),
        };
        let head = |place: usize| heads.numbers.get(place).copied().unwrap_or_default();
        let network = self.network.read(&reader, head(0), list).await;
        let pool = self.pool.read(&reader, head(1), list).await;
        if network.context("events of the network")? && pool.context("events of the pool")? {
            self.slot = self.slot.max(heads.slot);
        }
        Ok(())
    }

    /// Looks at what is confirmed. A failure costs a look, and nothing else.
    async fn look_at_early(&mut self) {
        let accounts = [self.network.address, self.pool.address];
        let looked = async {
            let heads = self.source.heads(&accounts, Level::Confirmed).await?;
            let reader = Reader {
                chain: &self.place.chain,
                source: self.source.as_ref(),
                store: self.store.as_ref(),
            };
            for (account, head) in [&mut self.network, &mut self.pool]
                .into_iter()
                .zip(heads.numbers)
            {
                let numbers = (account.complete, head);
                let address = account.address;
                account.early.look(&reader, &address, numbers).await?;
            }
            anyhow::Ok(())
        };
        if let Err(error) = looked.await {
            tracing::debug!("cannot look at what is confirmed: {error:#}");
        }
    }

    /// Acts upon events in order, as far as none is missing. Gives the round whose outcome is
    /// waited for, if one is.
    async fn act(&self, series: &Key) -> anyhow::Result<Option<u64>> {
        loop {
            let frontier = self.store.series(series).await?.frontier;
            let events = self.store.following(series, frontier, AT_ONCE).await?;
            let effects = events.iter().map(|event| effect_of(&event.data));
            // Most events change nothing: those are passed together.
            let idle = effects.take_while(|effect| matches!(effect, Ok(Effect::None)));
            let passed = frontier.saturating_add(idle.count() as u64);
            if passed > frontier {
                self.store.pass(series, frontier, passed).await?;
                tracing::debug!(first = frontier + 1, last = passed, "passed");
            }
            let Some(event) = events.iter().find(|event| event.sequence > passed) else {
                match events.is_empty() {
                    true => return Ok(None),
                    false => continue,
                }
            };
            let next = event.sequence;
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
