//! What became of a transaction.

use crate::chain::Chain;
use solana_client::rpc_config::RpcTransactionConfig;
use solana_commitment_config::CommitmentConfig;
use solana_sdk::{signature::Signature, transaction::TransactionError};
use solana_transaction_status_client_types::{
    TransactionConfirmationStatus, TransactionStatus, UiTransactionStatusMeta,
};

/// Where a transaction that was signed stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It stands at the commitment asked for; `error` when it failed there (only its fee was paid).
    Landed {
        /// Slot it stands in.
        slot: u64,
        /// Why it failed.
        error: Option<TransactionError>,
    },
    /// It may still land: send the same bytes again, sign nothing new.
    Live,
    /// It never landed and never will: only now something new may be signed.
    Dead,
    /// The RPC cannot say. Treat it as live.
    Uncertain {
        /// Why nothing is known.
        reason: String,
    },
}

/// How firmly a transaction stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Firmness {
    /// In a block of some fork.
    Processed,
    /// In a block that two thirds of the stake voted for.
    Confirmed,
    /// In a block that stays.
    Finalized,
}

impl Firmness {
    /// What a commitment asks for.
    pub fn wanted(commitment: CommitmentConfig) -> Self {
        if commitment.is_finalized() {
            Self::Finalized
        } else if commitment.is_confirmed() {
            Self::Confirmed
        } else {
            Self::Processed
        }
    }
}

/// A transaction's status, as a node tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Slot it stands in.
    pub slot: u64,
    /// Why it failed there.
    pub error: Option<TransactionError>,
    /// How firmly.
    pub firmness: Firmness,
}

/// One look at the chain, from which a standing follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sight {
    /// A finalised block height, read before the status.
    pub finalized_height: u64,
    /// A finalised slot, not before that height.
    pub finalized_slot: u64,
    /// Slot of the node that gave the status.
    pub status_slot: u64,
    /// The status; none when that node knows of none.
    pub status: Option<Seen>,
    /// First slot that node has the history of, where that was asked.
    pub history_from: Option<u64>,
}

/// Until when a transaction can land, and since when it could.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetime {
    /// Last block height at which it can land.
    pub last_valid_block_height: u64,
    /// A slot not after the one in which it could land first. The height it was signed at does,
    /// because no height is above its slot.
    pub since_slot: u64,
}

/// Most signatures that an RPC takes in one question.
const SIGNATURES_PER_CALL: usize = 256;

fn left_out() -> String {
    "the RPC left signatures out".to_owned()
}

fn seen(status: TransactionStatus) -> Seen {
    Seen {
        slot: status.slot,
        firmness: match status.confirmation_status() {
            TransactionConfirmationStatus::Processed => Firmness::Processed,
            TransactionConfirmationStatus::Confirmed => Firmness::Confirmed,
            TransactionConfirmationStatus::Finalized => Firmness::Finalized,
        },
        error: status.err,
    }
}

/// Blocks in which a transaction can land.
const BLOCKHASH_LIFE: u64 = 150;
/// Blocks after its end in which every node still knows a transaction's status without its history:
/// nodes keep the statuses of three hundred blocks, and it may have landed in the first of its life.
const STATUS_LIFE: u64 = 100;

impl Lifetime {
    /// Of a transaction of which only the end is known.
    pub const fn until(last_valid_block_height: u64) -> Self {
        Self {
            last_valid_block_height,
            since_slot: last_valid_block_height.saturating_sub(BLOCKHASH_LIFE),
        }
    }

    /// Whether so much time has passed that only the history tells whether it landed.
    const fn needs_history(&self, finalized_height: u64) -> bool {
        finalized_height > self.last_valid_block_height.saturating_add(STATUS_LIFE)
    }
}

/// Where a transaction stands after a look at the chain.
///
/// It is dead only when a block height above its last valid one is *finalised*, and a node that has
/// seen that block, and whose memory reaches back far enough, does not know the signature. A status
/// that does not stand firmly enough keeps it alive: on a fork that is dropped it vanishes, and the
/// same bytes may land on the other.
pub fn judge(sight: &Sight, wanted: Firmness, life: &Lifetime) -> Standing {
    match &sight.status {
        Some(seen) if seen.firmness >= wanted => Standing::Landed {
            slot: seen.slot,
            error: seen.error.clone(),
        },
        Some(_) => Standing::Live,
        None if sight.finalized_height <= life.last_valid_block_height => Standing::Live,
        // A node that lags behind the one that gave the height may not know yet.
        None if sight.status_slot < sight.finalized_slot => Standing::Uncertain {
            reason: "the RPC's answers lag behind the chain".to_owned(),
        },
        None if life.needs_history(sight.finalized_height)
            && sight.history_from.is_none_or(|from| from > life.since_slot) =>
        {
            Standing::Uncertain {
                reason: format!(
                    "the RPC's history does not reach back to slot {}: ask one with a longer history",
                    life.since_slot
                ),
            }
        }
        None => Standing::Dead,
    }
}

