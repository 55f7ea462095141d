//! What became of a transaction.

use crate::chain::Chain;
use solana_client::rpc_config::RpcTransactionConfig;
use solana_commitment_config::CommitmentConfig;
use solana_sdk::{signature::Signature, transaction::TransactionError};
use solana_transaction_status_client_types::UiTransactionStatusMeta;

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

/// One look at the chain, from which a standing follows.
#[derive(Clone, Debug)]
struct Sight {
    /// A finalised block height, read before the status.
    finalized_height: u64,
    /// A finalised slot, not before that height.
    finalized_slot: u64,
    /// Slot of the node that gave the status.
    status_slot: u64,
    /// Slot, error and whether it stands at the commitment asked for.
    status: Option<(u64, Option<TransactionError>, bool)>,
}

fn judge(sight: Sight, last_valid_block_height: u64) -> Standing {
    match sight.status {
        Some((slot, error, true)) => Standing::Landed { slot, error },
        Some((_, _, false)) => Standing::Live,
        None if sight.finalized_height <= last_valid_block_height => Standing::Live,
        // A node that lags behind the one that gave the height may not know yet.
        None if sight.status_slot < sight.finalized_slot => Standing::Uncertain {
            reason: "the RPC's answers lag behind the chain".to_owned(),
        },
        None => Standing::Dead,
    }
}

impl Chain {
    /// What became of a transaction. Dead only when a block height above its last valid one is
    /// *finalised* and a node that has seen that block does not know the signature.
    pub async fn standing(&self, signature: &Signature, last_valid_block_height: u64) -> Standing {
        match self.look(signature).await {
            Ok(sight) => judge(sight, last_valid_block_height),
            Err(reason) => Standing::Uncertain { reason },
        }
    }

    async fn look(&self, signature: &Signature) -> Result<Sight, String> {
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
        let answer = rpc
            .get_signature_statuses_with_history(&[*signature])
            .await
            .map_err(text)?;
        let status = answer.value.into_iter().next().flatten().map(|status| {
            let stands = status.satisfies_commitment(self.commitment());
            (status.slot, status.err, stands)
        });
        Ok(Sight {
            finalized_height,
            finalized_slot,
            status_slot: answer.context.slot,
            status,
        })
    }

    /// A cheap look that can tell landed from live, never dead.
    pub(super) async fn glance(&self, signature: &Signature) -> Standing {
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

    fn sight() -> Sight {
        Sight {
            finalized_height: 100,
            finalized_slot: 110,
            status_slot: 145,
            status: None,
        }
    }

    #[test]
    fn an_unknown_transaction_lives_until_its_last_block_is_final() {
        assert_eq!(judge(sight(), 100), Standing::Live);
        assert_eq!(judge(sight(), 99), Standing::Dead);
    }

    #[test]
    fn a_node_that_lags_proves_nothing() {
        let lagging = Sight {
            status_slot: 109,
            ..sight()
        };
        assert!(matches!(judge(lagging, 99), Standing::Uncertain { .. }));
    }

    #[test]
    fn what_the_chain_knows_is_never_dead() {
        let seen = |stands| Sight {
            status: Some((95, None, stands)),
            ..sight()
        };
        assert_eq!(judge(seen(false), 1), Standing::Live);
        assert_eq!(
            judge(seen(true), 1),
            Standing::Landed {
                slot: 95,
                error: None
            }
        );
    }
}
