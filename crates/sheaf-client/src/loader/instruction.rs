//! Instructions of the loader. Their data is a `u32` that names them and their fields,
//! little-endian. A flag that newer loaders read behind `deploy` and `upgrade`, whether to close the
//! buffer, is left out: without it they close it, as older ones do.

use super::account::{BUFFER_HEADER, PROGRAM_LENGTH};
use crate::address::{Addresses, CLOCK, SYSTEM_PROGRAM, UPGRADEABLE_LOADER};
use solana_sdk::{
    instruction::{AccountMeta, Instruction},
    pubkey::Pubkey,
};

/// The sysvar with the terms of rent.
const RENT: Pubkey = Pubkey::from_str_const("SysvarRent111111111111111111111111111111111");

const INITIALISE_BUFFER: u32 = 0;
const WRITE: u32 = 1;
const DEPLOY: u32 = 2;
const UPGRADE: u32 = 3;
const SET_AUTHORITY: u32 = 4;
const CLOSE: u32 = 5;
const EXTEND: u32 = 6;

fn loader(tag: u32, fields: &[&[u8]], accounts: Vec<AccountMeta>) -> Instruction {
    let mut data = tag.to_le_bytes().to_vec();
    for field in fields {
        data.extend_from_slice(field);
    }
    Instruction {
        program_id: UPGRADEABLE_LOADER,
        accounts,
        data,
    }
}

/// An account of the loader, paid by `payer`; both sign.
fn create_account(payer: &Pubkey, new: &Pubkey, lamports: u64, length: usize) -> Instruction {
    let data = [
        &0u32.to_le_bytes()[..],
        &lamports.to_le_bytes(),
        &(length as u64).to_le_bytes(),
        UPGRADEABLE_LOADER.as_ref(),
    ];
    Instruction {
        program_id: SYSTEM_PROGRAM,
        accounts: vec![AccountMeta::new(*payer, true), AccountMeta::new(*new, true)],
        data: data.concat(),
    }
}

/// Creates a buffer for a program of `program_length` bytes. One transaction, so that nobody else
/// makes it theirs in between; `payer` and `buffer` sign.
pub fn create_buffer(
    payer: &Pubkey,
    buffer: &Pubkey,
    authority: &Pubkey,
    lamports: u64,
    program_length: usize,
) -> [Instruction; 2] {
    let accounts = vec![
        AccountMeta::new(*buffer, false),
        AccountMeta::new_readonly(*authority, false),
    ];
    [
        create_account(payer, buffer, lamports, BUFFER_HEADER + program_length),
        loader(INITIALISE_BUFFER, &[], accounts),
    ]
}

/// Writes `bytes` at `offset` of a program in a buffer.
pub fn write(buffer: &Pubkey, authority: &Pubkey, offset: u32, bytes: &[u8]) -> Instruction {
    let length = (bytes.len() as u64).to_le_bytes();
    loader(
        WRITE,
        &[&offset.to_le_bytes(), &length, bytes],
        vec![
            AccountMeta::new(*buffer, false),
            AccountMeta::new_readonly(*authority, true),
        ],
    )
}

/// Creates a program from a buffer, whose authority becomes its upgrade authority, with room for
/// `maximum_length` bytes. `payer`, the program and `authority` sign; the buffer's lamports go to the payer.
pub fn deploy(
    payer: &Pubkey,
    program: &Pubkey,
    buffer: &Pubkey,
    authority: &Pubkey,
    program_lamports: u64,
    maximum_length: usize,
) -> [Instruction; 2] {
    let accounts = vec![
        AccountMeta::new(*payer, true),
        AccountMeta::new(Addresses::new(*program).program_data(), false),
        AccountMeta::new(*program, false),
        AccountMeta::new(*buffer, false),
        AccountMeta::new_readonly(RENT, false),
        AccountMeta::new_readonly(CLOCK, false),
        AccountMeta::new_readonly(SYSTEM_PROGRAM, false),
        AccountMeta::new_readonly(*authority, true),
    ];
    [
        create_account(payer, program, program_lamports, PROGRAM_LENGTH),
        loader(DEPLOY, &[&(maximum_length as u64).to_le_bytes()], accounts),
    ]
}

