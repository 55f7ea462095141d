//! `count_duties`, `unjail_validator`

use crate::{
    arithmetic::later,
    clock::now,
    error::SheafError,
    event::{DutiesCounted, ValidatorUnjailed},
    state::{Duties, Network, Round, Validator},
};
use anchor_lang::prelude::*;

/// Accounts of `count_duties`.
#[event_cpi]
#[derive(Accounts)]
pub struct CountDuties {
    /// The network.
    #[account(mut)]
    pub network: Account<Network>,
    /// The validator.
    #[account(mut)]
    pub validator: Account<Validator>,
    /// The ended round, of any pool.
    #[account(mut)]
    pub round: Account<Round>,
}

/// Accounts of `unjail_validator`.
#[event_cpi]
#[derive(Accounts)]
pub struct UnjailValidator {
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

/// Counts how a validator did its duties in an ended round, once. Anyone may send it. A few rounds in
/// a row with a missed commitment, reveal or attestation jail the validator for the unbonding time.
pub fn count(ctx: &mut Context<CountDuties>) -> Result<()> {
    let now = now()?;
    let CountDuties {
        network,
        validator,
        round,
        ..
    } = &mut ctx.accounts;

    // When.
    validator.check_votes()?;

    // What, and effects.
    let duties = round.count_duties(validator)?;
    let jailed_until = later(now.unix_time, network.parameters.unbonding_seconds)?;
    validator.count_duties(duties, jailed_until);
    network.seat_validator(validator)?;

    // Event.
    let event = DutiesCounted {
        sequence: network.next_event()?,
        authority: validator.authority,
        pool: round.pool,
        round: round.number,
        missed: u64::from(duties == Duties::Missed),
        missed_duties: validator.missed_duties.into(),
        jailed_until: validator.jailed_until,
    };
    emit_cpi!(event);
    Ok(())
}

/// Gives a jailed validator its vote back, after its time and with at least the minimum stake.
pub fn unjail(ctx: &mut Context<UnjailValidator>) -> Result<()> {
    let now = now()?;
    let UnjailValidator {
        network, validator, ..
    } = &mut ctx.accounts;

    // When, and effects.
    validator.check_bonded()?;
    validator.unjail(now, network.parameters.minimum_stake)?;
    network.seat_validator(validator)?;

    // Event.
    let event = ValidatorUnjailed {
        sequence: network.next_event()?,
        authority: validator.authority,
        stake: validator.stake,
    };
    emit_cpi!(event);
    Ok(())
}
