//! The job: a requester's escrow as numbers.

use crate::{
    arithmetic::{add, later, sub},
    error::{Checked, SheafError},
};
use anchor_lang::prelude::*;

sheaf_format::job_layout! { #[account] }

impl Job {
    /// Unix time at which the job ended: its cancellation, else its deadline once that has passed.
    pub fn ended_at(&self, unix_time: i64) -> Option<i64> {
        if self.cancelled_at != 0 {
            Some(self.cancelled_at)
        } else if unix_time >= self.deadline {
            Some(self.deadline)
        } else {
            None
        }
    }

    /// Checks that the job takes batches and funds.
    ///
    /// # Errors
    /// [`SheafError::JobNotActive`] when it was cancelled or its deadline has passed.
    pub fn check_active(&self, unix_time: i64) -> Checked<()> {
        match self.ended_at(unix_time) {
            None => Ok(()),
            Some(_) => Err(SheafError::JobNotActive),
        }
    }

    /// Checks that the job's money may go back to its requester: the job has ended, no round holds
    /// a reservation, and no round is live unless the stall limit has passed since the end.
    ///
    /// # Errors
    /// [`SheafError::RefundTooEarly`], [`SheafError::JobReserved`].
    pub fn check_refundable(&self, unix_time: i64, pool_is_idle: bool) -> Checked<()> {
        let ended_at = self.ended_at(unix_time).ok_or(SheafError::RefundTooEarly)?;
        if self.reserved_round != 0 {
            return Err(SheafError::JobReserved);
        }
        if pool_is_idle || unix_time >= later(ended_at, self.stall_seconds)? {
            Ok(())
        } else {
            Err(SheafError::RefundTooEarly)
        }
    }

    /// Credits tokens that arrived.
    ///
    /// # Errors
    /// [`SheafError::Arithmetic`].
    pub fn credit(&mut self, amount: u64) -> Checked<()> {
        self.balance = add(self.balance, amount)?;
        self.funded_total = add(self.funded_total, amount)?;
        Ok(())
    }

    /// Empties the balance and says what it was.
    ///
    /// # Errors
    /// [`SheafError::NothingAvailable`] when it is empty already.
    pub fn take_refund(&mut self) -> Checked<u64> {
        if self.balance == 0 {
            return Err(SheafError::NothingAvailable);
        }
        let amount = core::mem::take(&mut self.balance);
        self.refunded_total = add(self.refunded_total, amount)?;
        Ok(amount)
    }

    /// Reserves for a batch what the round may cost: the round cap, or what is left.
    ///
    /// # Errors
    /// [`SheafError::JobReserved`] while an earlier batch holds a reservation,
    /// [`SheafError::NothingAvailable`].
    pub fn reserve(&mut self, round: u64) -> Checked<u64> {
        if self.reserved_round != 0 {
            return Err(SheafError::JobReserved);
        }
        let reserved = sub(self.balance, self.reserved)?.min(self.round_cap);
        if reserved == 0 {
            return Err(SheafError::NothingAvailable);
        }
        self.reserved = add(self.reserved, reserved)?;
        self.reserved_round = round;
        Ok(reserved)
    }

    /// Takes a debit out of the reservation.
    ///
    /// # Errors
    /// [`SheafError::Arithmetic`].
    pub fn debit(&mut self, amount: u64) -> Checked<()> {
        self.balance = sub(self.balance, amount)?;
        self.reserved = sub(self.reserved, amount)?;
        Ok(())
    }

    /// Ends the reservation of a batch: what it reserved and was not debited is free again.
    ///
    /// # Errors
    /// [`SheafError::Arithmetic`].
    pub fn release(&mut self, reserved: u64, debited: u64) -> Checked<u64> {
        let returned = sub(reserved, debited)?;
        self.reserved = sub(self.reserved, returned)?;
        self.reserved_round = 0;
        Ok(returned)
    }

    /// Books a final debit.
    ///
    /// # Errors
    /// [`SheafError::Arithmetic`].
    pub fn book_settled(&mut self, amount: u64) -> Checked<()> {
        self.settled_total = add(self.settled_total, amount)?;
        Ok(())
    }

    /// Undoes the debit of a void round.
    ///
    /// # Errors
    /// [`SheafError::Arithmetic`].
    pub fn undo_debit(&mut self, amount: u64) -> Checked<()> {
        self.balance = add(self.balance, amount)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytemuck::Zeroable;

    fn job() -> Job {
        let mut job = Job::zeroed();
        job.deadline = 1_000;
        job.stall_seconds = 100;
        job.round_cap = 60;
        job.credit(100).expect("credit");
        job
    }

    #[test]
    fn a_reservation_takes_the_cap_and_then_the_rest() {
        let mut job = job();
        assert_eq!(job.reserve(1), Ok(60));
        assert_eq!(job.reserve(1), Err(SheafError::JobReserved));
        job.debit(50).expect("debit");
        assert_eq!((job.balance, job.reserved), (50, 10));
        assert_eq!(job.release(60, 50), Ok(10));
        assert_eq!(job.reserve(2), Ok(50));
        job.debit(50).expect("debit");
        assert_eq!(job.release(50, 50), Ok(0));
        assert_eq!(job.reserve(3), Err(SheafError::NothingAvailable));
    }

    #[test]
    fn a_void_round_changes_nothing() {
        let mut job = job();
        job.reserve(1).expect("reserve");
        job.debit(50).expect("debit");
        job.undo_debit(50).expect("undo");
        job.release(60, 50).expect("release");
        assert_eq!((job.balance, job.reserved, job.reserved_round), (100, 0, 0));
    }

    #[test]
    fn a_refund_waits_for_the_end_the_reservation_and_the_round() {
        let mut job = job();
        assert_eq!(
            job.check_refundable(999, true),
            Err(SheafError::RefundTooEarly)
        );
        assert_eq!(job.check_refundable(1_000, true), Ok(()));
        assert_eq!(
            job.check_refundable(1_099, false),
            Err(SheafError::RefundTooEarly)
        );
        assert_eq!(job.check_refundable(1_100, false), Ok(()));
        job.cancelled_at = 500;
        assert_eq!(job.check_refundable(600, false), Ok(()));
        job.reserve(1).expect("reserve");
        assert_eq!(
            job.check_refundable(600, true),
            Err(SheafError::JobReserved)
        );
        job.release(60, 0).expect("release");
        assert_eq!(job.take_refund(), Ok(100));
        assert_eq!(job.take_refund(), Err(SheafError::NothingAvailable));
    }
}