impl Chain {
    /// What became of a transaction. See [`judge`].
    pub async fn standing(&self, signature: &Signature, life: &Lifetime) -> Standing {
        match self.look(signature, life).await {
            Ok(sight) => judge(&sight, Firmness::wanted(self.commitment()), life),
            Err(reason) => Standing::Uncertain { reason },
        }
    }

    /// One look at the chain for a transaction.
    ///
    /// # Errors
    /// Why the RPC cannot be asked, in words.
    pub async fn look(&self, signature: &Signature, life: &Lifetime) -> Result<Sight, String> {
        let sights = self.look_at_all(&[(*signature, *life)]).await?;
        sights.into_iter().next().ok_or_else(left_out)
    }

    /// One look at the chain for many transactions, in as few questions as possible: a sight for each,
    /// in their order.
    ///
    /// # Errors
    /// Why the RPC cannot be asked, in words.
    pub async fn look_at_all(&self, asked: &[(Signature, Lifetime)]) -> Result<Vec<Sight>, String> {
        let finalized = CommitmentConfig::finalized();
        let rpc = self.rpc();
        let text = |error: solana_client::client_error::ClientError| error.to_string();
        let finalized_height = rpc
            .get_block_height_with_commitment(finalized)
            .await
            .map_err(text)?;
        let finalized_slot = rpc
            .get_slot_with_commitment(finalized)
            .await
            .map_err(text)?;
        let mut sights = Vec::with_capacity(asked.len());
        for some in asked.chunks(SIGNATURES_PER_CALL) {
            let signatures: Vec<Signature> = some.iter().map(|(signature, _)| *signature).collect();
            let answer = rpc
                .get_signature_statuses_with_history(&signatures)
                .await
                .map_err(text)?;
            if answer.value.len() != some.len() {
                return Err(left_out());
            }
            sights.extend(answer.value.into_iter().map(|status| Sight {
                finalized_height,
                finalized_slot,
                status_slot: answer.context.slot,
                status: status.map(seen),
                history_from: None,
            }));
        }
        let is_old = |(sight, (_, life)): (&Sight, &(Signature, Lifetime))| {
            sight.status.is_none() && life.needs_history(finalized_height)
        };
        if sights.iter().zip(asked).any(is_old) {
            // One that cannot say has no history.
            let history_from = rpc.get_first_available_block().await.ok();
            for sight in &mut sights {
                sight.history_from = history_from;
            }
        }
        Ok(sights)
    }

    /// A cheap look that can tell landed from live, never dead.
    pub async fn glance(&self, signature: &Signature) -> Standing {
        match self.rpc().get_signature_statuses(&[*signature]).await {
            Err(error) => Standing::Uncertain {
                reason: error.to_string(),
            },
            Ok(answer) => match answer.value.into_iter().next().flatten() {
                Some(status) if status.satisfies_commitment(self.commitment()) => {
                    Standing::Landed {
                        slot: status.slot,
                        error: status.err,
                    }
                }
                _ => Standing::Live,
            },
        }
    }

    /// The logs of a landed transaction, when the RPC still has them.
    pub(super) async fn logs_of(&self, signature: &Signature) -> Option<Vec<String>> {
        Option::from(self.meta_of(signature).await?.log_messages)
    }

