//! The round from its opening on: stages by slot, the result, and settlement.

use super::{
    ballot_box::{is_quorum, stake_behind, Duties},
    Network, Pool, RoundValidator, Validator,
};
use crate::{
    arithmetic::add,
    error::{Checked, SheafError},
};
use anchor_lang::prelude::*;
use sheaf_format::{
    digest::{debits_next, debits_start, RoundResult, RoundScope},
    limits::MAX_LEAVES,
    stage::{ballot, RoundState, TreeSide, VoidCause},
    tree::Node,
    Hash, Key,
};

sheaf_format::round_layout! { #[account] }

/// What one settlement takes off the front of a round's chain of debits.
pub struct Settlement<'a> {
    /// Job number, job address and amount of each debit, in the order given.
    pub debits: &'a [(u64, Key, u64)],
    /// The chain that remains.
    pub rest_hash: Hash,
}

impl Round {
    /// Fills a fresh round: identity, terms copied from the network, base from the pool, and the
    /// stake table.
    ///
    /// # Errors
    /// [`SheafError::EmptyStakeTable`], [`SheafError::Arithmetic`].
    pub fn open(
        &mut self,
        network: &Network,
        pool_address: Key,
        pool: &Pool,
        seed: Hash,
        slot: u64,
    ) -> Checked<()> {
        let parameters = &network.parameters;
        self.pool = pool_address;
        self.number = pool.round;
        self.treasury = network.treasury;
        self.seed = seed;
        self.base_root = pool.active_root;
        self.base_total = pool.active_total;
        self.base_leaf_count = pool.active_leaf_count;
        self.opened_slot = slot;
        self.commit_until_slot = add(slot, parameters.commit_slots.into())?;
        self.reveal_until_slot = add(self.commit_until_slot, parameters.reveal_slots.into())?;
        self.attest_until_slot = add(self.reveal_until_slot, parameters.attest_slots.into())?;
        self.deadline_slot = pool.round_deadline_slot;
        self.window_slots = parameters.window_slots;
        self.batch_count = pool.round_batch_count;
        self.quorum_bps = parameters.quorum_bps;
        self.state = RoundState::Voting as u8;

        let mut stake_total = 0;
        for (entry, seat) in self.validators.iter_mut().zip(&network.validators) {
            if seat.stake > 0 {
                entry.authority = seat.authority;
                entry.stake = seat.stake;
                stake_total = add(stake_total, seat.stake)?;
            }
        }
        if stake_total == 0 {
            return Err(SheafError::EmptyStakeTable);
        }
        self.stake_total = stake_total;
        Ok(())
    }

    /// What commitments and attestations of this round are bound to.
    pub fn scope(&self, genesis: Hash) -> RoundScope {
        RoundScope {
            genesis,
            program: crate::ID.to_bytes(),
            pool: self.pool,
            round: self.number,
        }
    }

    /// Checks the round's state.
    ///
    /// # Errors
    /// [`SheafError::WrongStage`].
    pub fn check_state(&self, state: RoundState) -> Checked<()> {
        if self.state == state as u8 {
            Ok(())
        } else {
            Err(SheafError::WrongStage)
        }
    }

    /// Checks that the round is before its hard deadline.
    ///
    /// # Errors
    /// [`SheafError::PastHardDeadline`].
    pub fn check_before_deadline(&self, slot: u64) -> Checked<()> {
        if slot < self.deadline_slot {
            Ok(())
        } else {
            Err(SheafError::PastHardDeadline)
        }
    }

    /// Checks that commitments are taken.
    ///
    /// # Errors
    /// [`SheafError::WrongStage`], [`SheafError::StageOver`], [`SheafError::PastHardDeadline`].
    pub fn check_commit_stage(&self, slot: u64) -> Checked<()> {
        self.check_voting_stage(slot, 0, self.commit_until_slot)
    }

    /// Checks that reveals are taken.
    ///
    /// # Errors
    /// [`SheafError::WrongStage`], [`SheafError::StageNotOver`], [`SheafError::StageOver`],
    /// [`SheafError::PastHardDeadline`].
    pub fn check_reveal_stage(&self, slot: u64) -> Checked<()> {
        self.check_voting_stage(slot, self.commit_until_slot, self.reveal_until_slot)
    }

