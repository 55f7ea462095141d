//! Mints for tests, as the token programs lay them out.

use litesvm::LiteSVM;
use sheaf_client::address::{TOKEN_2022_PROGRAM, TOKEN_PROGRAM};
use solana_sdk::{account::Account, pubkey::Pubkey};

/// Decimals of every test mint.
pub const DECIMALS: u8 = 6;

/// A kind of mint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MintKind {
    /// Of the Token program.
    Token,
    /// Of Token-2022, with these extensions: number and value.
    Token2022(Vec<(u16, Vec<u8>)>),
}

impl MintKind {
    /// Of Token-2022, without extensions.
    pub const fn plain_2022() -> Self {
        Self::Token2022(Vec::new())
    }

    /// Of Token-2022, with a fee on each transfer.
    pub fn with_fee(basis_points: u16) -> Self {
        // Two authorities (none), the withheld amount, then the older and the newer fee: epoch,
        // maximum, basis points.
        let fee = [
            &0u64.to_le_bytes()[..],
            &u64::MAX.to_le_bytes(),
            &basis_points.to_le_bytes(),
        ]
        .concat();
        let config = [&[0; 72][..], &fee, &fee].concat();
        Self::Token2022(vec![(1, config)])
    }

    /// The program that owns the mint.
    pub const fn program(&self) -> Pubkey {
        match self {
            Self::Token => TOKEN_PROGRAM,
            Self::Token2022(_) => TOKEN_2022_PROGRAM,
        }
    }

    /// Bytes of a mint with this authority.
    fn data(&self, authority: &Pubkey) -> Vec<u8> {
        let mut data = vec![1, 0, 0, 0];
        data.extend(authority.to_bytes());
        data.extend((1u64 << 60).to_le_bytes());
        data.extend([DECIMALS, 1]);
        data.resize(82, 0);
        if let Self::Token2022(extensions) = self
            && !extensions.is_empty()
        {
            data.resize(165, 0);
            data.push(1);
            for (kind, value) in extensions {
                data.extend(kind.to_le_bytes());
                data.extend((value.len() as u16).to_le_bytes());
                data.extend(value);
            }
        }
        data
    }

    /// Puts a mint of this kind on the chain.
    ///
    /// # Panics
    /// When LiteSVM refuses the account.
    pub fn create(&self, svm: &mut LiteSVM, authority: &Pubkey) -> Pubkey {
        let mint = Pubkey::new_unique();
        self.create_at(svm, &mint, authority);
        mint
    }

    /// Puts a mint of this kind on the chain, at this address.
    ///
    /// # Panics
    /// When LiteSVM refuses the account.
    pub fn create_at(&self, svm: &mut LiteSVM, mint: &Pubkey, authority: &Pubkey) {
        let account = Account {
            lamports: 1_000_000_000,
            data: self.data(authority),
            owner: self.program(),
            ..Account::default()
        };
        svm.set_account(*mint, account).expect("a mint");
    }
}
