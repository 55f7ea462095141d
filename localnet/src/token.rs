//! Instructions that create a mint and mint from it.

use sheaf_client::address::{SYSTEM_PROGRAM, TOKEN_PROGRAM, associated_token};
use solana_sdk::{
    instruction::{AccountMeta, Instruction},
    pubkey::Pubkey,
};

/// Bytes of a mint.
pub const MINT_LENGTH: usize = 82;

/// Creates the account of a mint, which holds `rent` lamports of the payer.
pub fn create_mint_account(payer: Pubkey, mint: Pubkey, rent: u64) -> Instruction {
    let data = [
        &0u32.to_le_bytes()[..],
        &rent.to_le_bytes(),
        &(MINT_LENGTH as u64).to_le_bytes(),
        TOKEN_PROGRAM.as_ref(),
    ]
    .concat();
    let accounts = vec![AccountMeta::new(payer, true), AccountMeta::new(mint, true)];
    Instruction {
        program_id: SYSTEM_PROGRAM,
        accounts,
        data,
    }
}

/// Makes an account a mint that `authority` mints from and nobody can freeze
/// (`InitializeMint2`).
pub fn initialize_mint(mint: Pubkey, decimals: u8, authority: Pubkey) -> Instruction {
    let data = [&[20, decimals][..], authority.as_ref(), &[0]].concat();
    let accounts = vec![AccountMeta::new(mint, false)];
    Instruction {
        program_id: TOKEN_PROGRAM,
        accounts,
        data,
    }
}

/// Mints to a wallet's canonical token account (`MintTo`).
pub fn mint_to(mint: Pubkey, wallet: Pubkey, authority: Pubkey, amount: u64) -> Instruction {
    let (account, _) = associated_token(&wallet, &mint, &TOKEN_PROGRAM);
    let data = [&[7][..], &amount.to_le_bytes()].concat();
    let accounts = vec![
        AccountMeta::new(mint, false),
        AccountMeta::new(account, false),
        AccountMeta::new_readonly(authority, true),
    ];
    Instruction {
        program_id: TOKEN_PROGRAM,
        accounts,
        data,
    }
}
