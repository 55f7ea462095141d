//! The loop of rounds: makes batches, gives up those that cannot be posted, computes outcomes.

use super::{
    freeze::{Decision, decide},
    outcome::{self, Part},
};
use crate::{
    app::App,
    view::{View, open_intake},
};
use anyhow::Context as _;
use sheaf_client::layout::{Job, Pool, Round};
use sheaf_format::stage::RoundState;
use sheaf_protocol::{api::RoundStage, scores::ScoreFile};
use solana_commitment_config::CommitmentConfig;
use solana_sdk::pubkey::Pubkey;
use std::{collections::BTreeSet, time::Duration};

/// Pause after something failed.
const PAUSE: Duration = Duration::from_millis(500);

/// Which part of the time for attestations is waited for score files that were revealed and not
/// published.
const WAIT_PART: u64 = 3;

/// Makes batches and computes outcomes.
pub struct Rounds {
    /// What all roles share.
    pub app: App,
    /// Slots from the first submission until batches are made; the network's intake when none.
    pub collect_slots: Option<u64>,
}

impl Rounds {
    /// Works at every new view, for ever. Ends when views do.
    pub async fn run(self) {
        let mut view = self.app.view.clone();
        let mut progress = self.app.progress.clone();
        let mut told = String::new();
        loop {
            if let Err(error) = self.step().await {
                let message = format!("{error:#}");
                if message != told {
                    tracing::warn!("rounds: {message}; trying again");
                    told = message;
                }
                tokio::time::sleep(PAUSE).await;
            }
            tokio::select! {
                changed = view.changed() => if changed.is_err() { return },
                changed = progress.changed() => if changed.is_err() { return },
            }
        }
    }

    async fn step(&self) -> anyhow::Result<()> {
        let view = self.app.view();
        let progress = *self.app.progress.borrow();
        self.keep_tree().await?;
        let unposted = self.give_up(&view).await?;
        self.follow_intake(&view, unposted).await?;
        self.freeze(&view, unposted).await?;
        self.compute_live(&view).await?;
        if let Some(round) = progress.waits_for_outcome {
            self.catch_up(round).await?;
        }
        Ok(())
    }

    /// Brings the tree in memory to the stored one.
    async fn keep_tree(&self) -> anyhow::Result<()> {
        let (held, _) = self.app.tree.get();
        let store = self.app.store.as_ref();
        for (round, root) in store.final_rounds_after(held).await? {
            self.app.tree.advance(store, round, &root).await?;
            tracing::info!("round {round} is final: its tree is active");
        }
        Ok(())
    }

    /// Gives up frozen batches that can no longer be posted. Says whether some are still to be.
    async fn give_up(&self, view: &View) -> anyhow::Result<bool> {
        let mut unposted = false;
        let last = view.pool.round.saturating_sub(1);
        for round in self.app.store.frozen_rounds_after(last).await? {
            for batch in self.app.store.frozen(round).await? {
                if round == view.pool.round && view.batches.contains_key(&batch.job) {
                    continue;
                }
                if self.is_lost(view, round, batch.job).await? {
                    self.app.store.abandon(round, batch.job).await?;
                    tracing::warn!(
                        "round {round}: the batch of job {} cannot be posted any more; its submissions wait again",
                        batch.job
                    );
                } else {
                    unposted = true;
                }
            }
        }
        Ok(unposted)
    }

    /// Whether a batch is not on chain and never will be. The finalised state decides, because a
    /// submission in two batches would spoil the second.
    async fn is_lost(&self, view: &View, round: u64, job: u64) -> anyhow::Result<bool> {
        let active = |job: &Job| view.is_active(job);
        let known = view.jobs.get(&job);
        if can_be_posted(&view.pool, round) && known.is_some_and(|(_, job)| active(job)) {
            return Ok(false);
        }
        let place = &self.app.place;
        let finalized = place.chain.at(CommitmentConfig::finalized());
        let pool = finalized.pool(&place.pool).await?;
        let still = finalized
            .job(&place.pool, job)
            .await
            .is_ok_and(|job| active(&job));
        if can_be_posted(&pool, round) && still {
            return Ok(false);
        }
        let posted = finalized.batch(&place.job(job), round).await?;
        Ok(posted.is_none())
    }

