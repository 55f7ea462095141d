//! Transactions whose end is not known: looked at, sent again, and closed once it is.

use super::{
    backoff::delay,
    transaction::{lifetime, signed},
};
use crate::store::{
    Store,
    journal::{Ending, JournalEntry, Open},
};
use sheaf_client::{
    Chain, Refusal,
    send::{Firmness, Seen, Sight, Standing, judge},
};
use solana_commitment_config::CommitmentConfig;
use solana_sdk::{signature::Signature, transaction::TransactionError};
use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

/// Pause before the same bytes are sent again for the first time; it doubles.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
/// Its longest.
const LONGEST_PAUSE: Duration = Duration::from_secs(20);

/// What follows from a look at an open transaction (pure).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// It stands for good.
    Landed {
        /// Slot it stands in.
        slot: u64,
    },
    /// It stands for good, and failed.
    Failed {
        /// Slot it stands in.
        slot: u64,
        /// Why.
        error: TransactionError,
    },
    /// It never landed and never will: something new may be signed.
    Dead,
    /// It stands, but may vanish yet with its fork. Nothing to send again.
    Standing {
        /// Slot it stands in.
        slot: u64,
    },
    /// It may still land: the same bytes are sent again, now and then.
    Live,
    /// The RPC cannot say: as [`Next::Live`].
    Uncertain {
        /// Why.
        reason: String,
    },
    /// This RPC will never say: its history does not reach back far enough. It counts as live.
    Forgotten {
        /// Why.
        reason: String,
    },
}

/// What follows from a look at an entry of the journal.
pub fn next(sight: &Sight, entry: &JournalEntry) -> Next {
    match judge(sight, Firmness::Finalized, &lifetime(entry)) {
        Standing::Landed { slot, error: None } => Next::Landed { slot },
        Standing::Landed {
            slot,
            error: Some(error),
        } => Next::Failed { slot, error },
        Standing::Dead => Next::Dead,
        Standing::Uncertain { reason } if sight.status_slot < sight.finalized_slot => {
            Next::Uncertain { reason }
        }
        Standing::Uncertain { reason } => Next::Forgotten { reason },
        Standing::Live => match &sight.status {
            // One that failed in a fork may succeed in another, as long as it lives.
            Some(Seen {
                slot,
                error: None,
                firmness: Firmness::Confirmed,
            }) => Next::Standing { slot: *slot },
            _ => Next::Live,
        },
    }
}

/// What became of a transaction since the last look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It stands for good in this slot.
    Landed(u64),
    /// It stands for good, and failed.
    Refused(Box<Refusal>),
    /// It never landed and never will.
    Dead,
    /// It may still land. The slot, when it stands already and may only vanish with its fork.
    Open(Option<u64>),
    /// The RPC cannot say.
    Uncertain(String),
    /// This RPC will never say.
    Forgotten(String),
}

/// Watches the journal's open transactions.
pub struct Watcher {
    chain: Chain,
    store: Arc<dyn Store>,
    /// When each was sent last, and how often again.
    sent: BTreeMap<Signature, (Instant, u32)>,
    /// What the journal says of each.
    marked: BTreeMap<Signature, (Open, String)>,
}

impl Watcher {
    /// A watcher of a journal.
    pub fn new(chain: &Chain, store: Arc<dyn Store>) -> Self {
        Self {
            chain: chain.at(CommitmentConfig::finalized()),
            store,
            sent: BTreeMap::new(),
            marked: BTreeMap::new(),
        }
    }

    /// Looks at every open transaction once: closes what ended, sends the same bytes of what lives.
    /// Gives what became of each, by its action.
    ///
    /// # Errors
    /// When the store fails or holds what cannot be read.
    pub async fn step(&mut self) -> anyhow::Result<Vec<(JournalEntry, Outcome)>> {
        let open = self.store.open_entries().await?;
        let is_open = |signature: &Signature| open.iter().any(|one| one.signature == *signature);
        self.sent.retain(|signature, _| is_open(signature));
        self.marked.retain(|signature, _| is_open(signature));
        if open.is_empty() {
            return Ok(Vec::new());
        }
        let asked: Vec<_> = open
            .iter()
            .map(|entry| (entry.signature, lifetime(entry)))
            .collect();
        let all: Vec<Next> = match self.chain.look_at_all(&asked).await {
            Ok(sights) => open
                .iter()
                .zip(&sights)
                .map(|(entry, sight)| next(sight, entry))
                .collect(),
            Err(reason) => vec![Next::Uncertain { reason }; open.len()],
        };
        let mut outcomes = Vec::with_capacity(open.len());
        for (entry, next) in open.into_iter().zip(all) {
            let outcome = self.act(&entry, next).await?;
            outcomes.push((entry, outcome));
        }
        Ok(outcomes)
    }

