//! `withdraw_stake`

use crate::{
    clock::now,
    error::SheafError,
    event::StakeWithdrawn,
    state::{Network, StakeEntry, Validator},
    token::{self, admit, TransferChecked},
};
use anchor_lang::{prelude::*, CpiHandle};
use bytemuck::Zeroable;
use sheaf_format::seeds;

/// Accounts of `withdraw_stake`.
#[event_cpi]
#[derive(Accounts)]
pub struct WithdrawStake {
    /// The validator's wallet; gets the rents back.
    #[account(mut)]
    pub authority: Signer,
    /// The network.
    #[account(mut)]
    pub network: Account<Network>,
    /// The validator; closed.
    #[account(mut, constraint = validator.authority == authority.address().to_bytes()
        @ SheafError::NotValidator)]
    pub validator: Account<Validator>,
    /// CHECK: the stake's token account; closed. It is the only one that the validator's account
    /// owns by derivation.
    #[account(
        mut, seeds = [seeds::STAKE, validator.address().as_ref()], bump,
    )]
    pub stake_vault: UncheckedAccount,
    /// CHECK: receives the stake; a token account that the authority owns.
    #[account(mut)]
    pub destination: UncheckedAccount,
    /// CHECK: the network's stake mint; writable, because withheld transfer fees go there.
    #[account(
        mut,
        address = network.stake_mint @ SheafError::WrongMint,
        owner = *token_program.address() @ SheafError::WrongTokenProgram,
    )]
    pub stake_mint: UncheckedAccount,
    /// CHECK: the stake mint's token program: it owns the mint.
    pub token_program: UncheckedAccount,
}

/// Returns an unbonded stake, everything its token account holds, and closes the validator.
pub fn withdraw(ctx: &mut Context<WithdrawStake>) -> Result<()> {
    let now = now()?;
    let accounts = &mut ctx.accounts;
    let authority = accounts.validator.authority;

    // When.
    accounts.validator.check_withdrawable(now)?;

    // What.
    token::check_account(
        accounts.destination.account(),
        accounts.token_program.address(),
        &accounts.network.stake_mint,
        &authority,
    )?;
    let terms = admit(&accounts.stake_mint.try_borrow()?)?;

    // Effects.
    let (index, bump) = (accounts.validator.table_index, accounts.validator.bump);
    *accounts.network.seat_of(index, &authority)? = StakeEntry::zeroed();
    let amount = token::balance(accounts.stake_vault.account())?;
    let bump = [bump];
    let seeds: [&[u8]; 3] = [seeds::VALIDATOR, &authority, &bump];
    let signer = [&seeds[..]];
    let program = accounts.token_program.address();
    let stake_vault: CpiHandle = accounts.stake_vault.try_cpi_handle_mut()?.into();
    let owner = accounts.validator.cpi_handle();
    TransferChecked {
        program,
        from: stake_vault,
        mint: accounts.stake_mint.cpi_handle(),
        to: accounts.destination.try_cpi_handle_mut()?.into(),
        authority: owner,
        amount,
        decimals: terms.decimals,
    }
    .invoke(&signer);
    if terms.has_transfer_fee {
        let mint = accounts.stake_mint.try_cpi_handle_mut()?.into();
        token::harvest_withheld_fees(program, mint, stake_vault);
    }
    token::close_account(
        &token::CloseAccount {
            program,
            account: stake_vault,
            destination: accounts.authority.try_cpi_handle_mut()?.into(),
            owner,
        },
        &signer,
    );

    // Event.
    let event = StakeWithdrawn {
        sequence: accounts.network.next_event()?,
        authority,
        amount,
    };
    emit_cpi!(event);

    // The validator signed for its token account above, and goes last.
    let destination = *ctx.accounts.authority.account();
    anchor_lang::AccountClose::close(&mut ctx.accounts.validator, destination)
}
