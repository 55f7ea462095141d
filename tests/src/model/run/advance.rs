//! What honest people do next, so that sequences get far.

use super::{Outcome, Run};
use crate::{
    model::{
        state::{RoundState, Stage},
        step::Step,
    },
    world::PARAMETERS,
};
use sheaf_format::limits::DATASET_NUMBER_BIT;

impl Run {
    /// What honest people do next.
    pub(super) fn advance(&mut self, number: u8) -> Outcome {
        match self.model.stage {
            Stage::Idle => self.advance_idle(number),
            Stage::Intake => {
                self.wait_to(self.model.started_slot + 160);
                self.perform(Step::CloseIntake(true))
            }
            Stage::Closed => {
                self.wait_to(self.model.seed_slot + 1);
                self.open(u16::from(number) * 257, true)
            }
            Stage::Open if self.is_pending() => self.advance_pending(number),
            Stage::Open => self.advance_votes(number),
        }
    }

    pub(super) fn advance_idle(&mut self, number: u8) -> Outcome {
        let unreleased: Vec<(u64, u64)> = self.model.batches.keys().copied().collect();
        for (payer, round) in unreleased {
            self.release(payer, round)?;
        }
        if number.is_multiple_of(3) {
            self.collect(number)?;
        }
        if number % 5 == 1 {
            self.tidy()?;
        }
        let round = self.model.round + 1;
        let payers: Vec<u64> = (self.model.jobs.keys().copied())
            .chain(
                self.model
                    .datasets
                    .keys()
                    .map(|set| set | DATASET_NUMBER_BIT),
            )
            .collect();
        for (at, payer) in payers.iter().enumerate() {
            if number & 1 << (at % 8) != 0 {
                self.post(*payer, round, false, true)?;
            }
        }
        if self.model.stage == Stage::Idle {
            let amount = 1_000 * (u32::from(number) + 1);
            self.perform(Step::CreateJob(amount, 20_000, 86_400))?;
        }
        Ok(())
    }

    /// Contributors take what is due to them.
    pub(super) fn collect(&mut self, number: u8) -> Outcome {
        self.perform(Step::OpenPage(false))?;
        self.perform(Step::Sync(true))?;
        self.perform(Step::ClaimNeighbours(number.is_multiple_of(2), number, 0))?;
        for index in 0..self.model.active.len() as u8 {
            if number & 1 << (index % 8) != 0 {
                self.perform(Step::Claim(index, 0))?;
            }
        }
        Ok(())
    }

    /// Duties are counted, stakes that may go or come back do, and accounts that may close are closed.
    fn tidy(&mut self) -> Outcome {
        let people = 0..self.world.validators.len() as u8;
        for round in 0..self.model.rounds.len() as u8 {
            for validator in people.clone() {
                self.perform(Step::CountDuties(validator, 2 * round + 1))?;
            }
        }
        // Who is in jail waits, makes good what was slashed, and comes back.
        if self
            .model
            .bonds
            .values()
            .any(|bond| bond.jailed_until.is_some())
        {
            self.perform(Step::WaitSeconds(PARAMETERS.unbonding_seconds as u16))?;
        }
        for validator in people {
            self.perform(Step::AddStake(validator, 1_000))?;
            self.perform(Step::Withdraw(validator))?;
            self.perform(Step::Unjail(validator))?;
            self.perform(Step::Register(validator, 10_000))?;
        }
        for _ in 0..self.model.batches.len() {
            self.perform(Step::CloseBatch(0))?;
        }
        for round in 0..self.model.rounds.len() as u8 {
            self.perform(Step::CloseRound(2 * round + 1))?;
        }
        for job in 0..self.model.next_job as u8 {
            self.perform(Step::Refund(job, true))?;
            self.perform(Step::CloseJob(job))?;
        }
        Ok(())
    }

    /// Somebody looks at every leaf of a crooked plan, and takes its voters' stakes.
    pub(super) fn accuse(&mut self, number: u64) -> Outcome {
        for index in 0..16 {
            self.prove(number, index)?;
            if self.model.rounds[&number].convicted {
                break;
            }
        }
        for validator in 0..self.world.validators.len() {
            self.slash(validator, number)?;
        }
        Ok(())
    }

    pub(super) fn advance_votes(&mut self, number: u8) -> Outcome {
        let round = self.model.rounds[&self.model.round].clone();
        // In some rounds the first validators are absent.
        let absent = usize::from(number >> 6) * usize::from(number.is_multiple_of(5));
        let people = absent..self.world.validators.len();
        if self.model.slot < round.commit_until {
            for validator in people {
                self.commit(validator, true)?;
            }
            self.wait_to(round.commit_until);
        } else if self.model.slot < round.reveal_until {
            for validator in people {
                self.reveal(validator, true)?;
            }
            self.wait_to(round.reveal_until);
        } else if self.model.slot < round.attest_until {
            let outcome = usize::from(number.is_multiple_of(4));
            for validator in people {
                self.attest(validator, outcome)?;
            }
            self.tally(outcome)?;
            if !self.is_pending() {
                self.wait_to(round.attest_until);
            }
        } else {
            self.wait_to(round.attest_until + 40);
            self.void()?;
        }
        Ok(())
    }

    pub(super) fn advance_pending(&mut self, seed: u8) -> Outcome {
        let number = self.model.round;
        let round = self.model.rounds[&number].clone();
        if self.model.slot < round.window_until {
            return match seed % 4 {
                0 => self.perform(Step::Challenge(seed / 4, true)),
                1 if round.pending == Some(1) => self.accuse(number),
                _ => {
                    self.wait_to(round.window_until);
                    Ok(())
                }
            };
        }
        let plan = round.plan().ok_or("a pending round without a plan")?;
        for _ in round.settled..plan.debits.len() {
            self.settle(1, true)?;
        }
        self.finalise()?;
        if self.model.rounds[&number].state == RoundState::Pending {
            self.wait_to(round.deadline);
            self.void()?;
        }
        Ok(())
    }
}
