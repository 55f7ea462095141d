//! `void_unanswered`, `close_challenge`

use crate::{
    clock::now,
    error::SheafError,
    event::ChallengeClosed,
    instructions::round::end_opened,
    state::{Challenge, Pool, Round},
};
use anchor_lang::{prelude::*, AccountClose};
use sheaf_format::stage::{RoundState, VoidCause};

/// Accounts of `void_unanswered` and `close_challenge`.
#[event_cpi]
#[derive(Accounts)]
pub struct EndChallenge {
    /// The pool.
    #[account(mut)]
    pub pool: Account<Pool>,
    /// The round.
    #[account(mut, constraint = round.pool == pool.address().to_bytes() @ SheafError::WrongRound)]
    pub round: Account<Round>,
    /// The challenge; closed.
    #[account(mut, constraint = challenge.round == round.address().to_bytes()
        @ SheafError::WrongChallenge)]
    pub challenge: Account<Challenge>,
    /// CHECK: who challenged; gets bond and rent back.
    #[account(mut, address = challenge.challenger @ SheafError::WrongRentReceiver)]
    pub challenger: UncheckedAccount,
}

/// Ends a pending round because a challenge was not answered in time, and returns its bond. Anyone may
/// send it.
pub fn void_unanswered(ctx: &mut Context<EndChallenge>) -> Result<()> {
    let now = now()?;
    let EndChallenge {
        pool,
        round,
        challenge,
        ..
    } = &mut ctx.accounts;

    // When.
    round.check_state(RoundState::Pending)?;
    challenge.check_unanswered(now.slot)?;

    // Effects and event.
    round.forget_challenge()?;
    let event = end_opened(pool, round, now.slot, VoidCause::Challenge)?;
    emit_cpi!(event);
    give_back(ctx)
}

/// Returns the bond of a challenge to a round that became void. Anyone may send it.
pub fn close(ctx: &mut Context<EndChallenge>) -> Result<()> {
    let EndChallenge {
        pool,
        round,
        challenge,
        ..
    } = &mut ctx.accounts;

    // When.
    round.check_state(RoundState::Void)?;

    // Effects.
    round.forget_challenge()?;

    // Event.
    let event = ChallengeClosed {
        sequence: pool.next_event()?,
        pool: round.pool,
        round: round.number,
        index: challenge.index.into(),
    };
    emit_cpi!(event);
    give_back(ctx)
}

/// Closes the challenge, bond and all, to the challenger.
fn give_back(ctx: &mut Context<EndChallenge>) -> Result<()> {
    let challenger = *ctx.accounts.challenger.account();
    ctx.accounts.challenge.close(challenger)
}
