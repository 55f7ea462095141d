//! The loop of rounds: makes batches, gives up those that cannot be posted, computes outcomes.

use super::{
    freeze::{Decision, decide},
    outcome::{self, Part, ScoreFiles},
};
use crate::{
    app::App,
    store::rounds::{OutcomeChanges, StoredOutcome},
    view::{View, open_intake, optional, unix_time},
};
use anyhow::Context as _;
use sheaf_client::{
    address::CLOCK,
    layout::{Batch, Job, Pool, Round},
};
use sheaf_format::stage::RoundState;
use sheaf_protocol::api::RoundStage;
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
        self.app.tree.keep_up(self.app.store.as_ref()).await?;
        let unposted = self.give_up(&view).await?;
        self.follow_intake(&view, !unposted.is_empty()).await?;
        self.freeze(&view, &unposted).await?;
        // First what is final: the live round may start from it.
        let waits_for = self.app.progress.borrow().waits_for_outcome;
        if let Some(round) = waits_for {
            self.catch_up(round).await?;
        }
        self.compute_live(&view).await
    }

    /// Gives up frozen batches that can no longer be posted. Gives the jobs of those still to be.
    async fn give_up(&self, view: &View) -> anyhow::Result<BTreeSet<u64>> {
        let mut unposted = BTreeSet::new();
        let last = view.pool.round.saturating_sub(1);
        for round in self.app.store.frozen_rounds_after(last).await? {
            for batch in self.app.store.frozen(round).await? {
                let job = batch.job;
                if round == view.pool.round && view.batches.contains_key(&job) {
                    continue;
                }
                let known = view.jobs.get(&job).map(|(_, known)| known);
                if can_be_posted(&view.pool, known, (view.slot, view.unix_time), round)
                    || !self.is_lost(round, job).await?
                {
                    unposted.insert(job);
                    continue;
                }
                self.app.store.abandon(round, job).await?;
                tracing::warn!(
                    "round {round}: the batch of job {job} cannot be posted any more; its submissions wait again"
                );
            }
        }
        Ok(unposted)
    }

    /// Whether a batch is not on chain and never will be. The finalised state decides, all of one
    /// slot, because a submission in two batches would spoil the second.
    async fn is_lost(&self, round: u64, number: u64) -> anyhow::Result<bool> {
        let place = &self.app.place;
        let chain = place.chain.at(CommitmentConfig::finalized());
        let job = place.job(number);
        let batch = chain.addresses().batch(&job, round);
        let (slot, found) = chain
            .accounts_with_slot(&[CLOCK, place.pool, job, batch])
            .await?;
        let [clock, pool, found_job, found_batch] =
            <[_; 4]>::try_from(found).map_err(|_| anyhow::anyhow!("the RPC left accounts out"))?;
        let time = unix_time(&clock.context("the RPC has no clock account")?)?;
        let pool: Pool = optional(place, "pool", &place.pool, pool)?.context("there is no pool")?;
        let known: Option<Job> = optional(place, "job", &job, found_job)?;
        let posted: Option<Batch> = optional(place, "batch", &batch, found_batch)?;
        Ok(posted.is_none() && !can_be_posted(&pool, known.as_ref(), (slot, time), round))
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

    async fn freeze(&self, view: &View, unposted: &BTreeSet<u64>) -> anyhow::Result<()> {
        if view.open_intake().is_none() {
            return Ok(());
        }
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
        if !waited && !files.are_complete(round) {
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
        let (stored, changes) = self.compute(round, parts, &files).await?;
        if !self
            .app
            .store
            .put_outcome(&stored, &changes, files.stored)
            .await?
        {
            tracing::debug!("a score file came meanwhile: computing again");
        }
        Ok(())
    }

    /// Computes the outcome of a final round whose outcome is not known here, or not the one that
    /// became active: what was computed before finality may rest on a fork that was dropped.
    async fn catch_up(&self, number: u64) -> anyhow::Result<()> {
        let place = &self.app.place;
        let chain = place.chain.at(CommitmentConfig::finalized());
        let round = chain.round(&place.pool, number).await?;
        let round = round.with_context(|| {
            format!(
                "round {number} is final, but its account is closed: its outcome cannot be computed"
            )
        })?;
        if RoundState::from_byte(round.state) != Some(RoundState::Final) {
            return Ok(());
        }
        let known = self.app.store.outcome(number).await?;
        if known.is_some_and(|known| known.outcome.root.0 == round.root) {
            // Ingest will see it.
            return Ok(());
        }
        let view = self.app.view();
        let mut parts = Vec::new();
        for (number, (address, job)) in &view.jobs {
            let at = Pubkey::new_from_array(*address);
            if let Some(batch) = chain.batch(&at, round.number).await? {
                parts.push(Part {
                    number: *number,
                    address: *address,
                    job: *job,
                    batch,
                });
            }
        }
        let files = outcome::score_files(&self.app, &round).await?;
        let (stored, changes) = self.compute(&round, parts, &files).await?;
        anyhow::ensure!(
            stored.outcome.root.0 == round.root,
            "round {number} became final with another outcome than the data here gives: score files or batches are missing, or this version is wrong"
        );
        self.app.store.replace_outcome(&stored, &changes).await?;
        Ok(())
    }

    async fn compute(
        &self,
        round: &Round,
        parts: Vec<Part>,
        files: &ScoreFiles,
    ) -> anyhow::Result<(StoredOutcome, OutcomeChanges)> {
        let count = files.used.len();
        let (stored, changes) =
            outcome::of_round(&self.app, round, parts, files.used.clone()).await?;
        tracing::info!(
            "round {}: computed from {count} score files: {} base units for {} leaves",
            round.number,
            stored.outcome.debits_total,
            changes.leaves.len()
        );
        Ok((stored, changes))
    }
}

/// Whether a batch of `round` for a job can be posted, now or once the round begins. `now` is a slot
/// and its unix time.
fn can_be_posted(pool: &Pool, job: Option<&Job>, now: (u64, i64), round: u64) -> bool {
    let may_come = open_intake(pool).is_some_and(|open| open <= round);
    may_come && job.is_some_and(|job| job.takes_batches(now.0, now.1) && job.available() > 0)
}
