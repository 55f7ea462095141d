//! The loop of settlement: at every new view, what is due is sent.

use super::{
    books::Books,
    plan::{Action, Own, due},
    sender::{Order, Sender, Sent},
    transaction::unsigned,
    watch::{Outcome, Watcher},
};
use crate::{
    app::App,
    place::Place,
    settle::breaker::Permit,
    store::journal::{JournalEntry, PutAside},
    telemetry::BOARD,
    view::View,
};
use futures_util::{StreamExt as _, stream};
use sheaf_client::instruction;
use solana_sdk::{instruction::Instruction, pubkey::Pubkey};
use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, Instant},
};

/// Transactions under way at once.
const AT_ONCE: usize = 8;
/// How often open transactions are looked at.
const LOOK: Duration = Duration::from_secs(1);

/// Sends what is due.
pub struct Settlement {
    /// What all roles share.
    pub app: App,
    /// How transactions are sent.
    pub sender: Arc<dyn Sender>,
}

/// What the loop remembers from view to view.
struct Memory {
    watcher: Watcher,
    books: Books,
    looked: Option<Instant>,
    /// What an action changed is seen only in a view later than this slot.
    newer_than: u64,
}

impl Settlement {
    /// Works at every new view, for ever. Ends when views do.
    pub async fn run(self) {
        let mut views = self.app.view.clone();
        let mut memory = Memory {
            watcher: Watcher::new(&self.app.place.chain, Arc::clone(&self.app.store) as _),
            books: Books::default(),
            looked: None,
            newer_than: 0,
        };
        while views.changed().await.is_ok() {
            let view = Arc::clone(&views.borrow_and_update());
            if let Err(error) = self.step(&view, &mut memory).await {
                memory.books.went_wrong(&error);
            }
        }
    }

    #[tracing::instrument(name = "settle", level = "debug", skip_all, fields(slot = view.slot))]
    async fn step(&self, view: &View, memory: &mut Memory) -> anyhow::Result<()> {
        if memory.looked.is_none_or(|last| last.elapsed() >= LOOK) {
            let outcomes = memory.watcher.step().await?;
            memory.looked = Some(Instant::now());
            self.take_in(view, memory, outcomes).await?;
        }
        if view.slot <= memory.newer_than {
            return Ok(());
        }
        let aside = self.aside().await?;
        let actions = self.due(view).await?;
        let names: BTreeSet<String> = actions.iter().map(Action::to_string).collect();
        memory.books.keep(|action| names.contains(action));
        let mut ready: Vec<Action> = actions
            .into_iter()
            .filter(|action| {
                let name = action.to_string();
                !aside.contains(&name) && !memory.books.is_open(&name)
            })
            .collect();
        match memory.books.permit() {
            Permit::All => {}
            Permit::One => ready.truncate(1),
            Permit::None { .. } => return Ok(()),
        }
        self.send_all(view, memory, ready).await
    }

    /// What is due, by the view and by what is known here.
    async fn due(&self, view: &View) -> anyhow::Result<Vec<Action>> {
        let frozen = match view.open_intake() {
            Some(round) => self.app.store.frozen(round).await?,
            None => Vec::new(),
        };
        let outcome = match &view.round {
            Some(round) => self.app.store.outcome(round.number).await?,
            None => None,
        };
        let own = Own {
            frozen: &frozen,
            outcome: outcome.as_ref().map(|known| &known.outcome),
        };
        Ok(due(view, &self.app.aggregator(), own))
    }

    /// The actions that were put aside.
    async fn aside(&self) -> anyhow::Result<BTreeSet<String>> {
        let reviews = self.app.store.reviews().await?;
        let waiting = reviews.iter().filter(|review| !review.dropped).count();
        BOARD.write(|board| board.reviews_waiting = waiting);
        Ok(reviews
            .into_iter()
            .map(|review| review.aside.action)
            .collect())
    }