    /// Checks that attestations are taken: until the stage is over, also when a quorum was tallied
    /// before, so that everybody can do their duty.
    ///
    /// # Errors
    /// [`SheafError::WrongStage`], [`SheafError::StageNotOver`], [`SheafError::StageOver`],
    /// [`SheafError::PastHardDeadline`].
    pub fn check_attest_stage(&self, slot: u64) -> Checked<()> {
        if self.has_ended() {
            return Err(SheafError::WrongStage);
        }
        self.check_stage_slots(slot, self.reveal_until_slot, self.attest_until_slot)
    }

    fn check_voting_stage(&self, slot: u64, from: u64, until: u64) -> Checked<()> {
        self.check_state(RoundState::Voting)?;
        self.check_stage_slots(slot, from, until)
    }

    fn check_stage_slots(&self, slot: u64, from: u64, until: u64) -> Checked<()> {
        self.check_before_deadline(slot)?;
        if slot < from {
            return Err(SheafError::StageNotOver);
        }
        if slot >= until {
            return Err(SheafError::StageOver);
        }
        Ok(())
    }

    /// The ballot of a validator whose snapshotted stake still stands behind it.
    ///
    /// # Errors
    /// [`SheafError::NotInStakeTable`] when the validator was not there at opening, or left since
    /// and came back with less.
    pub fn ballot_of(&mut self, validator: &Validator) -> Checked<&mut RoundValidator> {
        let entry = self.entry_of(validator)?;
        if validator.stake >= entry.stake {
            Ok(entry)
        } else {
            Err(SheafError::NotInStakeTable)
        }
    }

    /// Slot up to which votes in this round can be slashed.
    pub fn slashable_until_slot(&self) -> u64 {
        self.deadline_slot
            .saturating_add(u64::from(self.window_slots))
    }

    /// Checks a result against the round's base: nothing is owed that no debit pays for, and no leaf
    /// disappears.
    ///
    /// # Errors
    /// [`SheafError::TotalMismatch`], [`SheafError::LeafCountShrinks`].
    pub fn check_result(&self, result: &RoundResult) -> Checked<()> {
        if add(self.base_total, result.debits_total) != Ok(result.total) {
            return Err(SheafError::TotalMismatch);
        }
        if !(self.base_leaf_count..=MAX_LEAVES).contains(&result.leaf_count) {
            return Err(SheafError::LeafCountShrinks);
        }
        Ok(())
    }

    /// Counts the stake behind an attested hash.
    ///
    /// # Errors
    /// [`SheafError::NoQuorum`] when it is less than the quorum.
    pub fn tally(&self, attestation: &Hash) -> Checked<u64> {
        let stake = stake_behind(&self.validators, attestation)?;
        if is_quorum(stake, self.stake_total, self.quorum_bps) {
            Ok(stake)
        } else {
            Err(SheafError::NoQuorum)
        }
    }

    /// Ends the round.
    pub fn end(&mut self, state: RoundState, slot: u64) {
        self.state = state as u8;
        self.ended_slot = slot;
    }

    /// Whether the round became final or void.
    pub fn has_ended(&self) -> bool {
        self.state == RoundState::Final as u8 || self.state == RoundState::Void as u8
    }

    /// Counts a batch of the round that was released.
    ///
    /// # Errors
    /// [`SheafError::Arithmetic`].
    pub fn count_release(&mut self) -> Checked<()> {
        self.released_count = self
            .released_count
            .checked_add(1)
            .ok_or(SheafError::Arithmetic)?;
        Ok(())
    }

    /// Counts a challenge that was opened.
    ///
    /// # Errors
    /// [`SheafError::Arithmetic`].
    pub fn count_challenge(&mut self) -> Checked<()> {
        self.challenge_count = self
            .challenge_count
            .checked_add(1)
            .ok_or(SheafError::Arithmetic)?;
        Ok(())
    }

    /// Counts a challenge that ended.
    ///
    /// # Errors
    /// [`SheafError::Arithmetic`].
    pub fn forget_challenge(&mut self) -> Checked<()> {
        self.challenge_count = self
            .challenge_count
            .checked_sub(1)
            .ok_or(SheafError::Arithmetic)?;
        Ok(())
    }

    /// Checks that no challenge is open.
    ///
    /// # Errors
    /// [`SheafError::ChallengeOpen`].
    pub fn check_unchallenged(&self) -> Checked<()> {
        if self.challenge_count == 0 {
            Ok(())
        } else {
            Err(SheafError::ChallengeOpen)
        }
    }

    /// Root and sum of one of the round's trees.
    pub const fn root_of(&self, side: TreeSide) -> Node {
        match side {
            TreeSide::Base => Node {
                hash: self.base_root,
                sum: self.base_total,
            },
            TreeSide::Pending => Node {
                hash: self.root,
                sum: self.total,
            },
        }
    }

