//! Challenges of a pending result, and proofs of fraud.

use super::state::{Leaves, Model, RoundState};
use crate::world::PARAMETERS;
use sheaf_format::limits::MAX_LEAVES;
use solana_sdk::pubkey::Pubkey;

const WINDOW: u64 = PARAMETERS.window_slots as u64;

impl Model {
    /// `open_challenge` in the live round.
    pub fn challenge(&mut self, index: u32, challenger: usize) -> bool {
        let (slot, in_time) = (
            self.slot,
            self.is_between(&[RoundState::Pending], |round| [0, round.window_until]),
        );
        let Some(round) = self.live() else {
            return false;
        };
        let accepted = in_time && index < MAX_LEAVES && !round.challenges.contains_key(&index);
        if accepted {
            let until = slot + WINDOW;
            round.challenges.insert(index, (challenger, until));
        }
        accepted
    }

    /// `cache_evidence`: whether pages of a round can be proven now.
    pub fn can_accuse(&self, number: u64) -> bool {
        self.rounds
            .get(&number)
            .is_some_and(|round| round.pending.is_some() && self.slot <= round.deadline + WINDOW)
    }

    /// `answer_challenge` with the leaf's page proven, by the leaf or by a lie.
    pub fn answer(&mut self, number: u64, index: u32, is_true: bool) -> bool {
        let slot = self.slot;
        let Some(round) = self.rounds.get_mut(&number) else {
            return false;
        };
        let is_open = round
            .challenges
            .get(&index)
            .is_some_and(|(_, until)| slot < *until);
        let accepted = is_true && is_open && round.state == RoundState::Pending;
        if accepted {
            round.challenges.remove(&index);
        }
        accepted
    }

    /// `void_unanswered`.
    pub fn void_unanswered(&mut self, number: u64, index: u32) -> bool {
        let slot = self.slot;
        let Some(round) = self.rounds.get_mut(&number) else {
            return false;
        };
        let is_over = round
            .challenges
            .get(&index)
            .is_some_and(|(_, until)| slot >= *until);
        let accepted = is_over && round.state == RoundState::Pending;
        if accepted {
            round.challenges.remove(&index);
            self.end_void();
        }
        accepted
    }

    /// `close_challenge`.
    pub fn close_challenge(&mut self, number: u64, index: u32) -> bool {
        let Some(round) = self.rounds.get_mut(&number) else {
            return false;
        };
        let accepted = round.state == RoundState::Void && round.challenges.contains_key(&index);
        if accepted {
            round.challenges.remove(&index);
        }
        accepted
    }

    /// `prove_fraud` by the leaves at an index.
    pub fn prove(&mut self, number: u64, index: u32) -> bool {
        if !self.can_accuse(number) {
            return false;
        }
        let round = self.rounds.get_mut(&number).expect("it can be accused");
        let pending = round.plan().expect("it was pending").leaves.clone();
        if round.convicted || !is_fraud(&round.base, &pending, index) {
            return false;
        }
        round.convicted = true;
        if round.state == RoundState::Pending {
            self.end_void();
        }
        true
    }
}

/// Whether the leaves at an index, or the sums beside its way up the page, show that somebody lost.
fn is_fraud(base: &Leaves, pending: &Leaves, index: u32) -> bool {
    let leaf = |leaves: &Leaves| -> Option<(Pubkey, u64)> { leaves.get(index as usize).copied() };
    let block = |leaves: &Leaves, first: usize, width: usize| -> u64 {
        leaves
            .iter()
            .skip(first)
            .take(width)
            .map(|(_, sum)| sum)
            .sum()
    };
    let (before, after) = (leaf(base), leaf(pending));
    let loses = before.map_or(0, |leaf| leaf.1) > after.map_or(0, |leaf| leaf.1);
    let parted = before.is_some_and(|before| after.is_none_or(|after| before.0 != after.0));
    let beside = (0..9).any(|level| {
        let width = 1 << level;
        let first = ((index as usize >> level) ^ 1) << level;
        block(pending, first, width) < block(base, first, width)
    });
    loses || parted || beside
}
