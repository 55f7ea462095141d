//! What is confirmed and not final: shown, never acted upon.
//!
//! Nothing here is believed for longer than one look. Each look puts what is confirmed now in the place
//! of what was, so that events of a fork that was dropped are gone, and final ones stand with the final.

use super::{
    read::Reader,
    source::{Level, Mention},
};
use crate::store::events::{EarlyEvent, TransactionRow};
use sheaf_format::Key;
use solana_sdk::{pubkey::Pubkey, signature::Signature};
use std::collections::BTreeMap;

/// One series' early events, as last shown.
#[derive(Debug, Default)]
pub struct Early {
    /// None before the first look: the store may hold those of an earlier run.
    shown: Option<Vec<EarlyEvent>>,
    /// Transactions of the last look, by signature and slot: on another fork it is another.
    fetched: BTreeMap<(Signature, u64), TransactionRow>,
}

impl Early {
    /// Looks at what is confirmed behind event `complete`, the last that is final without a gap.
    /// `head` is the number of the last confirmed event.
    ///
    /// # Errors
    /// When source or store fail: then what was shown stays for now.
    pub async fn look(
        &mut self,
        reader: &Reader<'_>,
        account: &Pubkey,
        (complete, head): (u64, u64),
    ) -> anyhow::Result<()> {
        let series = account.to_bytes();
        let events = match head > complete {
            false => {
                self.fetched.clear();
                Vec::new()
            }
            true => self.confirmed(reader, account, complete).await?,
        };
        if self.shown.as_ref() != Some(&events) {
            let gone = self.shown.iter().flatten();
            let gone: Vec<_> = gone.filter(|was| !events.contains(was)).collect();
            for event in gone {
                if reader
                    .store
                    .event(&series, event.event.sequence)
                    .await?
                    .is_none()
                {
                    let (name, number) = (&event.event.name, event.event.sequence);
                    tracing::info!("{name} {number} was confirmed and is not any more");
                }
            }
            reader.store.replace_early(&series, &events).await?;
            self.shown = Some(events);
        }
        Ok(())
    }

    async fn confirmed(
        &mut self,
        reader: &Reader<'_>,
        account: &Pubkey,
        complete: u64,
    ) -> anyhow::Result<Vec<EarlyEvent>> {
        let series = account.to_bytes();
        let since = reader.since(&series, complete).await?;
        let listed = reader
            .source
            .mentions(account, since, Level::Confirmed)
            .await?;
        let listed: Vec<Mention> = listed.into_iter().filter(|one| !one.failed).collect();
        let signatures: Vec<Signature> = listed.iter().map(|one| one.signature).collect();
        let unknown = reader.store.unknown(&signatures).await?;
        let open = listed
            .into_iter()
            .filter(|one| unknown.contains(&one.signature));
        let (held, wanted): (Vec<Mention>, Vec<Mention>) =
            open.partition(|one| self.fetched.contains_key(&(one.signature, one.slot)));
        // One that does not come is shown at a later look.
        let (rows, _) = reader.fetch(&wanted, Level::Confirmed).await;
        let kept = held.iter().filter_map(|one| {
            let key = (one.signature, one.slot);
            self.fetched.remove_entry(&key)
        });
        let mut now: BTreeMap<_, _> = kept.collect();
        now.extend(rows.into_iter().map(|row| ((row.signature, row.slot), row)));
        self.fetched = now;
        Ok(events(&series, complete, self.fetched.values()))
    }
}

/// The events of a series behind `complete`, ascending by number.
fn events<'a>(
    series: &Key,
    complete: u64,
    rows: impl Iterator<Item = &'a TransactionRow>,
) -> Vec<EarlyEvent> {
    let mut events: Vec<EarlyEvent> = rows
        .flat_map(|row| {
            let own = row.events.iter().filter(|event| event.series == *series);
            own.map(|event| EarlyEvent {
                signature: row.signature,
                slot: row.slot,
                event: event.clone(),
            })
        })
        .filter(|early| early.event.sequence > complete)
        .collect();
    events.sort_by_key(|early| (early.event.sequence, early.signature));
    events
}
