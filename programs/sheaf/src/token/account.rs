//! What token accounts hold: mint, owner and amount stand at the same places under both programs.

use crate::error::SheafError;
use anchor_lang::prelude::*;
use sheaf_format::Key;

const AMOUNT_AT: usize = 64;
const ACCOUNT_BYTES: usize = 165;

/// Tokens on a token account, in base units.
///
/// # Errors
/// [`SheafError::WrongTokenAccount`] when it is too short for one.
pub fn balance(account: &AccountView) -> Result<u64> {
    let data = account.try_borrow()?;
    data.get(AMOUNT_AT..)
        .and_then(<[u8]>::first_chunk::<8>)
        .map(|amount| u64::from_le_bytes(*amount))
        .ok_or_else(|| SheafError::WrongTokenAccount.into())
}

/// Checks that an account is a token account of `mint` that belongs to `owner` under `program`.
///
/// # Errors
/// [`SheafError::WrongTokenAccount`] when it is not.
pub fn check_account(
    account: &AccountView,
    program: &Address,
    mint: &Key,
    owner: &Key,
) -> Result<()> {
    require!(account.owned_by(program), SheafError::WrongTokenAccount);
    let data = account.try_borrow()?;
    require!(data.len() >= ACCOUNT_BYTES, SheafError::WrongTokenAccount);
    require!(
        data[..32] == mint[..] && data[32..64] == owner[..],
        SheafError::WrongTokenAccount
    );
    Ok(())
}