    /// Sets the round that submissions go to: the next that takes batches, or the one after it
    /// when ours are made already.
    async fn follow_intake(&self, view: &View, unposted: bool) -> anyhow::Result<()> {
        let next = view.next_intake();
        let made = unposted || !self.app.store.frozen(next).await?.is_empty();
        let wanted = if made { next.saturating_add(1) } else { next };
        if self.app.store.intake_round().await? != wanted {
            self.app.store.set_intake_round(wanted).await?;
        }
        Ok(())
    }

    async fn freeze(&self, view: &View, unposted: bool) -> anyhow::Result<()> {
        let waiting = self.app.store.waiting().await?;
        let collect_slots = self
            .collect_slots
            .unwrap_or(view.network.parameters.intake_slots.into());
        let aggregator = self.app.aggregator();
        let decision = decide(view, &aggregator, &waiting, unposted, collect_slots);
        let Decision::Freeze { round, jobs } = decision else {
            return Ok(());
        };
        let already: BTreeSet<u64> = self
            .app
            .store
            .frozen(round)
            .await?
            .iter()
            .map(|batch| batch.job)
            .collect();
        let jobs: Vec<_> = jobs
            .into_iter()
            .filter(|(number, _)| !already.contains(number))
            .collect();
        for batch in self.app.store.freeze(round, &jobs).await? {
            tracing::info!(
                "round {round}: {} submissions to job {} make a batch",
                batch.count,
                batch.job
            );
        }
        Ok(())
    }

    /// Computes the live round's outcome once reveals are over and score files are there, or have
    /// been waited for long enough.
    async fn compute_live(&self, view: &View) -> anyhow::Result<()> {
        let Some(round) = &view.round else {
            return Ok(());
        };
        let stage = view.round_stage(round);
        let may_compute = matches!(
            stage,
            RoundStage::Attest | RoundStage::Unresolved | RoundStage::Window | RoundStage::Settle
        );
        if !may_compute || self.app.store.outcome(round.number).await?.is_some() {
            return Ok(());
        }
        let files = outcome::score_files(&self.app, round).await?;
        let patience = round
            .attest_until_slot
            .saturating_sub(round.reveal_until_slot)
            / WAIT_PART;
        let waited = view.slot >= round.reveal_until_slot.saturating_add(patience);
        if !waited && !outcome::is_complete(round, &files) {
            return Ok(());
        }
        let parts = view
            .batches
            .iter()
            .filter_map(|(number, batch)| {
                let (address, job) = view.jobs.get(number)?;
                Some(Part {
                    number: *number,
                    address: *address,
                    job: *job,
                    batch: *batch,
                })
            })
            .collect();
        self.compute(round, parts, files).await
    }

    /// Computes the outcome of a round that became final without us.
    async fn catch_up(&self, number: u64) -> anyhow::Result<()> {
        if self.app.store.outcome(number).await?.is_some() {
            anyhow::bail!(
                "round {number} became final with another outcome than the one computed here: the data or this version is wrong"
            );
        }
        let place = &self.app.place;
        let round = place.chain.round(&place.pool, number).await?;
        let round = round.with_context(|| {
            format!(
                "round {number} is final, but its account is closed: its outcome cannot be computed"
            )
        })?;
        if RoundState::from_byte(round.state) != Some(RoundState::Final) {
            return Ok(());
        }
        let view = self.app.view();
        let mut parts = Vec::new();
        for (number, (address, job)) in &view.jobs {
            let at = Pubkey::new_from_array(*address);
            if let Some(batch) = place.chain.batch(&at, round.number).await? {
                parts.push(Part {
                    number: *number,
                    address: *address,
                    job: *job,
                    batch,
                });
            }
        }
        let files = outcome::score_files(&self.app, &round).await?;
        self.compute(&round, parts, files).await
    }

    async fn compute(
        &self,
        round: &Round,
        parts: Vec<Part>,
        files: Vec<ScoreFile>,
    ) -> anyhow::Result<()> {
        let count = files.len();
        let (stored, changes) = outcome::of_round(&self.app, round, parts, files).await?;
        self.app.store.put_outcome(&stored, &changes).await?;
        tracing::info!(
            "round {}: computed from {count} score files: {} base units for {} leaves",
            round.number,
            stored.outcome.debits_total,
            changes.leaves.len()
        );
        Ok(())
    }
}

/// Whether a batch of `round` can be posted, now or once the round begins.
fn can_be_posted(pool: &Pool, round: u64) -> bool {
    open_intake(pool).is_some_and(|open| open <= round)
}
