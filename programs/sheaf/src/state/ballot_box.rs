//! The ballot box: commit, reveal, attest, and the tally of stake.

use crate::{
    arithmetic::add,
    error::{Checked, SheafError},
};
use anchor_lang::prelude::*;
use bytemuck::{Pod, Zeroable};
use sheaf_format::{limits::BPS, stage::ballot, Hash};

sheaf_format::round_validator_layout! {
    #[repr(C)]
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable, IdlType)]
}

/// How a validator did its duties in a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Duties {
    /// Committed, revealed and attested.
    Done,
    /// Left out at least one that was due.
    Missed,
    /// The round ended before everything was due, and nothing due was left out.
    NotDue,
}

impl RoundValidator {
    /// Whether a bit of the ballot is set.
    pub const fn has(&self, bit: u8) -> bool {
        self.ballot & bit != 0
    }

    /// Sets a bit of the ballot once.
    ///
    /// # Errors
    /// `repeated`, when it is set already.
    pub fn mark(&mut self, bit: u8, repeated: SheafError) -> Checked<()> {
        if self.has(bit) {
            return Err(repeated);
        }
        self.ballot |= bit;
        Ok(())
    }

    /// How the duties were done, given those that were due.
    pub const fn duties(&self, due: u8) -> Duties {
        if due & !self.ballot != 0 {
            Duties::Missed
        } else if self.ballot & ballot::ALL_DUTIES == ballot::ALL_DUTIES {
            Duties::Done
        } else {
            Duties::NotDue
        }
    }

    /// Takes a commitment.
    ///
    /// # Errors
    /// [`SheafError::AlreadyCommitted`].
    pub fn commit(&mut self, commitment: Hash) -> Checked<()> {
        self.mark(ballot::COMMITTED, SheafError::AlreadyCommitted)?;
        self.commitment = commitment;
        Ok(())
    }

    /// Takes a scores root, given the commitment that root and salt amount to.
    ///
    /// # Errors
    /// [`SheafError::NotCommitted`], [`SheafError::AlreadyRevealed`],
    /// [`SheafError::CommitmentMismatch`].
    pub fn reveal(&mut self, scores_root: Hash, commitment: &Hash) -> Checked<()> {
        if !self.has(ballot::COMMITTED) {
            return Err(SheafError::NotCommitted);
        }
        if self.has(ballot::REVEALED) {
            return Err(SheafError::AlreadyRevealed);
        }
        if self.commitment != *commitment {
            return Err(SheafError::CommitmentMismatch);
        }
        self.scores_root = scores_root;
        self.ballot |= ballot::REVEALED;
        Ok(())
    }

    /// Takes the attested hash of the round's result.
    ///
    /// # Errors
    /// [`SheafError::AlreadyAttested`].
    pub fn attest(&mut self, attestation: Hash) -> Checked<()> {
        self.mark(ballot::ATTESTED, SheafError::AlreadyAttested)?;
        self.attestation = attestation;
        Ok(())
    }
}

/// Stake that attested to one result.
///
/// # Errors
/// [`SheafError::Arithmetic`].
pub fn stake_behind(entries: &[RoundValidator], attestation: &Hash) -> Checked<u64> {
    entries
        .iter()
        .filter(|entry| entry.has(ballot::ATTESTED) && entry.attestation == *attestation)
        .try_fold(0, |stake, entry| add(stake, entry.stake))
}

/// Whether `stake` is at least `quorum_bps` of `total`, and not nothing.
pub fn is_quorum(stake: u64, total: u64, quorum_bps: u16) -> bool {
    stake > 0 && u128::from(stake) * u128::from(BPS) >= u128::from(total) * u128::from(quorum_bps)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_ballot_is_given_once_and_in_order() {
        let mut entry = RoundValidator::zeroed();
        assert_eq!(
            entry.reveal([2; 32], &[1; 32]),
            Err(SheafError::NotCommitted)
        );
        assert_eq!(entry.commit([1; 32]), Ok(()));
        assert_eq!(entry.commit([3; 32]), Err(SheafError::AlreadyCommitted));
        assert_eq!(
            entry.reveal([2; 32], &[9; 32]),
            Err(SheafError::CommitmentMismatch)
        );
        assert_eq!(entry.reveal([2; 32], &[1; 32]), Ok(()));
        assert_eq!(
            entry.reveal([2; 32], &[1; 32]),
            Err(SheafError::AlreadyRevealed)
        );
        assert_eq!(entry.attest([4; 32]), Ok(()));
        assert_eq!(entry.attest([5; 32]), Err(SheafError::AlreadyAttested));
        assert_eq!(
            (entry.commitment, entry.scores_root, entry.attestation),
            ([1; 32], [2; 32], [4; 32])
        );
    }

    #[test]
    fn only_stake_behind_the_same_hash_counts() {
        let mut entries = [RoundValidator::zeroed(); 4];
        for (index, entry) in entries.iter_mut().enumerate() {
            entry.stake = 10 * (index as u64 + 1);
        }
        entries[0].attest([7; 32]).expect("attests");
        entries[1].attest([8; 32]).expect("attests");
        entries[2].attest([7; 32]).expect("attests");
        assert_eq!(stake_behind(&entries, &[7; 32]), Ok(40));
        assert_eq!(stake_behind(&entries, &[8; 32]), Ok(20));
        // An empty ballot is no vote for the zero hash.
        assert_eq!(stake_behind(&entries, &[0; 32]), Ok(0));
    }

    #[test]
    fn a_quorum_is_exact_at_its_edge_and_never_wraps() {
        assert!(is_quorum(6_667, 10_000, 6_667));
        assert!(!is_quorum(6_666, 10_000, 6_667));
        assert!(is_quorum(u64::MAX, u64::MAX, 10_000));
        assert!(!is_quorum(u64::MAX - 1, u64::MAX, 10_000));
        assert!(!is_quorum(0, 0, 6_667));
    }

    #[test]
    fn a_sum_of_stakes_that_wraps_is_refused() {
        let mut entries = [RoundValidator::zeroed(); 2];
        for entry in &mut entries {
            entry.stake = u64::MAX;
            entry.attest([7; 32]).expect("attests");
        }
        assert_eq!(
            stake_behind(&entries, &[7; 32]),
            Err(SheafError::Arithmetic)
        );
    }
}