/// Replaces a program's code by a buffer's; the buffer's lamports beyond the rent go to `spill`.
pub fn upgrade(
    program: &Pubkey,
    buffer: &Pubkey,
    authority: &Pubkey,
    spill: &Pubkey,
) -> Instruction {
    loader(
        UPGRADE,
        &[],
        vec![
            AccountMeta::new(Addresses::new(*program).program_data(), false),
            AccountMeta::new(*program, false),
            AccountMeta::new(*buffer, false),
            AccountMeta::new(*spill, false),
            AccountMeta::new_readonly(RENT, false),
            AccountMeta::new_readonly(CLOCK, false),
            AccountMeta::new_readonly(*authority, true),
        ],
    )
}

/// Makes room for `additional` more bytes of a program; `payer` pays their rent.
pub fn extend(program: &Pubkey, payer: &Pubkey, additional: u32) -> Instruction {
    loader(
        EXTEND,
        &[&additional.to_le_bytes()],
        vec![
            AccountMeta::new(Addresses::new(*program).program_data(), false),
            AccountMeta::new(*program, false),
            AccountMeta::new_readonly(SYSTEM_PROGRAM, false),
            AccountMeta::new(*payer, true),
        ],
    )
}

/// Hands a program over to another upgrade authority, which does not sign.
pub fn set_upgrade_authority(program: &Pubkey, current: &Pubkey, new: &Pubkey) -> Instruction {
    loader(
        SET_AUTHORITY,
        &[],
        vec![
            AccountMeta::new(Addresses::new(*program).program_data(), false),
            AccountMeta::new_readonly(*current, true),
            AccountMeta::new_readonly(*new, false),
        ],
    )
}

/// Closes a buffer; its lamports go to `recipient`.
pub fn close_buffer(buffer: &Pubkey, authority: &Pubkey, recipient: &Pubkey) -> Instruction {
    loader(
        CLOSE,
        &[],
        vec![
            AccountMeta::new(*buffer, false),
            AccountMeta::new(*recipient, false),
            AccountMeta::new_readonly(*authority, true),
        ],
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        instruction::compute_budget,
        loader::CHUNK_BYTES,
        send::{PACKET_DATA_SIZE, wire_size},
    };
    use solana_sdk::transaction::Transaction;

    #[test]
    fn a_chunk_fits_a_transaction_of_two_signers() {
        let [payer, buffer, authority] = [1, 2, 3].map(|byte| Pubkey::new_from_array([byte; 32]));
        let mut instructions = compute_budget(1, 1);
        instructions.push(write(&buffer, &authority, u32::MAX, &[1; CHUNK_BYTES]));
        let transaction = Transaction::new_with_payer(&instructions, Some(&payer));
        assert_eq!(transaction.signatures.len(), 2);
        assert!(wire_size(&transaction) <= PACKET_DATA_SIZE);
    }

    #[test]
    fn data_is_what_the_loader_reads() {
        let key = Pubkey::new_from_array([9; 32]);
        let write = write(&key, &key, 258, b"ab");
        assert_eq!(
            write.data,
            [&[1, 0, 0, 0, 2, 1, 0, 0, 2][..], &[0; 7], b"ab"].concat()
        );
        let [create, deploy] = deploy(&key, &key, &key, &key, 5, 300);
        assert_eq!(create.data.len(), 4 + 8 + 8 + 32);
        assert_eq!(deploy.data, [2, 0, 0, 0, 44, 1, 0, 0, 0, 0, 0, 0]);
        assert_eq!(extend(&key, &key, 1).data, [6, 0, 0, 0, 1, 0, 0, 0]);
    }
}
