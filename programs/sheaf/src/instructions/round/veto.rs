//! `veto_round`

use crate::{
    clock::now,
    error::SheafError,
    event::RoundVoided,
    state::{Network, Pool, Round},
};
use anchor_lang::prelude::*;
use sheaf_format::stage::{PoolStage, RoundState, VoidCause};

/// Accounts of `veto_round`.
#[event_cpi]
#[derive(Accounts)]
pub struct VetoRound {
    /// The network's guardian.
    pub guardian: Signer,
    /// The network, which names the guardian.
    pub network: Account<Network>,
    /// The pool.
    #[account(mut)]
    pub pool: Account<Pool>,
    /// The round.
    #[account(mut, constraint = round.pool == pool.address().to_bytes() @ SheafError::WrongRound)]
    pub round: Account<Round>,
}

/// Ends a round whose result is pending, inside its window. The guardian cannot do it for ever: after
/// a few vetoes in a row a round has to become final first.
pub fn veto(ctx: &mut Context<VetoRound>) -> Result<()> {
    let now = now()?;
    let VetoRound {
        guardian,
        network,
        pool,
        round,
        ..
    } = &mut ctx.accounts;

    // Who.
    network.check_guardian(guardian.address().as_array())?;

    // When.
    round.check_window(now.slot)?;
    pool.count_veto()?;

    // Effects.
    round.end(RoundState::Void, now.slot);
    pool.become_idle();

    // Event.
    let event = RoundVoided {
        sequence: pool.next_event()?,
        pool: round.pool,
        round: round.number,
        stage: u64::from(PoolStage::Open as u8),
        cause: u64::from(VoidCause::Veto as u8),
    };
    emit_cpi!(event);
    Ok(())
}
