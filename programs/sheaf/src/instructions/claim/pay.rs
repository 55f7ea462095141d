//! `claim`

use crate::{
    arithmetic::add,
    error::SheafError,
    instructions::arguments::ClaimArguments,
    state::{Leaf, LedgerPage, Pool},
    token::{self, TransferChecked},
};
use anchor_lang::prelude::*;
use sheaf_format::{seeds, tree::PageProof};

/// Accounts of `claim`. There is no event: the instruction's data and the page say all.
#[derive(Accounts)]
pub struct Claim {
    /// The pool.
    #[account(mut)]
    pub pool: Account<Pool>,
    /// The page of the contributor's leaf.
    #[account(mut, constraint = page.pool == pool.address().to_bytes() @ SheafError::IndexMismatch)]
    pub page: Account<LedgerPage>,
    /// CHECK: wallet that earned; bound by the leaf.
    pub contributor: UncheckedAccount,
    /// CHECK: the contributor's canonical token account.
    #[account(mut)]
    pub token_account: UncheckedAccount,
    /// CHECK: the pool's vault.
    #[account(mut, address = pool.vault @ SheafError::WrongTokenAccount)]
    pub vault: UncheckedAccount,
    /// CHECK: the pool's mint.
    #[account(address = pool.mint @ SheafError::WrongMint)]
    pub mint: UncheckedAccount,
    /// CHECK: the mint's token program.
    #[account(address = pool.token_program @ SheafError::WrongTokenProgram)]
    pub token_program: UncheckedAccount,
}

/// Pays a contributor lifetime earnings less lifetime claims. Anyone may send it; money goes only to
/// the contributor's canonical token account while the contributor still owns it.
pub fn claim(ctx: &mut Context<Claim>, arguments: &ClaimArguments) -> Result<()> {
    let accounts = &mut ctx.accounts;
    let contributor = accounts.contributor.address().to_bytes();
    let leaf = Leaf {
        index: arguments.index,
        contributor,
        cumulative: arguments.cumulative,
    };
    let proof: &PageProof = bytemuck::try_cast_ref(&arguments.proof)
        .map_err(|_| ErrorCode::InstructionDidNotDeserialize)?;

    // What: the canonical token account, still the contributor's.
    let is_canonical = token::is_canonical(
        accounts.token_account.address(),
        accounts.token_program.address(),
        &accounts.pool.mint,
        &contributor,
        arguments.token_account_bump,
    );
    require!(is_canonical, SheafError::WrongTokenAccount);
    token::check_account(
        accounts.token_account.account(),
        accounts.token_program.address(),
        &accounts.pool.mint,
        &contributor,
    )?;

    // Effects.
    let pool = accounts.pool.address().to_bytes();
    let due = accounts.page.claim(&pool, &leaf, proof)?;
    accounts.pool.claimed_total = add(accounts.pool.claimed_total, due)?;
    let (mint, bump) = (accounts.pool.mint, [accounts.pool.bump]);
    let seeds: [&[u8]; 3] = [seeds::POOL, &mint, &bump];
    TransferChecked {
        program: accounts.token_program.address(),
        from: accounts.vault.try_cpi_handle_mut()?.into(),
        mint: accounts.mint.cpi_handle(),
        to: accounts.token_account.try_cpi_handle_mut()?.into(),
        authority: accounts.pool.cpi_handle(),
        amount: due,
        decimals: accounts.pool.decimals,
    }
    .invoke(&[&seeds]);
    accounts
        .pool
        .check_covered(token::balance(accounts.vault.account())?)?;
    Ok(())
}
