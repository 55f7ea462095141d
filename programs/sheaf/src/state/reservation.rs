//! A balance, and the part of it that the batch of one round holds: what jobs and datasets share.

use crate::{
    arithmetic::{add, sub},
    error::{Checked, SheafError},
};

/// The numbers of an escrow, where they lie in its account. All in base units.
pub struct Reservation<'a> {
    /// What is left, reservations included.
    pub balance: &'a mut u64,
    /// Part of the balance that a round holds.
    pub reserved: &'a mut u64,
    /// That round; 0 when none does.
    pub round: &'a mut u64,
}

impl Reservation<'_> {
    /// Reserves for a batch what the round may cost: `cap`, or what is left.
    ///
    /// # Errors
    /// [`SheafError::JobReserved`] while an earlier batch holds a reservation,
    /// [`SheafError::NothingAvailable`].
    pub fn reserve(&mut self, round: u64, cap: u64) -> Checked<u64> {
        if *self.round != 0 {
            return Err(SheafError::JobReserved);
        }
        let reserved = sub(*self.balance, *self.reserved)?.min(cap);
        if reserved == 0 {
            return Err(SheafError::NothingAvailable);
        }
        *self.reserved = add(*self.reserved, reserved)?;
        *self.round = round;
        Ok(reserved)
    }

    /// Takes a debit out of the reservation.
    ///
    /// # Errors
    /// [`SheafError::Arithmetic`].
    pub fn debit(&mut self, amount: u64) -> Checked<()> {
        *self.balance = sub(*self.balance, amount)?;
        *self.reserved = sub(*self.reserved, amount)?;
        Ok(())
    }

    /// Ends the reservation of a batch: what it reserved and was not debited is free again.
    ///
    /// # Errors
    /// [`SheafError::Arithmetic`].
    pub fn release(&mut self, reserved: u64, debited: u64) -> Checked<u64> {
        let returned = sub(reserved, debited)?;
        *self.reserved = sub(*self.reserved, returned)?;
        *self.round = 0;
        Ok(returned)
    }

    /// Undoes the debit of a void round.
    ///
    /// # Errors
    /// [`SheafError::Arithmetic`].
    pub fn undo_debit(&mut self, amount: u64) -> Checked<()> {
        *self.balance = add(*self.balance, amount)?;
        Ok(())
    }
}
