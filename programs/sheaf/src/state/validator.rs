//! The validator: keys, stake, and until when past votes can be slashed.

use crate::{
    clock::Now,
    error::{Checked, SheafError},
};
use anchor_lang::prelude::*;
use sheaf_format::Key;

sheaf_format::validator_layout! { #[account] }

impl Validator {
    /// Checks that a wallet may vote for the validator: its vote key or its authority.
    ///
    /// # Errors
    /// [`SheafError::NotValidator`].
    pub fn check_voter(&self, wallet: &Key) -> Checked<()> {
        if *wallet == self.vote_key || *wallet == self.authority {
            Ok(())
        } else {
            Err(SheafError::NotValidator)
        }
    }

    /// Checks that the stake is not on its way out: unbonding stake has no vote.
    ///
    /// # Errors
    /// [`SheafError::AlreadyUnbonding`].
    pub fn check_bonded(&self) -> Checked<()> {
        if self.withdraw_after == 0 {
            Ok(())
        } else {
            Err(SheafError::AlreadyUnbonding)
        }
    }

    /// Checks that the stake may leave: asked for, unbonded, and no vote of it can be slashed.
    ///
    /// # Errors
    /// [`SheafError::NotUnbonding`], [`SheafError::StakeLocked`].
    pub fn check_withdrawable(&self, now: Now) -> Checked<()> {
        if self.withdraw_after == 0 {
            return Err(SheafError::NotUnbonding);
        }
        if now.unix_time >= self.withdraw_after && now.slot > self.slashable_until_slot {
            Ok(())
        } else {
            Err(SheafError::StakeLocked)
        }
    }

    /// Keeps the stake slashable at least until `slot`.
    pub fn keep_slashable_until(&mut self, slot: u64) {
        self.slashable_until_slot = self.slashable_until_slot.max(slot);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytemuck::Zeroable;

    #[test]
    fn a_stake_leaves_after_unbonding_and_after_its_last_vote() {
        let mut validator = Validator::zeroed();
        let now = |slot, unix_time| Now { slot, unix_time };
        assert_eq!(
            validator.check_withdrawable(now(9, 9)),
            Err(SheafError::NotUnbonding)
        );
        validator.withdraw_after = 100;
        validator.keep_slashable_until(50);
        validator.keep_slashable_until(40);
        assert_eq!(validator.check_bonded(), Err(SheafError::AlreadyUnbonding));
        assert_eq!(
            validator.check_withdrawable(now(50, 100)),
            Err(SheafError::StakeLocked)
        );
        assert_eq!(
            validator.check_withdrawable(now(51, 99)),
            Err(SheafError::StakeLocked)
        );
        assert_eq!(validator.check_withdrawable(now(51, 100)), Ok(()));
    }
}
