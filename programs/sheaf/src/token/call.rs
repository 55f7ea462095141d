//! Calls of the Token and Token-2022 programs. A call that fails ends the whole transaction, so
//! there is nothing to return.

use super::AdmittedMint;
use anchor_lang::{
    cpi::InstructionAccount, prelude::*, unchecked_invoke_signed_fixed as invoke, CpiHandle,
};

/// Numbers of the token programs' instructions.
mod instruction {
    pub const CLOSE_ACCOUNT: u8 = 9;
    pub const TRANSFER_CHECKED: u8 = 12;
    pub const INITIALIZE_ACCOUNT_3: u8 = 18;
    pub const TRANSFER_FEE_EXTENSION: u8 = 26;
    pub const HARVEST_WITHHELD_TOKENS_TO_MINT: u8 = 4;
}

/// Signer seeds of a call that one program-derived address signs.
pub const fn sign_as<'a>(seeds: &'a [&'a [&'a [u8]]; 1]) -> &'a [&'a [&'a [u8]]] {
    seeds
}

/// Moves tokens, naming mint and decimals.
pub struct TransferChecked<'a> {
    /// The token program.
    pub program: &'a Address,
    /// Token account that pays; writable.
    pub from: CpiHandle<'a>,
    /// The mint.
    pub mint: CpiHandle<'a>,
    /// Token account that receives; writable.
    pub to: CpiHandle<'a>,
    /// Who may spend from `from`.
    pub authority: CpiHandle<'a>,
    /// Amount, in base units.
    pub amount: u64,
    /// Decimals of the mint.
    pub decimals: u8,
}

impl<'a> TransferChecked<'a> {
    /// Calls the program. `signer` is empty when the authority signed the transaction.
    pub fn invoke(&self, signer: &'a [&'a [&'a [u8]]]) {
        let mut data = [0; 10];
        data[0] = instruction::TRANSFER_CHECKED;
        data[1..9].copy_from_slice(&self.amount.to_le_bytes());
        data[9] = self.decimals;
        invoke(
            self.program,
            &data,
            &[
                InstructionAccount::writable(self.from.address()),
                InstructionAccount::readonly(self.mint.address()),
                InstructionAccount::writable(self.to.address()),
                InstructionAccount::readonly_signer(self.authority.address()),
            ],
            &[self.from, self.mint, self.to, self.authority],
            signer,
        );
    }
}

/// Creates a token account at a program-derived address.
pub struct CreateAccount<'a> {
    /// Pays the rent.
    pub payer: &'a AccountView,
    /// The address; it may hold lamports already.
    pub account: &'a mut AccountView,
    /// The mint.
    pub mint: &'a AccountView,
    /// What is known about the mint.
    pub terms: AdmittedMint,
    /// The token program.
    pub program: &'a Address,
    /// Who may spend from the account.
    pub owner: &'a Address,
}

/// Creates a token account; `seeds` are those of its address, with the bump.
///
/// # Errors
/// When the rent is unknown.
pub fn create_account(create: CreateAccount<'_>, seeds: &[&[u8]]) -> Result<()> {
    let CreateAccount {
        payer,
        account,
        mint,
        terms,
        program,
        owner,
    } = create;
    create_account_signed(payer, account, terms.account_space(), program, seeds)?;
    let mut data = [0; 33];
    data[0] = instruction::INITIALIZE_ACCOUNT_3;
    data[1..].copy_from_slice(owner.as_array());
    let (account, mint) = (CpiHandle::writable(account), CpiHandle::readonly(mint));
    invoke(
        program,
        &data,
        &[
            InstructionAccount::writable(account.address()),
            InstructionAccount::readonly(mint.address()),
        ],
        &[account, mint],
        &[],
    );
    Ok(())
}

/// Moves the transfer fees withheld on a Token-2022 account to its mint: an account that holds some
/// cannot be closed.
pub fn harvest_withheld_fees<'a>(program: &'a Address, mint: CpiHandle<'a>, from: CpiHandle<'a>) {
    invoke(
        program,
        &[
            instruction::TRANSFER_FEE_EXTENSION,
            instruction::HARVEST_WITHHELD_TOKENS_TO_MINT,
        ],
        &[
            InstructionAccount::writable(mint.address()),
            InstructionAccount::writable(from.address()),
        ],
        &[mint, from],
        &[],
    );
}

/// Closes an empty token account.
pub struct CloseAccount<'a> {
    /// The token program.
    pub program: &'a Address,
    /// The account; writable.
    pub account: CpiHandle<'a>,
    /// Receives the rent; writable.
    pub destination: CpiHandle<'a>,
    /// The account's owner.
    pub owner: CpiHandle<'a>,
}

/// Closes an empty token account whose owner signs with `signer`.
pub fn close_account<'a>(close: &CloseAccount<'a>, signer: &'a [&'a [&'a [u8]]]) {
    invoke(
        close.program,
        &[instruction::CLOSE_ACCOUNT],
        &[
            InstructionAccount::writable(close.account.address()),
            InstructionAccount::writable(close.destination.address()),
            InstructionAccount::readonly_signer(close.owner.address()),
        ],
        &[close.account, close.destination, close.owner],
        signer,
    );
}
