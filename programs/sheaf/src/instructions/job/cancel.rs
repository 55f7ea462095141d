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

/// Ends a job before its deadline: no batch is posted any more. A reservation that a round holds
/// stays until the round has ended.
pub fn cancel(ctx: &mut Context<CancelJob>) -> Result<()> {
    let now = now()?;
    let CancelJob {
        requester,
        pool,
        job,
        ..
    } = &mut ctx.accounts;

    // Who.
    require!(
        requester.address().to_bytes() == job.requester,
        SheafError::NotRequester
    );

    // When.
    job.check_active(now.unix_time)?;

    // Effects.
    job.cancelled_at = now.unix_time;

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
