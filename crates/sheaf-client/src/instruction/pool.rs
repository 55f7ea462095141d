//! Instructions on pools, and what every instruction that moves a pool's tokens needs.

use super::{build, pay, read, write};
use crate::{
    address::{Addresses, SYSTEM_PROGRAM, associated_token},
    layout::{CreatePoolArguments, Pool},
    token::Mint,
};
use solana_sdk::{instruction::Instruction, pubkey::Pubkey};

/// A pool by its mint, with the mint's token program: what is needed to move its tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolAccounts {
    /// The mint.
    pub mint: Pubkey,
    /// The mint's token program.
    pub token_program: Pubkey,
}

impl PoolAccounts {
    /// The pool's address.
    pub fn pool(&self, at: &Addresses) -> Pubkey {
        at.pool(&self.mint)
    }

    /// A wallet's canonical token account of the pool's mint.
    pub fn token_account(&self, wallet: &Pubkey) -> Pubkey {
        associated_token(wallet, &self.mint, &self.token_program).0
    }
}

impl From<&Pool> for PoolAccounts {
    fn from(pool: &Pool) -> Self {
        Self {
            mint: Pubkey::new_from_array(pool.mint),
            token_program: Pubkey::new_from_array(pool.token_program),
        }
    }
}

impl From<&Mint> for PoolAccounts {
    fn from(mint: &Mint) -> Self {
        Self {
            mint: mint.address,
            token_program: mint.token_program,
        }
    }
}

/// Creates the pool of a mint with its vault. `payer` pays rents and the reserve.
pub fn create_pool(
    at: &Addresses,
    payer: &Pubkey,
    accounts: &PoolAccounts,
    arguments: &CreatePoolArguments,
) -> Instruction {
    let pool = accounts.pool(at);
    let accounts = vec![
        pay(*payer),
        read(at.network()),
        write(pool),
        write(at.vault(&pool)),
        read(accounts.mint),
        read(accounts.token_program),
        read(SYSTEM_PROGRAM),
    ];
    build(
        at,
        "create_pool",
        accounts,
        &[bytemuck::bytes_of(arguments)],
    )
}