    /// Checks that a quorum attested to a root, and that votes for it can still be slashed.
    ///
    /// # Errors
    /// [`SheafError::WrongStage`], [`SheafError::StageOver`].
    pub fn check_accusable(&self, slot: u64) -> Checked<()> {
        if self.attestation == [0; 32] {
            return Err(SheafError::WrongStage);
        }
        if slot <= self.slashable_until_slot() {
            Ok(())
        } else {
            Err(SheafError::StageOver)
        }
    }

    /// Takes down who proved the attested root a fraud.
    ///
    /// # Errors
    /// [`SheafError::FraudAlreadyProven`].
    pub fn convict(&mut self, prover: Key) -> Checked<()> {
        if self.prover != [0; 32] {
            return Err(SheafError::FraudAlreadyProven);
        }
        self.prover = prover;
        Ok(())
    }

    /// Takes down that a validator is slashed for its attestation to a fraud, once, and returns the
    /// stake that stood behind it.
    ///
    /// # Errors
    /// [`SheafError::FraudNotProven`], [`SheafError::NotInStakeTable`], [`SheafError::NotAttested`],
    /// [`SheafError::AlreadySlashed`].
    pub fn slash(&mut self, validator: &Validator) -> Checked<u64> {
        if self.prover == [0; 32] {
            return Err(SheafError::FraudNotProven);
        }
        let attestation = self.attestation;
        let entry = self.entry_of(validator)?;
        if !entry.has(ballot::ATTESTED) || entry.attestation != attestation {
            return Err(SheafError::NotAttested);
        }
        entry.mark(ballot::SLASHED, SheafError::AlreadySlashed)?;
        Ok(entry.stake)
    }

    /// Checks that nothing needs the ended round's account any more: every batch was released, no
    /// challenge is open, and no vote can be slashed.
    ///
    /// # Errors
    /// [`SheafError::WrongStage`], [`SheafError::RoundHasBatches`], [`SheafError::ChallengeOpen`],
    /// [`SheafError::RoundStillSlashable`].
    pub fn check_closable(&self, slot: u64) -> Checked<()> {
        if !self.has_ended() {
            return Err(SheafError::WrongStage);
        }
        if self.released_count != self.batch_count {
            return Err(SheafError::RoundHasBatches);
        }
        self.check_unchallenged()?;
        if slot <= self.slashable_until_slot() {
            return Err(SheafError::RoundStillSlashable);
        }
        Ok(())
    }

    /// Counts a validator's duties in the ended round, once. A duty was missed when its stage ran to
    /// its end before the round ended.
    ///
    /// # Errors
    /// [`SheafError::WrongStage`], [`SheafError::NotInStakeTable`] also when the validator was not
    /// bonded all the time, [`SheafError::DutiesAlreadyCounted`].
    pub fn count_duties(&mut self, validator: &Validator) -> Checked<Duties> {
        if !self.has_ended() {
            return Err(SheafError::WrongStage);
        }
        let ended_slot = self.ended_slot.min(self.deadline_slot);
        let due = [
            (self.commit_until_slot, ballot::COMMITTED),
            (self.reveal_until_slot, ballot::REVEALED),
            (self.attest_until_slot, ballot::ATTESTED),
        ]
        .into_iter()
        .filter(|(until, _)| ended_slot >= *until)
        .fold(0, |due, (_, duty)| due | duty);
        if validator.bonded_since_slot > self.opened_slot {
            return Err(SheafError::NotInStakeTable);
        }
        let entry = self.entry_of(validator)?;
        entry.mark(ballot::COUNTED, SheafError::DutiesAlreadyCounted)?;
        Ok(entry.duties(due))
    }

    /// A validator's entry in the table of this round.
    fn entry_of(&mut self, validator: &Validator) -> Checked<&mut RoundValidator> {
        self.validators
            .get_mut(usize::from(validator.table_index))
            .filter(|entry| entry.stake > 0 && entry.authority == validator.authority)
            .ok_or(SheafError::NotInStakeTable)
    }

