//! Variants of a good instruction that must all be refused.
//!
//! Where a world is hostile, every first use of an instruction is preceded by them: each signature
//! left out, each account replaced by a missing one, by a copy that another program owns, by the one
//! that stands there in another pool, and by each other account of the instruction; data cut short;
//! accounts left out.

use super::World;
use solana_sdk::{
    account::Account, instruction::Instruction, pubkey::Pubkey, signature::Keypair, signer::Signer,
};
use std::collections::BTreeMap;

/// Accounts of each instruction's first use, as they were before it.
pub type Used = BTreeMap<&'static str, Vec<(Pubkey, Account)>>;

/// Whether an instruction lands whatever stands at this place, by design.
fn is_free(name: &str, at: usize) -> bool {
    match name {
        // Whoever cannot be paid is passed over.
        "claim_neighbours" => at >= 5,
        _ => false,
    }
}

/// Whether the caller chooses what stands at this place.
fn is_chosen(name: &str, at: usize) -> bool {
    match name {
        // The mint of stakes.
        "create_network" => at == 2,
        // The pool, and nothing that belongs to one.
        "close_intake" => at == 2,
        _ => false,
    }
}

impl World {
    /// Makes every first use of an instruction be preceded by its hostile variants. `elsewhere` is
    /// a world that went the same way in another pool.
    pub fn become_hostile(&mut self, elsewhere: Self) {
        self.elsewhere = Some(elsewhere.used);
    }

    pub(super) fn remember_use(&mut self, name: &'static str, instruction: &Instruction) {
        if self.used.contains_key(name) {
            return;
        }
        let accounts = instruction.accounts.iter().map(|meta| {
            let account = self.svm.get_account(&meta.pubkey);
            (meta.pubkey, account.unwrap_or_default())
        });
        let accounts = accounts.collect();
        self.used.insert(name, accounts);
    }

    /// Names of the instructions whose hostile variants were all refused.
    pub fn refused_variants(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.tried.iter().copied()
    }

    pub(super) fn try_hostile_variants(
        &mut self,
        name: &'static str,
        good: &Instruction,
        signers: &[&Keypair],
    ) {
        let Some(elsewhere) = &self.elsewhere else {
            return;
        };
        let elsewhere = elsewhere.get(name).cloned().unwrap_or_default();
        if !self.tried.insert(name) {
            return;
        }
        for (at, meta) in good.accounts.iter().enumerate() {
            if meta.is_signer {
                let mut unsigned = good.clone();
                unsigned.accounts[at].is_signer = false;
                let others: Vec<&Keypair> = signers
                    .iter()
                    .copied()
                    .filter(|key| key.pubkey() != meta.pubkey)
                    .collect();
                self.must_not_land(name, "without a signature", at, unsigned, &others);
            }
        }
        for at in 0..good.accounts.len() {
            if good.accounts[at].is_signer || is_free(name, at) {
                continue;
            }
            let replace = |address: Pubkey| {
                let mut replaced = good.clone();
                replaced.accounts[at].pubkey = address;
                replaced
            };
            let missing = replace(Pubkey::new_unique());
            self.must_not_land(name, "with a missing account", at, missing, signers);
            let copy = self.foreign_copy(&good.accounts[at].pubkey);
            self.must_not_land(name, "with a foreign copy", at, replace(copy), signers);
            if let Some((address, account)) = elsewhere.get(at)
                && *address != good.accounts[at].pubkey
                && !is_chosen(name, at)
            {
                self.svm
                    .set_account(*address, account.clone())
                    .expect("an account");
                let foreign = replace(*address);
                self.must_not_land(name, "with another pool's account", at, foreign, signers);
                // The books look at all there is, and this is none of theirs.
                self.svm
                    .set_account(*address, Account::default())
                    .expect("no account");
            }
            for other in &good.accounts {
                if other.pubkey != good.accounts[at].pubkey {
                    let twice = replace(other.pubkey);
                    self.must_not_land(name, "with an account twice", at, twice, signers);
                }
            }
        }
        for length in [0, 7, good.data.len() - 1] {
            let mut cut = good.clone();
            cut.data.truncate(length);
            self.must_not_land(name, "with data of length", length, cut, signers);
        }
        for count in 0..good.accounts.len() {
            let mut short = good.clone();
            short.accounts.truncate(count);
            let present: Vec<&Keypair> = signers
                .iter()
                .copied()
                .filter(|key| {
                    short
                        .accounts
                        .iter()
                        .any(|meta| meta.pubkey == key.pubkey())
                })
                .collect();
            self.must_not_land(name, "with accounts numbering", count, short, &present);
        }
    }

    /// An account with the same bytes that another program owns.
    fn foreign_copy(&mut self, address: &Pubkey) -> Pubkey {
        let copy = Pubkey::new_unique();
        let account = self.svm.get_account(address).unwrap_or_default();
        let foreign = Account {
            lamports: account.lamports.max(1_000_000_000),
            owner: Pubkey::new_unique(),
            executable: false,
            ..account
        };
        self.svm.set_account(copy, foreign).expect("an account");
        copy
    }

    fn must_not_land(
        &mut self,
        name: &'static str,
        how: &str,
        at: usize,
        instruction: Instruction,
        signers: &[&Keypair],
    ) {
        // A payer without any role, so that nobody's signature slips in.
        let payer = self.mint_authority.insecure_clone();
        let mut keys = vec![&payer];
        keys.extend(signers);
        let landed = self.send("refused", instruction, &keys).is_ok();
        assert!(!landed, "{name} landed {how} {at}");
    }
}
