//! `close_round`

use crate::{
    clock::now,
    error::SheafError,
    event::RoundClosed,
    state::{Pool, Round},
};
use anchor_lang::{prelude::*, AccountClose};

/// Accounts of `close_round`.
#[event_cpi]
#[derive(Accounts)]
pub struct CloseRound {
    /// The pool.
    #[account(mut)]
    pub pool: Account<Pool>,
    /// The round; closed.
    #[account(mut, constraint = round.pool == pool.address().to_bytes() @ SheafError::WrongRound)]
    pub round: Account<Round>,
    /// CHECK: who paid the round's rent; gets it back.
    #[account(mut, address = round.payer @ SheafError::WrongRentReceiver)]
    pub payer: UncheckedAccount,
}

/// Closes an ended round, once all its batches were released and no vote in it can be slashed any
/// more. Anyone may send it. The address is never used again, because round numbers only grow.
pub fn close(ctx: &mut Context<CloseRound>) -> Result<()> {
    let now = now()?;
    let CloseRound { pool, round, .. } = &mut ctx.accounts;

    // When.
    round.check_closable(now.slot)?;

    // Event.
    let event = RoundClosed {
        sequence: pool.next_event()?,
        pool: round.pool,
        round: round.number,
    };
    emit_cpi!(event);

    // Effects: the account goes last.
    let payer = *ctx.accounts.payer.account();
    ctx.accounts.round.close(payer)
}
