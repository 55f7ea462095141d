//! `pause_network`, `unpause_network`

use crate::{
    clock::now,
    error::SheafError,
    event::{NetworkPaused, NetworkUnpaused},
    instructions::arguments::PauseArguments,
    state::Network,
};
use anchor_lang::prelude::*;

/// Accounts of `pause_network`.
#[event_cpi]
#[derive(Accounts)]
pub struct PauseNetwork {
    /// The network's guardian.
    pub guardian: Signer,
    /// The network.
    #[account(mut)]
    pub network: Account<Network>,
}

/// Accounts of `unpause_network`.
#[event_cpi]
#[derive(Accounts)]
pub struct UnpauseNetwork {
    /// The network's guardian, or its admin.
    pub caller: Signer,
    /// The network.
    #[account(mut)]
    pub network: Account<Network>,
}

/// Pauses what brings in new work and money: create, fund, license, register, post and open. What
/// lets money out, and what guards it, always runs. The pause lapses by itself.
pub fn pause(ctx: &mut Context<PauseNetwork>, arguments: &PauseArguments) -> Result<()> {
    let now = now()?;
    let PauseArguments { seconds } = *arguments;
    let PauseNetwork {
        guardian, network, ..
    } = &mut ctx.accounts;

    // Who.
    network.check_guardian(guardian.address().as_array())?;

    // When, what, and effects.
    network.pause(now.unix_time, seconds)?;

    // Event.
    let event = NetworkPaused {
        sequence: network.next_event()?,
        guardian: network.guardian,
        paused_until: network.paused_until,
        pause_again_at: network.pause_again_at,
    };
    emit_cpi!(event);
    Ok(())
}

/// Ends a pause early. The guardian waits as long for the next as if this one had lapsed now.
pub fn unpause(ctx: &mut Context<UnpauseNetwork>) -> Result<()> {
    let now = now()?;
    let UnpauseNetwork {
        caller, network, ..
    } = &mut ctx.accounts;

    // Who.
    let caller = caller.address().to_bytes();
    require!(
        network.check_guardian(&caller).is_ok() || network.check_admin(&caller).is_ok(),
        SheafError::NotGuardian
    );

    // When, and effects.
    network.unpause(now.unix_time)?;

    // Event.
    let event = NetworkUnpaused {
        sequence: network.next_event()?,
        caller,
        pause_again_at: network.pause_again_at,
    };
    emit_cpi!(event);
    Ok(())
}
