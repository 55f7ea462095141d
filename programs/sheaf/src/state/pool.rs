//! The pool: totals of one mint, the active tree, and the live round before it is opened.

use crate::{
    arithmetic::{add, sub},
    error::{Checked, SheafError},
};
use anchor_lang::prelude::*;
use sheaf_format::{limits::MAX_VETOES_IN_A_ROW, stage::PoolStage};

sheaf_format::pool_layout! { #[account] }

impl Pool {
    /// Counts one more event of the pool's series.
    ///
    /// # Errors
    /// [`SheafError::Arithmetic`].
    pub fn next_event(&mut self) -> Checked<u64> {
        self.sequence = add(self.sequence, 1)?;
        Ok(self.sequence)
    }

    /// Stage of the live round.
    ///
    /// # Errors
    /// [`SheafError::WrongStage`] when the byte is none.
    pub fn stage(&self) -> Checked<PoolStage> {
        PoolStage::from_byte(self.round_stage).ok_or(SheafError::WrongStage)
    }

    /// Checks the live round's stage.
    ///
    /// # Errors
    /// [`SheafError::WrongStage`].
    pub fn check_stage(&self, stage: PoolStage) -> Checked<()> {
        if self.round_stage == stage as u8 {
            Ok(())
        } else {
            Err(SheafError::WrongStage)
        }
    }

    /// Whether no round is live.
    pub fn is_idle(&self) -> bool {
        self.round_stage == PoolStage::Idle as u8
    }

    /// Number of the round that takes batches now: the live one, or the next when none is live.
    ///
    /// # Errors
    /// [`SheafError::WrongStage`] when the live round takes none any more.
    pub fn intake_round(&self) -> Checked<u64> {
        match self.stage()? {
            PoolStage::Idle => add(self.round, 1),
            PoolStage::Intake => Ok(self.round),
            PoolStage::Closed | PoolStage::Open => Err(SheafError::WrongStage),
        }
    }

    /// Starts the next round's intake.
    ///
    /// # Errors
    /// [`SheafError::Arithmetic`].
    fn begin_intake(&mut self, slot: u64, round_slots: u64) -> Checked<()> {
        self.round = add(self.round, 1)?;
        self.round_stage = PoolStage::Intake as u8;
        self.round_started_slot = slot;
        self.round_seed_slot = 0;
        self.round_deadline_slot = add(slot, round_slots)?;
        self.round_batch_count = 0;
        Ok(())
    }

    /// Takes one more batch for a round: the live one, or the next, which it starts.
    ///
    /// # Errors
    /// [`SheafError::WrongStage`], [`SheafError::WrongRound`], [`SheafError::PastHardDeadline`],
    /// [`SheafError::Arithmetic`].
    pub fn join_round(&mut self, round: u64, slot: u64, round_slots: u64) -> Checked<()> {
        if self.intake_round()? != round {
            return Err(SheafError::WrongRound);
        }
        if self.is_idle() {
            self.begin_intake(slot, round_slots)?;
        }
        self.check_before_deadline(slot)?;
        self.round_batch_count = self
            .round_batch_count
            .checked_add(1)
            .ok_or(SheafError::Arithmetic)?;
        Ok(())
    }

    /// Ends the live round.
    pub fn become_idle(&mut self) {
        self.round_stage = PoolStage::Idle as u8;
    }

    /// Counts a veto.
    ///
    /// # Errors
    /// [`SheafError::TooManyVetoes`] when a round has to become final first.
    pub fn count_veto(&mut self) -> Checked<()> {
        if self.vetoes_in_a_row >= MAX_VETOES_IN_A_ROW {
            return Err(SheafError::TooManyVetoes);
        }
        self.vetoes_in_a_row += 1;
        Ok(())
    }

    /// Checks that the live round is before its hard deadline.
    ///
    /// # Errors
    /// [`SheafError::PastHardDeadline`].
    pub fn check_before_deadline(&self, slot: u64) -> Checked<()> {
        if slot < self.round_deadline_slot {
            Ok(())
        } else {
            Err(SheafError::PastHardDeadline)
        }
    }

    /// Counts tokens that arrived for a job.
    ///
    /// # Errors
    /// [`SheafError::Arithmetic`].
    pub fn count_arrival(&mut self, amount: u64) -> Checked<()> {
        self.arrived_total = add(self.arrived_total, amount)?;
        self.escrow_total = add(self.escrow_total, amount)?;
        Ok(())
    }

    /// Counts tokens that go back to a requester.
    ///
    /// # Errors
    /// [`SheafError::Arithmetic`].
    pub fn count_refund(&mut self, amount: u64) -> Checked<()> {
        self.escrow_total = sub(self.escrow_total, amount)?;
        self.refunded_total = add(self.refunded_total, amount)?;
        Ok(())
    }

    /// Moves a debit from the jobs' balances into the round.
    ///
    /// # Errors
    /// [`SheafError::Arithmetic`].
    pub fn move_into_round(&mut self, amount: u64) -> Checked<()> {
        self.escrow_total = sub(self.escrow_total, amount)?;
        self.in_round_total = add(self.in_round_total, amount)?;
        Ok(())
    }

    /// Moves a void round's debit back to its job's balance.
    ///
    /// # Errors
    /// [`SheafError::Arithmetic`].
    pub fn move_out_of_round(&mut self, amount: u64) -> Checked<()> {
        self.in_round_total = sub(self.in_round_total, amount)?;
        self.escrow_total = add(self.escrow_total, amount)?;
        Ok(())
    }

    /// Everything the vault owes: balances of jobs, debits in rounds, earnings not claimed.
    ///
    /// # Errors
    /// [`SheafError::Arithmetic`].
    pub fn owed(&self) -> Checked<u64> {
        let unclaimed = sub(self.active_total, self.claimed_total)?;
        add(add(self.escrow_total, self.in_round_total)?, unclaimed)
    }

    /// Checks that the vault holds at least what it owes (invariant 2).
    ///
    /// # Errors
    /// [`SheafError::VaultShort`].
    pub fn check_covered(&self, vault_balance: u64) -> Checked<()> {
        if vault_balance >= self.owed()? {
            Ok(())
        } else {
            Err(SheafError::VaultShort)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytemuck::Zeroable;

    #[test]
    fn what_is_owed_only_moves_between_its_parts() {
        let mut pool = Pool::zeroed();
        pool.count_arrival(100).expect("arrival");
        pool.move_into_round(30).expect("debit");
        assert_eq!(pool.owed(), Ok(100));
        pool.move_out_of_round(10).expect("void");
        assert_eq!((pool.escrow_total, pool.in_round_total), (80, 20));
        assert_eq!(pool.owed(), Ok(100));
        pool.count_refund(80).expect("refund");
        assert_eq!(pool.owed(), Ok(20));
        assert_eq!(pool.check_covered(20), Ok(()));
        assert_eq!(pool.check_covered(19), Err(SheafError::VaultShort));
        assert_eq!(pool.count_refund(1), Err(SheafError::Arithmetic));
    }

    #[test]
    fn vetoes_in_a_row_are_counted_and_limited() {
        let mut pool = Pool::zeroed();
        for _ in 0..MAX_VETOES_IN_A_ROW {
            assert_eq!(pool.count_veto(), Ok(()));
        }
        assert_eq!(pool.count_veto(), Err(SheafError::TooManyVetoes));
    }

    #[test]
    fn batches_go_to_the_live_round_or_the_next() {
        let mut pool = Pool::zeroed();
        assert_eq!(pool.intake_round(), Ok(1));
        assert_eq!(pool.join_round(2, 1_000, 500), Err(SheafError::WrongRound));
        assert_eq!(pool.join_round(1, 1_000, 500), Ok(()));
        assert_eq!(pool.round_batch_count, 1);
        assert_eq!(pool.intake_round(), Ok(1));
        assert_eq!(pool.check_before_deadline(1_499), Ok(()));
        assert_eq!(
            pool.check_before_deadline(1_500),
            Err(SheafError::PastHardDeadline)
        );
        pool.round_stage = PoolStage::Closed as u8;
        assert_eq!(pool.intake_round(), Err(SheafError::WrongStage));
        pool.become_idle();
        assert_eq!(pool.intake_round(), Ok(2));
    }
}
