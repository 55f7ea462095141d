//! `close_job`

use crate::{
    clock::now,
    error::SheafError,
    event::JobClosed,
    state::{Job, Pool},
};
use anchor_lang::{prelude::*, AccountClose};

/// Accounts of `close_job`.
#[event_cpi]
#[derive(Accounts)]
pub struct CloseJob {
    /// The pool.
    #[account(mut)]
    pub pool: Account<Pool>,
    /// The job; closed.
    #[account(mut, constraint = job.pool == pool.address().to_bytes() @ SheafError::WrongMint)]
    pub job: Account<Job>,
    /// CHECK: the job's requester; gets the rent back.
    #[account(mut, address = job.requester @ SheafError::WrongRentReceiver)]
    pub requester: UncheckedAccount,
}

/// Closes an ended job that holds nothing and to which no batch refers. Anyone may send it. Its number
/// is never used again.
pub fn close(ctx: &mut Context<CloseJob>) -> Result<()> {
    let now = now()?;
    let CloseJob { pool, job, .. } = &mut ctx.accounts;

    // When.
    job.check_closable(now.unix_time)?;

    // Event.
    let event = JobClosed {
        sequence: pool.next_event()?,
        pool: job.pool,
        job: job.address().to_bytes(),
        number: job.number,
    };
    emit_cpi!(event);

    // Effects: the account goes last.
    let requester = *ctx.accounts.requester.account();
    ctx.accounts.job.close(requester)
}
