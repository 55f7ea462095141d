//! `add_stake`

use crate::{
    arithmetic::{add, sub},
    error::SheafError,
    event::StakeAdded,
    instructions::arguments::AddStakeArguments,
    state::{Network, Validator},
    token::{self, admit, TransferChecked},
};
use anchor_lang::prelude::*;
use sheaf_format::seeds;

/// Accounts of `add_stake`.
#[event_cpi]
#[derive(Accounts)]
pub struct AddStake {
    /// The validator's wallet; spends the stake.
    pub authority: Signer,
    /// The network.
    #[account(mut)]
    pub network: Account<Network>,
    /// The validator.
    #[account(mut, constraint = validator.authority == authority.address().to_bytes()
        @ SheafError::NotValidator)]
    pub validator: Account<Validator>,
    /// CHECK: the stake's token account, by its address.
    #[account(mut, seeds = [seeds::STAKE, validator.address().as_ref()], bump)]
    pub stake_vault: UncheckedAccount,
    /// CHECK: token account the stake comes from; the token program checks that the authority may
    /// spend from it.
    #[account(mut)]
    pub source: UncheckedAccount,
    /// CHECK: the network's stake mint.
    #[account(
        address = network.stake_mint @ SheafError::WrongMint,
        owner = *token_program.address() @ SheafError::WrongTokenProgram,
    )]
    pub stake_mint: UncheckedAccount,
    /// CHECK: the stake mint's token program: it owns the mint.
    pub token_program: UncheckedAccount,
}

/// Adds what measurably arrives to a stake. It votes in rounds opened from now on, unless the
/// validator is jailed.
pub fn add_stake(ctx: &mut Context<AddStake>, arguments: &AddStakeArguments) -> Result<()> {
    let AddStakeArguments { amount } = *arguments;
    let accounts = &mut ctx.accounts;

    // When.
    accounts.validator.check_bonded()?;

    // What.
    require!(amount > 0, SheafError::AmountIsZero);
    let terms = admit(&accounts.stake_mint.try_borrow()?)?;

    // Effects.
    let before = token::balance(accounts.stake_vault.account())?;
    TransferChecked {
        program: accounts.token_program.address(),
        from: accounts.source.try_cpi_handle_mut()?.into(),
        mint: accounts.stake_mint.cpi_handle(),
        to: accounts.stake_vault.try_cpi_handle_mut()?.into(),
        authority: accounts.authority.cpi_handle(),
        amount,
        decimals: terms.decimals,
    }
    .invoke(&[]);
    let arrived = sub(token::balance(accounts.stake_vault.account())?, before)?;
    let (network, validator) = (&mut accounts.network, &mut accounts.validator);
    validator.stake = add(validator.stake, arrived)?;
    network.seat_validator(validator)?;

    // Event.
    let event = StakeAdded {
        sequence: network.next_event()?,
        authority: validator.authority,
        arrived,
        stake: validator.stake,
    };
    emit_cpi!(event);
    Ok(())
}
