//! `set_parameters`

use crate::{
    event::ParametersSet, instructions::arguments::SetParametersArguments, state::Network,
};
use anchor_lang::prelude::*;
use sheaf_format::Key;

/// Accounts of `set_parameters`.
#[event_cpi]
#[derive(Accounts)]
pub struct SetParameters {
    /// The network's admin.
    pub admin: Signer,
    /// The network.
    #[account(mut)]
    pub network: Account<Network>,
}

/// Sets parameters, treasury and aggregators for what begins from now on. Jobs and rounds that
/// exist keep the terms they copied.
pub fn set_parameters(
    ctx: &mut Context<SetParameters>,
    arguments: &SetParametersArguments,
    aggregators: &[Key],
) -> Result<()> {
    let SetParametersArguments {
        treasury,
        parameters: new,
    } = *arguments;
    let network = &mut ctx.accounts.network;

    // Who.
    network.check_admin(ctx.accounts.admin.address().as_array())?;

    // Effects.
    let old = network.parameters;
    network.set(treasury, new, aggregators)?;

    // Event.
    let event = ParametersSet {
        sequence: network.next_event()?,
        treasury,
        old,
        new,
    };
    emit_cpi!(event);
    Ok(())
}
