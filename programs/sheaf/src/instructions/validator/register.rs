//! `register_validator`

use crate::{
    arithmetic::sub,
    clock::now,
    error::SheafError,
    event::ValidatorRegistered,
    instructions::arguments::RegisterValidatorArguments,
    state::{Network, Validator},
    token::{self, admit, TransferChecked},
};
use anchor_lang::{find_and_verify_program_address, prelude::*};
use sheaf_format::seeds;

/// Accounts of `register_validator`.
#[event_cpi]
#[derive(Accounts)]
pub struct RegisterValidator {
    /// The validator's wallet: pays the rents, spends the stake and gets it back.
    #[account(mut)]
    pub authority: Signer,
    /// The network, with a free slot in its table.
    #[account(mut)]
    pub network: Account<Network>,
    /// The validator.
    #[account(
        init, payer = authority, seeds = [seeds::VALIDATOR, authority.address().as_ref()], bump,
    )]
    pub validator: Account<Validator>,
    /// CHECK: the stake's token account, created here at the address derived from the validator's,
    /// which owns it.
    #[account(mut)]
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
    /// CHECK: the stake mint's token program: it owns the mint, which the network admitted.
    pub token_program: UncheckedAccount,
    /// Creates the accounts.
    pub system_program: Program<System>,
}

/// Registers a validator. What measurably arrives is its stake.
pub fn register(
    ctx: &mut Context<RegisterValidator>,
    arguments: &RegisterValidatorArguments,
) -> Result<()> {
    let now = now()?;
    let RegisterValidatorArguments {
        vote_key,
        encryption_key,
        amount,
    } = *arguments;
    let accounts = &mut ctx.accounts;
    let authority = accounts.authority.address().to_bytes();

    // When.
    accounts.network.check_running(now.unix_time)?;

    // What.
    require!(amount > 0, SheafError::AmountIsZero);
    let terms = admit(&accounts.stake_mint.try_borrow()?)?;
    let address = accounts.validator.address().to_bytes();
    let vault_bump = find_and_verify_program_address(
        &[seeds::STAKE, &address],
        &crate::ID,
        accounts.stake_vault.address(),
    )?;

    // Effects.
    let mut stake_vault = *accounts.stake_vault.account();
    token::create_account(
        token::CreateAccount {
            payer: accounts.authority.account(),
            account: &mut stake_vault,
            mint: accounts.stake_mint.account(),
            terms,
            program: accounts.token_program.address(),
            owner: accounts.validator.address(),
        },
        &[seeds::STAKE, &address, &[vault_bump]],
    )?;
    let before = token::balance(&stake_vault)?;
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
    let stake = sub(token::balance(&stake_vault)?, before)?;

    let network = &mut accounts.network;
    require!(
        stake >= network.parameters.minimum_stake,
        SheafError::StakeTooSmall
    );
    let validator = &mut accounts.validator;
    validator.table_index = network.seat(authority, stake)?;
    validator.authority = authority;
    validator.vote_key = vote_key;
    validator.encryption_key = encryption_key;
    validator.stake = stake;
    validator.bonded_since_slot = now.slot;
    validator.bump = ctx.bumps.validator;

    // Event.
    let event = ValidatorRegistered {
        sequence: network.next_event()?,
        authority,
        vote_key,
        encryption_key,
        stake,
    };
    emit_cpi!(event);
    Ok(())
}
