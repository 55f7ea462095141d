//! The challenge: a demand to show one leaf of a pending root.

use crate::error::{Checked, SheafError};
use anchor_lang::prelude::*;

sheaf_format::challenge_layout! { #[account] }

impl Challenge {
    /// Checks that answers are still taken.
    ///
    /// # Errors
    /// [`SheafError::StageOver`].
    pub fn check_answerable(&self, slot: u64) -> Checked<()> {
        if slot < self.answer_until_slot {
            Ok(())
        } else {
            Err(SheafError::StageOver)
        }
    }

    /// Checks that nobody answered in time.
    ///
    /// # Errors
    /// [`SheafError::StageNotOver`].
    pub fn check_unanswered(&self, slot: u64) -> Checked<()> {
        match self.check_answerable(slot) {
            Ok(()) => Err(SheafError::StageNotOver),
            Err(_) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytemuck::Zeroable;

    #[test]
    fn a_challenge_is_answered_in_time_or_unanswered() {
        let mut challenge = Challenge::zeroed();
        challenge.answer_until_slot = 50;
        assert_eq!(challenge.check_answerable(49), Ok(()));
        assert_eq!(
            challenge.check_unanswered(49),
            Err(SheafError::StageNotOver)
        );
        assert_eq!(challenge.check_answerable(50), Err(SheafError::StageOver));
        assert_eq!(challenge.check_unanswered(50), Ok(()));
    }
}
