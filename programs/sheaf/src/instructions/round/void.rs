//! `void_round`

use crate::{
    clock::now,
    error::{Checked, SheafError},
    event::RoundVoided,
    state::{Pool, Round},
    zero_copy,
};
use anchor_lang::prelude::*;
use sheaf_format::{
    seeds,
    stage::{PoolStage, RoundState, VoidCause},
};

/// Accounts of `void_round`.
#[event_cpi]
#[derive(Accounts)]
pub struct VoidRound {
    /// The pool.
    #[account(mut)]
    pub pool: Account<Pool>,
    /// CHECK: the live round, at its address; no such account exists before the round is opened.
    #[account(
        mut, seeds = [seeds::ROUND, pool.address().as_ref(), pool.round.to_le_bytes()], bump,
    )]
    pub round: UncheckedAccount,
}

/// Ends an opened round without effect, and says so.
///
/// # Errors
/// [`SheafError::Arithmetic`].
pub fn end_opened(
    pool: &mut Pool,
    round: &mut Round,
    slot: u64,
    cause: VoidCause,
) -> Checked<RoundVoided> {
    round.end(RoundState::Void, slot);
    pool.become_idle();
    Ok(RoundVoided {
        sequence: pool.next_event()?,
        pool: round.pool,
        round: round.number,
        stage: u64::from(PoolStage::Open as u8),
        cause: u64::from(cause as u8),
    })
}

/// Ends a live round without effect: past its hard deadline, in whatever stage, or when the time for
/// attestations has long passed without a tallied quorum. Anyone may send it. Releasing its batches
/// then restores each job's numbers.
pub fn void(ctx: &mut Context<VoidRound>) -> Result<()> {
    let now = now()?;
    let VoidRound { pool, round, .. } = &mut ctx.accounts;
    let stage = pool.stage()?;

    // When, and effects.
    let cause = match stage {
        PoolStage::Idle => return Err(SheafError::WrongStage.into()),
        PoolStage::Intake | PoolStage::Closed => {
            require!(
                now.slot >= pool.round_deadline_slot,
                SheafError::NotYetPastDeadline
            );
            VoidCause::Deadline
        }
        PoolStage::Open => {
            let mut view = *round.account();
            let mut round = zero_copy::load_mut::<Round>(&mut view)?;
            let cause = round.void_cause(now.slot)?;
            round.end(RoundState::Void, now.slot);
            cause
        }
    };
    pool.become_idle();

    // Event.
    let event = RoundVoided {
        sequence: pool.next_event()?,
        pool: pool.address().to_bytes(),
        round: pool.round,
        stage: u64::from(stage as u8),
        cause: u64::from(cause as u8),
    };
    emit_cpi!(event);
    Ok(())
}
