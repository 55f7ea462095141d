//! `create_pool`

use crate::{
    clock::now,
    error::SheafError,
    event::PoolCreated,
    instructions::arguments::CreatePoolArguments,
    state::{Network, Pool},
    token::{self, admit, TOKEN, TOKEN_2022},
};
use anchor_lang::{find_and_verify_program_address, prelude::*};
use sheaf_format::seeds;

/// Accounts of `create_pool`.
#[event_cpi]
#[derive(Accounts)]
pub struct CreatePool {
    /// Pays the rents and the pool's reserve. Anyone may.
    #[account(mut)]
    pub payer: Signer,
    /// The network: no pool without one.
    pub network: Account<Network>,
    /// The pool.
    #[account(init, payer = payer, seeds = [seeds::POOL, mint.address().as_ref()], bump)]
    pub pool: Account<Pool>,
    /// CHECK: the pool's token account, created here at the address derived from the pool's.
    #[account(mut)]
    pub vault: UncheckedAccount,
    /// CHECK: the mint; admitted by its extensions.
    #[account(owner = *token_program.address() @ SheafError::WrongTokenProgram)]
    pub mint: UncheckedAccount,
    /// CHECK: the mint's token program, Token or Token-2022.
    #[account(constraint = [TOKEN, TOKEN_2022].contains(token_program.address())
        @ SheafError::WrongTokenProgram)]
    pub token_program: UncheckedAccount,
    /// Creates the accounts.
    pub system_program: Program<System>,
}

/// Creates the pool of a mint with its vault. Mints that could move tokens behind the program's
/// back, or stop single transfers, are refused by name.
pub fn create(ctx: &mut Context<CreatePool>, arguments: &CreatePoolArguments) -> Result<()> {
    let now = now()?;
    let CreatePoolArguments { reserve_lamports } = *arguments;
    let accounts = &mut ctx.accounts;

    // When.
    accounts.network.check_running(now.unix_time)?;

    // What.
    let terms = admit(&accounts.mint.try_borrow()?)?;
    let address = accounts.pool.address().to_bytes();
    let vault_seeds = [seeds::VAULT, &address];
    let vault_bump =
        find_and_verify_program_address(&vault_seeds, &crate::ID, accounts.vault.address())?;

    // Effects.
    let mut vault = *accounts.vault.account();
    token::create_account(
        token::CreateAccount {
            payer: accounts.payer.account(),
            account: &mut vault,
            mint: accounts.mint.account(),
            terms,
            program: accounts.token_program.address(),
            owner: accounts.pool.address(),
        },
        &[seeds::VAULT, &address, &[vault_bump]],
    )?;
    system_program::transfer(
        CpiContext::new(
            accounts.system_program.address(),
            system_program::Transfer {
                from: accounts.payer.try_cpi_handle_mut()?,
                to: accounts.pool.try_cpi_handle_mut()?,
            },
        ),
        reserve_lamports,
    )?;
    let mint = accounts.mint.address().to_bytes();
    let token_program = accounts.token_program.address().to_bytes();
    let pool = &mut accounts.pool;
    pool.mint = mint;
    pool.vault = vault.address().to_bytes();
    pool.token_program = token_program;
    pool.decimals = terms.decimals;
    pool.bump = ctx.bumps.pool;
    pool.vault_bump = vault_bump;

    // Event.
    let event = PoolCreated {
        sequence: pool.next_event()?,
        pool: address,
        mint,
        token_program,
    };
    emit_cpi!(event);
    Ok(())
}
