//! What is due on chain. Exactly once comes from the program: what is due twice is refused there.

use crate::{store::rounds::FrozenBatch, view::View};
use sheaf_client::layout::{PostBatchArguments, Round, SettleArguments, TallyArguments};
use sheaf_format::{
    Key,
    digest::debits_hash,
    limits::{BPS, MAX_DEBITS_PER_SETTLE},
    stage::{PoolStage, RoundState, ballot},
};
use sheaf_protocol::api::{DebitView, OutcomeView};
use std::fmt;

/// A transaction that is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Post a job's batch.
    Post {
        /// Number of the job.
        job: u64,
        /// The batch.
        arguments: PostBatchArguments,
    },
    /// Close the live round's intake.
    CloseIntake {
        /// The round.
        round: u64,
    },
    /// Open the live round, or have another seed fixed.
    Open {
        /// The round.
        round: u64,
        /// Slot whose hash is the seed.
        seed_slot: u64,
    },
    /// Make the attested result pending.
    Tally {
        /// The round.
        round: u64,
        /// The result.
        arguments: Box<TallyArguments>,
    },
    /// Settle the next debits.
    Settle {
        /// The round.
        round: u64,
        /// The debits that remain after these.
        arguments: SettleArguments,
        /// Job number and amount of each.
        debits: Vec<(u64, u64)>,
    },
    /// Make the settled root active.
    Finalise {
        /// The round.
        round: u64,
    },
    /// End a round that cannot become final.
    Void {
        /// The round.
        round: u64,
    },
    /// End a batch's reservation after its round.
    Release {
        /// Number of the job.
        job: u64,
        /// The round.
        round: u64,
    },
}

impl fmt::Display for Action {
    /// In words; the journal knows an action by them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Post { job, arguments } => {
                write!(f, "round {}: post the batch of job {job}", arguments.round)
            }
            Self::CloseIntake { round } => write!(f, "round {round}: close intake"),
            Self::Open { round, seed_slot } => {
                write!(f, "round {round}: open with the hash of slot {seed_slot}")
            }
            Self::Tally { round, .. } => write!(f, "round {round}: tally"),
            Self::Settle { round, debits, .. } => {
                let first = debits.first().map_or(0, |(job, _)| *job);
                write!(
                    f,
                    "round {round}: settle {} debits from job {first} on",
                    debits.len()
                )
            }
            Self::Finalise { round } => write!(f, "round {round}: finalise"),
            Self::Void { round } => write!(f, "round {round}: void"),
            Self::Release { job, round } => {
                write!(f, "round {round}: release the batch of job {job}")
            }
        }
    }
}

/// What this indexer knows of the round in question.
#[derive(Clone, Copy, Debug, Default)]
pub struct Own<'a> {
    /// Batches frozen for the round that takes batches.
    pub frozen: &'a [FrozenBatch],
    /// The live round's outcome, once computed.
    pub outcome: Option<&'a OutcomeView>,
}

/// What is due now. `aggregator` is who asks.
pub fn due(view: &View, aggregator: &Key, own: Own<'_>) -> Vec<Action> {
    let mut actions = releases(view);
    let round = view.pool.round;
    let past_deadline = view.slot >= view.pool.round_deadline_slot;
    match (view.stage(), &view.round) {
        (PoolStage::Idle, _) => actions.extend(posts(view, own.frozen)),
        (_, None) if past_deadline => actions.push(Action::Void { round }),
        (PoolStage::Intake, _) => {
            let posts: Vec<Action> = posts(view, own.frozen).collect();
            let over_at = view
                .pool
                .round_started_slot
                .saturating_add(view.network.parameters.intake_slots.into());
            // A batch that the chain keeps refusing must not hold up the others for ever.
            let grace = u64::from(view.network.parameters.grace_slots);
            let waited = view.slot >= over_at.saturating_add(grace);
            if (posts.is_empty() || waited) && may_act(view, aggregator, over_at) {
                actions.push(Action::CloseIntake { round });
            } else {
                actions.extend(posts);
            }
        }
        (PoolStage::Closed, _) => {
            let seed_slot = view.pool.round_seed_slot;
            if may_act(view, aggregator, seed_slot.saturating_add(1)) {
                actions.push(Action::Open { round, seed_slot });
            }
        }
        (PoolStage::Open, Some(account)) => actions.extend(voting_and_after(view, account, own)),
        (PoolStage::Open, None) => {}
    }
    actions
}

