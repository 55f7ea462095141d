//! `refund_job`

use crate::{
    clock::now,
    error::SheafError,
    event::JobRefunded,
    state::{Job, Pool},
    token::{self, TransferChecked},
};
use anchor_lang::prelude::*;
use sheaf_format::seeds;

/// Accounts of `refund_job`.
#[event_cpi]
#[derive(Accounts)]
pub struct RefundJob {
    /// The pool.
    #[account(mut)]
    pub pool: Account<Pool>,
    /// The job.
    #[account(mut, constraint = job.pool == pool.address().to_bytes() @ SheafError::WrongMint)]
    pub job: Account<Job>,
    /// CHECK: receives the refund; a token account that the requester owns.
    #[account(mut)]
    pub destination: UncheckedAccount,
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

/// Returns what is left of a job that has ended to its requester. Anyone may send it.
///
/// It waits until no more batch can be posted and no round holds a reservation. A reservation
/// outlives no round: past its hard deadline, which lies within the stall limit, anyone may void
/// the round and release the batch.
pub fn refund(ctx: &mut Context<RefundJob>) -> Result<()> {
    let now = now()?;
    let accounts = &mut ctx.accounts;

    // When.
    accounts.job.check_refundable(now)?;

    // What.
    token::check_account(
        accounts.destination.account(),
        accounts.token_program.address(),
        &accounts.pool.mint,
        &accounts.job.requester,
    )?;

    // Effects.
    let amount = accounts.job.take_refund()?;
    accounts.pool.count_refund(amount)?;
    let (mint, bump) = (accounts.pool.mint, [accounts.pool.bump]);
    let seeds: [&[u8]; 3] = [seeds::POOL, &mint, &bump];
    TransferChecked {
        program: accounts.token_program.address(),
        from: accounts.vault.try_cpi_handle_mut()?.into(),
        mint: accounts.mint.cpi_handle(),
        to: accounts.destination.try_cpi_handle_mut()?.into(),
        authority: accounts.pool.cpi_handle(),
        amount,
        decimals: accounts.pool.decimals,
    }
    .invoke(&[&seeds]);
    accounts
        .pool
        .check_covered(token::balance(accounts.vault.account())?)?;

    // Event.
    let event = JobRefunded {
        sequence: accounts.pool.next_event()?,
        pool: accounts.job.pool,
        job: accounts.job.address().to_bytes(),
        amount,
    };
    emit_cpi!(event);
    Ok(())
}
