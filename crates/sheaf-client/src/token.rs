//! Mints and token accounts, as far as a client reads them.

use crate::address::{TOKEN_2022_PROGRAM, TOKEN_PROGRAM, associated_token};
use solana_sdk::{account::Account, pubkey::Pubkey};

/// Bytes of a mint's base part, and of a token account's.
const MINT_LENGTH: usize = 82;
const TOKEN_ACCOUNT_LENGTH: usize = 165;

/// A mint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mint {
    /// Its address.
    pub address: Pubkey,
    /// The token program it belongs to: Token or Token-2022.
    pub token_program: Pubkey,
    /// Decimals of its amounts.
    pub decimals: u8,
    /// Tokens that exist, in base units.
    pub supply: u64,
}

impl Mint {
    /// Reads a mint, or says why the account is none.
    ///
    /// # Errors
    /// A reason in words.
    pub fn read(address: &Pubkey, account: &Account) -> Result<Self, String> {
        if ![TOKEN_PROGRAM, TOKEN_2022_PROGRAM].contains(&account.owner) {
            return Err(format!(
                "the account belongs to {}, not to a token program",
                account.owner
            ));
        }
        let data = &account.data;
        // A token account of Token-2022 is longer than a mint and marked with 2 behind its base part.
        let is_token_account =
            data.len() == TOKEN_ACCOUNT_LENGTH || data.get(TOKEN_ACCOUNT_LENGTH) == Some(&2);
        if is_token_account {
            return Err("the account is a token account, not a mint".to_owned());
        }
        if data.len() < MINT_LENGTH || data[45] != 1 {
            return Err("the account is not a mint".to_owned());
        }
        Ok(Self {
            address: *address,
            token_program: account.owner,
            decimals: data[44],
            supply: u64_at(data, 36),
        })
    }

    /// A wallet's canonical token account of this mint, with the bump of its address.
    pub fn account_of(&self, wallet: &Pubkey) -> (Pubkey, u8) {
        associated_token(wallet, &self.address, &self.token_program)
    }
}

/// A token account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenAccount {
    /// Its mint.
    pub mint: Pubkey,
    /// The wallet it belongs to.
    pub owner: Pubkey,
    /// Tokens in it, in base units.
    pub amount: u64,
    /// Whether the issuer froze it.
    pub frozen: bool,
}

impl TokenAccount {
    /// Reads a token account of either token program; `None` when the account is none.
    pub fn read(account: &Account) -> Option<Self> {
        let data = &account.data;
        let known = [TOKEN_PROGRAM, TOKEN_2022_PROGRAM].contains(&account.owner);
        if !known || data.len() < TOKEN_ACCOUNT_LENGTH || data[108] == 0 {
            return None;
        }
        Some(Self {
            mint: key_at(data, 0),
            owner: key_at(data, 32),
            amount: u64_at(data, 64),
            frozen: data[108] == 2,
        })
    }
}

fn u64_at(data: &[u8], offset: usize) -> u64 {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&data[offset..offset + 8]);
    u64::from_le_bytes(bytes)
}

fn key_at(data: &[u8], offset: usize) -> Pubkey {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(&data[offset..offset + 32]);
    Pubkey::new_from_array(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(owner: Pubkey, data: Vec<u8>) -> Account {
        Account {
            lamports: 1,
            data,
            owner,
            executable: false,
            rent_epoch: 0,
        }
    }

    #[test]
    fn a_mint_is_read() {
        let mut data = vec![0; MINT_LENGTH];
        data[36..44].copy_from_slice(&77u64.to_le_bytes());
        data[44] = 6;
        data[45] = 1;
        let address = Pubkey::new_from_array([1; 32]);
        let mint = Mint::read(&address, &account(TOKEN_PROGRAM, data.clone()));
        let expected = Mint {
            address,
            token_program: TOKEN_PROGRAM,
            decimals: 6,
            supply: 77,
        };
        assert_eq!(mint, Ok(expected));
        assert!(Mint::read(&address, &account(Pubkey::default(), data)).is_err());
    }

    #[test]
    fn a_token_account_is_not_taken_for_a_mint() {
        let mut data = vec![1; TOKEN_ACCOUNT_LENGTH];
        data[64..72].copy_from_slice(&9u64.to_le_bytes());
        let found = account(TOKEN_PROGRAM, data);
        assert!(Mint::read(&Pubkey::default(), &found).is_err());
        assert_eq!(
            TokenAccount::read(&found).map(|found| found.amount),
            Some(9)
        );
        assert_eq!(
            TokenAccount::read(&account(TOKEN_PROGRAM, vec![0; 82])),
            None
        );
    }
}
