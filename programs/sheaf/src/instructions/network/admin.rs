//! `propose_admin`, `accept_admin`, `set_guardian`

use crate::{
    error::SheafError,
    event::{AdminChanged, AdminProposed, GuardianSet},
    instructions::arguments::{ProposeAdminArguments, SetGuardianArguments},
    state::Network,
};
use anchor_lang::prelude::*;

/// Accounts of `propose_admin` and `set_guardian`.
#[event_cpi]
#[derive(Accounts)]
pub struct Govern {
    /// The network's admin.
    pub admin: Signer,
    /// The network.
    #[account(mut)]
    pub network: Account<Network>,
}

/// Accounts of `accept_admin`.
#[event_cpi]
#[derive(Accounts)]
pub struct AcceptAdmin {
    /// Whom the admin proposed.
    pub pending_admin: Signer,
    /// The network.
    #[account(mut)]
    pub network: Account<Network>,
}

/// Proposes another admin. Nothing changes until that wallet accepts, so a mistyped one costs
/// nothing. Zero takes a proposal back.
pub fn propose_admin(ctx: &mut Context<Govern>, arguments: &ProposeAdminArguments) -> Result<()> {
    let ProposeAdminArguments { admin: proposed } = *arguments;
    let Govern { admin, network, .. } = &mut ctx.accounts;

    // Who.
    network.check_admin(admin.address().as_array())?;

    // Effects.
    network.pending_admin = proposed;

    // Event.
    let event = AdminProposed {
        sequence: network.next_event()?,
        admin: network.admin,
        pending_admin: proposed,
    };
    emit_cpi!(event);
    Ok(())
}

/// Makes the proposed wallet the admin. It signs, so it is known to work.
pub fn accept_admin(ctx: &mut Context<AcceptAdmin>) -> Result<()> {
    let AcceptAdmin {
        pending_admin,
        network,
        ..
    } = &mut ctx.accounts;

    // Who.
    let new_admin = pending_admin.address().to_bytes();
    require!(
        new_admin == network.pending_admin,
        SheafError::NotPendingAdmin
    );

    // Effects.
    let old_admin = core::mem::replace(&mut network.admin, new_admin);
    network.pending_admin = [0; 32];

    // Event.
    let event = AdminChanged {
        sequence: network.next_event()?,
        old_admin,
        new_admin,
    };
    emit_cpi!(event);
    Ok(())
}

/// Names the guardian, who may pause and veto and nothing else. Zero: there is none.
pub fn set_guardian(ctx: &mut Context<Govern>, arguments: &SetGuardianArguments) -> Result<()> {
    let SetGuardianArguments { guardian } = *arguments;
    let Govern { admin, network, .. } = &mut ctx.accounts;

    // Who.
    network.check_admin(admin.address().as_array())?;

    // Effects.
    let old_guardian = core::mem::replace(&mut network.guardian, guardian);

    // Event.
    let event = GuardianSet {
        sequence: network.next_event()?,
        old_guardian,
        new_guardian: guardian,
    };
    emit_cpi!(event);
    Ok(())
}
