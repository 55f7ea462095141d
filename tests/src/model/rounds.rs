//! The live round: stages, votes, settlement.

use super::state::{Ballot, Model, Outcome, Round, RoundState, Stage, sum};
use crate::{model::state::BatchState, world::PARAMETERS};
use sheaf_format::limits::{MAX_LEAVES, MAX_VETOES_IN_A_ROW};
use std::collections::BTreeMap;

const WINDOW: u64 = PARAMETERS.window_slots as u64;

/// What `open_round` has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opening {
    /// Open the round.
    Opens,
    /// Fix another slot for the seed.
    Retargets,
    /// Nothing: it is refused.
    Refused,
}

impl Model {
    /// `close_intake`.
    pub fn close_intake(&mut self, by_aggregator: bool) -> bool {
        let over = self.started_slot + u64::from(PARAMETERS.intake_slots);
        let accepted = self.stage == Stage::Intake
            && (over..self.deadline_slot).contains(&self.slot)
            && (by_aggregator || self.slot >= over + u64::from(PARAMETERS.grace_slots));
        if accepted {
            self.stage = Stage::Closed;
            self.seed_slot = self.slot + 8;
        }
        accepted
    }

    /// `open_round`, while the chain knows the hashes of the last hundred slots. What can be attested
    /// to is filled in afterwards.
    pub fn open_round(&mut self, by_aggregator: bool) -> Opening {
        let seed_is_there = self.seed_slot < self.slot;
        let accepted = self.stage == Stage::Closed
            && self.is_running()
            && self.slot < self.deadline_slot
            && seed_is_there
            && (by_aggregator || self.slot >= self.seed_slot + u64::from(PARAMETERS.grace_slots));
        if !accepted {
            return Opening::Refused;
        }
        if self.slot - self.seed_slot > 100 {
            self.seed_slot = self.slot + 8;
            return Opening::Retargets;
        }
        let table: BTreeMap<usize, Ballot> = self
            .bonds
            .iter()
            .filter(|(_, bond)| bond.votes() && bond.stake > 0)
            .map(|(validator, bond)| {
                let ballot = Ballot {
                    validator: *validator,
                    stake: bond.stake,
                    ..Ballot::default()
                };
                (bond.seat, ballot)
            })
            .collect();
        if table.is_empty() {
            return Opening::Refused;
        }
        let commit_until = self.slot + u64::from(PARAMETERS.commit_slots);
        let reveal_until = commit_until + u64::from(PARAMETERS.reveal_slots);
        let round = Round {
            state: RoundState::Voting,
            base: self.active.clone(),
            base_leaf_count: self.active_leaf_count,
            opened_slot: self.slot,
            commit_until,
            reveal_until,
            attest_until: reveal_until + u64::from(PARAMETERS.attest_slots),
            window_until: 0,
            deadline: self.deadline_slot,
            ended_slot: 0,
            table,
            outcomes: Vec::new(),
            pending: None,
            settled: 0,
            challenges: BTreeMap::new(),
            batch_count: self.joined,
            released_count: 0,
            convicted: false,
            by_aggregator,
        };
        self.rounds.insert(self.round, round);
        self.stage = Stage::Open;
        Opening::Opens
    }

    /// The ballot that a validator has in the live round, if it may vote now.
    fn ballot(&mut self, validator: usize) -> Option<&mut Ballot> {
        let bond = self.bonds.get(&validator).filter(|bond| bond.votes())?;
        let (seat, stake) = (bond.seat, bond.stake);
        let ballot = self.live()?.table.get_mut(&seat)?;
        (ballot.validator == validator && stake >= ballot.stake).then_some(ballot)
    }

    fn keep_slashable(&mut self, validator: usize) {
        let until = self.deadline_slot + WINDOW;
        let bond = self.bonds.get_mut(&validator).expect("it voted");
        bond.slashable_until = bond.slashable_until.max(until);
    }

    /// Whether the live round is in a state and the slot between two of its slots.
    pub(super) fn is_between(
        &mut self,
        states: &[RoundState],
        slots: fn(&Round) -> [u64; 2],
    ) -> bool {
        let slot = self.slot;
        self.live().is_some_and(|round| {
            let [from, until] = slots(round);
            states.contains(&round.state) && (from..until.min(round.deadline)).contains(&slot)
        })
    }

    /// `commit_scores`.
    pub fn commit(&mut self, validator: usize, by_voter: bool) -> bool {
        let in_time = self.is_between(&[RoundState::Voting], |round| [0, round.commit_until]);
        let ballot = self.ballot(validator);
        let accepted = match ballot {
            Some(ballot) if by_voter && in_time && !ballot.committed => {
                ballot.committed = true;
                true
            }
            _ => false,
        };
        if accepted {
            self.keep_slashable(validator);
        }
        accepted
    }

    /// `reveal_scores`, of what was committed to or of something else.
    pub fn reveal(&mut self, validator: usize, is_true: bool) -> bool {
        let in_time = self.is_between(&[RoundState::Voting], |round| {
            [round.commit_until, round.reveal_until]
        });
        let accepted = match self.ballot(validator) {
            Some(ballot) if is_true && in_time && ballot.committed && !ballot.revealed => {
                ballot.revealed = true;
                true
            }
            _ => false,
        };
        if accepted {
            self.keep_slashable(validator);
        }
        accepted
    }

