//! `close_intake`

use crate::{
    arithmetic::add,
    clock::now,
    error::SheafError,
    event::IntakeClosed,
    state::{Network, Pool},
};
use anchor_lang::prelude::*;
use sheaf_format::{limits::SEED_SLOTS_AHEAD, stage::PoolStage};

/// Accounts of `close_intake`.
#[event_cpi]
#[derive(Accounts)]
pub struct CloseIntake {
    /// An aggregator of the network; anyone after the grace.
    pub caller: Signer,
    /// The network.
    pub network: Account<Network>,
    /// The pool.
    #[account(mut)]
    pub pool: Account<Pool>,
}

/// Closes the live round's intake and fixes the slot whose hash will seed the assignment of
/// reviewers: a slot that nobody can know the hash of yet.
pub fn close_intake(ctx: &mut Context<CloseIntake>) -> Result<()> {
    let now = now()?;
    let CloseIntake {
        caller,
        network,
        pool,
        ..
    } = &mut ctx.accounts;
    let over_at = add(
        pool.round_started_slot,
        network.parameters.intake_slots.into(),
    )?;
    let grace_until = add(over_at, network.parameters.grace_slots.into())?;

    // Who.
    require!(
        now.slot >= grace_until || network.is_aggregator(caller.address().as_array()),
        SheafError::NotAggregator
    );

    // When.
    pool.check_stage(PoolStage::Intake)?;
    pool.check_before_deadline(now.slot)?;
    require!(now.slot >= over_at, SheafError::StageNotOver);

    // Effects.
    pool.round_seed_slot = add(now.slot, SEED_SLOTS_AHEAD)?;
    pool.round_stage = PoolStage::Closed as u8;

    // Event.
    let event = IntakeClosed {
        sequence: pool.next_event()?,
        pool: pool.address().to_bytes(),
        round: pool.round,
        seed_slot: pool.round_seed_slot,
        retargeted: 0,
    };
    emit_cpi!(event);
    Ok(())
}
