//! The network: parameters, aggregators and the table of validators.

use super::Validator;
use crate::{
    arithmetic::later,
    error::{Checked, SheafError},
};
use anchor_lang::prelude::*;
use bytemuck::{Pod, Zeroable};
use sheaf_format::{
    limits::{
        BPS, MAX_AGGREGATORS, MAX_FEES_BPS, MAX_PAUSE_SECONDS, MAX_STAGE_SLOTS, MAX_STALL_SECONDS,
        MAX_UNBONDING_SECONDS, MIN_QUORUM_BPS, MIN_STAGE_SLOTS, PAUSE_COOL_DOWN_SECONDS,
        SEED_SLOTS_AHEAD, SLOT_MILLISECONDS,
    },
    Key,
};

sheaf_format::network_parameters_layout! {
    #[repr(C)]
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable, AnchorSerialize, AnchorDeserialize, IdlType)]
}

sheaf_format::stake_entry_layout! {
    #[repr(C)]
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable, IdlType)]
}

sheaf_format::network_layout! { #[account] }

impl NetworkParameters {
    /// Checks every parameter against the program's bounds.
    ///
    /// # Errors
    /// [`SheafError::ParameterOutOfBounds`].
    pub fn check(&self) -> Checked<()> {
        let stages = [
            self.intake_slots,
            self.commit_slots,
            self.reveal_slots,
            self.attest_slots,
            self.window_slots,
            self.settle_slots,
            self.grace_slots,
        ];
        let fees = u32::from(self.treasury_bps) + u32::from(self.validators_bps);
        let inside = self.minimum_stake > 0
            && (0..=MAX_UNBONDING_SECONDS).contains(&self.unbonding_seconds)
            && (1..=MAX_STALL_SECONDS).contains(&self.stall_seconds)
            && stages
                .iter()
                .all(|slots| (MIN_STAGE_SLOTS..=MAX_STAGE_SLOTS).contains(slots))
            && (u64::from(MIN_QUORUM_BPS)..=BPS).contains(&u64::from(self.quorum_bps))
            && fees <= u32::from(MAX_FEES_BPS)
            && lasts_at_most(self.round_slots(), self.stall_seconds);
        inside.then_some(()).ok_or(SheafError::ParameterOutOfBounds)
    }

    /// Slots from a round's first batch to its hard deadline: every stage, and a grace for closing,
    /// for opening and for the tally.
    pub fn round_slots(&self) -> u64 {
        let graces = 3 * u64::from(self.grace_slots);
        graces
            + SEED_SLOTS_AHEAD
            + u64::from(self.intake_slots)
            + u64::from(self.commit_slots)
            + u64::from(self.reveal_slots)
            + u64::from(self.attest_slots)
            + u64::from(self.window_slots)
            + u64::from(self.settle_slots)
    }
}

/// Whether `slots` slots are over within `seconds`.
pub fn lasts_at_most(slots: u64, seconds: i64) -> bool {
    let limit = u64::try_from(seconds).unwrap_or(0).saturating_mul(1_000);
    slots.saturating_mul(SLOT_MILLISECONDS) <= limit
}

impl Network {
    /// Counts one more event of the network's series.
    ///
    /// # Errors
    /// [`SheafError::Arithmetic`].
    pub fn next_event(&mut self) -> Checked<u64> {
        self.sequence = crate::arithmetic::add(self.sequence, 1)?;
        Ok(self.sequence)
    }

    /// Checks that a wallet is the admin's.
    ///
    /// # Errors
    /// [`SheafError::NotAdmin`].
    pub fn check_admin(&self, wallet: &Key) -> Checked<()> {
        if *wallet == self.admin {
            Ok(())
        } else {
            Err(SheafError::NotAdmin)
        }
    }

    /// Checks that a wallet is the guardian's.
    ///
    /// # Errors
    /// [`SheafError::NotGuardian`], also when there is none.
    pub fn check_guardian(&self, wallet: &Key) -> Checked<()> {
        if *wallet == self.guardian && self.guardian != [0; 32] {
            Ok(())
        } else {
            Err(SheafError::NotGuardian)
        }
    }

    /// Checks that no pause is in force (invariant 7).
    ///
    /// # Errors
    /// [`SheafError::NetworkPaused`].
    pub fn check_running(&self, unix_time: i64) -> Checked<()> {
        if unix_time >= self.paused_until {
            Ok(())
        } else {
            Err(SheafError::NetworkPaused)
        }
    }

    /// Starts a pause.
    ///
    /// # Errors
    /// [`SheafError::PauseCoolingDown`] while the last one is in force or too recent,
    /// [`SheafError::PauseOutOfBounds`].
    pub fn pause(&mut self, unix_time: i64, seconds: i64) -> Checked<()> {
        if unix_time < self.pause_again_at {
            return Err(SheafError::PauseCoolingDown);
        }
        if !(1..=MAX_PAUSE_SECONDS).contains(&seconds) {
            return Err(SheafError::PauseOutOfBounds);
        }
        self.end_pause_at(later(unix_time, seconds)?)
    }

    /// Ends a pause that is in force.
    ///
    /// # Errors
    /// [`SheafError::NetworkNotPaused`].
    pub fn unpause(&mut self, unix_time: i64) -> Checked<()> {
        if self.check_running(unix_time).is_ok() {
            return Err(SheafError::NetworkNotPaused);
        }
        self.end_pause_at(unix_time)
    }

    fn end_pause_at(&mut self, unix_time: i64) -> Checked<()> {
        self.pause_again_at = later(unix_time, PAUSE_COOL_DOWN_SECONDS)?;
        self.paused_until = unix_time;
        Ok(())
    }

    /// Sets what an admin chooses, after checking it.
    ///
    /// # Errors
    /// [`SheafError::ParameterOutOfBounds`], [`SheafError::TooManyAggregators`].
    pub fn set(
        &mut self,
        treasury: Key,
        parameters: NetworkParameters,
        aggregators: &[Key],
    ) -> Checked<()> {
        parameters.check()?;
        if aggregators.len() > MAX_AGGREGATORS {
            return Err(SheafError::TooManyAggregators);
        }
        self.treasury = treasury;
        self.parameters = parameters;
        self.aggregators = [[0; 32]; MAX_AGGREGATORS];
        for (slot, aggregator) in self.aggregators.iter_mut().zip(aggregators) {
            *slot = *aggregator;
        }
        self.aggregator_count =
            u8::try_from(aggregators.len()).map_err(|_| SheafError::TooManyAggregators)?;
        Ok(())
    }

    /// Whether a wallet is on the list of aggregators.
    pub fn is_aggregator(&self, wallet: &Key) -> bool {
        self.aggregators
            .iter()
            .take(usize::from(self.aggregator_count))
            .any(|aggregator| aggregator == wallet)
    }

    /// Puts a validator into the first free slot of the table.
    ///
    /// # Errors
    /// [`SheafError::ValidatorTableFull`].
    pub fn seat(&mut self, authority: Key, stake: u64) -> Checked<u8> {
        let index = self
            .validators
            .iter()
            .position(|entry| entry.authority == [0; 32])
            .ok_or(SheafError::ValidatorTableFull)?;
        self.validators[index] = StakeEntry { authority, stake };
        u8::try_from(index).map_err(|_| SheafError::ValidatorTableFull)
    }

    /// Brings a validator's slot in the table up to date with the stake that votes.
    ///
    /// # Errors
    /// [`SheafError::NotValidator`] when the slot is another's.
    pub fn seat_validator(&mut self, validator: &Validator) -> Checked<()> {
        self.seat_of(validator.table_index, &validator.authority)?
            .stake = validator.voting_stake();
        Ok(())
    }

    /// A validator's slot in the table.
    ///
    /// # Errors
    /// [`SheafError::NotValidator`] when the slot is another's.
    pub fn seat_of(&mut self, index: u8, authority: &Key) -> Checked<&mut StakeEntry> {
        self.validators
            .get_mut(usize::from(index))
            .filter(|entry| entry.authority == *authority)
            .ok_or(SheafError::NotValidator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters() -> NetworkParameters {
        NetworkParameters {
            minimum_stake: 1,
            unbonding_seconds: 60,
            stall_seconds: 3_600,
            intake_slots: 160,
            commit_slots: 80,
            reveal_slots: 60,
            attest_slots: 60,
            window_slots: 40,
            settle_slots: 80,
            grace_slots: 20,
            quorum_bps: 6_667,
            treasury_bps: 500,
            validators_bps: 1_000,
            _padding: [0; 6],
        }
    }

    #[test]
    fn parameters_inside_the_bounds_pass() {
        assert_eq!(parameters().check(), Ok(()));
        assert_eq!(parameters().round_slots(), 548);
    }

    #[test]
    fn each_parameter_is_bounded() {
        let changes: [fn(&mut NetworkParameters); 12] = [
            |p| p.minimum_stake = 0,
            |p| p.unbonding_seconds = -1,
            |p| p.unbonding_seconds = MAX_UNBONDING_SECONDS + 1,
            |p| p.stall_seconds = 0,
            |p| p.stall_seconds = MAX_STALL_SECONDS + 1,
            |p| p.intake_slots = MIN_STAGE_SLOTS - 1,
            |p| p.commit_slots = MAX_STAGE_SLOTS + 1,
            |p| p.quorum_bps = MIN_QUORUM_BPS - 1,
            |p| p.quorum_bps = 10_001,
            |p| p.treasury_bps = MAX_FEES_BPS,
            |p| p.validators_bps = u16::MAX,
            // 548 slots may last 220 seconds.
            |p| p.stall_seconds = 219,
        ];
        for change in changes {
            let mut changed = parameters();
            change(&mut changed);
            assert_eq!(changed.check(), Err(SheafError::ParameterOutOfBounds));
        }
    }

    #[test]
    fn a_pause_is_bounded_lapses_and_cools_down_longer_than_it_lasts() {
        let mut network = Network::zeroed();
        for seconds in [0, -1, MAX_PAUSE_SECONDS + 1, i64::MAX] {
            assert_eq!(
                network.pause(1_000, seconds),
                Err(SheafError::PauseOutOfBounds)
            );
        }
        assert_eq!(network.pause(1_000, MAX_PAUSE_SECONDS), Ok(()));
        let end = 1_000 + MAX_PAUSE_SECONDS;
        assert_eq!(
            network.check_running(end - 1),
            Err(SheafError::NetworkPaused)
        );
        assert_eq!(network.check_running(end), Ok(()));
        assert_eq!(network.unpause(end), Err(SheafError::NetworkNotPaused));
        let again = end + PAUSE_COOL_DOWN_SECONDS;
        assert_eq!(
            network.pause(again - 1, 1),
            Err(SheafError::PauseCoolingDown)
        );
        assert_eq!(network.pause(again, 10), Ok(()));

        assert_eq!(network.unpause(again + 5), Ok(()));
        assert_eq!(network.check_running(again + 5), Ok(()));
        assert_eq!(network.pause_again_at, again + 5 + PAUSE_COOL_DOWN_SECONDS);
    }

    #[test]
    fn nobody_is_the_guardian_when_there_is_none() {
        let mut network = Network::zeroed();
        assert_eq!(
            network.check_guardian(&[0; 32]),
            Err(SheafError::NotGuardian)
        );
        network.guardian = [4; 32];
        assert_eq!(network.check_guardian(&[4; 32]), Ok(()));
        assert_eq!(network.check_admin(&[4; 32]), Err(SheafError::NotAdmin));
    }

    #[test]
    fn a_freed_seat_is_taken_again() {
        let mut network = Network::zeroed();
        for index in 0..64 {
            assert_eq!(network.seat([index + 1; 32], 5), Ok(index));
        }
        assert_eq!(
            network.seat([99; 32], 5),
            Err(SheafError::ValidatorTableFull)
        );
        *network.seat_of(7, &[8; 32]).expect("seated") = StakeEntry::zeroed();
        assert_eq!(network.seat_of(7, &[8; 32]), Err(SheafError::NotValidator));
        assert_eq!(network.seat([99; 32], 5), Ok(7));
    }

    #[test]
    fn unused_slots_hold_no_aggregator() {
        let mut network = Network::zeroed();
        assert_eq!(network.set([1; 32], parameters(), &[[2; 32]]), Ok(()));
        assert!(network.is_aggregator(&[2; 32]));
        assert!(!network.is_aggregator(&[0; 32]));
        assert_eq!(
            network.set([1; 32], parameters(), &[[2; 32]; 9]),
            Err(SheafError::TooManyAggregators)
        );
    }
}
