//! `release_batch`

use crate::{
    error::SheafError,
    event::BatchReleased,
    state::{Batch, Payer, Pool, Round},
    zero_copy,
};
use anchor_lang::prelude::*;
use sheaf_format::{seeds, stage::RoundState};

/// Accounts of `release_batch`.
#[event_cpi]
#[derive(Accounts)]
pub struct ReleaseBatch {
    /// The pool.
    #[account(mut)]
    pub pool: Account<Pool>,
    /// CHECK: the job or the dataset that pays the batch, which names it.
    #[account(mut)]
    pub job: UncheckedAccount,
    /// The batch.
    #[account(
        mut,
        constraint = batch.job == job.address().to_bytes()
            && batch.pool == pool.address().to_bytes() @ SheafError::WrongBatch,
    )]
    pub batch: Account<Batch>,
    /// CHECK: the batch's round, at its address; no such account exists when the round was voided
    /// before it opened.
    #[account(
        mut, seeds = [seeds::ROUND, pool.address().as_ref(), batch.round.to_le_bytes()], bump,
    )]
    pub round: UncheckedAccount,
}

/// How a batch's round ended.
enum Outcome {
    Final,
    Void,
}

/// Ends a batch's reservation after its round. Anyone may send it.
///
/// What the batch reserved and was not debited is free again. A final round's debit is booked as
/// settled; a void round's goes back to the job's balance.
pub fn release(ctx: &mut Context<ReleaseBatch>) -> Result<()> {
    let ReleaseBatch {
        pool,
        job,
        batch,
        round,
        ..
    } = &mut ctx.accounts;

    // When.
    let outcome = outcome(pool, batch, *round.account())?;

    // Effects.
    batch.release()?;
    let mut view = *job.account();
    let mut payer = Payer::load_mut(&mut view, &batch.pool)?;
    let returned = payer.reservation().release(batch.reserved, batch.debited)?;
    match outcome {
        Outcome::Final => payer.book_settled(batch)?,
        Outcome::Void => {
            payer.reservation().undo_debit(batch.debited)?;
            pool.move_out_of_round(batch.debited)?;
        }
    }
    drop(payer);

    // Event.
    let event = BatchReleased {
        sequence: pool.next_event()?,
        pool: batch.pool,
        job: batch.job,
        round: batch.round,
        debited: batch.debited,
        returned,
    };
    emit_cpi!(event);
    Ok(())
}

/// How the batch's round ended. A round that has an account counts the release.
///
/// A round without an account never opened, because its account stays until every batch of it was
/// released: the batch must be unsettled, and the pool must have left the round.
fn outcome(pool: &Pool, batch: &Batch, mut round: AccountView) -> Result<Outcome> {
    if zero_copy::is_ours(&round) {
        let mut round = zero_copy::load_mut::<Round>(&mut round)?;
        let outcome = match RoundState::from_byte(round.state) {
            Some(RoundState::Final) => Outcome::Final,
            Some(RoundState::Void) => Outcome::Void,
            _ => return Err(SheafError::WrongStage.into()),
        };
        round.count_release()?;
        return Ok(outcome);
    }
    let pool_has_left = pool.round > batch.round || (pool.round == batch.round && pool.is_idle());
    require!(
        pool_has_left && batch.is_unsettled(),
        SheafError::WrongStage
    );
    Ok(Outcome::Void)
}
