//! `claim_neighbours`

use crate::{
    arithmetic::add,
    error::SheafError,
    instructions::arguments::ClaimNeighboursArguments,
    state::{LedgerPage, Neighbours, Occupant, Pool},
    token::{self, TransferChecked},
};
use anchor_lang::{prelude::*, CpiHandle};
use sheaf_format::{limits::NEIGHBOURS, seeds};

/// Accounts of `claim_neighbours`. The canonical token account of each contributor who shall be paid
/// follows, writable, in the order of their leaves. There is no event: the instruction's data and
/// the page say all.
#[derive(Accounts)]
pub struct ClaimNeighbours {
    /// The pool.
    #[account(mut)]
    pub pool: Account<Pool>,
    /// The page of the leaves.
    #[account(mut, constraint = page.pool == pool.address().to_bytes() @ SheafError::IndexMismatch)]
    pub page: Account<LedgerPage>,
    /// CHECK: the pool's vault.
    #[account(mut, address = pool.vault @ SheafError::WrongTokenAccount)]
    pub vault: UncheckedAccount,
    /// CHECK: the pool's mint.
    #[account(address = pool.mint @ SheafError::WrongMint)]
    pub mint: UncheckedAccount,
    /// CHECK: the mint's token program.
    #[account(address = pool.token_program @ SheafError::WrongTokenProgram)]
    pub token_program: UncheckedAccount,
}

/// Pays up to eight neighbours in the tree lifetime earnings less lifetime claims. Anyone may send it;
/// money goes only to canonical token accounts that the contributors still own. Who cannot be paid,
/// or is owed nothing, is passed over and loses nothing.
pub fn claim_neighbours(
    ctx: &mut Context<ClaimNeighbours>,
    arguments: &ClaimNeighboursArguments,
) -> Result<()> {
    let mut token_accounts = ctx.remaining_accounts()?;
    let accounts = &mut ctx.accounts;
    let occupants: [Occupant; NEIGHBOURS] = core::array::from_fn(|at| Occupant {
        contributor: arguments.contributors[at],
        cumulative: u64::from_le_bytes(arguments.cumulatives[at]),
    });
    let bumps = arguments.token_account_bumps;

    // What: the canonical token accounts, still the contributors', and able to receive.
    let wanted = bumps.iter().filter(|bump| **bump != 0).count();
    require!(
        token_accounts.len() == wanted,
        SheafError::WrongTokenAccount
    );
    let mut payable = [false; NEIGHBOURS];
    let mut following = token_accounts.iter();
    for ((payable, occupant), bump) in payable.iter_mut().zip(&occupants).zip(bumps) {
        if bump == 0 {
            continue;
        }
        let account = following.next().ok_or(SheafError::WrongTokenAccount)?;
        let (program, mint) = (accounts.token_program.address(), &accounts.pool.mint);
        let owner = &occupant.contributor;
        *payable = token::is_canonical(account.address(), program, mint, owner, bump)
            && token::can_receive(account, program, mint, owner);
    }

    // Effects.
    let pool = accounts.pool.address().to_bytes();
    let due = accounts.page.claim_neighbours(
        &pool,
        &Neighbours {
            first_index: arguments.first_index,
            occupants: &occupants,
            proof: &bytemuck::pod_read_unaligned(bytemuck::bytes_of(&arguments.proof)),
            payable,
        },
    )?;
    let total = due.iter().try_fold(0, |total, due| add(total, *due))?;
    require!(total > 0, SheafError::NothingToClaim);
    accounts.pool.claimed_total = add(accounts.pool.claimed_total, total)?;
    let (mint, bump) = (accounts.pool.mint, [accounts.pool.bump]);
    let seeds: [&[u8]; 3] = [seeds::POOL, &mint, &bump];
    let dues = due.iter().zip(bumps).filter(|(_, bump)| *bump != 0);
    for (account, (due, _)) in token_accounts.iter_mut().zip(dues) {
        if *due == 0 {
            continue;
        }
        TransferChecked {
            program: accounts.token_program.address(),
            from: accounts.vault.try_cpi_handle_mut()?.into(),
            mint: accounts.mint.cpi_handle(),
            to: CpiHandle::writable(account),
            authority: accounts.pool.cpi_handle(),
            amount: *due,
            decimals: accounts.pool.decimals,
        }
        .invoke(&[&seeds]);
    }
    accounts
        .pool
        .check_covered(token::balance(accounts.vault.account())?)?;
    Ok(())
}
