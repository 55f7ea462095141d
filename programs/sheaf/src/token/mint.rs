//! Which mints a pool or the network's stake may use.
//!
//! Every mint of the Token program is admitted. A Token-2022 mint is admitted when each of its
//! extensions is on the list below: those that move nothing behind the program's back, cannot stop
//! one transfer but not another, and cannot take tokens out of the vault.
//!
//! | extension | admitted | why |
//! |---|---|---|
//! | transfer fee | yes | what measurably arrives is credited, what leaves is debited; the recipient bears the fee |
//! | interest-bearing, scaled UI amount | yes | they change what wallets display, never base units |
//! | metadata pointer, token metadata, group and member pointers, group, member | yes | descriptions |
//! | default account state | unless frozen | recipients' new accounts could not be paid |
//! | transfer hook, permanent delegate, non-transferable, pausable, confidential, close authority | no | named errors |
//! | anything else | no | unknown to this program |
//!
//! An issuer with a freeze authority can still freeze the vault, and so stop payouts of its mint;
//! no program can prevent that.

use crate::error::{Checked, SheafError};

/// Bytes of a mint without extensions.
const MINT_BYTES: usize = 82;
/// Bytes of a token account without extensions. A mint with extensions is padded to it, so that
/// the next byte, the account type, has the same place in both.
const ACCOUNT_BYTES: usize = 165;
/// Account type of a mint.
const TYPE_MINT: u8 = 1;
/// Type and length in front of an extension's value.
const EXTENSION_HEADER_BYTES: usize = 4;
/// Value of the account extension that holds withheld transfer fees.
const WITHHELD_FEES_BYTES: usize = 8;

const DECIMALS_AT: usize = 44;
const IS_INITIALISED_AT: usize = 45;

/// State "frozen" of a token account.
const FROZEN: u8 = 2;

/// What the program needs to know about an admitted mint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AdmittedMint {
    /// Decimals of the mint.
    pub decimals: u8,
    /// Whether transfers may bear a fee.
    pub has_transfer_fee: bool,
}

impl AdmittedMint {
    /// Bytes that a token account of this mint needs.
    pub const fn account_space(&self) -> usize {
        if self.has_transfer_fee {
            ACCOUNT_BYTES + 1 + EXTENSION_HEADER_BYTES + WITHHELD_FEES_BYTES
        } else {
            ACCOUNT_BYTES
        }
    }
}

/// Admits a mint by its account's bytes, or refuses it by name. The account must be the Token or
/// the Token-2022 program's.
///
/// # Errors
/// [`SheafError::WrongMint`] when the bytes are no mint, else the error that names the extension.
pub fn admit(data: &[u8]) -> Checked<AdmittedMint> {
    let base = data.get(..MINT_BYTES).ok_or(SheafError::WrongMint)?;
    if base[IS_INITIALISED_AT] != 1 {
        return Err(SheafError::WrongMint);
    }
    let mut mint = AdmittedMint {
        decimals: base[DECIMALS_AT],
        has_transfer_fee: false,
    };
    if data.len() == MINT_BYTES {
        return Ok(mint);
    }

    let (account_type, mut extensions) = data
        .get(ACCOUNT_BYTES..)
        .and_then(<[u8]>::split_first)
        .ok_or(SheafError::WrongMint)?;
    if *account_type != TYPE_MINT {
        return Err(SheafError::WrongMint);
    }
    while let Some((kind, value, rest)) = split_extension(extensions)? {
        check_extension(kind, value)?;
        mint.has_transfer_fee |= kind == extension::TRANSFER_FEE_CONFIG;
        extensions = rest;
    }
    Ok(mint)
}

/// Numbers of the extensions of Token-2022 that mints carry.
mod extension {
    pub const UNINITIALISED: u16 = 0;
    pub const TRANSFER_FEE_CONFIG: u16 = 1;
    pub const MINT_CLOSE_AUTHORITY: u16 = 3;
    pub const CONFIDENTIAL_TRANSFER: u16 = 4;
    pub const DEFAULT_ACCOUNT_STATE: u16 = 6;
    pub const NON_TRANSFERABLE: u16 = 9;
    pub const INTEREST_BEARING: u16 = 10;
    pub const PERMANENT_DELEGATE: u16 = 12;
    pub const TRANSFER_HOOK: u16 = 14;
    pub const CONFIDENTIAL_TRANSFER_FEE: u16 = 16;
    pub const METADATA_POINTER: u16 = 18;
    pub const TOKEN_METADATA: u16 = 19;
    pub const GROUP_POINTER: u16 = 20;
    pub const TOKEN_GROUP: u16 = 21;
    pub const GROUP_MEMBER_POINTER: u16 = 22;
    pub const TOKEN_GROUP_MEMBER: u16 = 23;
    pub const CONFIDENTIAL_MINT_BURN: u16 = 24;
    pub const SCALED_UI_AMOUNT: u16 = 25;
    pub const PAUSABLE: u16 = 26;
}

