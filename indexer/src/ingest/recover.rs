//! What an operator does when something was missed: dead letters decoded again, everything read anew.

use super::{
    decode,
    read::{Brought, Reader},
    source::Since,
};
use crate::{
    place::Place,
    store::{Store, events::TransactionRow},
};
use anyhow::Context as _;

/// What decoding again brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Replayed {
    /// Dead letters that are events now.
    pub read: u64,
    /// Those that this version cannot read either.
    pub left: u64,
}

/// Decodes dead letters again: a newer version may know more events. Nothing is asked of the chain.
///
/// # Errors
/// When the store fails, or a letter turns out to be another event than the one that is kept.
pub async fn replay(place: &Place, store: &dyn Store) -> anyhow::Result<Replayed> {
    let network = place.chain.addresses().network();
    let mut replayed = Replayed::default();
    for kept in store.dead_letters().await? {
        match decode::read(kept.letter.data, kept.letter.position, &network) {
            Ok(event) => {
                let row = TransactionRow {
                    signature: kept.signature,
                    slot: kept.slot,
                    events: vec![event],
                    dead_letters: Vec::new(),
                };
                store.record(&[row]).await?;
                replayed.read += 1;
            }
            Err(_) => replayed.left += 1,
        }
    }
    Ok(replayed)
}

/// Reads the network's and the pool's transactions anew from a slot on, also those that are known: an
/// event that is kept and is another on chain is an error.
///
/// # Errors
/// When source or store fail; what came before stays kept, and it can be asked for again.
pub async fn backfill(
    place: &Place,
    reader: &Reader<'_>,
    from_slot: u64,
) -> anyhow::Result<Brought> {
    let since = Since {
        slot: from_slot,
        until: None,
    };
    let mut brought = Brought::default();
    for (account, what) in [
        (place.chain.addresses().network(), "events of the network"),
        (place.pool, "events of the pool"),
    ] {
        brought += reader.read(&account, since, true).await.context(what)?;
    }
    Ok(brought)
}
