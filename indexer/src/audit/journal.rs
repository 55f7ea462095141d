//! The journal against the signatures' status.

use super::report::{Check, remedy};
use crate::{
    place::Place,
    store::{
        Store,
        journal::{ClosedEntry, Ending},
    },
};
use anyhow::{Context as _, ensure};
use solana_commitment_config::CommitmentConfig;
use solana_sdk::signature::Signature;

/// Transactions looked at: as many as one question may name.
const LAST: u32 = 256;

/// What the chain says of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// It stands.
    Landed,
    /// It stands, and failed.
    Failed,
    /// It is not known.
    Unknown,
}

impl Seen {
    const fn name(self) -> &'static str {
        match self {
            Self::Landed => "landed",
            Self::Failed => "landed and failed",
            Self::Unknown => "unknown",
        }
    }
}

/// Compares the last transactions that ended with what the chain says of them.
///
/// # Errors
/// When the store fails or the RPC cannot be asked.
pub async fn journal(place: &Place, store: &dyn Store) -> anyhow::Result<Check> {
    let entries = store.closed_entries(LAST).await?;
    if entries.is_empty() {
        return Ok(Check::new("journal"));
    }
    let rpc = place.chain.rpc();
    let signatures: Vec<Signature> = entries.iter().map(|entry| entry.signature).collect();
    let answer = rpc
        .get_signature_statuses_with_history(&signatures)
        .await
        .context("the RPC cannot say what became of the journal's transactions")?;
    ensure!(
        answer.value.len() == entries.len(),
        "the RPC left signatures out"
    );
    // One that cannot say has no history.
    let history_from = rpc.get_first_available_block().await.ok();
    let finalized = CommitmentConfig::finalized();
    let height = rpc
        .get_block_height_with_commitment(finalized)
        .await
        .context("the RPC cannot say the block height")?;
    let seen = answer.value.iter().map(|status| match status {
        None => Seen::Unknown,
        Some(status) if status.err.is_some() => Seen::Failed,
        Some(_) => Seen::Landed,
    });
    let pairs: Vec<(ClosedEntry, Seen)> = entries.into_iter().zip(seen).collect();
    Ok(compare(&pairs, history_from, height))
}

/// Whether each transaction ended as the journal says. What the RPC's history does not reach is not
/// compared.
fn compare(pairs: &[(ClosedEntry, Seen)], history_from: Option<u64>, height: u64) -> Check {
    let mut check = Check::new("journal");
    let mut unreached = 0_u32;
    for (entry, seen) in pairs {
        let in_history = history_from.is_some_and(|from| from <= entry.since_slot);
        // Nodes know the statuses of their last three hundred blocks without a history.
        let recent = height <= entry.last_valid_block_height.saturating_add(100);
        let holds = match (entry.ending, seen) {
            (Ending::Landed, Seen::Landed)
            | (Ending::Refused, Seen::Failed)
            | (Ending::Dead, Seen::Unknown) => true,
            (_, Seen::Unknown) if !in_history && !recent => {
                unreached += 1;
                continue;
            }
            _ => false,
        };
        let account = format!("transaction {}", entry.signature);
        let words = (seen.name(), entry.ending.name());
        check.holds(&account, &entry.action, holds, words, remedy::JOURNAL);
    }
    if unreached > 0 {
        check.skipped = Some(format!(
            "{unreached} transactions are older than the RPC's history"
        ));
    }
    check
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(ending: Ending) -> ClosedEntry {
        ClosedEntry {
            action: "round 1: tally".to_owned(),
            signature: Signature::from([1; 64]),
            ending,
            last_valid_block_height: 250,
            since_slot: 105,
        }
    }

    fn compared(ending: Ending, seen: Seen, history_from: Option<u64>, height: u64) -> Check {
        compare(&[(entry(ending), seen)], history_from, height)
    }

    #[test]
    fn endings_are_what_the_chain_says() {
        use Ending::{Dead, Landed, Refused};
        for (ending, seen, agrees) in [
            (Landed, Seen::Landed, true),
            (Landed, Seen::Failed, false),
            (Landed, Seen::Unknown, false),
            (Dead, Seen::Unknown, true),
            (Dead, Seen::Landed, false),
            (Dead, Seen::Failed, false),
            (Refused, Seen::Failed, true),
            (Refused, Seen::Landed, false),
            (Refused, Seen::Unknown, false),
        ] {
            let check = compared(ending, seen, Some(0), 5_000);
            let found = check.differences.is_empty();
            assert_eq!(found, agrees, "{ending:?} and {seen:?}");
        }
    }

    #[test]
    fn what_the_history_does_not_reach_is_not_compared_and_said() {
        let check = compared(Ending::Landed, Seen::Unknown, Some(106), 5_000);
        assert_eq!((check.compared, check.differences.len()), (0, 0));
        assert!(check.skipped.is_some());
        let none = compared(Ending::Landed, Seen::Unknown, None, 5_000);
        assert!(none.differences.is_empty());
        let recent = compared(Ending::Landed, Seen::Unknown, None, 350);
        assert_eq!(recent.differences.len(), 1);
    }
}
