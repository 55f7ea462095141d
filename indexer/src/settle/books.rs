//! What settlement remembers of its actions: which are under way, which were refused, whether it
//! pauses. What it decides it tells.

use super::{
    breaker::{Breaker, Permit, Settings},
    failure::{Kind, Verdict, name_of, of_any, of_refusal},
    patience::{Bear, Patience},
    watch::Outcome,
};
use crate::{store::journal::JournalEntry, telemetry::BOARD};
use sheaf_client::Refusal;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Instant,
};

/// What settlement remembers.
pub struct Books {
    began: Instant,
    breaker: Breaker,
    patience: Patience,
    /// Actions with a transaction whose end is not known.
    open: BTreeSet<String>,
    /// How many transactions of an action died unseen in a row.
    deaths: BTreeMap<String, u32>,
}

impl Default for Books {
    fn default() -> Self {
        Self {
            began: Instant::now(),
            breaker: Breaker::new(Settings::default()),
            patience: Patience::default(),
            open: BTreeSet::new(),
            deaths: BTreeMap::new(),
        }
    }
}

impl Books {
    /// What the circuit breaker allows now.
    pub fn permit(&self) -> Permit {
        self.breaker.permit(self.began.elapsed())
    }

    /// Whether an action has a transaction whose end is not known.
    pub fn is_open(&self, action: &str) -> bool {
        self.open.contains(action)
    }

    /// How many transactions of an action died unseen in a row.
    pub fn deaths(&self, action: &str) -> u32 {
        self.deaths.get(action).copied().unwrap_or_default()
    }

    /// Forgets refusals and deaths of actions that are not due any more.
    pub fn keep(&mut self, is_due: impl Fn(&str) -> bool) {
        self.patience.keep(&is_due);
        self.deaths.retain(|action, _| is_due(action));
    }

    /// Takes over which actions are open, from a look at all of them.
    pub fn open(&mut self, outcomes: &[(JournalEntry, Outcome)]) {
        self.open = outcomes
            .iter()
            .filter(|(_, outcome)| {
                matches!(
                    outcome,
                    Outcome::Open(_) | Outcome::Uncertain(_) | Outcome::Forgotten(_)
                )
            })
            .map(|(entry, _)| entry.action.clone())
            .collect();
        self.tell_open();
    }

    fn tell_open(&self) {
        BOARD.write(|board| board.transactions_open = self.open.len());
    }

    /// A transaction of the action was sent; its end is not known.
    pub fn sent(&mut self, action: &str) {
        self.open.insert(action.to_owned());
        self.tell_open();
    }

    /// A transaction of the action was sent and is confirmed; it may vanish with its fork yet.
    pub fn landed(&mut self, action: &str) {
        self.sent(action);
        self.worked(action);
    }

    /// An action worked, or the RPC did.
    pub fn worked(&mut self, action: &str) {
        self.deaths.remove(action);
        self.patience.worked(action);
        self.rpc_works();
    }

    fn rpc_works(&mut self) {
        if self.breaker.worked() {
            tracing::info!("settlement works again");
            BOARD.write(|board| board.settlement_paused = None);
        }
    }

    /// A transaction of the action died unseen.
    pub fn died(&mut self, action: &str) {
        let deaths = self.deaths.entry(action.to_owned()).or_default();
        *deaths = deaths.saturating_add(1);
        self.count(Kind::Expired);
    }

    /// A simulation was refused. Gives whether the action is to be put aside.
    pub fn refused(&mut self, action: &str, refusal: &Refusal, slot: u64) -> bool {
        self.rpc_works();
        let verdict = of_refusal(refusal);
        self.bear(action, &refusal.name, &refusal.to_string(), verdict, slot)
    }

    /// A transaction landed and failed. Gives whether the action is to be put aside: each try costs
    /// its fee.
    pub fn refused_on_chain(&mut self, action: &str, refusal: &Refusal) -> bool {
        self.rpc_works();
        tracing::warn!("{action}: landed and failed: {refusal}");
        of_refusal(refusal) == Verdict::Lasting
    }

    /// Sending an action went wrong. Gives name and words when it is to be put aside.
    pub fn failed(
        &mut self,
        action: &str,
        error: &anyhow::Error,
        slot: u64,
    ) -> Option<(String, String)> {
        let verdict = of_any(error);
        if let Verdict::Outage(kind) = verdict {
            tracing::debug!("{action}: {error:#}");
            self.count(kind);
            return None;
        }
        let (name, words) = (name_of(error), format!("{error:#}"));
        let aside = self.bear(action, &name, &words, verdict, slot);
        aside.then_some((name, words))
    }

    /// Something around the actions went wrong.
    pub fn went_wrong(&mut self, error: &anyhow::Error) {
        match of_any(error) {
            Verdict::Outage(kind) => {
                tracing::debug!("settlement: {error:#}");
                self.count(kind);
            }
            Verdict::Early | Verdict::Lasting => {
                tracing::warn!("settlement: {error:#}; trying again");
            }
        }
    }

    fn bear(&mut self, action: &str, name: &str, words: &str, verdict: Verdict, slot: u64) -> bool {
        match self.patience.refused(action, name, verdict, slot) {
            Bear::Quietly => false,
            Bear::Tell => {
                tracing::warn!("{action}: {words}");
                false
            }
            Bear::PutAside => true,
        }
    }

    fn count(&mut self, kind: Kind) {
        if let Some(opened) = self.breaker.failed(kind, self.began.elapsed()) {
            tracing::error!(
                reason = opened.kind.name(),
                "settlement pauses for {} s: {} ({} times in a row)",
                opened.pause.as_secs(),
                opened.kind,
                opened.failures
            );
            BOARD.write(|board| board.settlement_paused = Some(opened.kind.name()));
        }
    }
}
