//! Sending an action: simulated, signed, written down, and only then sent.

use super::{
    fee::{FeePolicy, written},
    transaction::entry,
};
use crate::{
    failpoint::{Point, reached},
    store::Store,
};
use async_trait::async_trait;
use sheaf_client::{
    Chain, Error, Refusal,
    send::{Signed, Standing, Terms},
};
use solana_sdk::{
    instruction::Instruction,
    signature::{Keypair, Signature},
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// How often a signature's status is asked for, right after it was sent.
const POLL: Duration = Duration::from_millis(150);
/// How long that goes on by default; then it is one among the journal's open transactions.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// An action to be sent.
#[derive(Clone, Debug)]
pub struct Order<'a> {
    /// The action, in words: the journal knows it by them.
    pub action: &'a str,
    /// What it does.
    pub instructions: &'a [Instruction],
    /// Slot of the view in which it is due.
    pub slot: u64,
    /// How many transactions of it died unseen just before.
    pub deaths: u32,
}

/// What became of an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sent {
    /// It stands in this slot, confirmed. The journal closes it once that is final.
    Landed {
        /// Its signature.
        signature: Signature,
        /// The slot.
        slot: u64,
    },
    /// The chain would refuse it: nothing was signed.
    Refused(Box<Refusal>),
    /// It may still land. None when it did not come from this call.
    Open(Option<Signature>),
}

/// Sends actions.
#[async_trait]
pub trait Sender: Send + Sync {
    /// Sends an action as one transaction. While an earlier one of its name may still land, nothing
    /// new is signed.
    async fn send(&self, order: &Order<'_>) -> anyhow::Result<Sent>;
}

/// A sender that writes each transaction to the store's journal first.
pub struct JournaledSender {
    /// The chain.
    pub chain: Chain,
    /// The journal.
    pub store: Arc<dyn Store>,
    /// Pays and signs.
    pub wallet: Arc<Keypair>,
    /// How priority fees are chosen.
    pub fees: FeePolicy,
    /// How long one that was just sent is waited for: [`PATIENCE`].
    pub patience: Duration,
}

impl JournaledSender {
    /// The priority fee for these instructions. An RPC that does not say what others paid is no
    /// reason not to work.
    async fn price(&self, order: &Order<'_>) -> u64 {
        let accounts = written(order.instructions);
        let samples = match self.chain.recent_priority_fees(&accounts).await {
            Ok(samples) => samples,
            Err(error) => {
                tracing::debug!("{error}; offering the least");
                Vec::new()
            }
        };
        self.fees.price(&samples, order.deaths)
    }

    /// Waits a moment for a transaction to land.
    async fn glance(&self, signed: &Signed) -> Sent {
        let began = Instant::now();
        while began.elapsed() < self.patience {
            if let Standing::Landed { slot, error: None } =
                self.chain.glance(&signed.signature).await
            {
                return Sent::Landed {
                    signature: signed.signature,
                    slot,
                };
            }
            tokio::time::sleep(POLL).await;
        }
        Sent::Open(Some(signed.signature))
    }
}

#[async_trait]
impl Sender for JournaledSender {
    #[tracing::instrument(name = "send", skip_all, fields(action = order.action))]
    async fn send(&self, order: &Order<'_>) -> anyhow::Result<Sent> {
        let open = self.store.open_entries().await?;
        if open.iter().any(|entry| entry.action == order.action) {
            return Ok(Sent::Open(None));
        }
        let terms = Terms {
            compute_unit_price: self.price(order).await,
            ..Terms::default()
        };
        let signing = self
            .chain
            .sign(order.instructions, &[&self.wallet], &terms)
            .await;
        let signed = match signing {
            Err(Error::Refused(refusal)) => return Ok(Sent::Refused(refusal)),
            signed => signed?,
        };
        // The view's slot is past: the transaction lands after it.
        let entry = entry(order.action, &signed, order.slot)?;
        self.store.write_entry(&entry).await?;
        reached(Point::Send);
        if let Err(error) = self.chain.submit(&signed).await {
            // It may have arrived all the same: only looking tells.
            tracing::debug!(signature = %signed.signature, %error, "sending failed");
        }
        reached(Point::Sent);
        Ok(self.glance(&signed).await)
    }
}