    /// Makes a result pending.
    ///
    /// # Errors
    /// [`SheafError::Arithmetic`].
    pub fn make_pending(
        &mut self,
        result: &RoundResult,
        attestation: Hash,
        slot: u64,
    ) -> Checked<()> {
        self.attestation = attestation;
        self.root = result.root;
        self.total = result.total;
        self.leaf_count = result.leaf_count;
        self.debits_hash = result.debits_hash;
        self.unsettled_hash = result.debits_hash;
        self.debits_total = result.debits_total;
        self.manifest_hash = result.manifest_hash;
        self.window_until_slot = add(slot, self.window_slots.into())?;
        self.state = RoundState::Pending as u8;
        Ok(())
    }

    /// Checks that a pending result survived its window and may be settled.
    ///
    /// # Errors
    /// [`SheafError::WrongStage`], [`SheafError::StageNotOver`], [`SheafError::PastHardDeadline`].
    pub fn check_settlement_stage(&self, slot: u64) -> Checked<()> {
        self.check_state(RoundState::Pending)?;
        self.check_before_deadline(slot)?;
        if slot >= self.window_until_slot {
            Ok(())
        } else {
            Err(SheafError::StageNotOver)
        }
    }

    /// Checks that a pending result is still inside its window.
    ///
    /// # Errors
    /// [`SheafError::WrongStage`], [`SheafError::StageOver`], [`SheafError::PastHardDeadline`].
    pub fn check_window(&self, slot: u64) -> Checked<()> {
        self.check_state(RoundState::Pending)?;
        self.check_before_deadline(slot)?;
        if slot < self.window_until_slot {
            Ok(())
        } else {
            Err(SheafError::StageOver)
        }
    }

    /// Takes debits off the front of the chain and returns their sum.
    ///
    /// # Errors
    /// [`SheafError::DebitsOutOfOrder`], [`SheafError::DebitsMismatch`] when they are not the next
    /// ones that were attested to.
    pub fn settle(&mut self, settlement: &Settlement<'_>) -> Checked<u64> {
        let (mut sum, mut next_job) = (0, self.next_job);
        for (number, _, amount) in settlement.debits {
            if *number < next_job {
                return Err(SheafError::DebitsOutOfOrder);
            }
            next_job = add(*number, 1)?;
            sum = add(sum, *amount)?;
        }
        let front = settlement
            .debits
            .iter()
            .rfold(settlement.rest_hash, |rest, (_, job, amount)| {
                debits_next(&rest, job, *amount)
            });
        if front != self.unsettled_hash {
            return Err(SheafError::DebitsMismatch);
        }
        self.settled_total = add(self.settled_total, sum)?;
        self.unsettled_hash = settlement.rest_hash;
        self.next_job = next_job;
        Ok(sum)
    }

    /// Checks that every debit was settled.
    ///
    /// # Errors
    /// [`SheafError::DebitsMismatch`].
    pub fn check_all_settled(&self) -> Checked<()> {
        if self.unsettled_hash == debits_start(&self.pool, self.number)
            && self.settled_total == self.debits_total
        {
            Ok(())
        } else {
            Err(SheafError::DebitsMismatch)
        }
    }

