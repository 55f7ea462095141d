//! `open_page`

// The derive also declares the instruction's arguments where none of its code reads them.
#![allow(unused_variables)]

use crate::{
    error::SheafError,
    event::PageOpened,
    state::{LedgerPage, Pool},
    zero_copy,
};
use anchor_lang::{cpi::rent_exempt_lamports, prelude::*};
use sheaf_format::{seeds, tree};

/// Accounts of `open_page`.
#[event_cpi]
#[derive(Accounts)]
#[instruction(number: u32)]
pub struct OpenPage {
    /// The pool, whose reserve pays the page's rent.
    #[account(mut)]
    pub pool: Account<Pool>,
    /// CHECK: the page, created here at its address.
    #[account(
        mut, seeds = [seeds::PAGE, pool.address().as_ref(), number.to_le_bytes()], bump,
    )]
    pub page: UncheckedAccount,
    /// Creates the account.
    pub system_program: Program<System>,
}

/// Creates a ledger page that the active tree needs. Anyone may send it; the pool pays the rent out
/// of what it holds above its own.
pub fn open_page(ctx: &mut Context<OpenPage>, number: u32) -> Result<()> {
    let accounts = &mut ctx.accounts;
    let address = accounts.pool.address().to_bytes();

    // What.
    require!(
        number < tree::pages_for(accounts.pool.active_leaf_count),
        SheafError::PageOutOfRange
    );
    let space = zero_copy::space::<LedgerPage>();
    let missing = rent_exempt_lamports(space)?.saturating_sub(accounts.page.lamports());
    let reserve = accounts
        .pool
        .get_lamports()
        .saturating_sub(accounts.pool.min_lamports()?);
    require!(missing <= reserve, SheafError::PoolReserveTooSmall);

    // Effects.
    let bump = ctx.bumps.page;
    let (number_seed, bump_seed) = (number.to_le_bytes(), [bump]);
    let seeds: [&[u8]; 4] = [seeds::PAGE, &address, &number_seed, &bump_seed];
    let signer = [&seeds[..]];
    let program = accounts.system_program.address();
    system_program::allocate(
        CpiContext::new_with_signer(
            program,
            system_program::Allocate {
                account_to_allocate: accounts.page.try_cpi_handle_mut()?,
            },
            &signer,
        ),
        space as u64,
    )?;
    system_program::assign(
        CpiContext::new_with_signer(
            program,
            system_program::Assign {
                account_to_assign: accounts.page.try_cpi_handle_mut()?,
            },
            &signer,
        ),
        &crate::ID,
    )?;
    accounts.pool.sub_lamports(missing)?;
    accounts.page.add_lamports(missing)?;
    let mut view = *accounts.page.account();
    zero_copy::initialise::<LedgerPage>(&mut view)?.open(address, number, bump);

    // Event.
    let event = PageOpened {
        sequence: accounts.pool.next_event()?,
        pool: address,
        page: number.into(),
    };
    emit_cpi!(event);
    Ok(())
}
