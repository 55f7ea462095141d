//! A round whose account was closed, or that never had one, by its events.

use super::{Place, Standing, batches, stakes, vote_keys};
use anyhow::{Context as _, bail, ensure};
use sheaf_client::{
    event::Event,
    history::Recorded,
    layout::{RoundFinalised, RoundOpened, RoundTallied},
};
use sheaf_format::{Hash, Key};
use sheaf_protocol::verification::{BaseFacts, ResultFacts, RoundFacts, VoterFacts};
use std::collections::BTreeMap;

/// What a round's events say of it.
#[derive(Debug, Default)]
struct Record {
    opened: Option<RoundOpened>,
    tallied: Option<RoundTallied>,
    finalised: Option<RoundFinalised>,
    voided: bool,
    closed: bool,
    revealed: BTreeMap<Key, Hash>,
    attested: BTreeMap<Key, Hash>,
}

/// What the chain's history says of a round without an account.
pub async fn of_round(place: &Place, number: u64) -> anyhow::Result<Standing> {
    let address = place.chain.addresses().round(&place.pool, number);
    let record = Record::read(&place.chain.history(&address).await?, number);
    if record.voided {
        return Ok(Standing::Void);
    }
    let (Some(opened), Some(tallied), Some(finalised)) =
        (record.opened, record.tallied, record.finalised)
    else {
        if number == place.account.round && !record.closed {
            return Ok(Standing::Open);
        }
        bail!(
            "its account was closed, and the RPC does not show all of its transactions any more: ask one with the whole history, with -u URL"
        );
    };
    let network = place.chain.addresses().network();
    let history = place.chain.history(&network).await?;
    let table = stakes::table(&history, opened.opened_slot);
    let sum = table
        .values()
        .try_fold(0u64, |sum, stake| sum.checked_add(*stake));
    ensure!(
        sum == Some(opened.stake_total),
        "the stakes that the network's events tell do not sum to the {} that voted: the RPC does not show all of them. Ask one with the whole history, with -u URL",
        opened.stake_total
    );
    let treasury = stakes::treasury(&history, opened.opened_slot)
        .context("the RPC does not show the network's creation any more")?;
    let keys = vote_keys(place, table.keys(), opened.opened_slot).await?;
    let attestation = record
        .attestation(&table, tallied.stake)
        .context("the attestations shown do not make the quorum that was tallied")?;
    let voters = table.iter().map(|(validator, stake)| VoterFacts {
        validator: *validator,
        vote_key: keys.get(validator).copied().unwrap_or_default(),
        stake: *stake,
        scores_root: record.revealed.get(validator).copied(),
    });
    let leaf_count = u32::try_from(tallied.leaf_count).context("leaves beyond 32 bits")?;
    let facts = RoundFacts {
        scope: place.scope(number),
        seed: opened.seed,
        treasury,
        base: BaseFacts {
            root: None,
            total: finalised.old_total,
            leaf_count: None,
        },
        result: ResultFacts {
            root: tallied.root,
            total: tallied.total,
            leaf_count,
            debits_total: tallied.debits_total,
            debits_hash: None,
            manifest_hash: tallied.manifest_hash,
            attestation,
        },
        voters: voters.collect(),
        batches: batches::of_round(place, number, None).await?,
    };
    Ok(Standing::Tallied {
        facts: Box::new(facts),
        is_final: true,
    })
}

impl Record {
    fn read(history: &[Recorded], number: u64) -> Self {
        let mut record = Self::default();
        for entry in history {
            match entry.event {
                Event::RoundOpened(event) if event.round == number => record.opened = Some(event),
                Event::RoundTallied(event) if event.round == number => {
                    record.tallied = Some(event);
                }
                Event::RoundFinalised(event) if event.round == number => {
                    record.finalised = Some(event);
                }
                Event::RoundVoided(event) if event.round == number => record.voided = true,
                Event::RoundClosed(event) if event.round == number => record.closed = true,
                Event::ScoresRevealed(event) if event.round == number => {
                    record.revealed.insert(event.validator, event.scores_root);
                }
                Event::ResultAttested(event) if event.round == number => {
                    record.attested.insert(event.validator, event.attestation);
                }
                _ => {}
            }
        }
        record
    }

    /// The hash behind which the tallied stake stands.
    fn attestation(&self, table: &BTreeMap<Key, u64>, tallied: u64) -> Option<Hash> {
        let mut behind: BTreeMap<Hash, u64> = BTreeMap::new();
        for (validator, attestation) in &self.attested {
            let stake = table.get(validator).copied().unwrap_or(0);
            let sum = behind.entry(*attestation).or_default();
            *sum = sum.saturating_add(stake);
        }
        // Attestations may come after the tally, so there can be more than was tallied.
        let best = behind.into_iter().max_by_key(|(_, stake)| *stake)?;
        (best.1 >= tallied).then_some(best.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytemuck::Zeroable;
    use sheaf_client::layout::{ResultAttested, RoundVoided};

    fn recorded(event: Event) -> Recorded {
        Recorded { slot: 1, event }
    }

    fn attested(validator: u8, attestation: u8) -> Recorded {
        recorded(Event::ResultAttested(ResultAttested {
            validator: [validator; 32],
            attestation: [attestation; 32],
            round: 4,
            ..ResultAttested::zeroed()
        }))
    }

    #[test]
    fn the_attestation_is_the_one_the_quorum_stands_behind() {
        let history = [attested(1, 9), attested(2, 8), attested(3, 9)];
        let record = Record::read(&history, 4);
        let table = BTreeMap::from([([1; 32], 10), ([2; 32], 15), ([3; 32], 10)]);
        assert_eq!(record.attestation(&table, 20), Some([9; 32]));
        assert_eq!(record.attestation(&table, 21), None);
        assert_eq!(Record::read(&history, 5).attestation(&table, 0), None);
    }

    #[test]
    fn only_the_rounds_own_events_count() {
        let voided = Event::RoundVoided(RoundVoided {
            round: 4,
            ..RoundVoided::zeroed()
        });
        assert!(Record::read(&[recorded(voided)], 4).voided);
        assert!(!Record::read(&[recorded(voided)], 5).voided);
    }
}