fn check_extension(kind: u16, value: &[u8]) -> Checked<()> {
    match kind {
        extension::TRANSFER_FEE_CONFIG
        | extension::INTEREST_BEARING
        | extension::SCALED_UI_AMOUNT
        | extension::METADATA_POINTER
        | extension::TOKEN_METADATA
        | extension::GROUP_POINTER
        | extension::TOKEN_GROUP
        | extension::GROUP_MEMBER_POINTER
        | extension::TOKEN_GROUP_MEMBER => Ok(()),
        extension::DEFAULT_ACCOUNT_STATE if value.first() != Some(&FROZEN) => Ok(()),
        extension::DEFAULT_ACCOUNT_STATE => Err(SheafError::MintDefaultFrozen),
        extension::TRANSFER_HOOK => Err(SheafError::MintTransferHook),
        extension::PERMANENT_DELEGATE => Err(SheafError::MintPermanentDelegate),
        extension::NON_TRANSFERABLE => Err(SheafError::MintNonTransferable),
        extension::PAUSABLE => Err(SheafError::MintPausable),
        extension::CONFIDENTIAL_TRANSFER
        | extension::CONFIDENTIAL_TRANSFER_FEE
        | extension::CONFIDENTIAL_MINT_BURN => Err(SheafError::MintConfidential),
        extension::MINT_CLOSE_AUTHORITY => Err(SheafError::MintCloseAuthority),
        _ => Err(SheafError::MintExtensionNotAllowed),
    }
}

/// Splits the first extension off: its number, its value and what follows. None when the list ends.
#[allow(clippy::type_complexity)]
pub(super) fn split_extension(data: &[u8]) -> Checked<Option<(u16, &[u8], &[u8])>> {
    let Some((kind, rest)) = data.split_first_chunk::<2>() else {
        return Ok(None);
    };
    let kind = u16::from_le_bytes(*kind);
    if kind == extension::UNINITIALISED {
        return Ok(None);
    }
    let (length, rest) = rest.split_first_chunk::<2>().ok_or(SheafError::WrongMint)?;
    rest.split_at_checked(usize::from(u16::from_le_bytes(*length)))
        .map(|(value, rest)| Some((kind, value, rest)))
        .ok_or(SheafError::WrongMint)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mint(extensions: &[(u16, &[u8])]) -> Vec<u8> {
        let mut data = vec![0; MINT_BYTES];
        data[DECIMALS_AT] = 6;
        data[IS_INITIALISED_AT] = 1;
        if !extensions.is_empty() {
            data.resize(ACCOUNT_BYTES, 0);
            data.push(TYPE_MINT);
        }
        for (kind, value) in extensions {
            data.extend(kind.to_le_bytes());
            data.extend((value.len() as u16).to_le_bytes());
            data.extend(*value);
        }
        data
    }

    #[test]
    fn plain_mints_are_admitted() {
        let admitted = admit(&mint(&[])).expect("admitted");
        assert_eq!(admitted.decimals, 6);
        assert_eq!(admitted.account_space(), 165);
    }

    #[test]
    fn a_transfer_fee_is_admitted_and_makes_accounts_longer() {
        let admitted = admit(&mint(&[(18, &[0; 64]), (1, &[0; 108])])).expect("admitted");
        assert!(admitted.has_transfer_fee);
        assert_eq!(admitted.account_space(), 178);
    }

    #[test]
    fn refused_extensions_are_named() {
        let refused = [
            (3, SheafError::MintCloseAuthority),
            (4, SheafError::MintConfidential),
            (9, SheafError::MintNonTransferable),
            (12, SheafError::MintPermanentDelegate),
            (14, SheafError::MintTransferHook),
            (16, SheafError::MintConfidential),
            (24, SheafError::MintConfidential),
            (26, SheafError::MintPausable),
            (7, SheafError::MintExtensionNotAllowed),
            (999, SheafError::MintExtensionNotAllowed),
        ];
        for (kind, error) in refused {
            assert_eq!(
                admit(&mint(&[(18, &[0; 64]), (kind, &[0; 64])])),
                Err(error)
            );
        }
    }

    #[test]
    fn only_a_frozen_default_state_is_refused() {
        assert!(admit(&mint(&[(6, &[1])])).is_ok());
        assert_eq!(
            admit(&mint(&[(6, &[2])])),
            Err(SheafError::MintDefaultFrozen)
        );
    }

    #[test]
    fn padding_ends_the_list() {
        let mut data = mint(&[(18, &[0; 64])]);
        data.extend([0; 90]);
        assert!(admit(&data).is_ok());
        data.truncate(data.len() - 89);
        assert!(admit(&data).is_ok());
    }

    #[test]
    fn other_bytes_are_no_mint() {
        assert_eq!(admit(&[]), Err(SheafError::WrongMint));
        assert_eq!(admit(&[0; MINT_BYTES]), Err(SheafError::WrongMint));
        let mut account = mint(&[(18, &[0; 64])]);
        account[ACCOUNT_BYTES] = 2;
        assert_eq!(admit(&account), Err(SheafError::WrongMint));
        let mut cut = mint(&[(18, &[0; 64])]);
        cut.truncate(cut.len() - 1);
        assert_eq!(admit(&cut), Err(SheafError::WrongMint));
    }
}
