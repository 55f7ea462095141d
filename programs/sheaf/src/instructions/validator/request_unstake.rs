//! `request_unstake`

use crate::{
    arithmetic::later,
    clock::now,
    error::SheafError,
    event::UnstakeRequested,
    state::{Network, Validator},
};
use anchor_lang::prelude::*;

/// Accounts of `request_unstake`.
#[event_cpi]
#[derive(Accounts)]
pub struct RequestUnstake {
    /// The validator's wallet.
    pub authority: Signer,
    /// The network.
    #[account(mut)]
    pub network: Account<Network>,
    /// The validator.
    #[account(mut, constraint = validator.authority == authority.address().to_bytes()
        @ SheafError::NotValidator)]
    pub validator: Account<Validator>,
}

/// Asks for a stake back. It stops voting at once, stays slashable for past votes, and can be
/// withdrawn after the unbonding time.
pub fn request_unstake(ctx: &mut Context<RequestUnstake>) -> Result<()> {
    let now = now()?;
    let RequestUnstake {
        network, validator, ..
    } = &mut ctx.accounts;

    // When.
    validator.check_bonded()?;

    // Effects.
    validator.withdraw_after = later(now.unix_time, network.parameters.unbonding_seconds)?;
    network.seat_validator(validator)?;

    // Event.
    let event = UnstakeRequested {
        sequence: network.next_event()?,
        authority: validator.authority,
        stake: validator.stake,
        withdraw_after: validator.withdraw_after,
    };
    emit_cpi!(event);
    Ok(())
}
