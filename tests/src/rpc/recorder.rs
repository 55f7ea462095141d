//! Transactions as they land.

use super::feed::{Feed, Recorded};
use litesvm::{LiteSVM, types::TransactionResult};
use solana_sdk::{
    account::Account,
    clock::Clock,
    instruction::Instruction,
    message::{AddressLookupTableAccount, VersionedMessage, v0},
    pubkey::Pubkey,
    signature::Keypair,
    signer::Signer as _,
    transaction::{Transaction, VersionedTransaction},
};
use std::collections::BTreeMap;

/// The program that owns tables of addresses.
const TABLES: Pubkey = Pubkey::from_str_const("AddressLookupTab1e1111111111111111111111111");
/// Bytes of a table before its addresses.
const TABLE_META: usize = 56;

/// Records what lands. Every second transaction is sent in version 0, with a table for every key that
/// can come from one.
pub struct Recorder {
    feed: Feed,
    table: Pubkey,
}

impl Recorder {
    /// A recorder of what lands on `svm` from here on. `table` is an address for tables.
    pub fn new(svm: &LiteSVM, network: Pubkey, pool: Pubkey, table: Pubkey) -> Self {
        let feed = Feed {
            network,
            pool,
            first_slot: svm.get_sysvar::<Clock>().slot,
            first_accounts: accounts(svm, [network, pool]),
            transactions: Vec::new(),
        };
        Self { feed, table }
    }

    /// What was recorded.
    pub fn into_feed(self) -> Feed {
        self.feed
    }

    /// A transaction in the form in which it is to be sent.
    ///
    /// # Panics
    /// When LiteSVM takes no table.
    pub fn form(
        &self,
        svm: &mut LiteSVM,
        legacy: Transaction,
        instructions: &[Instruction],
        signers: &[&Keypair],
    ) -> VersionedTransaction {
        if self.feed.transactions.len().is_multiple_of(2) {
            return legacy.into();
        }
        let metas = instructions.iter().flat_map(|one| &one.accounts);
        let mut addresses: Vec<Pubkey> = metas.map(|meta| meta.pubkey).collect();
        addresses.sort_unstable();
        addresses.dedup();
        svm.set_account(self.table, table(&addresses))
            .expect("a table");
        let tables = [AddressLookupTableAccount {
            key: self.table,
            addresses,
        }];
        let blockhash = legacy.message.recent_blockhash;
        let message =
            v0::Message::try_compile(&signers[0].pubkey(), instructions, &tables, blockhash)
                .expect("a message of version 0");
        VersionedTransaction::try_new(VersionedMessage::V0(message), signers).expect("signatures")
    }

    /// Keeps a transaction that was sent, and what became of it.
    pub fn keep(&mut self, svm: &LiteSVM, sent: VersionedTransaction, outcome: &TransactionResult) {
        let (error, meta) = match outcome {
            Ok(meta) => (None, meta),
            Err(failed) => (Some(failed.err.clone()), &failed.meta),
        };
        let (network, pool) = (self.feed.network, self.feed.pool);
        // Tests turn the clock back; a chain's slots only grow.
        let last = (self.feed.transactions.last()).map_or(0, |last| last.slot);
        self.feed.transactions.push(Recorded {
            loaded: loaded(svm, &sent),
            slot: svm.get_sysvar::<Clock>().slot.max(last),
            transaction: sent,
            error,
            inner: meta.inner_instructions.clone(),
            accounts: accounts(svm, [network, pool]),
        });
    }
}

fn accounts(svm: &LiteSVM, addresses: [Pubkey; 2]) -> BTreeMap<Pubkey, Account> {
    let found = addresses.into_iter();
    found
        .filter_map(|address| Some((address, svm.get_account(&address)?)))
        .collect()
}

/// The account of a table that nobody may change.
fn table(addresses: &[Pubkey]) -> Account {
    let mut data = 1u32.to_le_bytes().to_vec();
    // Never deactivated, last extended in slot 0.
    data.extend(u64::MAX.to_le_bytes());
    data.resize(TABLE_META, 0);
    data.extend(addresses.iter().flat_map(Pubkey::to_bytes));
    Account {
        lamports: 1_000_000_000,
        data,
        owner: TABLES,
        ..Account::default()
    }
}

/// What a transaction loads from its table: what it may write, what it may not.
fn loaded(svm: &LiteSVM, sent: &VersionedTransaction) -> [Vec<Pubkey>; 2] {
    let mut loaded = [Vec::new(), Vec::new()];
    for lookup in sent.message.address_table_lookups().into_iter().flatten() {
        let table = svm.get_account(&lookup.account_key).unwrap_or_default();
        let addresses: Vec<Pubkey> = table.data[TABLE_META..]
            .chunks_exact(32)
            .filter_map(|bytes| Pubkey::try_from(bytes).ok())
            .collect();
        let of = |indexes: &[u8]| -> Vec<Pubkey> {
            indexes
                .iter()
                .map(|at| addresses[usize::from(*at)])
                .collect()
        };
        loaded[0].extend(of(&lookup.writable_indexes));
        loaded[1].extend(of(&lookup.readonly_indexes));
    }
    loaded
}
