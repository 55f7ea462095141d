//! Transactions from a JSON-RPC.
//!
//! Habits of RPC nodes that are guarded against:
//!
//! - The commitment asked for may be ignored: every row's own status counts, and a transaction has to
//!   stand in the slot that its row says.
//! - A node that does not know the `until` signature silently starts from the newest: pages are read
//!   until the first slot asked for is passed.
//! - A node that does not know the `before` signature says that there is nothing more, and pages may
//!   be cut: what is left out shows as a gap in the numbers of events, and is asked for again.
//! - Pages may repeat rows, or themselves.

use super::source::{Fetched, Heads, InnerCall, Level, Mention, Since, Source, SourceError};
use async_trait::async_trait;
use sheaf_client::{
    Chain,
    layout::{Network, Pool},
};
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
use std::collections::BTreeSet;

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
        account: &Pubkey,
        before: Option<Signature>,
        until: Option<Signature>,
        level: Level,
    ) -> Result<Vec<RpcConfirmedTransactionStatusWithSignature>, SourceError> {
        let config = GetConfirmedSignaturesForAddress2Config {
            before,
            until,
            limit: Some(PAGE),
            commitment: Some(commitment(level)),
        };
        let page = self
            .chain
            .rpc()
            .get_signatures_for_address_with_config(account, config)
            .await;
        page.map_err(|error| unavailable("which transactions there are", error))
    }
}

const fn commitment(level: Level) -> CommitmentConfig {
    match level {
        Level::Confirmed => CommitmentConfig::confirmed(),
        Level::Finalized => CommitmentConfig::finalized(),
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

/// A row as a mention, and whether it is of the level asked for.
fn read(
    row: &RpcConfirmedTransactionStatusWithSignature,
    level: Level,
) -> Result<(Mention, bool), SourceError> {
    let signature = row
        .signature
        .parse()
        .map_err(|error| nonsense("a list of transactions", error))?;
    let mention = Mention {
        signature,
        slot: row.slot,
        failed: row.err.is_some(),
    };
    // Nodes leave the status away when it is what was asked for.
    let stands = match (&row.confirmation_status, level) {
        (None | Some(TransactionConfirmationStatus::Finalized), _) => true,
        (Some(TransactionConfirmationStatus::Confirmed), level) => level == Level::Confirmed,
        (Some(TransactionConfirmationStatus::Processed), _) => false,
    };
    Ok((mention, stands))
}

#[async_trait]
impl Source for RpcSource {
    async fn heads(&self, accounts: &[Pubkey], level: Level) -> Result<Heads, SourceError> {
        let chain = self.chain.at(commitment(level));
        let (slot, found) = chain
            .accounts_with_slot(accounts)
            .await
            .map_err(|error| unavailable("how many events there are", error))?;
        let network = chain.addresses().network();
        let mut numbers = Vec::with_capacity(accounts.len());
        for (address, account) in accounts.iter().zip(found) {
            // Lamports that somebody sent in advance do not make an account of the program.
            let account = account.filter(|account| account.owner == chain.program());
            let number = account.map(|account| match *address == network {
                true => (chain.read::<Network>("network", address, &account))
                    .map(|network| network.sequence),
                false => (chain.read::<Pool>("pool", address, &account)).map(|pool| pool.sequence),
            });
            let number = number.transpose();
            numbers.push(
                number
                    .map_err(|error| nonsense(address, error))?
                    .unwrap_or(0),
            );
        }
        Ok(Heads { slot, numbers })
    }

    async fn mentions(
        &self,
        account: &Pubkey,
        since: Since,
        level: Level,
    ) -> Result<Vec<Mention>, SourceError> {
        let mut found = Vec::new();
        let mut seen = BTreeSet::new();
        let mut before = None;
        loop {
            let page = self.page(account, before, since.until, level).await?;
            let (mut passed, mut goes_on) = (false, false);
            for row in &page {
                let (mention, stands) = read(row, level)?;
                before = Some(mention.signature);
                passed |= mention.slot < since.slot;
                let is_new = seen.insert(mention.signature);
                goes_on |= is_new;
                if is_new && stands && mention.slot >= since.slot {
                    found.push(mention);
                }
            }
            // Providers have pages of their own lengths: only an empty one is the end.
            if passed || page.is_empty() {
                break;
            }
            if !goes_on {
                return Err(nonsense("a list of transactions", "it does not go on"));
            }
        }
        found.reverse();
        Ok(found)
    }

    async fn transaction(
        &self,
        mention: &Mention,
        level: Level,
    ) -> Result<Option<Fetched>, SourceError> {
        let config = RpcTransactionConfig {
            encoding: Some(UiTransactionEncoding::Base64),
            commitment: Some(commitment(level)),
            max_supported_transaction_version: Some(0),
        };
        let asked = self
            .chain
            .rpc()
            .get_transaction_with_config(&mention.signature, config)
            .await;
        let found = match asked {
            Ok(found) => found,
            Err(error) if is_null(&error) => return Ok(None),
            Err(error) => return Err(unavailable("what a transaction did", error)),
        };
        let failed = (found.transaction.meta.as_ref()).is_some_and(|meta| meta.err.is_some());
        // The same transaction on another fork is another happening.
        if found.slot != mention.slot || failed != mention.failed {
            return Ok(None);
        }
        fetched(mention, &found).map(Some)
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
