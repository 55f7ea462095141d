//! `cancel_job`

use crate::{
    clock::now,
    error::SheafError,
    event::JobCancelled,
    state::{Job, Pool},
};
use anchor_lang::prelude::*;

/// Accounts of `cancel_job`.
#[event_cpi]
#[derive(Accounts)]
pub struct CancelJob {
    /// The job's requester.
    pub requester: Signer,
    /// The pool.
    #[account(mut)]
    pub pool: Account<Pool>,
    /// The job.
    #[account(mut, constraint = job.pool == pool.address().to_bytes() @ SheafError::WrongMint)]
    pub job: Account<Job>,
}

/// Ends a job before its deadline. It takes no more money; work that was accepted before can still
/// be batched for a grace. A reservation that a round holds stays until the round has ended.
pub fn cancel(ctx: &mut Context<CancelJob>) -> Result<()> {
    let now = now()?;
    let CancelJob {
        requester,
        pool,
        job,
        ..
    } = &mut ctx.accounts;

    // Who.
    job.check_requester(requester.address().as_array())?;

    // When.
    job.check_active(now.unix_time)?;

    // Effects.
    job.cancel(now);

    // Event.
    let event = JobCancelled {
        sequence: pool.next_event()?,
        pool: job.pool,
        job: job.address().to_bytes(),
        cancelled_at: job.cancelled_at,
    };
    emit_cpi!(event);
    Ok(())
}
