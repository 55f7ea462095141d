//! The batch: one job's contributions in one round.

use crate::error::{Checked, SheafError};
use anchor_lang::prelude::*;
use sheaf_format::stage::BatchState;

sheaf_format::batch_layout! { #[account] }

impl Batch {
    /// Records the debit of a batch that was not settled yet.
    ///
    /// # Errors
    /// [`SheafError::BatchAlreadySettled`], [`SheafError::DebitExceedsReserve`].
    pub fn settle(&mut self, amount: u64) -> Checked<()> {
        if self.state != BatchState::Posted as u8 {
            return Err(SheafError::BatchAlreadySettled);
        }
        if amount > self.reserved {
            return Err(SheafError::DebitExceedsReserve);
        }
        self.debited = amount;
        self.state = BatchState::Settled as u8;
        Ok(())
    }

    /// Ends the batch's reservation, once.
    ///
    /// # Errors
    /// [`SheafError::BatchAlreadySettled`] when it ended before.
    pub fn release(&mut self) -> Checked<()> {
        if self.state == BatchState::Released as u8 {
            return Err(SheafError::BatchAlreadySettled);
        }
        self.state = BatchState::Released as u8;
        Ok(())
    }

    /// Checks that the batch's reservation ended.
    ///
    /// # Errors
    /// [`SheafError::BatchNotReleased`].
    pub fn check_released(&self) -> Checked<()> {
        if self.state == BatchState::Released as u8 {
            Ok(())
        } else {
            Err(SheafError::BatchNotReleased)
        }
    }

    /// Whether settlement has taken nothing of it.
    pub fn is_unsettled(&self) -> bool {
        self.state == BatchState::Posted as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytemuck::Zeroable;

    #[test]
    fn a_batch_is_debited_once_within_its_reserve_and_released_once() {
        let mut batch = Batch::zeroed();
        batch.reserved = 10;
        assert_eq!(batch.settle(11), Err(SheafError::DebitExceedsReserve));
        assert_eq!(batch.settle(10), Ok(()));
        assert_eq!(batch.settle(0), Err(SheafError::BatchAlreadySettled));
        assert_eq!(batch.check_released(), Err(SheafError::BatchNotReleased));
        assert_eq!(batch.release(), Ok(()));
        assert_eq!(batch.check_released(), Ok(()));
        assert_eq!(batch.release(), Err(SheafError::BatchAlreadySettled));
        assert_eq!(batch.settle(0), Err(SheafError::BatchAlreadySettled));
    }
}
