//! What the program said of its changes in the transactions that mention an account: the record of
//! accounts that were closed.

use crate::{chain::Chain, error::Error, event::Event};
use solana_client::{
    rpc_client::GetConfirmedSignaturesForAddress2Config, rpc_config::RpcTransactionConfig,
};
use solana_sdk::{pubkey::Pubkey, signature::Signature};
use solana_transaction_status_client_types::{
    EncodedConfirmedTransactionWithStatusMeta, UiInstruction, UiTransactionEncoding,
};

/// Signatures that one call gives at most.
const PAGE: usize = 1_000;

/// An event with the slot in which it happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The slot.
    pub slot: u64,
    /// The event.
    pub event: Event,
}

impl Chain {
    /// Every event of the program in the transactions that mention `address`, oldest first; of one
    /// series they ascend by sequence. An RPC may have forgotten old transactions: what counts is
    /// held against something else.
    ///
    /// # Errors
    /// When the RPC cannot be asked or does not show a transaction it lists.
    pub async fn history(&self, address: &Pubkey) -> Result<Vec<Recorded>, Error> {
        let mut recorded = Vec::new();
        for signature in self.mentions(address).await? {
            recorded.extend(self.events_of(&signature).await?);
        }
        // Transactions of one slot come in no order.
        recorded.sort_by_key(|entry| (entry.slot, entry.event.sequence()));
        Ok(recorded)
    }

    /// Signatures of the successful transactions that mention an address, newest first.
    async fn mentions(&self, address: &Pubkey) -> Result<Vec<Signature>, Error> {
        let mut signatures = Vec::new();
        let mut before = None;
        loop {
            let config = GetConfirmedSignaturesForAddress2Config {
                before,
                until: None,
                limit: Some(PAGE),
                commitment: Some(self.commitment()),
            };
            let page = self
                .rpc()
                .get_signatures_for_address_with_config(address, config)
                .await
                .map_err(|error| self.failed("an account's transactions", &error))?;
            let Some(last) = page.last() else {
                return Ok(signatures);
            };
            let last = self.signature(&last.signature)?;
            if before == Some(last) {
                return Err(self.unusable("its list of transactions does not go on"));
            }
            before = Some(last);
            for row in page.iter().filter(|row| row.err.is_none()) {
                signatures.push(self.signature(&row.signature)?);
            }
        }
    }

    fn signature(&self, text: &str) -> Result<Signature, Error> {
        let parsed = text.parse();
        parsed.map_err(|_| self.unusable("a signature in its list of transactions is none"))
    }

    async fn events_of(&self, signature: &Signature) -> Result<Vec<Recorded>, Error> {
        let config = RpcTransactionConfig {
            encoding: Some(UiTransactionEncoding::Base64),
            commitment: Some(self.commitment()),
            max_supported_transaction_version: Some(0),
        };
        let found = self
            .rpc()
            .get_transaction_with_config(signature, config)
            .await
            .map_err(|error| self.failed("what a transaction did", &error))?;
        let events = events(&found, &self.program())
            .ok_or_else(|| self.unusable(&format!("transaction {signature} cannot be read")))?;
        let slot = found.slot;
        Ok(events
            .into_iter()
            .map(|event| Recorded { slot, event })
            .collect())
    }

    fn unusable(&self, reason: &str) -> Error {
        Error::Rpc {
            url: self.url().to_owned(),
            action: "an account's history".to_owned(),
            reason: reason.to_owned(),
        }
    }
}

/// The events of `program` in a transaction: its calls to itself. Those of a later version, which
/// this one cannot read, are passed over.
fn events(
    found: &EncodedConfirmedTransactionWithStatusMeta,
    program: &Pubkey,
) -> Option<Vec<Event>> {
    let transaction = found.transaction.transaction.decode()?;
    let meta = found.transaction.meta.as_ref()?;
    let mut keys = transaction.message.static_account_keys().to_vec();
    let loaded: Option<solana_transaction_status_client_types::UiLoadedAddresses> =
        meta.loaded_addresses.clone().into();
    if let Some(loaded) = loaded {
        for key in loaded.writable.iter().chain(&loaded.readonly) {
            keys.push(key.parse().ok()?);
        }
    }
    let groups = Option::<Vec<_>>::from(meta.inner_instructions.clone())?;
    let mut events = Vec::new();
    for call in groups.into_iter().flat_map(|group| group.instructions) {
        let UiInstruction::Compiled(call) = call else {
            return None;
        };
        if keys.get(usize::from(call.program_id_index))? != program {
            continue;
        }
        let data = bs58::decode(&call.data).into_vec().ok()?;
        events.extend(Event::from_instruction(&data).and_then(Result::ok));
    }
    Some(events)
}
