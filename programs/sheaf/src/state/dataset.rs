//! The dataset: licences paid for, as numbers that rounds distribute.

use super::Reservation;
use crate::{
    arithmetic::add,
    error::{Checked, SheafError},
};
use anchor_lang::prelude::*;

sheaf_format::dataset_layout! { #[account] }

impl Dataset {
    /// Credits a licence. Returns its number.
    ///
    /// # Errors
    /// [`SheafError::Arithmetic`].
    pub fn license(&mut self, arrived: u64) -> Checked<u64> {
        self.balance = add(self.balance, arrived)?;
        self.licensed_total = add(self.licensed_total, arrived)?;
        self.license_count = add(self.license_count, 1)?;
        Ok(self.license_count)
    }

    /// Counts a reported use. Returns its number.
    ///
    /// # Errors
    /// [`SheafError::Arithmetic`].
    pub fn count_usage(&mut self) -> Checked<u64> {
        self.usage_count = add(self.usage_count, 1)?;
        Ok(self.usage_count)
    }

    /// Balance and reservation.
    pub fn reservation(&mut self) -> Reservation<'_> {
        Reservation {
            balance: &mut self.balance,
            reserved: &mut self.reserved,
            round: &mut self.reserved_round,
        }
    }

    /// Checks that nothing is left, and no batch refers to it.
    ///
    /// # Errors
    /// [`SheafError::DatasetNotEmpty`].
    pub fn check_closable(&self) -> Checked<()> {
        if self.balance == 0 && self.reserved_round == 0 && self.batch_count == 0 {
            Ok(())
        } else {
            Err(SheafError::DatasetNotEmpty)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytemuck::Zeroable;

    #[test]
    fn licences_are_counted_reserved_whole_and_distributed() {
        let mut dataset = Dataset::zeroed();
        assert_eq!(dataset.check_closable(), Ok(()));
        assert_eq!(dataset.license(70), Ok(1));
        assert_eq!(dataset.license(30), Ok(2));
        assert_eq!(dataset.check_closable(), Err(SheafError::DatasetNotEmpty));
        assert_eq!(dataset.reservation().reserve(4, u64::MAX), Ok(100));
        dataset.reservation().debit(100).expect("debit");
        assert_eq!(dataset.check_closable(), Err(SheafError::DatasetNotEmpty));
        assert_eq!(dataset.reservation().release(100, 100), Ok(0));
        assert_eq!(dataset.check_closable(), Ok(()));
        assert_eq!(
            (dataset.count_usage(), dataset.count_usage()),
            (Ok(1), Ok(2))
        );
    }
}
