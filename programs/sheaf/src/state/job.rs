//! The job: a requester's escrow as numbers.

use super::Reservation;
use crate::{
    arithmetic::{add, later},
    clock::Now,
    error::{Checked, SheafError},
};
use anchor_lang::prelude::*;
use sheaf_format::{limits::MAX_JOB_SECONDS, Hash, Key};

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

    /// Checks that a wallet is the requester's.
    ///
    /// # Errors
    /// [`SheafError::NotRequester`].
    pub fn check_requester(&self, wallet: &Key) -> Checked<()> {
        if *wallet == self.requester {
            Ok(())
        } else {
            Err(SheafError::NotRequester)
        }
    }

    /// Checks that the job takes funds and submissions.
    ///
    /// # Errors
    /// [`SheafError::JobNotActive`] when it was cancelled or its deadline has passed.
    pub fn check_active(&self, unix_time: i64) -> Checked<()> {
        match self.ended_at(unix_time) {
            None => Ok(()),
            Some(_) => Err(SheafError::JobNotActive),
        }
    }

    /// Checks that the job takes batches: until its deadline, and after a cancellation for a grace,
    /// because accepted work is paid.
    ///
    /// # Errors
    /// [`SheafError::JobNotActive`].
    pub fn check_takes_batches(&self, now: Now) -> Checked<()> {
        if now.unix_time < self.deadline && !self.grace_is_over(now)? {
            Ok(())
        } else {
            Err(SheafError::JobNotActive)
        }
    }

    /// Seconds from now within which a round has to be over for this job to join it: the stall
    /// limit, which runs from the cancellation once there is one.
    ///
    /// # Errors
    /// [`SheafError::Arithmetic`].
    pub fn seconds_to_stall(&self, unix_time: i64) -> Checked<i64> {
        if self.cancelled_at == 0 {
            return Ok(self.stall_seconds);
        }
        later(self.cancelled_at, self.stall_seconds)?
            .checked_sub(unix_time)
            .ok_or(SheafError::Arithmetic)
    }

    /// Checks that the job's money may go back to its requester: the job has ended, no more batch
    /// can be posted, and no round holds a reservation.
    ///
    /// # Errors
    /// [`SheafError::RefundTooEarly`], [`SheafError::JobReserved`].
    pub fn check_refundable(&self, now: Now) -> Checked<()> {
        if self.reserved_round != 0 {
            return Err(SheafError::JobReserved);
        }
        match self.check_takes_batches(now) {
            Ok(()) => Err(SheafError::RefundTooEarly),
            Err(_) => Ok(()),
        }
    }

    /// Whether the job was cancelled and accepted work can no longer be batched. The grace is as
    /// long as a round may last, and never longer than the stall limit.
    fn grace_is_over(&self, now: Now) -> Checked<bool> {
        Ok(self.cancelled_at != 0
            && (now.slot >= add(self.cancelled_slot, self.grace_slots.into())?
                || now.unix_time >= later(self.cancelled_at, self.stall_seconds)?))
    }

    /// Ends the job before its deadline.
    pub fn cancel(&mut self, now: Now) {
        self.cancelled_at = now.unix_time;
        self.cancelled_slot = now.slot;
    }

    /// Moves the deadline to a later one.
    ///
    /// # Errors
    /// [`SheafError::DeadlineOutOfBounds`].
    pub fn extend(&mut self, deadline: i64, unix_time: i64) -> Checked<i64> {
        if deadline <= self.deadline || deadline > later(unix_time, MAX_JOB_SECONDS)? {
            return Err(SheafError::DeadlineOutOfBounds);
        }
        Ok(core::mem::replace(&mut self.deadline, deadline))
    }

    /// Names the aggregator of later rounds; the live round stays with the current one.
    ///
    /// # Errors
    /// [`SheafError::Arithmetic`].
    pub fn name_aggregator(&mut self, aggregator: Key, live_round: u64) -> Checked<u64> {
        self.hand_over(live_round);
        self.next_aggregator = aggregator;
        self.next_aggregator_round = add(live_round, 1)?;
        Ok(self.next_aggregator_round)
    }

    /// Makes the aggregator that was named for this round the current one.
    pub fn hand_over(&mut self, round: u64) {
        if self.next_aggregator_round != 0 && round >= self.next_aggregator_round {
            self.aggregator = self.next_aggregator;
            self.next_aggregator_round = 0;
        }
    }

    /// Counts a batch whose account begins to exist.
    ///
    /// # Errors
    /// [`SheafError::Arithmetic`].
    pub fn count_batch(&mut self) -> Checked<()> {
        self.batch_count = self
            .batch_count
            .checked_add(1)
            .ok_or(SheafError::Arithmetic)?;
        Ok(())
    }

    /// Checks that nothing is left of an ended job, and nothing refers to it.
    ///
    /// # Errors
    /// [`SheafError::JobStillActive`], [`SheafError::JobNotEmpty`].
    pub fn check_closable(&self, unix_time: i64) -> Checked<()> {
        self.ended_at(unix_time).ok_or(SheafError::JobStillActive)?;
        if self.balance == 0 && self.reserved_round == 0 && self.batch_count == 0 {
            Ok(())
        } else {
            Err(SheafError::JobNotEmpty)
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

    /// Balance and reservation.
    pub fn reservation(&mut self) -> Reservation<'_> {
        Reservation {
            balance: &mut self.balance,
            reserved: &mut self.reserved,
            round: &mut self.reserved_round,
        }
    }

    /// Reserves for a batch what the round may cost: the round cap, or what is left.
    ///
    /// # Errors
    /// [`SheafError::JobReserved`], [`SheafError::NothingAvailable`].
    pub fn reserve(&mut self, round: u64) -> Checked<u64> {
        let cap = self.round_cap;
        self.reservation().reserve(round, cap)
    }

    /// Books a final debit, and which content it paid.
    ///
    /// # Errors
    /// [`SheafError::Arithmetic`].
    pub fn book_settled(&mut self, amount: u64, contributions_root: &Hash) -> Checked<()> {
        self.settled_total = add(self.settled_total, amount)?;
        if amount > 0 {
            self.last_paid_root = *contributions_root;
        }
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
        job.reservation().debit(50).expect("debit");
        assert_eq!((job.balance, job.reserved), (50, 10));
        assert_eq!(job.reservation().release(60, 50), Ok(10));
        assert_eq!(job.reserve(2), Ok(50));
        job.reservation().debit(50).expect("debit");
        assert_eq!(job.reservation().release(50, 50), Ok(0));
        assert_eq!(job.reserve(3), Err(SheafError::NothingAvailable));
    }

    #[test]
    fn a_void_round_changes_nothing() {
        let mut job = job();
        job.reserve(1).expect("reserve");
        job.reservation().debit(50).expect("debit");
        job.reservation().undo_debit(50).expect("undo");
        job.reservation().release(60, 50).expect("release");
        assert_eq!((job.balance, job.reserved, job.reserved_round), (100, 0, 0));
    }

    const fn now(slot: u64, unix_time: i64) -> Now {
        Now { slot, unix_time }
    }

    #[test]
    fn a_refund_waits_for_the_end_the_grace_and_the_reservation() {
        let mut job = job();
        job.grace_slots = 50;
        let too_early = Err(SheafError::RefundTooEarly);
        assert_eq!(job.check_refundable(now(9, 999)), too_early);
        assert_eq!(job.check_refundable(now(9, 1_000)), Ok(()));
        job.cancel(now(10, 500));
        assert_eq!(job.check_refundable(now(59, 599)), too_early);
        assert_eq!(job.check_refundable(now(60, 501)), Ok(()), "the slots");
        assert_eq!(
            job.check_refundable(now(11, 600)),
            Ok(()),
            "the stall limit"
        );
        job.reserve(1).expect("reserve");
        assert_eq!(
            job.check_refundable(now(60, 600)),
            Err(SheafError::JobReserved)
        );
        job.reservation().release(60, 0).expect("release");
        assert_eq!(job.take_refund(), Ok(100));
        assert_eq!(job.take_refund(), Err(SheafError::NothingAvailable));
    }

    #[test]
    fn accepted_work_is_batched_in_the_grace_and_the_stall_limit_runs() {
        let mut job = job();
        job.grace_slots = 50;
        assert_eq!(job.seconds_to_stall(400), Ok(100));
        job.cancel(now(10, 500));
        assert_eq!(
            job.check_active(500),
            Err(SheafError::JobNotActive),
            "no funds any more"
        );
        assert_eq!(job.check_takes_batches(now(59, 599)), Ok(()));
        assert_eq!(job.seconds_to_stall(530), Ok(70));
        for late in [now(60, 501), now(11, 600)] {
            assert_eq!(job.check_takes_batches(late), Err(SheafError::JobNotActive));
        }
    }

    #[test]
    fn an_aggregator_takes_over_after_the_live_round() {
        let mut job = job();
        job.aggregator = [1; 32];
        assert_eq!(job.name_aggregator([2; 32], 7), Ok(8));
        job.hand_over(7);
        assert_eq!(job.aggregator, [1; 32]);
        job.hand_over(8);
        assert_eq!(job.aggregator, [2; 32]);
        assert_eq!(job.name_aggregator([3; 32], 8), Ok(9));
        assert_eq!(job.name_aggregator([4; 32], 12), Ok(13));
        job.hand_over(12);
        assert_eq!(job.aggregator, [3; 32], "it was due in between");
    }

    #[test]
    fn a_deadline_only_moves_later_and_within_bounds() {
        let mut job = job();
        for deadline in [999, 1_000, 500 + MAX_JOB_SECONDS + 1] {
            assert_eq!(
                job.extend(deadline, 500),
                Err(SheafError::DeadlineOutOfBounds)
            );
        }
        assert_eq!(job.extend(1_001, 500), Ok(1_000));
        assert_eq!(job.deadline, 1_001);
    }

    #[test]
    fn a_job_closes_when_it_has_ended_and_nothing_is_left() {
        let mut job = job();
        assert_eq!(job.check_closable(999), Err(SheafError::JobStillActive));
        assert_eq!(job.check_closable(1_000), Err(SheafError::JobNotEmpty));
        job.take_refund().expect("refund");
        job.count_batch().expect("counts");
        assert_eq!(job.check_closable(1_000), Err(SheafError::JobNotEmpty));
        job.batch_count = 0;
        assert_eq!(job.check_closable(1_000), Ok(()));
    }
}
