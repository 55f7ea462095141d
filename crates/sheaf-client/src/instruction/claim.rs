//! Instructions on ledger pages and claims. Anyone may send them.

use super::{PoolAccounts, build, build_silent, read, write};
use crate::{
    address::{Addresses, SYSTEM_PROGRAM},
    layout::{ClaimArguments, SyncPageArguments},
};
use sheaf_format::tree::page_of;
use solana_sdk::{instruction::Instruction, pubkey::Pubkey};

/// Creates a ledger page; its rent comes from the pool's reserve.
pub fn open_page(at: &Addresses, pool: &Pubkey, page: u32) -> Instruction {
    let accounts = vec![
        write(*pool),
        write(at.page(pool, page)),
        read(SYSTEM_PROGRAM),
    ];
    build(at, "open_page", accounts, &[&page.to_le_bytes()])
}

/// Brings a page to the active root.
pub fn sync_page(
    at: &Addresses,
    pool: &Pubkey,
    page: u32,
    arguments: &SyncPageArguments,
) -> Instruction {
    let accounts = vec![write(*pool), write(at.page(pool, page))];
    build(at, "sync_page", accounts, &[bytemuck::bytes_of(arguments)])
}

/// Whose claim it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClaimAccounts {
    /// The pool's mint and token program.
    pub pool: PoolAccounts,
    /// Wallet that earned; its canonical token account is paid.
    pub contributor: Pubkey,
}

/// Pays what a contributor earned and has not claimed yet.
pub fn claim(at: &Addresses, accounts: &ClaimAccounts, arguments: &ClaimArguments) -> Instruction {
    let pool = accounts.pool.pool(at);
    let accounts = vec![
        write(pool),
        write(at.page(&pool, page_of(arguments.index))),
        read(accounts.contributor),
        write(accounts.pool.token_account(&accounts.contributor)),
        write(at.vault(&pool)),
        read(accounts.pool.mint),
        read(accounts.pool.token_program),
    ];
    build_silent(at, "claim", accounts, &[bytemuck::bytes_of(arguments)])
}