    /// Does what follows from a look.
    async fn act(&mut self, entry: &JournalEntry, next: Next) -> anyhow::Result<Outcome> {
        let (signature, store) = (&entry.signature, Arc::clone(&self.store));
        Ok(match next {
            Next::Landed { slot } => {
                store
                    .close_entry(signature, Ending::Landed, Some(slot), "")
                    .await?;
                Outcome::Landed(slot)
            }
            Next::Failed { slot, error } => {
                let refusal = self.chain.landed_refusal(&signed(entry)?, &error).await;
                store
                    .close_entry(signature, Ending::Refused, Some(slot), &refusal.name)
                    .await?;
                Outcome::Refused(Box::new(refusal))
            }
            Next::Dead => {
                store.close_entry(signature, Ending::Dead, None, "").await?;
                Outcome::Dead
            }
            Next::Standing { slot } => {
                self.mark(entry, Open::Live, "confirmed").await?;
                Outcome::Open(Some(slot))
            }
            Next::Live => {
                self.mark(entry, Open::Live, "").await?;
                self.send_again(entry).await?;
                Outcome::Open(None)
            }
            Next::Uncertain { reason } => {
                self.mark(entry, Open::Uncertain, &reason).await?;
                self.send_again(entry).await?;
                Outcome::Uncertain(reason)
            }
            Next::Forgotten { reason } => {
                self.mark(entry, Open::Uncertain, &reason).await?;
                Outcome::Forgotten(reason)
            }
        })
    }

    /// Writes down where an open transaction stands, when that changed.
    async fn mark(&mut self, entry: &JournalEntry, open: Open, note: &str) -> anyhow::Result<()> {
        let mark = (open, note.to_owned());
        if self.marked.get(&entry.signature) != Some(&mark) {
            self.store.mark_entry(&entry.signature, open, note).await?;
            self.marked.insert(entry.signature, mark);
        }
        Ok(())
    }

    /// Sends the same bytes when it is time. One that this process never sent is sent at once.
    async fn send_again(&mut self, entry: &JournalEntry) -> anyhow::Result<()> {
        let times = match self.sent.get(&entry.signature) {
            None => 0,
            Some((last, times)) if last.elapsed() >= delay(FIRST_PAUSE, LONGEST_PAUSE, *times) => {
                times.saturating_add(1)
            }
            Some(_) => return Ok(()),
        };
        self.sent.insert(entry.signature, (Instant::now(), times));
        if let Err(error) = self.chain.submit(&signed(entry)?).await {
            // It may have arrived all the same, and an RPC may check beforehand what it was told not
            // to: only the next look tells.
            tracing::debug!(signature = %entry.signature, %error, "sending again failed");
        }
        Ok(())
    }

    /// Says that a transaction was sent just now.
    pub fn was_sent(&mut self, signature: Signature) {
        self.sent.insert(signature, (Instant::now(), 0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> JournalEntry {
        JournalEntry {
            action: "round 1: tally".to_owned(),
            signature: Signature::from([1; 64]),
            bytes: Vec::new(),
            last_valid_block_height: 250,
            since_slot: 105,
        }
    }

    fn sight(height: u64, status: Option<(Firmness, Option<TransactionError>)>) -> Sight {
        Sight {
            finalized_height: height,
            finalized_slot: height,
            status_slot: height + 32,
            status: status.map(|(firmness, error)| Seen {
                slot: 120,
                error,
                firmness,
            }),
            history_from: None,
        }
    }

    #[test]
    fn only_what_is_finalised_ends() {
        let failed = Some(TransactionError::AccountInUse);
        let landed = |firmness| next(&sight(200, Some((firmness, None))), &entry());
        assert_eq!(landed(Firmness::Finalized), Next::Landed { slot: 120 });
        assert_eq!(landed(Firmness::Confirmed), Next::Standing { slot: 120 });
        assert_eq!(landed(Firmness::Processed), Next::Live);
        let refused = |firmness| next(&sight(200, Some((firmness, failed.clone()))), &entry());
        let error = TransactionError::AccountInUse;
        assert_eq!(
            refused(Firmness::Finalized),
            Next::Failed { slot: 120, error }
        );
        assert_eq!(refused(Firmness::Confirmed), Next::Live);
    }

    #[test]
    fn an_unknown_one_lives_then_dies_and_is_uncertain_where_a_node_forgot() {
        assert_eq!(next(&sight(250, None), &entry()), Next::Live);
        assert_eq!(next(&sight(251, None), &entry()), Next::Dead);
        let long_after = next(&sight(5_000, None), &entry());
        assert!(matches!(long_after, Next::Forgotten { .. }));
        let lagging = Sight {
            status_slot: 4_999,
            ..sight(5_000, None)
        };
        assert!(matches!(next(&lagging, &entry()), Next::Uncertain { .. }));
        let with_history = Sight {
            history_from: Some(0),
            ..sight(5_000, None)
        };
        assert_eq!(next(&with_history, &entry()), Next::Dead);
    }
}
