//! `veto_round`

use super::void::end_opened;
use crate::{
    clock::now,
    error::SheafError,
    state::{Network, Pool, Round},
};
use anchor_lang::prelude::*;
use sheaf_format::stage::VoidCause;

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

    // Effects and event.
    let event = end_opened(pool, round, now.slot, VoidCause::Veto)?;
    emit_cpi!(event);
    Ok(())
}
