//! A transaction, between the journal's bytes and what is sent.

use crate::store::journal::JournalEntry;
use anyhow::Context as _;
use sheaf_client::send::{Lifetime, Signed};
use solana_sdk::{instruction::Instruction, pubkey::Pubkey, transaction::Transaction};

/// A signed transaction as the journal keeps it. It was signed in slot `since_slot` or later.
///
/// # Errors
/// When it cannot be written.
pub fn entry(action: &str, signed: &Signed, since_slot: u64) -> anyhow::Result<JournalEntry> {
    Ok(JournalEntry {
        action: action.to_owned(),
        signature: signed.signature,
        bytes: bytes(&signed.transaction)?,
        last_valid_block_height: signed.last_valid_block_height,
        since_slot,
    })
}

/// The other way.
///
/// # Errors
/// When the bytes are no transaction.
pub fn signed(entry: &JournalEntry) -> anyhow::Result<Signed> {
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

/// Until when an entry can land, and since when it could.
pub const fn lifetime(entry: &JournalEntry) -> Lifetime {
    Lifetime {
        last_valid_block_height: entry.last_valid_block_height,
        since_slot: entry.since_slot,
    }
}

/// The bytes of a transaction that nobody signed, for those who look at it.
///
/// # Errors
/// When it cannot be written.
pub fn unsigned(instructions: &[Instruction], payer: &Pubkey) -> anyhow::Result<Vec<u8>> {
    bytes(&Transaction::new_with_payer(instructions, Some(payer)))
}

fn bytes(transaction: &Transaction) -> anyhow::Result<Vec<u8>> {
    bincode::serialize(transaction).context("a transaction cannot be written down")
}

#[cfg(test)]
mod tests {
    use super::*;
    use sheaf_client::instruction::transfer_lamports;
    use solana_sdk::{hash::Hash, signature::Keypair, signer::Signer as _};

    #[test]
    fn a_transaction_comes_out_of_the_journal_as_it_went_in() {
        let wallet = Keypair::new();
        let instruction = transfer_lamports(&wallet.pubkey(), &Pubkey::default(), 1);
        let mut transaction = Transaction::new_with_payer(&[instruction], Some(&wallet.pubkey()));
        transaction.sign(&[&wallet], Hash::new_from_array([1; 32]));
        let before = Signed {
            signature: transaction.signatures[0],
            transaction,
            last_valid_block_height: 7,
        };
        let entry = entry("test", &before, 5).expect("written");
        assert_eq!(signed(&entry).expect("read"), before);
        assert_eq!(lifetime(&entry).since_slot, 5);
    }
}
