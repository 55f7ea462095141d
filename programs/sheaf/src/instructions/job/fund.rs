//! `fund_job`

use crate::{
    clock::now,
    error::SheafError,
    event::JobFunded,
    instructions::{
        arguments::FundJobArguments,
        deposit::{deposit, Deposit},
    },
    state::{Job, Network, Pool},
};
use anchor_lang::prelude::*;

/// Accounts of `fund_job`.
#[event_cpi]
#[derive(Accounts)]
pub struct FundJob {
    /// Pays. Anyone may; what is left at the end goes to the requester all the same.
    pub funder: Signer,
    /// The network, which may be paused.
    pub network: Account<Network>,
    /// The pool.
    #[account(mut)]
    pub pool: Account<Pool>,
    /// The job.
    #[account(mut, constraint = job.pool == pool.address().to_bytes() @ SheafError::WrongMint)]
    pub job: Account<Job>,
    /// CHECK: token account the funds come from; the token program checks that the funder may spend
    /// from it.
    #[account(mut)]
    pub source: UncheckedAccount,
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

/// Adds to an active job's balance what measurably arrives.
pub fn fund(ctx: &mut Context<FundJob>, arguments: &FundJobArguments) -> Result<()> {
    let now = now()?;
    let FundJobArguments { amount } = *arguments;
    let accounts = &mut ctx.accounts;

    // When.
    accounts.network.check_running(now.unix_time)?;
    accounts.job.check_active(now.unix_time)?;

    // What.
    require!(amount > 0, SheafError::AmountIsZero);

    // Effects.
    let arrived = deposit(Deposit {
        pool: &mut accounts.pool,
        source: &mut accounts.source,
        vault: &mut accounts.vault,
        mint: &accounts.mint,
        token_program: &accounts.token_program,
        payer: &accounts.funder,
        amount,
    })?;
    accounts.job.credit(arrived)?;

    // Event.
    let event = JobFunded {
        sequence: accounts.pool.next_event()?,
        pool: accounts.job.pool,
        job: accounts.job.address().to_bytes(),
        arrived,
        balance: accounts.job.balance,
    };
    emit_cpi!(event);
    Ok(())
}
