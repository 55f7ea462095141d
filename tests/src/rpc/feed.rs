//! What was recorded.

use sheaf_client::event::Event;
use sheaf_indexer::ingest::source::{Fetched, InnerCall, Mention};
use solana_sdk::{
    account::Account,
    inner_instruction::InnerInstructionsList,
    pubkey::Pubkey,
    signature::Signature,
    transaction::{TransactionError, VersionedTransaction},
};
use std::collections::BTreeMap;

/// A transaction that landed.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// What was sent.
    pub transaction: VersionedTransaction,
    /// Its slot.
    pub slot: u64,
    /// Why it failed, if it did.
    pub error: Option<TransactionError>,
    /// Keys it loaded from a table: those it may write, those it may not.
    pub loaded: [Vec<Pubkey>; 2],
    /// The calls within it, by instruction.
    pub inner: InnerInstructionsList,
    /// What network and pool were after it.
    pub accounts: BTreeMap<Pubkey, Account>,
}

impl Recorded {
    /// Its signature.
    pub fn signature(&self) -> Signature {
        self.transaction.signatures[0]
    }

    /// Every key it names, in the order of their indices.
    pub fn keys(&self) -> Vec<Pubkey> {
        let own = self.transaction.message.static_account_keys().iter();
        own.chain(self.loaded.iter().flatten()).copied().collect()
    }

    /// As a list names it.
    pub fn mention(&self) -> Mention {
        Mention {
            signature: self.signature(),
            slot: self.slot,
            failed: self.error.is_some(),
        }
    }

    /// As far as events are concerned.
    pub fn fetched(&self) -> Fetched {
        let keys = self.keys();
        let calls = (0u32..).zip(&self.inner).flat_map(|(instruction, calls)| {
            let keys = &keys;
            (0u32..).zip(calls).map(move |(inner, call)| InnerCall {
                instruction,
                inner,
                program: keys[usize::from(call.instruction.program_id_index)],
                data: call.instruction.data.clone(),
            })
        });
        Fetched {
            signature: self.signature(),
            slot: self.slot,
            calls: calls.collect(),
        }
    }

    /// Its events.
    pub fn events(&self) -> Vec<Event> {
        let calls = self.inner.iter().flatten();
        calls
            .filter_map(|call| Event::from_instruction(&call.instruction.data)?.ok())
            .collect()
    }
}

/// Transactions as they landed, and the accounts they changed.
#[derive(Clone, Debug)]
pub struct Feed {
    /// The network's address.
    pub network: Pubkey,
    /// The pool's address.
    pub pool: Pubkey,
    /// Slot in which recording began.
    pub first_slot: u64,
    /// Network and pool when recording began.
    pub first_accounts: BTreeMap<Pubkey, Account>,
    /// The transactions, oldest first.
    pub transactions: Vec<Recorded>,
}

impl Feed {
    /// Slot and accounts after the first `count` transactions.
    pub fn after(&self, count: usize) -> (u64, &BTreeMap<Pubkey, Account>) {
        match count
            .checked_sub(1)
            .and_then(|last| self.transactions.get(last))
        {
            Some(last) => (last.slot, &last.accounts),
            None => (self.first_slot, &self.first_accounts),
        }
    }

    /// Number of the last event of an account's series after the first `count` transactions; that of
    /// the beginning when there is none among them.
    pub fn head(&self, account: &Pubkey, count: usize, beginning: u64) -> u64 {
        let events = self.transactions[..count].iter().flat_map(Recorded::events);
        let own = events.filter(|event| event.pool().unwrap_or(self.network) == *account);
        own.map(|event| event.sequence()).max().unwrap_or(beginning)
    }

    /// Rounds that became final, with their roots.
    pub fn final_rounds(&self) -> Vec<(u64, [u8; 32])> {
        let events = self.transactions.iter().flat_map(Recorded::events);
        events
            .filter_map(|event| match event {
                Event::RoundFinalised(event) => Some((event.round, event.root)),
                _ => None,
            })
            .collect()
    }
}
