//! Typed views of accounts that an accounts struct does not load itself: trailing accounts, accounts
//! created half way through an instruction, and accounts that may not exist.

use anchor_lang::{
    pinocchio::account::{Ref, RefMut},
    prelude::*,
};
use bytemuck::Pod;

const DISCRIMINATOR_BYTES: usize = 8;

/// Bytes of an account of type `T`, discriminator included.
pub const fn space<T>() -> usize {
    DISCRIMINATOR_BYTES + size_of::<T>()
}

/// Whether an account belongs to this program. Only the program itself creates such accounts, each
/// at its canonical address.
pub fn is_ours(account: &AccountView) -> bool {
    account.owned_by(&crate::ID)
}

/// Reads an account of this program.
///
/// # Errors
/// When the account is another program's or of another type.
pub fn load<T: Pod + Discriminator>(account: &AccountView) -> Result<Ref<'_, T>> {
    require!(is_ours(account), ProgramError::IllegalOwner);
    Ref::filter_map(account.try_borrow()?, |data| {
        let payload = data.strip_prefix(T::DISCRIMINATOR)?;
        bytemuck::try_from_bytes(payload).ok()
    })
    .map_err(|_| ProgramError::InvalidAccountData)
}

/// Reads an account of this program, to change it.
///
/// # Errors
/// When the account is another program's, of another type or not writable.
pub fn load_mut<T: Pod + Discriminator>(account: &mut AccountView) -> Result<RefMut<'_, T>> {
    require!(is_ours(account), ProgramError::IllegalOwner);
    require!(account.is_writable(), ErrorCode::ConstraintMut);
    RefMut::filter_map(account.try_borrow_mut()?, |data| {
        let (discriminator, payload) = data.split_at_mut_checked(DISCRIMINATOR_BYTES)?;
        if discriminator != T::DISCRIMINATOR {
            return None;
        }
        bytemuck::try_from_bytes_mut(payload).ok()
    })
    .map_err(|_| ProgramError::InvalidAccountData)
}

/// Makes an account that was just allocated for this program, and is all zeros, one of type `T`.
///
/// # Errors
/// When the account is another program's, not fresh or of another length.
pub fn initialise<T: Pod + Discriminator>(account: &mut AccountView) -> Result<RefMut<'_, T>> {
    require!(is_ours(account), ProgramError::IllegalOwner);
    RefMut::filter_map(account.try_borrow_mut()?, |data| {
        let (discriminator, payload) = data.split_at_mut_checked(DISCRIMINATOR_BYTES)?;
        if *discriminator != [0; DISCRIMINATOR_BYTES] {
            return None;
        }
        discriminator.copy_from_slice(T::DISCRIMINATOR);
        bytemuck::try_from_bytes_mut(payload).ok()
    })
    .map_err(|_| ProgramError::AccountAlreadyInitialized)
}
