//! `close_batch`

use crate::{
    error::SheafError,
    event::BatchClosed,
    state::{Batch, Payer, Pool},
};
use anchor_lang::{prelude::*, AccountClose};

/// Accounts of `close_batch`.
#[event_cpi]
#[derive(Accounts)]
pub struct CloseBatch {
    /// The pool.
    #[account(mut)]
    pub pool: Account<Pool>,
    /// CHECK: the job or the dataset that pays the batch, which names it.
    #[account(mut)]
    pub job: UncheckedAccount,
    /// The batch; closed.
    #[account(
        mut,
        constraint = batch.job == job.address().to_bytes()
            && batch.pool == pool.address().to_bytes() @ SheafError::WrongBatch,
    )]
    pub batch: Account<Batch>,
    /// CHECK: who posted the batch; gets the rent back.
    #[account(mut, address = batch.aggregator @ SheafError::WrongRentReceiver)]
    pub aggregator: UncheckedAccount,
}

/// Closes a released batch. Anyone may send it. The address is never used again, because the pool
/// has left the batch's round and round numbers only grow.
pub fn close(ctx: &mut Context<CloseBatch>) -> Result<()> {
    let CloseBatch {
        pool, job, batch, ..
    } = &mut ctx.accounts;

    // When.
    batch.check_released()?;

    // Effects.
    let mut view = *job.account();
    Payer::load_mut(&mut view, &batch.pool)?.forget_batch()?;

    // Event.
    let event = BatchClosed {
        sequence: pool.next_event()?,
        pool: batch.pool,
        job: batch.job,
        round: batch.round,
    };
    emit_cpi!(event);

    // The account goes last.
    let aggregator = *ctx.accounts.aggregator.account();
    ctx.accounts.batch.close(aggregator)
}