    /// `attest_result`.
    pub fn attest(&mut self, validator: usize, outcome: usize) -> bool {
        let in_time = self.is_between(&[RoundState::Voting, RoundState::Pending], |round| {
            [round.reveal_until, round.attest_until]
        });
        let accepted = match self.ballot(validator) {
            Some(ballot) if in_time && ballot.attested.is_none() => {
                ballot.attested = Some(outcome);
                true
            }
            _ => false,
        };
        if accepted {
            self.keep_slashable(validator);
        }
        accepted
    }

    /// `tally_round`.
    pub fn tally(&mut self, outcome: usize) -> bool {
        let slot = self.slot;
        let Some(round) = self.live() else {
            return false;
        };
        let all: u64 = round.table.values().map(|ballot| ballot.stake).sum();
        let behind: u64 = round
            .table
            .values()
            .filter(|ballot| ballot.attested == Some(outcome))
            .map(|ballot| ballot.stake)
            .sum();
        let Some(result) = round.outcomes.get(outcome) else {
            return false;
        };
        let accepted = round.state == RoundState::Voting
            && slot < round.deadline
            && result.total == sum(&round.base) + result.debits_total()
            && (round.base_leaf_count..=MAX_LEAVES).contains(&result.leaf_count)
            && behind > 0
            && behind * 10_000 >= all * u64::from(PARAMETERS.quorum_bps);
        if accepted {
            round.state = RoundState::Pending;
            round.pending = Some(outcome);
            round.window_until = slot + WINDOW;
        }
        accepted
    }

    /// `settle_round` with the next debits, `count` of them.
    pub fn settle(&mut self, count: usize) -> bool {
        let (slot, number) = (self.slot, self.round);
        let Some(round) = self.live() else {
            return false;
        };
        let (from, to) = (round.settled, round.settled + count);
        let in_time = round.state == RoundState::Pending
            && (round.window_until..round.deadline).contains(&slot);
        let Some(debits) = round.plan().and_then(|plan| plan.debits.get(from..to)) else {
            return false;
        };
        let debits = debits.to_vec();
        let fits = debits.iter().all(|(payer, amount)| {
            let batch = &self.batches[&(*payer, number)];
            batch.state == BatchState::Posted && *amount <= batch.reserved
        });
        if !in_time || debits.is_empty() || !fits {
            return false;
        }
        for (payer, amount) in debits {
            let batch = self.batches.get_mut(&(payer, number)).expect("it fits");
            (batch.state, batch.debited) = (BatchState::Settled, amount);
            let escrow = self.escrow(payer).expect("a batch's payer stays");
            escrow.balance -= amount;
            escrow.reserved -= amount;
        }
        self.live().expect("it is live").settled = to;
        true
    }

    /// `finalise_round`.
    pub fn finalise(&mut self) -> bool {
        let slot = self.slot;
        let Some(round) = self.live() else {
            return false;
        };
        let Some(plan) = round.plan().cloned() else {
            return false;
        };
        let accepted = round.state == RoundState::Pending
            && (round.window_until..round.deadline).contains(&slot)
            && round.challenges.is_empty()
            && round.settled == plan.debits.len();
        if accepted {
            (round.state, round.ended_slot) = (RoundState::Final, slot);
            self.active = plan.leaves;
            self.active_leaf_count = plan.leaf_count;
            self.vetoes = 0;
            self.stage = Stage::Idle;
        }
        accepted
    }

    pub(super) fn end_void(&mut self) {
        let slot = self.slot;
        if let Some(round) = self.live() {
            (round.state, round.ended_slot) = (RoundState::Void, slot);
        }
        self.stage = Stage::Idle;
    }

    /// `void_round`.
    pub fn void(&mut self) -> bool {
        let (slot, is_late) = (self.slot, self.slot >= self.deadline_slot);
        let accepted = match self.stage {
            Stage::Idle => false,
            Stage::Intake | Stage::Closed => is_late,
            Stage::Open => {
                let round = self.live().expect("it is open");
                is_late || round.state == RoundState::Voting && slot >= round.attest_until + WINDOW
            }
        };
        if accepted {
            self.end_void();
        }
        accepted
    }

    /// `veto_round`.
    pub fn veto(&mut self, by_guardian: bool) -> bool {
        let in_time = self.is_between(&[RoundState::Pending], |round| [0, round.window_until]);
        let accepted = by_guardian && in_time && self.vetoes < MAX_VETOES_IN_A_ROW;
        if accepted {
            self.vetoes += 1;
            self.end_void();
        }
        accepted
    }

    /// `close_round`.
    pub fn close_round(&mut self, number: u64) -> bool {
        let slot = self.slot;
        let accepted = self.rounds.get(&number).is_some_and(|round| {
            round.has_ended()
                && round.released_count == round.batch_count
                && round.challenges.is_empty()
                && slot > round.deadline + WINDOW
        });
        if accepted {
            self.rounds.remove(&number);
        }
        accepted
    }
}

impl Outcome {
    /// Sum of its debits.
    pub fn debits_total(&self) -> u64 {
        self.debits.iter().map(|(_, amount)| amount).sum()
    }
}

impl Round {
    /// Whether it is over.
    pub fn has_ended(&self) -> bool {
        matches!(self.state, RoundState::Final | RoundState::Void)
    }

    /// What became pending.
    pub fn plan(&self) -> Option<&Outcome> {
        self.outcomes.get(self.pending?)
    }
}
