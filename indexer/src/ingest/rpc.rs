//! Transactions from a JSON-RPC.
//!
//! Two habits of RPC nodes are guarded against: the commitment asked for may be ignored, so every
//! row's own status counts; and a node that does not know the `until` signature silently
//! starts from the newest, so pages are read until the slot of the cursor is passed.

use super::source::{Fetched, InnerCall, Mention, Source, SourceError};
use async_trait::async_trait;
use sheaf_client::Chain;
use solana_client::{
    rpc_client::GetConfirmedSignaturesForAddress2Config, rpc_config::RpcTransactionConfig,
    rpc_response::RpcConfirmedTransactionStatusWithSignature,
};
use solana_commitment_config::CommitmentConfig;
use solana_sdk::{pubkey::Pubkey, signature::Signature};
use solana_transaction_status_client_types::{
    EncodedConfirmedTransactionWithStatusMeta, TransactionConfirmationStatus, UiInstruction,
    UiTransactionEncoding, UiTransactionStatusMeta,
};

/// Rows of one page: the most that nodes give.
const PAGE: usize = 1_000;

/// A JSON-RPC as a source.
#[derive(Clone, Debug)]
pub struct RpcSource {
    chain: Chain,
}

impl RpcSource {
    /// The RPC of `chain`.
    pub const fn new(chain: Chain) -> Self {
        Self { chain }
    }

    async fn page(
        &self,
        address: &Pubkey,
        before: Option<Signature>,
        until: Option<Signature>,
    ) -> Result<Vec<RpcConfirmedTransactionStatusWithSignature>, SourceError> {
        let config = GetConfirmedSignaturesForAddress2Config {
            before,
            until,
            limit: Some(PAGE),
            commitment: Some(CommitmentConfig::finalized()),
        };
        let page = self
            .chain
            .rpc()
            .get_signatures_for_address_with_config(address, config)
            .await;
        page.map_err(|error| unavailable("which transactions there are", error))
    }
}

fn unavailable(what: &'static str, reason: impl std::fmt::Display) -> SourceError {
    SourceError::Unavailable {
        what,
        reason: reason.to_string(),
    }
}

fn nonsense(what: impl std::fmt::Display, reason: impl std::fmt::Display) -> SourceError {
    SourceError::Nonsense {
        what: what.to_string(),
        reason: reason.to_string(),
    }
}

/// A row as a mention, and whether it is finalised.
fn read(row: &RpcConfirmedTransactionStatusWithSignature) -> Result<(Mention, bool), SourceError> {
    let signature = row
        .signature
        .parse()
        .map_err(|error| nonsense("a list of transactions", error))?;
    let mention = Mention {
        signature,
        slot: row.slot,
        failed: row.err.is_some(),
    };
    // Nodes leave the status away when it is finalised.
    let finalized = row
        .confirmation_status
        .as_ref()
        .is_none_or(|status| *status == TransactionConfirmationStatus::Finalized);
    Ok((mention, finalized))
}

#[async_trait]
impl Source for RpcSource {
    async fn finalized_slot(&self) -> Result<u64, SourceError> {
        let asked = self
            .chain
            .rpc()
            .get_slot_with_commitment(CommitmentConfig::finalized())
            .await;
        asked.map_err(|error| unavailable("which slot is finalised", error))
    }

    async fn mentions(
        &self,
        address: &Pubkey,
        after: Option<(Signature, u64)>,
    ) -> Result<Vec<Mention>, SourceError> {
        let mut found = Vec::new();
        let mut before = None;
        loop {
            let page = self
                .page(address, before, after.map(|(signature, _)| signature))
                .await?;
            let length = page.len();
            let mut reached = false;
            for row in &page {
                let (mention, finalized) = read(row)?;
                before = Some(mention.signature);
                reached |= after.is_some_and(|(signature, slot)| {
                    mention.signature == signature || mention.slot < slot
                });
                if !reached && finalized {
                    found.push(mention);
                }
            }
            if reached || length < PAGE {
                break;
            }
        }
        found.reverse();
        Ok(found)
    }

    async fn transaction(&self, mention: &Mention) -> Result<Option<Fetched>, SourceError> {
        let config = RpcTransactionConfig {
            encoding: Some(UiTransactionEncoding::Base64),
            commitment: Some(CommitmentConfig::confirmed()),
            max_supported_transaction_version: Some(0),
        };
        let asked = self
            .chain
            .rpc()
            .get_transaction_with_config(&mention.signature, config)
            .await;
        match asked {
            Ok(found) => fetched(mention, &found).map(Some),
            Err(error) if is_null(&error) => Ok(None),
            Err(error) => Err(unavailable("what a transaction did", error)),
        }
    }
}

/// Whether the node answered `null`: it does not have the transaction.
fn is_null(error: &solana_client::client_error::ClientError) -> bool {
    use solana_client::client_error::ClientErrorKind;
    matches!(error.kind(), ClientErrorKind::SerdeJson(error) if error.to_string().contains("null"))
}

/// The calls within a transaction, from the RPC's form of it.
fn fetched(
    mention: &Mention,
    found: &EncodedConfirmedTransactionWithStatusMeta,
) -> Result<Fetched, SourceError> {
    let signature = mention.signature;
    let refuse = |reason: &str| nonsense(format!("transaction {signature}"), reason);
    let transaction = found
        .transaction
        .transaction
        .decode()
        .ok_or_else(|| refuse("its bytes cannot be read"))?;
    let meta = found
        .transaction
        .meta
        .as_ref()
        .ok_or_else(|| refuse("it comes without what it did"))?;
    let mut keys = transaction.message.static_account_keys().to_vec();
    keys.extend(loaded_keys(meta).ok_or_else(|| refuse("a loaded address cannot be read"))?);
    let inner = Option::<Vec<_>>::from(meta.inner_instructions.clone());
    let inner = inner.ok_or_else(|| refuse("it comes without inner instructions"))?;
    let mut calls = Vec::new();
    for group in inner {
        for (index, call) in (0..).zip(group.instructions) {
            let UiInstruction::Compiled(call) = call else {
                return Err(refuse("its inner instructions are not as asked for"));
            };
            calls.push(InnerCall {
                instruction: group.index.into(),
                inner: index,
                program: *keys
                    .get(usize::from(call.program_id_index))
                    .ok_or_else(|| refuse("it calls a program it does not name"))?,
                data: bs58::decode(&call.data)
                    .into_vec()
                    .map_err(|_| refuse("an inner instruction's data is not base58"))?,
            });
        }
    }
    Ok(Fetched {
        signature,
        slot: found.slot,
        calls,
    })
}

/// Keys that a version 0 transaction loads from tables: writable ones first.
fn loaded_keys(meta: &UiTransactionStatusMeta) -> Option<Vec<Pubkey>> {
    let loaded: Option<_> = meta.loaded_addresses.clone().into();
    let Some(loaded): Option<solana_transaction_status_client_types::UiLoadedAddresses> = loaded
    else {
        return Some(Vec::new());
    };
    let all = loaded.writable.iter().chain(&loaded.readonly);
    all.map(|key| key.parse().ok()).collect()
}