    /// What a landed transaction did, when the RPC still has it.
    pub(super) async fn meta_of(&self, signature: &Signature) -> Option<UiTransactionStatusMeta> {
        let config = RpcTransactionConfig {
            commitment: Some(CommitmentConfig::confirmed()),
            max_supported_transaction_version: Some(0),
            ..RpcTransactionConfig::default()
        };
        let found = self
            .rpc()
            .get_transaction_with_config(signature, config)
            .await
            .ok()?;
        found.transaction.meta
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Firmness::{Confirmed, Finalized, Processed};

    /// Signed at height 100 in slot 105, valid up to height 250.
    const LIFE: Lifetime = Lifetime {
        last_valid_block_height: 250,
        since_slot: 105,
    };

    /// What a node says that is up to date, knows nothing of the transaction and has no history.
    fn unknown(finalized_height: u64) -> Sight {
        Sight {
            finalized_height,
            finalized_slot: finalized_height + 10,
            status_slot: finalized_height + 42,
            status: None,
            history_from: None,
        }
    }

    fn seen(finalized_height: u64, firmness: Firmness, error: Option<TransactionError>) -> Sight {
        Sight {
            status: Some(Seen {
                slot: 120,
                error,
                firmness,
            }),
            ..unknown(finalized_height)
        }
    }

    fn is_uncertain(standing: &Standing) -> bool {
        matches!(standing, Standing::Uncertain { .. })
    }

    #[test]
    fn an_unknown_transaction_lives_until_its_last_block_is_final() {
        for wanted in [Processed, Confirmed, Finalized] {
            assert_eq!(judge(&unknown(250), wanted, &LIFE), Standing::Live);
            assert_eq!(judge(&unknown(251), wanted, &LIFE), Standing::Dead);
        }
    }

    #[test]
    fn a_node_that_lags_proves_nothing() {
        let lagging = |height: u64| Sight {
            status_slot: height + 9,
            history_from: Some(0),
            ..unknown(height)
        };
        // Not even when its history reaches back.
        for height in [251, 350, 351, 100_000] {
            assert!(is_uncertain(&judge(&lagging(height), Finalized, &LIFE)));
        }
        assert_eq!(judge(&lagging(250), Finalized, &LIFE), Standing::Live);
        let level = Sight {
            status_slot: 261,
            ..unknown(251)
        };
        assert_eq!(judge(&level, Finalized, &LIFE), Standing::Dead);
    }

    #[test]
    fn what_a_node_forgot_is_not_taken_for_what_never_was() {
        // Up to here a node knows it without its history.
        assert_eq!(judge(&unknown(350), Finalized, &LIFE), Standing::Dead);
        assert!(is_uncertain(&judge(&unknown(351), Finalized, &LIFE)));
        let with_history = |from| Sight {
            history_from: Some(from),
            ..unknown(351)
        };
        assert!(is_uncertain(&judge(&with_history(106), Finalized, &LIFE)));
        assert_eq!(judge(&with_history(105), Finalized, &LIFE), Standing::Dead);
        // Of which only the end is known: its first height, which is no later than its slot.
        let until = Lifetime::until(250);
        assert!(is_uncertain(&judge(&with_history(101), Finalized, &until)));
        assert_eq!(judge(&with_history(100), Finalized, &until), Standing::Dead);
    }

    #[test]
    fn a_status_counts_when_it_is_as_firm_as_was_asked() {
        let landed = Standing::Landed {
            slot: 120,
            error: None,
        };
        for (firmness, wanted, stands) in [
            (Processed, Processed, true),
            (Processed, Confirmed, false),
            (Processed, Finalized, false),
            (Confirmed, Processed, true),
            (Confirmed, Confirmed, true),
            (Confirmed, Finalized, false),
            (Finalized, Processed, true),
            (Finalized, Confirmed, true),
            (Finalized, Finalized, true),
        ] {
            let standing = judge(&seen(200, firmness, None), wanted, &LIFE);
            let expected = if stands {
                landed.clone()
            } else {
                Standing::Live
            };
            assert_eq!(standing, expected, "{firmness:?} for {wanted:?}");
        }
    }

    #[test]
    fn a_status_that_comes_from_the_history_alone_counts() {
        for height in [251, 351, 100_000] {
            let standing = judge(&seen(height, Finalized, None), Finalized, &LIFE);
            assert!(matches!(standing, Standing::Landed { slot: 120, .. }));
        }
    }

    #[test]
    fn on_a_fork_that_is_dropped_it_lives_first_and_dies_only_when_it_is_gone() {
        // Its last block is final, and it stands in one that is not.
        assert_eq!(
            judge(&seen(251, Processed, None), Finalized, &LIFE),
            Standing::Live
        );
        assert_eq!(
            judge(&seen(251, Confirmed, None), Finalized, &LIFE),
            Standing::Live
        );
        // The fork is dropped: before its end it lands on the other yet, after it it is dead.
        assert_eq!(judge(&unknown(249), Finalized, &LIFE), Standing::Live);
        assert_eq!(judge(&unknown(251), Finalized, &LIFE), Standing::Dead);
    }

    #[test]
    fn one_that_landed_and_failed_says_why() {
        let error = Some(TransactionError::AccountInUse);
        let standing = judge(&seen(200, Finalized, error.clone()), Finalized, &LIFE);
        assert_eq!(standing, Standing::Landed { slot: 120, error });
    }
}