    /// Takes in what became of open transactions.
    async fn take_in(
        &self,
        view: &View,
        memory: &mut Memory,
        outcomes: Vec<(JournalEntry, Outcome)>,
    ) -> anyhow::Result<()> {
        memory.books.open(&outcomes);
        for (entry, outcome) in outcomes {
            let action = &entry.action;
            match outcome {
                Outcome::Landed(slot) => {
                    tracing::info!("{action}: final in slot {slot}");
                    memory.books.worked(action);
                }
                Outcome::Open(Some(slot)) => memory.newer_than = memory.newer_than.max(slot),
                Outcome::Open(None) => {}
                Outcome::Uncertain(reason) => tracing::debug!("{action}: not known yet: {reason}"),
                Outcome::Dead => {
                    tracing::warn!("{action}: {} never landed and never will", entry.signature);
                    memory.books.died(action);
                }
                Outcome::Refused(refusal) => {
                    let reason = (refusal.name.clone(), refusal.to_string());
                    if memory.books.refused_on_chain(action, &refusal) {
                        self.put_aside(view, action, reason, entry.bytes).await?;
                    }
                }
                Outcome::Forgotten(reason) => {
                    let reason = ("Forgotten".to_owned(), reason);
                    self.put_aside(view, action, reason, entry.bytes).await?;
                }
            }
        }
        Ok(())
    }

    async fn send_all(
        &self,
        view: &View,
        memory: &mut Memory,
        actions: Vec<Action>,
    ) -> anyhow::Result<()> {
        let aggregator = Pubkey::new_from_array(self.app.aggregator());
        let orders: Vec<_> = actions
            .into_iter()
            .map(|action| {
                let name = action.to_string();
                let deaths = memory.books.deaths(&name);
                let instruction = build(&self.app.place, &aggregator, &action);
                (name, instruction, deaths)
            })
            .collect();
        let sent: Vec<_> = stream::iter(orders)
            .map(|(name, instruction, deaths)| async move {
                let instructions = [instruction];
                let order = Order {
                    action: &name,
                    instructions: &instructions,
                    slot: view.slot,
                    deaths,
                };
                let sent = self.sender.send(&order).await;
                (name, instructions, sent)
            })
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        for (name, instructions, sent) in sent {
            let reason = match sent {
                Ok(Sent::Landed { signature, slot }) => {
                    tracing::info!("{name}: done in slot {slot}");
                    memory.newer_than = memory.newer_than.max(slot);
                    memory.watcher.was_sent(signature);
                    memory.books.landed(&name);
                    None
                }
                Ok(Sent::Open(signature)) => {
                    if let Some(signature) = signature {
                        memory.watcher.was_sent(signature);
                    }
                    memory.books.sent(&name);
                    None
                }
                Ok(Sent::Refused(refusal)) => memory
                    .books
                    .refused(&name, &refusal, view.slot)
                    .then(|| (refusal.name.clone(), refusal.to_string())),
                Err(error) => memory.books.failed(&name, &error, view.slot),
            };
            if let Some(reason) = reason {
                let bytes = unsigned(&instructions, &aggregator)?;
                self.put_aside(view, &name, reason, bytes).await?;
            }
        }
        Ok(())
    }

    /// Puts an action aside: `reason` is a name and words.
    async fn put_aside(
        &self,
        view: &View,
        action: &str,
        (reason, detail): (String, String),
        bytes: Vec<u8>,
    ) -> anyhow::Result<()> {
        let aside = PutAside {
            action: action.to_owned(),
            reason,
            detail,
            bytes,
            slot: view.slot,
        };
        if self.app.store.put_aside(&aside).await? {
            tracing::error!(
                "{action}: put aside: {}: {}; see `sheaf-indexer review list`",
                aside.reason,
                aside.detail
            );
        }
        Ok(())
    }
}

/// The instruction of an action.
fn build(place: &Place, aggregator: &Pubkey, action: &Action) -> Instruction {
    let (at, pool) = (place.chain.addresses(), &place.pool);
    match action {
        Action::Post { job, arguments } => {
            instruction::post_batch(at, aggregator, pool, *job, arguments)
        }
        Action::CloseIntake { .. } => instruction::close_intake(at, aggregator, pool),
        Action::Open { round, .. } => instruction::open_round(at, aggregator, pool, *round),
        Action::Tally { round, arguments } => instruction::tally_round(at, pool, *round, arguments),
        Action::Settle {
            round,
            arguments,
            debits,
        } => instruction::settle_round(at, pool, *round, arguments, debits),
        Action::Finalise { round } => instruction::finalise_round(at, pool, *round),
        Action::Void { round } => instruction::void_round(at, pool, *round),
        Action::Release { job, round } => instruction::release_batch(at, pool, *job, *round),
    }
}