    /// Says why the opened round may be voided by anyone: past its hard deadline, or past the time
    /// for attestations by the length of a window without a tallied quorum.
    ///
    /// # Errors
    /// [`SheafError::NotYetPastDeadline`], [`SheafError::WrongStage`] when it ended before.
    pub fn void_cause(&self, slot: u64) -> Checked<VoidCause> {
        let without_quorum = match RoundState::from_byte(self.state) {
            Some(RoundState::Voting) => {
                let patience = self
                    .attest_until_slot
                    .saturating_add(self.window_slots.into());
                slot >= patience
            }
            Some(RoundState::Pending) => false,
            _ => return Err(SheafError::WrongStage),
        };
        if without_quorum {
            Ok(VoidCause::NoQuorum)
        } else if slot >= self.deadline_slot {
            Ok(VoidCause::Deadline)
        } else {
            Err(SheafError::NotYetPastDeadline)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytemuck::Zeroable;
    use sheaf_format::digest::debits_hash;

    fn round() -> Round {
        let mut round = Round::zeroed();
        round.pool = [9; 32];
        round.number = 3;
        round.commit_until_slot = 100;
        round.reveal_until_slot = 200;
        round.attest_until_slot = 300;
        round.deadline_slot = 1_000;
        round.window_slots = 50;
        round
    }

    #[test]
    fn stages_are_half_open_ranges_of_slots() {
        let round = round();
        assert_eq!(round.check_commit_stage(99), Ok(()));
        assert_eq!(round.check_commit_stage(100), Err(SheafError::StageOver));
        assert_eq!(round.check_reveal_stage(99), Err(SheafError::StageNotOver));
        assert_eq!(round.check_reveal_stage(100), Ok(()));
        assert_eq!(round.check_attest_stage(299), Ok(()));
        assert_eq!(round.check_attest_stage(300), Err(SheafError::StageOver));
    }

    #[test]
    fn a_window_is_open_from_the_tally_to_its_last_slot() {
        let mut round = round();
        assert_eq!(round.check_window(310), Err(SheafError::WrongStage));
        round.state = RoundState::Pending as u8;
        round.window_until_slot = 350;
        assert_eq!(round.check_window(349), Ok(()));
        assert_eq!(round.check_window(350), Err(SheafError::StageOver));
        round.window_until_slot = 2_000;
        assert_eq!(round.check_window(1_000), Err(SheafError::PastHardDeadline));
    }

    #[test]
    fn a_round_is_voided_late_or_without_a_quorum() {
        let mut round = round();
        assert_eq!(round.void_cause(349), Err(SheafError::NotYetPastDeadline));
        assert_eq!(round.void_cause(350), Ok(VoidCause::NoQuorum));
        round.state = RoundState::Pending as u8;
        assert_eq!(round.void_cause(999), Err(SheafError::NotYetPastDeadline));
        assert_eq!(round.void_cause(1_000), Ok(VoidCause::Deadline));
        round.state = RoundState::Final as u8;
        assert_eq!(round.void_cause(1_000), Err(SheafError::WrongStage));
    }

    #[test]
    fn attestations_are_taken_while_the_result_is_pending() {
        let mut round = round();
        round.state = RoundState::Pending as u8;
        assert_eq!(round.check_attest_stage(299), Ok(()));
        assert_eq!(round.check_commit_stage(99), Err(SheafError::WrongStage));
        round.end(RoundState::Final, 250);
        assert_eq!(round.check_attest_stage(299), Err(SheafError::WrongStage));
    }

    #[test]
    fn only_duties_whose_stage_ran_out_are_missed_and_they_are_counted_once() {
        let validator = Validator {
            authority: [7; 32],
            ..Validator::zeroed()
        };
        let ended = |ballot, slot| {
            let mut round = round();
            round.validators[0].authority = [7; 32];
            round.validators[0].stake = 50;
            round.validators[0].ballot = ballot;
            round.end(RoundState::Void, slot);
            round
        };
        let (two, all) = (
            ballot::COMMITTED | ballot::REVEALED,
            ballot::COMMITTED | ballot::REVEALED | ballot::ATTESTED,
        );
        for (ballot, slot, duties) in [
            (all, 350, Duties::Done),
            (two, 350, Duties::Missed),
            (two, 299, Duties::NotDue),
            (0, 100, Duties::Missed),
            (0, 99, Duties::NotDue),
        ] {
            let mut round = ended(ballot, slot);
            assert_eq!(round.count_duties(&validator), Ok(duties));
            assert_eq!(
                round.count_duties(&validator),
                Err(SheafError::DutiesAlreadyCounted)
            );
        }
        // Past its hard deadline a round takes no votes, however long it lives on.
        let mut cut = ended(two, 350);
        cut.deadline_slot = 299;
        assert_eq!(cut.count_duties(&validator), Ok(Duties::NotDue));
        let newcomer = Validator {
            bonded_since_slot: 1,
            ..validator
        };
        assert_eq!(
            ended(0, 350).count_duties(&newcomer),
            Err(SheafError::NotInStakeTable)
        );
        assert_eq!(
            round().count_duties(&validator),
            Err(SheafError::WrongStage)
        );
    }

    #[test]
    fn who_attested_to_a_proven_fraud_is_slashed_once() {
        let mut round = round();
        round.attestation = [3; 32];
        for (entry, attestation) in round.validators.iter_mut().zip([[3; 32], [4; 32]]) {
            entry.authority = attestation;
            entry.stake = 50;
            entry.attest(attestation).expect("attests");
        }
        round.validators[2].authority = [5; 32];
        round.validators[2].stake = 50;
        let validator = |index: u8, authority| Validator {
            table_index: index,
            authority,
            ..Validator::zeroed()
        };
        let guilty = validator(0, [3; 32]);
        assert_eq!(round.slash(&guilty), Err(SheafError::FraudNotProven));
        assert_eq!(round.convict([9; 32]), Ok(()));
        assert_eq!(round.convict([8; 32]), Err(SheafError::FraudAlreadyProven));
        assert_eq!(round.slash(&guilty), Ok(50));
        assert_eq!(round.slash(&guilty), Err(SheafError::AlreadySlashed));
        for innocent in [validator(1, [4; 32]), validator(2, [5; 32])] {
            assert_eq!(round.slash(&innocent), Err(SheafError::NotAttested));
        }
        assert_eq!(
            round.slash(&validator(0, [4; 32])),
            Err(SheafError::NotInStakeTable)
        );
        assert_eq!(round.check_accusable(1_050), Ok(()));
        assert_eq!(round.check_accusable(1_051), Err(SheafError::StageOver));
        round.attestation = [0; 32];
        assert_eq!(round.check_accusable(1), Err(SheafError::WrongStage));
    }

    #[test]
    fn a_round_closes_when_nothing_needs_it() {
        let mut round = round();
        round.batch_count = 1;
        assert_eq!(round.check_closable(2_000), Err(SheafError::WrongStage));
        round.end(RoundState::Final, 400);
        assert_eq!(
            round.check_closable(2_000),
            Err(SheafError::RoundHasBatches)
        );
        round.count_release().expect("counts");
        assert_eq!(
            round.check_closable(1_050),
            Err(SheafError::RoundStillSlashable)
        );
        assert_eq!(round.check_closable(1_051), Ok(()));
    }

    #[test]
    fn debits_settle_from_the_front_and_only_as_attested() {
        let debits = [(2, [2; 32], 20), (5, [5; 32], 50), (7, [7; 32], 0)];
        let chain = |debits: &[(u64, Key, u64)]| {
            debits_hash(
                &[9; 32],
                3,
                debits.iter().map(|(_, job, amount)| (job, *amount)),
            )
        };
        let mut round = round();
        round.debits_total = 70;
        round.unsettled_hash = chain(&debits);

        let wrong_amount = Settlement {
            debits: &[(2, [2; 32], 21)],
            rest_hash: chain(&debits[1..]),
        };
        assert_eq!(round.settle(&wrong_amount), Err(SheafError::DebitsMismatch));

        let first = Settlement {
            debits: &debits[..2],
            rest_hash: chain(&debits[2..]),
        };
        assert_eq!(round.settle(&first), Ok(70));
        assert_eq!(round.check_all_settled(), Err(SheafError::DebitsMismatch));
        let again = Settlement {
            debits: &debits[..1],
            rest_hash: chain(&debits[1..]),
        };
        assert_eq!(round.settle(&again), Err(SheafError::DebitsOutOfOrder));
        let last = Settlement {
            debits: &debits[2..],
            rest_hash: chain(&[]),
        };
        assert_eq!(round.settle(&last), Ok(0));
        assert_eq!(round.check_all_settled(), Ok(()));
    }

    #[test]
    fn a_result_owes_what_its_debits_pay() {
        let mut round = round();
        round.base_total = 100;
        round.base_leaf_count = 4;
        let mut result = RoundResult {
            base_root: [0; 32],
            root: [1; 32],
            total: 130,
            leaf_count: 4,
            debits_hash: [2; 32],
            debits_total: 30,
            manifest_hash: [3; 32],
        };
        assert_eq!(round.check_result(&result), Ok(()));
        result.total = 131;
        assert_eq!(round.check_result(&result), Err(SheafError::TotalMismatch));
        result.total = 130;
        for leaf_count in [3, MAX_LEAVES + 1] {
            result.leaf_count = leaf_count;
            assert_eq!(
                round.check_result(&result),
                Err(SheafError::LeafCountShrinks)
            );
        }
        result.debits_total = u64::MAX;
        assert_eq!(round.check_result(&result), Err(SheafError::TotalMismatch));
    }

    #[test]
    fn a_ballot_needs_the_stake_that_was_snapshotted() {
        let mut round = round();
        round.validators[3].authority = [7; 32];
        round.validators[3].stake = 50;
        let mut validator = Validator::zeroed();
        validator.authority = [7; 32];
        validator.table_index = 3;
        validator.stake = 50;
        assert!(round.ballot_of(&validator).is_ok());
        validator.stake = 49;
        assert_eq!(
            round.ballot_of(&validator).err(),
            Some(SheafError::NotInStakeTable)
        );
        validator.stake = 60;
        validator.authority = [8; 32];
        assert_eq!(
            round.ballot_of(&validator).err(),
            Some(SheafError::NotInStakeTable)
        );
        validator.table_index = 255;
        assert_eq!(
            round.ballot_of(&validator).err(),
            Some(SheafError::NotInStakeTable)
        );
    }
}
