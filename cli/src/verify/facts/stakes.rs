//! The network as it was in an earlier slot, by its events: who voted with how much, with which key,
//! and who the treasury was.
//!
//! Where a round opened in the same slot as a stake changed, events do not tell which came first:
//! the sum of the stakes, which the round's opening says, decides whether the answer is used.

use sheaf_client::{event::Event, history::Recorded};
use sheaf_format::Key;
use std::collections::BTreeMap;

/// A validator's stake, and whether it votes.
#[derive(Clone, Copy, Debug)]
struct Stake {
    amount: u64,
    votes: bool,
}

fn until(history: &[Recorded], slot: u64) -> impl Iterator<Item = &Event> {
    let entries = history.iter().filter(move |entry| entry.slot <= slot);
    entries.map(|entry| &entry.event)
}

/// The stakes that vote in a round opened in `slot`.
pub fn table(history: &[Recorded], slot: u64) -> BTreeMap<Key, u64> {
    let mut stakes: BTreeMap<Key, Stake> = BTreeMap::new();
    for event in until(history, slot) {
        let (validator, amount, votes) = match event {
            Event::ValidatorRegistered(event) => (event.authority, Some(event.stake), Some(true)),
            Event::StakeAdded(event) => (event.authority, Some(event.stake), None),
            Event::ValidatorUnjailed(event) => (event.authority, Some(event.stake), Some(true)),
            Event::UnstakeRequested(event) => (event.authority, None, Some(false)),
            Event::DutiesCounted(event) if event.jailed_until != 0 => {
                (event.authority, None, Some(false))
            }
            Event::ValidatorSlashed(event) => {
                if let Some(stake) = stakes.get_mut(&event.authority) {
                    stake.amount = stake.amount.saturating_sub(event.slashed);
                }
                continue;
            }
            Event::StakeWithdrawn(event) => {
                stakes.remove(&event.authority);
                continue;
            }
            _ => continue,
        };
        let stake = stakes.entry(validator).or_insert(Stake {
            amount: 0,
            votes: true,
        });
        stake.amount = amount.unwrap_or(stake.amount);
        stake.votes = votes.unwrap_or(stake.votes);
    }
    let voting = stakes.into_iter().filter(|(_, stake)| stake.votes);
    voting
        .map(|(validator, stake)| (validator, stake.amount))
        .filter(|(_, amount)| *amount > 0)
        .collect()
}

/// The keys with which validators vote in a round opened in `slot`.
pub fn vote_keys(history: &[Recorded], slot: u64) -> BTreeMap<Key, Key> {
    let registered = until(history, slot).filter_map(|event| match event {
        Event::ValidatorRegistered(event) => Some((event.authority, event.vote_key)),
        _ => None,
    });
    registered.collect()
}

/// The treasury's wallet in a slot.
pub fn treasury(history: &[Recorded], slot: u64) -> Option<Key> {
    let named = until(history, slot).filter_map(|event| match event {
        Event::NetworkCreated(event) => Some(event.treasury),
        Event::ParametersSet(event) => Some(event.treasury),
        _ => None,
    });
    named.last()
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytemuck::Zeroable;
    use sheaf_client::layout::{
        DutiesCounted, NetworkCreated, ParametersSet, StakeAdded, StakeWithdrawn, UnstakeRequested,
        ValidatorRegistered, ValidatorSlashed, ValidatorUnjailed,
    };

    const ANN: Key = [1; 32];
    const BEN: Key = [2; 32];

    fn history() -> Vec<Recorded> {
        let registered = |authority: Key, stake| {
            Event::ValidatorRegistered(ValidatorRegistered {
                authority,
                vote_key: [authority[0] + 10; 32],
                stake,
                ..ValidatorRegistered::zeroed()
            })
        };
        let duties = |jailed_until| {
            Event::DutiesCounted(DutiesCounted {
                authority: BEN,
                jailed_until,
                ..DutiesCounted::zeroed()
            })
        };
        let events = [
            Event::NetworkCreated(NetworkCreated {
                treasury: [7; 32],
                ..NetworkCreated::zeroed()
            }),
            registered(ANN, 100),
            registered(BEN, 50),
            Event::StakeAdded(StakeAdded {
                authority: ANN,
                arrived: 5,
                stake: 105,
                ..StakeAdded::zeroed()
            }),
            duties(0),
            duties(99),
            Event::ValidatorUnjailed(ValidatorUnjailed {
                authority: BEN,
                stake: 50,
                ..ValidatorUnjailed::zeroed()
            }),
            Event::ValidatorSlashed(ValidatorSlashed {
                authority: BEN,
                slashed: 20,
                ..ValidatorSlashed::zeroed()
            }),
            Event::UnstakeRequested(UnstakeRequested {
                authority: ANN,
                ..UnstakeRequested::zeroed()
            }),
            Event::StakeWithdrawn(StakeWithdrawn {
                authority: ANN,
                ..StakeWithdrawn::zeroed()
            }),
            Event::ParametersSet(ParametersSet {
                treasury: [8; 32],
                ..ParametersSet::zeroed()
            }),
        ];
        let numbered = (1u64..).zip(events);
        numbered
            .map(|(slot, event)| Recorded { slot, event })
            .collect()
    }

    #[test]
    fn stakes_are_those_that_voted_in_the_slot() {
        let history = history();
        let at = |slot| table(&history, slot).into_values().collect::<Vec<_>>();
        assert_eq!(at(1), [0; 0]);
        assert_eq!(at(3), [100, 50]);
        assert_eq!(at(4), [105, 50]);
        assert_eq!(at(5), [105, 50], "duties done jail nobody");
        assert_eq!(at(6), [105]);
        assert_eq!(at(7), [105, 50]);
        assert_eq!(at(8), [105, 30]);
        assert_eq!(at(9), [30]);
        assert_eq!(table(&history, 10), BTreeMap::from([(BEN, 30)]));
    }

    #[test]
    fn treasury_and_vote_keys_are_those_of_the_slot() {
        let history = history();
        assert_eq!(treasury(&history, 0), None);
        assert_eq!(treasury(&history, 10), Some([7; 32]));
        assert_eq!(treasury(&history, 11), Some([8; 32]));
        assert_eq!(vote_keys(&history, 2), BTreeMap::from([(ANN, [11; 32])]));
    }
}
