//! Transactions that survive crashes: written down before they are sent, and signed anew only when
//! the chain can no longer take the earlier one.

use crate::{
    failpoint::{Point, reached},
    store::{
        Store,
        journal::{Ending, JournalEntry},
    },
};
use anyhow::Context as _;
use async_trait::async_trait;
use sheaf_client::{
    Chain, Error, Refusal,
    send::{Landed, Signed, Terms},
};
use solana_sdk::{instruction::Instruction, signature::Keypair, transaction::Transaction};
use std::sync::Arc;

/// What became of an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sent {
    /// It stands in this slot.
    Landed {
        /// The slot.
        slot: u64,
    },
    /// The chain refuses it: it is not due, or no longer.
    Refused(Box<Refusal>),
    /// It may still land: the same bytes are sent again at the next try.
    Waiting {
        /// Why nothing more is known.
        reason: String,
    },
}

/// Sends actions.
#[async_trait]
pub trait Sender: Send + Sync {
    /// Sends `instructions` as one transaction. `action` names them: while an earlier transaction
    /// of that name may still land, that one is sent and nothing new is signed.
    async fn send(&self, action: &str, instructions: &[Instruction]) -> anyhow::Result<Sent>;
}

/// A sender that writes each transaction to the store's journal first.
pub struct JournaledSender {
    /// The chain.
    pub chain: Chain,
    /// The journal.
    pub store: Arc<dyn Store>,
    /// Pays and signs.
    pub wallet: Arc<Keypair>,
    /// Priority fee in micro-lamports per compute unit.
    pub compute_unit_price: u64,
}

fn entry(action: &str, signed: &Signed) -> anyhow::Result<JournalEntry> {
    Ok(JournalEntry {
        action: action.to_owned(),
        signature: signed.signature,
        bytes: bincode::serialize(&signed.transaction)
            .context("a transaction cannot be written down")?,
        last_valid_block_height: signed.last_valid_block_height,
    })
}

fn signed(entry: &JournalEntry) -> anyhow::Result<Signed> {
    let transaction: Transaction = bincode::deserialize(&entry.bytes).with_context(|| {
        format!(
            "the journal's transaction {} cannot be read",
            entry.signature
        )
    })?;
    Ok(Signed {
        transaction,
        signature: entry.signature,
        last_valid_block_height: entry.last_valid_block_height,
    })
}

impl JournaledSender {
    /// Brings a transaction of the journal to its end, if it has one by now.
    async fn settle(&self, signed: &Signed) -> anyhow::Result<Option<Sent>> {
        reached(Point::Send);
        if let Err(error) = self.chain.submit(signed).await {
            // It may have been taken all the same: only its status can tell.
            tracing::debug!(signature = %signed.signature, %error, "first send failed");
        }
        reached(Point::Sent);
        let outcome = self.chain.confirm(signed).await;
        let signature = &signed.signature;
        match outcome {
            Ok(Landed { slot, .. }) => {
                self.store
                    .close_entry(signature, Ending::Landed, "")
                    .await?;
                Ok(Some(Sent::Landed { slot }))
            }
            Err(Error::Refused(refusal)) if refusal.signature.is_some() => {
                self.store
                    .close_entry(signature, Ending::Refused, &refusal.name)
                    .await?;
                Ok(Some(Sent::Refused(refusal)))
            }
            Err(Error::Expired { .. }) => {
                self.store.close_entry(signature, Ending::Dead, "").await?;
                Ok(None)
            }
            // Also a refusal before it landed: another node may take it yet.
            Err(error) => Ok(Some(Sent::Waiting {
                reason: error.to_string(),
            })),
        }
    }
}

#[async_trait]
impl Sender for JournaledSender {
    async fn send(&self, action: &str, instructions: &[Instruction]) -> anyhow::Result<Sent> {
        if let Some(open) = self.store.open_entry(action).await?
            && let Some(sent) = self.settle(&signed(&open)?).await?
        {
            return Ok(sent);
        }
        let terms = Terms {
            compute_unit_price: self.compute_unit_price,
            ..Terms::default()
        };
        let new = match self.chain.sign(instructions, &[&self.wallet], &terms).await {
            Err(Error::Refused(refusal)) => return Ok(Sent::Refused(refusal)),
            signed => signed?,
        };
        self.store.write_entry(&entry(action, &new)?).await?;
        let sent = self.settle(&new).await?;
        Ok(sent.unwrap_or(Sent::Waiting {
            reason: "it did not land in time".to_owned(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sheaf_client::instruction::transfer_lamports;
    use solana_sdk::{pubkey::Pubkey, signer::Signer as _};

    #[test]
    fn a_transaction_comes_out_of_the_journal_as_it_went_in() {
        let wallet = Keypair::new();
        let instruction = transfer_lamports(&wallet.pubkey(), &Pubkey::default(), 1);
        let mut transaction = Transaction::new_with_payer(&[instruction], Some(&wallet.pubkey()));
        transaction.sign(&[&wallet], solana_sdk::hash::Hash::new_from_array([1; 32]));
        let before = Signed {
            signature: transaction.signatures[0],
            transaction,
            last_valid_block_height: 7,
        };
        let entry = entry("test", &before).expect("written");
        assert_eq!(signed(&entry).expect("read"), before);
    }
}
