//! The loop of settlement: at every new view, what is due is sent.

use super::{
    plan::{Action, Own, due},
    sender::{Sender, Sent},
};
use crate::{app::App, place::Place, view::View};
use futures_util::{StreamExt as _, stream};
use sheaf_client::instruction;
use solana_sdk::{instruction::Instruction, pubkey::Pubkey};
use std::{collections::BTreeMap, sync::Arc};

/// Transactions under way at once.
const AT_ONCE: usize = 8;
/// A refusal is told when it comes for this time in a row: a view may be a moment late.
const TOLD_AFTER: u32 = 3;

/// Sends what is due.
pub struct Settlement {
    /// What all roles share.
    pub app: App,
    /// How transactions are sent.
    pub sender: Arc<dyn Sender>,
}

impl Settlement {
    /// Works at every new view, for ever. Ends when views do.
    pub async fn run(self) {
        let mut views = self.app.view.clone();
        let mut newer_than = 0;
        let mut refused: BTreeMap<String, u32> = BTreeMap::new();
        while views.changed().await.is_ok() {
            let view = Arc::clone(&views.borrow_and_update());
            // What an action changed is seen only in a later view.
            if view.slot <= newer_than {
                continue;
            }
            match self.step(&view, &mut refused).await {
                Ok(landed) => newer_than = newer_than.max(landed),
                Err(error) => tracing::warn!("settlement: {error:#}; trying again"),
            }
        }
    }

    /// Sends what is due; gives the last slot in which something landed.
    async fn step(&self, view: &View, refused: &mut BTreeMap<String, u32>) -> anyhow::Result<u64> {
        let open = view.open_intake();
        let frozen = match open {
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
        let actions = due(view, &self.app.aggregator(), own);
        let sent: Vec<_> = stream::iter(actions)
            .map(|action| async move {
                let name = action.to_string();
                let sent = self.send(&action, &name).await;
                (name, sent)
            })
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        let mut landed = 0;
        for (name, sent) in sent {
            match sent? {
                Sent::Landed { slot } => {
                    tracing::info!("{name}: done in slot {slot}");
                    refused.remove(&name);
                    landed = landed.max(slot);
                }
                Sent::Waiting { reason } => tracing::warn!("{name}: not known yet: {reason}"),
                Sent::Refused(refusal) => {
                    let times = refused.entry(name.clone()).or_default();
                    *times += 1;
                    if *times == TOLD_AFTER {
                        tracing::warn!("{name}: {refusal}");
                    }
                }
            }
        }
        Ok(landed)
    }

    async fn send(&self, action: &Action, name: &str) -> anyhow::Result<Sent> {
        let aggregator = Pubkey::new_from_array(self.app.aggregator());
        let instruction = build(&self.app.place, &aggregator, action);
        self.sender.send(name, &[instruction]).await
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
