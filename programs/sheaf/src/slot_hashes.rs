//! Looks up a slot's hash in the data of the sysvar `SlotHashes`.
//!
//! The data is a `u64` count, then that many entries of slot (`u64`) and hash (32 bytes), newest
//! slot first. Slots without a block have no entry; only the last 512 are kept.

use crate::error::{Checked, SheafError};
use sheaf_format::Hash;

const COUNT_BYTES: usize = 8;
const ENTRY_BYTES: usize = 40;

/// What is known about a target slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// Hash of the target slot or, when it had no block, of the first slot after it that had one.
    Found(Hash),
    /// The target slot has not passed yet.
    NotYet,
    /// The target slot fell out of the sysvar before anybody looked.
    Expired,
}

/// Finds the hash of the first slot that is not before `target`.
///
/// # Errors
/// [`SheafError::SeedNotReady`] when `data` is not the sysvar's.
pub fn lookup(data: &[u8], target: u64) -> Checked<Lookup> {
    let (count, entries) = data
        .split_first_chunk::<COUNT_BYTES>()
        .ok_or(SheafError::SeedNotReady)?;
    let count = usize::try_from(u64::from_le_bytes(*count)).unwrap_or(usize::MAX);
    let length = count.saturating_mul(ENTRY_BYTES);
    let (entries, partial) = entries
        .get(..length)
        .ok_or(SheafError::SeedNotReady)?
        .as_chunks::<ENTRY_BYTES>();
    if !partial.is_empty() {
        return Err(SheafError::SeedNotReady);
    }

    // Entries run from the newest slot to the oldest: those not before the target come first.
    let reached = entries.partition_point(|entry| split(entry).0 >= target);
    match entries[..reached].last() {
        None => Ok(Lookup::NotYet),
        Some(first) if split(first).0 == target || reached < entries.len() => {
            Ok(Lookup::Found(split(first).1))
        }
        Some(_) => Ok(Lookup::Expired),
    }
}

/// Slot and hash of an entry.
fn split(entry: &[u8; ENTRY_BYTES]) -> (u64, Hash) {
    let (mut slot, mut hash) = ([0; 8], [0; 32]);
    slot.copy_from_slice(&entry[..8]);
    hash.copy_from_slice(&entry[8..]);
    (u64::from_le_bytes(slot), hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sysvar(slots: &[u64]) -> Vec<u8> {
        let mut data = (slots.len() as u64).to_le_bytes().to_vec();
        for slot in slots {
            data.extend(slot.to_le_bytes());
            data.extend([*slot as u8; 32]);
        }
        data
    }

    #[test]
    fn the_target_itself_is_taken() {
        let data = sysvar(&[12, 11, 10, 9]);
        assert_eq!(lookup(&data, 11), Ok(Lookup::Found([11; 32])));
        assert_eq!(lookup(&data, 12), Ok(Lookup::Found([12; 32])));
        assert_eq!(lookup(&data, 9), Ok(Lookup::Found([9; 32])));
    }

    #[test]
    fn a_skipped_target_gives_the_next_slot() {
        let data = sysvar(&[15, 14, 10, 9]);
        assert_eq!(lookup(&data, 11), Ok(Lookup::Found([14; 32])));
    }

    #[test]
    fn a_future_target_is_not_known_yet() {
        assert_eq!(lookup(&sysvar(&[12, 11]), 13), Ok(Lookup::NotYet));
        assert_eq!(lookup(&sysvar(&[]), 13), Ok(Lookup::NotYet));
    }

    #[test]
    fn a_target_older_than_the_oldest_entry_expired() {
        assert_eq!(lookup(&sysvar(&[12, 11]), 10), Ok(Lookup::Expired));
    }

    #[test]
    fn other_data_is_refused() {
        assert_eq!(lookup(&[1, 2], 10), Err(SheafError::SeedNotReady));
        let mut short = sysvar(&[12, 11]);
        short.pop();
        assert_eq!(lookup(&short, 10), Err(SheafError::SeedNotReady));
        let mut boastful = sysvar(&[12]);
        boastful[..8].copy_from_slice(&u64::MAX.to_le_bytes());
        assert_eq!(lookup(&boastful, 10), Err(SheafError::SeedNotReady));
    }
}
