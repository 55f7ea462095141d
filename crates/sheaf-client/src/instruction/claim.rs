//! Instructions on ledger pages and claims. Anyone may send them.

use super::{PoolAccounts, build, build_silent, read, write};
use crate::{
    address::{Addresses, SYSTEM_PROGRAM},
    layout::{ClaimArguments, ClaimNeighboursArguments, SyncPageArguments},
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

/// Pays those of eight neighbours in the tree whose bump in the arguments is not 0.
pub fn claim_neighbours(
    at: &Addresses,
    accounts: &PoolAccounts,
    arguments: &ClaimNeighboursArguments,
) -> Instruction {
    let pool = accounts.pool(at);
    let mut metas = vec![
        write(pool),
        write(at.page(&pool, page_of(arguments.first_index))),
        write(at.vault(&pool)),
        read(accounts.mint),
        read(accounts.token_program),
    ];
    let leaves = arguments
        .contributors
        .iter()
        .zip(arguments.token_account_bumps);
    metas.extend(
        leaves
            .filter(|(_, bump)| *bump != 0)
            .map(|(wallet, _)| write(accounts.token_account(&Pubkey::new_from_array(*wallet)))),
    );
    build_silent(
        at,
        "claim_neighbours",
        metas,
        &[bytemuck::bytes_of(arguments)],
    )
}
