//! Tokens: which mints are admitted, what token accounts hold, and the instructions of the Token and
//! Token-2022 programs that this program calls.

mod account;
mod call;
mod mint;

pub use account::{balance, can_receive, check_account, is_canonical};
pub use call::{
    close_account, create_account, harvest_withheld_fees, sign_as, CloseAccount, CreateAccount,
    TransferChecked,
};
pub use mint::{admit, AdmittedMint};

use anchor_lang::prelude::*;

/// The Token program.
pub const TOKEN: Address = anchor_lang::address!("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA");
/// The Token-2022 program.
pub const TOKEN_2022: Address =
    anchor_lang::address!("TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb");
/// The program of canonical ("associated") token accounts.
pub const ASSOCIATED_TOKEN: Address =
    anchor_lang::address!("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL");
