//! What token accounts hold: mint, owner and amount stand at the same places under both programs.

use super::{mint::split_extension, ASSOCIATED_TOKEN};
use crate::error::SheafError;
use anchor_lang::prelude::*;
use sheaf_format::{digest::sha256, Key};

const AMOUNT_AT: usize = 64;
const STATE_AT: usize = 108;
const ACCOUNT_BYTES: usize = 165;

/// Ends the preimage of every program-derived address.
const PDA_MARKER: &[u8] = b"ProgramDerivedAddress";
/// State of a token account that can be used: neither uninitialised nor frozen.
const INITIALISED: u8 = 1;
/// Where the extensions of a Token-2022 account start, behind the account type.
const EXTENSIONS_AT: usize = ACCOUNT_BYTES + 1;
/// Extension by which an account refuses transfers without a memo.
const MEMO_TRANSFER: u16 = 8;

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

/// Whether an account's address is the canonical token account of `owner`, with this bump.
pub fn is_canonical(
    account: &Address,
    program: &Address,
    mint: &Key,
    owner: &Key,
    bump: u8,
) -> bool {
    // Whether the hash lies on the curve is not asked: nobody holds the key that would have to sign for
    // creating an account there.
    let canonical = sha256(&[
        owner,
        program.as_ref(),
        mint,
        &[bump],
        ASSOCIATED_TOKEN.as_ref(),
        PDA_MARKER,
    ]);
    canonical == *account.as_array()
}

/// Whether a transfer to the account will succeed: it is `owner`'s as [`check_account`] says, in use,
/// not frozen, and takes transfers without a memo.
pub fn can_receive(account: &AccountView, program: &Address, mint: &Key, owner: &Key) -> bool {
    check_account(account, program, mint, owner).is_ok()
        && account.try_borrow().is_ok_and(|data| is_open(&data))
}

/// Whether a token account's bytes say that it is in use and takes any transfer.
fn is_open(data: &[u8]) -> bool {
    if data.get(STATE_AT) != Some(&INITIALISED) {
        return false;
    }
    let mut extensions = data.get(EXTENSIONS_AT..).unwrap_or_default();
    loop {
        match split_extension(extensions) {
            Ok(None) => return true,
            Ok(Some((MEMO_TRANSFER, value, _))) if value.first() == Some(&1) => return false,
            Ok(Some((_, _, rest))) => extensions = rest,
            Err(_) => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(state: u8, extensions: &[(u16, &[u8])]) -> Vec<u8> {
        let mut data = vec![0; ACCOUNT_BYTES];
        data[STATE_AT] = state;
        if !extensions.is_empty() {
            data.push(2);
        }
        for (kind, value) in extensions {
            data.extend(kind.to_le_bytes());
            data.extend((value.len() as u16).to_le_bytes());
            data.extend(*value);
        }
        data
    }

    #[test]
    fn accounts_that_refuse_transfers_are_known() {
        assert!(is_open(&account(1, &[])));
        assert!(!is_open(&account(0, &[])), "uninitialised");
        assert!(!is_open(&account(2, &[])), "frozen");
        // Immutable owner, withheld fees, memo not required; then required.
        let harmless: [(u16, &[u8]); 3] = [(7, &[]), (2, &[0; 8]), (8, &[0])];
        assert!(is_open(&account(1, &harmless)));
        assert!(!is_open(&account(1, &[(7, &[]), (8, &[1])])));
        let mut cut = account(1, &[(2, &[0; 8])]);
        cut.pop();
        assert!(!is_open(&cut));
        assert!(!is_open(&[]));
    }
}
