//! Whose a step is, who signs it, and how time passes.

use super::{Outcome, Run};
use crate::model::step::Step;
use solana_sdk::signature::Keypair;

/// One of some things, by a number.
pub(super) fn pick<T: Copy>(things: impl IntoIterator<Item = T>, number: u8) -> Option<T> {
    let things: Vec<T> = things.into_iter().collect();
    let at = usize::from(number) % things.len().max(1);
    things.get(at).copied()
}

impl Run {
    /// Performs one step.
    pub(super) fn perform(&mut self, step: Step) -> Outcome {
        match step {
            Step::Advance(number) => self.advance(number),
            Step::Wait(slots) => {
                self.wait_to(self.model.slot + u64::from(slots));
                Ok(())
            }
            Step::WaitSeconds(seconds) => {
                self.set_time(self.model.slot, self.model.unix_time + i64::from(seconds));
                Ok(())
            }
            Step::WaitForStage(number) => {
                self.wait_for_stage(number);
                Ok(())
            }
            Step::CreateJob(..)
            | Step::Fund(..)
            | Step::Cancel(..)
            | Step::Extend(..)
            | Step::Refund(..)
            | Step::CloseJob(..)
            | Step::Publish(..)
            | Step::License(..)
            | Step::CloseDataset(..) => self.move_money(step),
            Step::Register(..)
            | Step::AddStake(..)
            | Step::Unstake(..)
            | Step::Withdraw(..)
            | Step::CountDuties(..)
            | Step::Unjail(..)
            | Step::Pause(..)
            | Step::Unpause(..)
            | Step::Slash(..) => self.move_stake(step),
            Step::Challenge(..)
            | Step::Answer(..)
            | Step::VoidUnanswered(..)
            | Step::CloseChallenge(..)
            | Step::Prove(..)
            | Step::ProvePage(..) => self.quarrel(step),
            Step::OpenPage(..)
            | Step::Sync(..)
            | Step::Claim(..)
            | Step::ClaimTooMuch(..)
            | Step::ClaimNeighbours(..) => self.earn(step),
            Step::SetParameters(..)
            | Step::ProposeAdmin(..)
            | Step::AcceptAdmin(..)
            | Step::NameAggregator(..)
            | Step::RecordUsage(..)
            | Step::CloseEvidence(..) => self.govern(step),
            _ => self.carry_on(step),
        }
    }

    pub(super) fn requester(&self, honest: bool) -> Keypair {
        if honest {
            self.world.requester.insecure_clone()
        } else {
            self.stranger()
        }
    }

    pub(super) fn aggregator(&self, honest: bool) -> Keypair {
        if honest {
            self.world.aggregator.insecure_clone()
        } else {
            self.stranger()
        }
    }

    pub(super) fn guard(&self, honest: bool) -> Keypair {
        if honest {
            self.guardian.insecure_clone()
        } else {
            self.stranger()
        }
    }

    pub(super) fn some_job(&self, number: u8) -> Option<u64> {
        pick(0..self.model.next_job, number)
    }

    /// A round that was opened: every other time the last one.
    pub(super) fn some_round(&self, number: u8) -> Option<u64> {
        let rounds = self.model.rounds.keys().rev().copied();
        if number.is_multiple_of(2) {
            return self.model.rounds.keys().next_back().copied();
        }
        pick(rounds, number / 2)
    }

    pub(super) fn wait_for_stage(&mut self, number: u8) {
        let mut ends = vec![
            self.model.started_slot + 160,
            self.model.seed_slot,
            self.model.deadline_slot,
            self.model.deadline_slot + 40,
        ];
        for round in self.model.rounds.values() {
            ends.extend([
                round.commit_until,
                round.reveal_until,
                round.attest_until,
                round.attest_until + 40,
                round.window_until,
            ]);
            ends.extend(round.challenges.values().map(|(_, until)| *until));
        }
        let next = ends.into_iter().filter(|end| *end > self.model.slot).min();
        if let Some(next) = next {
            self.wait_to(next + u64::from(number % 3) - 1);
        }
    }
}
