//! Stakes, duties, jail, slashing; pauses.

use super::state::{Bond, Model};
use crate::world::PARAMETERS;
use sheaf_format::limits::{
    MAX_PAUSE_SECONDS, MAX_VALIDATORS, MISSED_DUTIES_TO_JAIL, PAUSE_COOL_DOWN_SECONDS,
};

const WINDOW: u64 = PARAMETERS.window_slots as u64;

impl Model {
    /// `register_validator`.
    pub fn register(&mut self, validator: usize, amount: u64) -> bool {
        let stake = self.arrives(amount);
        let taken = |seat: &usize| self.bonds.values().any(|bond| bond.seat == *seat);
        let seat = (0..MAX_VALIDATORS).find(|seat| !taken(seat));
        let accepted = self.is_running()
            && stake >= self.minimum_stake
            && !self.bonds.contains_key(&validator);
        let Some(seat) = seat.filter(|_| accepted) else {
            return false;
        };
        let bond = Bond {
            stake,
            seat,
            withdraw_after: None,
            jailed_until: None,
            missed: 0,
            slashable_until: 0,
            since_slot: self.slot,
        };
        self.bonds.insert(validator, bond);
        true
    }

    /// `add_stake`.
    pub fn add_stake(&mut self, validator: usize, amount: u64) -> bool {
        let arrived = self.arrives(amount);
        let Some(bond) = self.bonds.get_mut(&validator) else {
            return false;
        };
        let accepted = bond.withdraw_after.is_none() && amount > 0;
        if accepted {
            bond.stake += arrived;
        }
        accepted
    }

    /// `request_unstake`.
    pub fn unstake(&mut self, validator: usize, by_owner: bool) -> bool {
        let after = self.unix_time + PARAMETERS.unbonding_seconds;
        let Some(bond) = self.bonds.get_mut(&validator) else {
            return false;
        };
        let accepted = by_owner && bond.withdraw_after.is_none();
        if accepted {
            bond.withdraw_after = Some(after);
        }
        accepted
    }

    /// `withdraw_stake`.
    pub fn withdraw(&mut self, validator: usize) -> bool {
        let accepted = self.bonds.get(&validator).is_some_and(|bond| {
            bond.withdraw_after.is_some_and(|at| self.unix_time >= at)
                && self.slot > bond.slashable_until
        });
        if accepted {
            self.bonds.remove(&validator);
        }
        accepted
    }

    /// `unjail_validator`.
    pub fn unjail(&mut self, validator: usize) -> bool {
        let (unix_time, slot, minimum_stake) = (self.unix_time, self.slot, self.minimum_stake);
        let Some(bond) = self.bonds.get_mut(&validator) else {
            return false;
        };
        let accepted = bond.withdraw_after.is_none()
            && bond.jailed_until.is_some_and(|until| unix_time >= until)
            && bond.stake >= minimum_stake;
        if accepted {
            (bond.jailed_until, bond.since_slot) = (None, slot);
        }
        accepted
    }

    /// `count_duties`.
    pub fn count_duties(&mut self, validator: usize, number: u64) -> bool {
        let jailed_until = self.unix_time + PARAMETERS.unbonding_seconds;
        let Some(bond) = self.bonds.get_mut(&validator).filter(|bond| bond.votes()) else {
            return false;
        };
        let Some(round) = self.rounds.get_mut(&number).filter(|r| r.has_ended()) else {
            return false;
        };
        let ended = round.ended_slot.min(round.deadline);
        let stages = [round.commit_until, round.reveal_until, round.attest_until];
        let was_there = bond.since_slot <= round.opened_slot;
        let Some(ballot) = round.table.get_mut(&bond.seat) else {
            return false;
        };
        if !was_there || ballot.validator != validator || ballot.counted {
            return false;
        }
        ballot.counted = true;
        let done = [ballot.committed, ballot.revealed, ballot.attested.is_some()];
        let missed = stages
            .iter()
            .zip(done)
            .any(|(until, done)| ended >= *until && !done);
        if missed {
            bond.missed += 1;
            if bond.missed >= MISSED_DUTIES_TO_JAIL {
                bond.jail(jailed_until);
            }
        } else if done == [true; 3] {
            bond.missed = 0;
        }
        true
    }

    /// `slash_validator`.
    pub fn slash(&mut self, validator: usize, number: u64) -> bool {
        let jailed_until = self.unix_time + PARAMETERS.unbonding_seconds;
        let slot = self.slot;
        let Some(round) = self.rounds.get_mut(&number) else {
            return false;
        };
        let can = round.convicted && slot <= round.deadline + WINDOW;
        let pending = round.pending;
        let Some(bond) = self.bonds.get_mut(&validator) else {
            return false;
        };
        let Some(ballot) = round.table.get_mut(&bond.seat) else {
            return false;
        };
        let guilty =
            ballot.validator == validator && pending.is_some() && ballot.attested == pending;
        if !can || !guilty || ballot.slashed {
            return false;
        }
        ballot.slashed = true;
        let slashed = ballot.stake.min(bond.stake);
        bond.stake -= slashed;
        bond.jail(jailed_until);
        let reward = slashed / 10;
        self.rewards[0] += self.arrives(reward);
        self.rewards[1] += self.arrives(slashed - reward);
        true
    }

    /// `pause_network`.
    pub fn pause(&mut self, seconds: i64, by_guardian: bool) -> bool {
        let accepted = by_guardian
            && self.unix_time >= self.pause_again_at
            && (1..=MAX_PAUSE_SECONDS).contains(&seconds);
        if accepted {
            self.paused_until = self.unix_time + seconds;
            self.pause_again_at = self.paused_until + PAUSE_COOL_DOWN_SECONDS;
        }
        accepted
    }

    /// `unpause_network`.
    pub fn unpause(&mut self, by_guardian: bool) -> bool {
        let accepted = by_guardian && !self.is_running();
        if accepted {
            self.paused_until = self.unix_time;
            self.pause_again_at = self.unix_time + PAUSE_COOL_DOWN_SECONDS;
        }
        accepted
    }
}

impl Bond {
    fn jail(&mut self, until: i64) {
        self.missed = 0;
        self.jailed_until = Some(self.jailed_until.map_or(until, |before| before.max(until)));
    }
}
