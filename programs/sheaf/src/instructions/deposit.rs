//! How tokens enter a pool: transferred to the vault, and measured there.

use crate::{
    arithmetic::sub,
    error::SheafError,
    state::Pool,
    token::{self, TransferChecked},
};
use anchor_lang::prelude::*;

/// Accounts and amount of a deposit.
pub struct Deposit<'a> {
    /// The pool.
    pub pool: &'a mut Account<Pool>,
    /// Token account that pays.
    pub source: &'a mut UncheckedAccount,
    /// The pool's vault.
    pub vault: &'a mut UncheckedAccount,
    /// The pool's mint.
    pub mint: &'a UncheckedAccount,
    /// The mint's token program.
    pub token_program: &'a UncheckedAccount,
    /// Who may spend from `source`.
    pub payer: &'a Signer,
    /// Amount to transfer, in base units: what arrives may be less.
    pub amount: u64,
}

/// Transfers, measures what arrives and counts it for the pool. The caller credits it.
///
/// # Errors
/// [`SheafError::AmountIsZero`] when nothing arrives, [`SheafError::VaultShort`],
/// [`SheafError::Arithmetic`].
pub fn deposit(deposit: Deposit<'_>) -> Result<u64> {
    let Deposit {
        pool,
        source,
        vault,
        mint,
        token_program,
        payer,
        amount,
    } = deposit;
    let before = token::balance(vault.account())?;
    TransferChecked {
        program: token_program.address(),
        from: source.try_cpi_handle_mut()?.into(),
        mint: mint.cpi_handle(),
        to: vault.try_cpi_handle_mut()?.into(),
        authority: payer.cpi_handle(),
        amount,
        decimals: pool.decimals,
    }
    .invoke(&[]);
    let after = token::balance(vault.account())?;
    let arrived = sub(after, before)?;
    require!(arrived > 0, SheafError::AmountIsZero);
    pool.count_arrival(arrived)?;
    pool.check_covered(after)?;
    Ok(arrived)
}
