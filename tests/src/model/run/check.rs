//! Everything the program remembers against the model.

use super::{Outcome, Run};
use crate::model::state::{BatchState, Escrow, RoundState, Stage, sum};
use crate::world::PURSE;
use sheaf_client::layout::*;
use sheaf_format::stage;
use solana_sdk::signer::Signer;
use std::fmt::Debug;

fn same<T: PartialEq + Debug>(what: &str, program: T, model: T) -> Outcome {
    if program == model {
        Ok(())
    } else {
        Err(format!(
            "{what}: the program has {program:?}, the model {model:?}"
        ))
    }
}

impl Run {
    /// Compares all of it.
    pub(super) fn compare(&self) -> Outcome {
        self.compare_pool()?;
        self.compare_escrows()?;
        self.compare_rounds()?;
        self.compare_earnings()?;
        self.compare_stakes()
    }

    fn compare_pool(&self) -> Outcome {
        let (pool, model) = (self.world.pool(), &self.model);
        let stage = match model.stage {
            Stage::Idle => stage::PoolStage::Idle,
            Stage::Intake => stage::PoolStage::Intake,
            Stage::Closed => stage::PoolStage::Closed,
            Stage::Open => stage::PoolStage::Open,
        };
        same("stage", pool.round_stage, stage as u8)?;
        same("round", pool.round, model.round)?;
        same("next job", pool.next_job, model.next_job)?;
        same("vetoes", pool.vetoes_in_a_row, model.vetoes)?;
        same("arrived", pool.arrived_total, model.arrived_total)?;
        same("refunded", pool.refunded_total, model.refunded_total)?;
        same("claimed", pool.claimed_total, model.claimed_total())?;
        same("active total", pool.active_total, sum(&model.active))?;
        same("leaves", pool.active_leaf_count, model.active_leaf_count)?;
        let root = self.world.tree(&model.active).root();
        same("active root", pool.active_root, root.hash)?;
        if model.stage != Stage::Idle {
            same("deadline", pool.round_deadline_slot, model.deadline_slot)?;
        }
        Ok(())
    }

    fn compare_escrows(&self) -> Outcome {
        for number in 0..self.model.next_job {
            let address = self.world.build.at.job(&self.world.build.pool, number);
            let Some(model) = self.model.jobs.get(&number) else {
                same("lamports of a closed job", self.world.lamports(&address), 0)?;
                continue;
            };
            let job = self.world.job(number);
            let escrow = Escrow {
                balance: job.balance,
                reserved: job.reserved,
                round: job.reserved_round,
                settled_total: job.settled_total,
                batch_count: job.batch_count,
            };
            same("a job", escrow, model.escrow.clone())?;
            same("a job's refunds", job.refunded_total, model.refunded_total)?;
            let spent = model.escrow.balance + model.refunded_total;
            // What a round took comes back when it is void: until then it is in neither.
            if model.escrow.round == 0 {
                let funded = spent + model.escrow.settled_total;
                same("a job's funding", job.funded_total, funded)?;
            }
        }
        for (number, model) in &self.model.datasets {
            let job = self.world.build.at.job(&self.world.build.pool, *number);
            let set: Dataset = self.world.read(&self.world.build.at.dataset(&job));
            let escrow = Escrow {
                balance: set.balance,
                reserved: set.reserved,
                round: set.reserved_round,
                settled_total: set.settled_total,
                batch_count: set.batch_count,
            };
            same("a dataset", escrow, model.escrow.clone())?;
        }
        for ((payer, round), model) in &self.model.batches {
            let (at, pool) = (&self.world.build.at, &self.world.build.pool);
            let batch: Batch = self.world.read(&at.batch(&at.payer(pool, *payer), *round));
            let state = match model.state {
                BatchState::Posted => stage::BatchState::Posted,
                BatchState::Settled => stage::BatchState::Settled,
                BatchState::Released => stage::BatchState::Released,
            };
            same("a batch", batch.state, state as u8)?;
            same("its debit", batch.debited, model.debited)?;
        }
        Ok(())
    }

    fn compare_rounds(&self) -> Outcome {
        for (number, model) in &self.model.rounds {
            let round = self.world.round(*number);
            let state = match model.state {
                RoundState::Voting => stage::RoundState::Voting,
                RoundState::Pending => stage::RoundState::Pending,
                RoundState::Final => stage::RoundState::Final,
                RoundState::Void => stage::RoundState::Void,
            };
            same("a round", round.state, state as u8)?;
            same("its releases", round.released_count, model.released_count)?;
            same(
                "its challenges",
                round.challenge_count as usize,
                model.challenges.len(),
            )?;
            same("its proof", round.prover != [0; 32], model.convicted)?;
        }
        Ok(())
    }

    fn compare_earnings(&self) -> Outcome {
        let Some(model) = &self.model.page else {
            return Ok(());
        };
        let address = self.world.build.at.page(&self.world.build.pool, 0);
        let page: LedgerPage = self.world.read(&address);
        same("the page's sum", page.sum, sum(&model.known[0]))?;
        for (index, slot) in page.slots.iter().enumerate() {
            let claimed = model.claimed.get(&(index as u32));
            let claimed = claimed.map_or(0, |(_, claimed)| *claimed);
            same("a slot", slot.claimed, claimed)?;
        }
        for earner in &self.earners {
            let received = self.model.received.get(earner).copied().unwrap_or(0);
            let tokens = self.world.wallet_tokens(earner);
            same("a contributor's tokens", tokens, received)?;
        }
        Ok(())
    }

    fn compare_stakes(&self) -> Outcome {
        for (validator, keys) in self.world.validators.iter().enumerate() {
            let address = self.world.build.at.validator(&keys.authority.pubkey());
            let Some(model) = self.model.bonds.get(&validator) else {
                same("lamports of who left", self.world.lamports(&address), 0)?;
                continue;
            };
            let bond: Validator = self.world.read(&address);
            same("a stake", bond.stake, model.stake)?;
            same(
                "its jail",
                bond.jailed_until,
                model.jailed_until.unwrap_or(0),
            )?;
            same("its duties", bond.missed_duties, model.missed)?;
            let after = model.withdraw_after.unwrap_or(0);
            same("its leave", bond.withdraw_after, after)?;
            let until = bond.slashable_until_slot;
            same("its past", until, model.slashable_until)?;
        }
        let [prover, treasury] = [self.watchers[0].pubkey(), self.world.treasury]
            .map(|wallet| self.world.tokens(&self.world.build.stake_account(&wallet)));
        let rewards = [prover - PURSE, treasury];
        same("rewards", rewards, self.model.rewards)
    }
}
