//! The validator: keys, stake, and until when past votes can be slashed.

use super::Duties;
use crate::{
    clock::Now,
    error::{Checked, SheafError},
};
use anchor_lang::prelude::*;
use sheaf_format::{limits::MISSED_DUTIES_TO_JAIL, Key};

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

    /// Checks that the stake votes: neither unbonding nor jailed.
    ///
    /// # Errors
    /// [`SheafError::AlreadyUnbonding`], [`SheafError::ValidatorJailed`].
    pub fn check_votes(&self) -> Checked<()> {
        self.check_bonded()?;
        if self.jailed_until == 0 {
            Ok(())
        } else {
            Err(SheafError::ValidatorJailed)
        }
    }

    /// Stake that votes in rounds opened from now on.
    pub fn voting_stake(&self) -> u64 {
        match self.check_votes() {
            Ok(()) => self.stake,
            Err(_) => 0,
        }
    }

    /// Counts how the duties of a round were done. A few rounds in a row with a missed one jail.
    pub fn count_duties(&mut self, duties: Duties, jailed_until: i64) {
        match duties {
            Duties::Done => self.missed_duties = 0,
            Duties::NotDue => {}
            Duties::Missed => {
                self.missed_duties = self.missed_duties.saturating_add(1);
                if self.missed_duties >= MISSED_DUTIES_TO_JAIL {
                    self.jail(jailed_until);
                }
            }
        }
    }

    /// Takes the stake's vote away, at least until a unix time.
    pub fn jail(&mut self, until: i64) {
        self.missed_duties = 0;
        self.jailed_until = self.jailed_until.max(until);
    }

    /// Gives a jailed stake its vote back.
    ///
    /// # Errors
    /// [`SheafError::NotJailed`], [`SheafError::JailNotOver`], [`SheafError::StakeTooSmall`].
    pub fn unjail(&mut self, now: Now, minimum_stake: u64) -> Checked<()> {
        if self.jailed_until == 0 {
            return Err(SheafError::NotJailed);
        }
        if now.unix_time < self.jailed_until {
            return Err(SheafError::JailNotOver);
        }
        if self.stake < minimum_stake {
            return Err(SheafError::StakeTooSmall);
        }
        self.jailed_until = 0;
        self.bonded_since_slot = now.slot;
        Ok(())
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
    fn a_few_missed_rounds_in_a_row_jail_and_a_good_one_forgives() {
        let mut validator = Validator::zeroed();
        validator.stake = 50;
        for duties in [Duties::Missed, Duties::Missed, Duties::NotDue, Duties::Done] {
            validator.count_duties(duties, 900);
        }
        assert_eq!((validator.missed_duties, validator.jailed_until), (0, 0));
        assert_eq!(validator.voting_stake(), 50);
        for _ in 0..MISSED_DUTIES_TO_JAIL {
            assert_eq!(validator.check_votes(), Ok(()));
            validator.count_duties(Duties::Missed, 900);
        }
        assert_eq!(validator.check_votes(), Err(SheafError::ValidatorJailed));
        assert_eq!(validator.voting_stake(), 0);

        let now = |unix_time| Now { slot: 7, unix_time };
        assert_eq!(validator.unjail(now(899), 50), Err(SheafError::JailNotOver));
        assert_eq!(
            validator.unjail(now(900), 51),
            Err(SheafError::StakeTooSmall)
        );
        assert_eq!(validator.unjail(now(900), 50), Ok(()));
        assert_eq!(validator.voting_stake(), 50);
        assert_eq!(validator.bonded_since_slot, 7);
        assert_eq!(validator.unjail(now(900), 50), Err(SheafError::NotJailed));
    }

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