/// From `slot` on an aggregator of the network's list may, and after a grace anyone.
fn may_act(view: &View, who: &Key, slot: u64) -> bool {
    let grace = view.network.parameters.grace_slots.into();
    view.slot >= slot
        && (view.network.active_aggregators().contains(who)
            || view.slot >= slot.saturating_add(grace))
}

fn releases(view: &View) -> Vec<Action> {
    let held = view
        .jobs
        .iter()
        .map(|(number, (_, job))| (*number, job.reserved_round));
    held.filter(|(_, round)| *round != 0 && view.has_ended(*round))
        .map(|(job, round)| Action::Release { job, round })
        .collect()
}

fn posts<'a>(view: &'a View, frozen: &'a [FrozenBatch]) -> impl Iterator<Item = Action> + 'a {
    let round = view.open_intake().unwrap_or_default();
    let is_posted = move |job: &u64| round == view.pool.round && view.batches.contains_key(job);
    let is_free = |job: &u64| {
        view.jobs
            .get(job)
            .is_some_and(|(_, job)| job.reserved_round == 0 && view.takes_batches(job))
    };
    frozen
        .iter()
        .filter(move |batch| !is_posted(&batch.job) && is_free(&batch.job))
        .map(move |batch| Action::Post {
            job: batch.job,
            arguments: PostBatchArguments {
                contributions_root: batch.root,
                round,
                units: batch.units,
                count: batch.count,
                _padding: [0; 4],
            },
        })
}

fn voting_and_after(view: &View, round: &Round, own: Own<'_>) -> Option<Action> {
    let number = round.number;
    let void = Action::Void { round: number };
    if view.slot >= round.deadline_slot {
        return Some(void);
    }
    let outcome = own.outcome;
    match RoundState::from_byte(round.state)? {
        RoundState::Voting => {
            if let Some(outcome) = outcome
                && has_quorum(round, &outcome.attestation.0)
            {
                return Some(tally(number, outcome));
            }
            let given_up = round
                .attest_until_slot
                .saturating_add(round.window_slots.into());
            (view.slot >= given_up).then_some(void)
        }
        RoundState::Pending if view.slot >= round.window_until_slot => {
            settle_or_finalise(round, outcome?)
        }
        RoundState::Pending | RoundState::Final | RoundState::Void => None,
    }
}

/// Whether the stake behind an attested hash reaches the round's quorum.
pub fn has_quorum(round: &Round, attestation: &[u8; 32]) -> bool {
    let behind: u128 = round
        .stake_table()
        .filter(|(_, entry)| {
            entry.ballot & ballot::ATTESTED != 0 && entry.attestation == *attestation
        })
        .map(|(_, entry)| u128::from(entry.stake))
        .sum();
    let needed = u128::from(round.stake_total) * u128::from(round.quorum_bps);
    behind * u128::from(BPS) >= needed && behind > 0
}

fn tally(round: u64, outcome: &OutcomeView) -> Action {
    let arguments = TallyArguments {
        root: outcome.root.0,
        debits_hash: outcome.debits_hash.0,
        manifest_hash: outcome.manifest_hash.0,
        total: outcome.total.0,
        debits_total: outcome.debits_total.0,
        leaf_count: outcome.leaf_count,
        _padding: [0; 4],
    };
    Action::Tally {
        round,
        arguments: Box::new(arguments),
    }
}

fn settle_or_finalise(round: &Round, outcome: &OutcomeView) -> Option<Action> {
    if outcome.debits_hash.0 != round.debits_hash {
        // The quorum attested to another result: there is nothing this indexer can prove.
        return None;
    }
    let from = outcome
        .debits
        .partition_point(|debit| debit.job_number < round.next_job);
    let remaining = outcome.debits.get(from..)?;
    if remaining.is_empty() {
        return Some(Action::Finalise {
            round: round.number,
        });
    }
    let (now, rest) = remaining.split_at(remaining.len().min(MAX_DEBITS_PER_SETTLE));
    let chain = |debits: &[DebitView]| {
        let pairs: Vec<(Key, u64)> = debits
            .iter()
            .map(|debit| (debit.job.0, debit.amount.0))
            .collect();
        debits_hash(
            &round.pool,
            round.number,
            pairs.iter().map(|(job, amount)| (job, *amount)),
        )
    };
    Some(Action::Settle {
        round: round.number,
        arguments: SettleArguments {
            rest_hash: chain(rest),
        },
        debits: now
            .iter()
            .map(|debit| (debit.job_number, debit.amount.0))
            .collect(),
    })
}

#[cfg(test)]
mod tests;
