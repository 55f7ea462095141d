//! The program's bytes, and the two accounts that make them an upgradeable program.

use sheaf_client::{Addresses, address::UPGRADEABLE_LOADER};
use solana_sdk::{account::Account, pubkey::Pubkey, rent::Rent};
use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
};

/// What the loader's accounts begin with: the variant, as bincode writes it.
const PROGRAM_TAG: u32 = 2;
const PROGRAM_DATA_TAG: u32 = 3;
/// Variant, slot of the deployment, and the upgrade authority behind its option byte.
const PROGRAM_DATA_HEADER: usize = 4 + 8 + 1 + 32;

/// `e_machine` of programs for Solana: BPF, and SBPF in newer files.
const MACHINES: [u16; 2] = [247, 263];

/// A file that is no program.
#[derive(Debug, thiserror::Error)]
pub enum ProgramError {
    /// There is no such file.
    #[error("there is no program at {}: build it with `cargo xtask build-program` and name it with --program FILE or SHEAF_PROGRAM", .0.display())]
    Missing(PathBuf),
    /// The file cannot be read.
    #[error("cannot read the program {}: {}", .0.display(), .1)]
    Unreadable(PathBuf, std::io::Error),
    /// The file is empty.
    #[error("the program {} is empty: build it again with `cargo xtask build-program`", .0.display())]
    Empty(PathBuf),
    /// The file is something else.
    #[error("{} is not a Solana program ({}): name the .so that `cargo xtask build-program` writes", .0.display(), .1)]
    NotAProgram(PathBuf, &'static str),
}

/// A program as its file holds it.
#[derive(Debug)]
pub struct Program {
    elf: Vec<u8>,
}

impl Program {
    /// Reads the program at `path`.
    ///
    /// # Errors
    /// [`ProgramError`] when there is none.
    pub fn read(path: &Path) -> Result<Self, ProgramError> {
        let elf = std::fs::read(path).map_err(|error| match error.kind() {
            ErrorKind::NotFound => ProgramError::Missing(path.to_path_buf()),
            _ => ProgramError::Unreadable(path.to_path_buf(), error),
        })?;
        if elf.is_empty() {
            return Err(ProgramError::Empty(path.to_path_buf()));
        }
        match objection(&elf) {
            Some(reason) => Err(ProgramError::NotAProgram(path.to_path_buf(), reason)),
            None => Ok(Self { elf }),
        }
    }

    /// The program deployed at `id` as an upgradeable one: its data first, which the program's own
    /// account refers to.
    pub fn accounts(&self, id: &Pubkey, upgrade_authority: &Pubkey) -> [(Pubkey, Account); 2] {
        let data_address = Addresses::new(*id).program_data();
        // Deployed in slot 0: a program cannot be called in the slot that deploys it.
        let mut data = Vec::with_capacity(PROGRAM_DATA_HEADER + self.elf.len());
        data.extend(PROGRAM_DATA_TAG.to_le_bytes());
        data.extend(0u64.to_le_bytes());
        data.push(1);
        data.extend(upgrade_authority.to_bytes());
        data.extend(&self.elf);
        let program = [&PROGRAM_TAG.to_le_bytes()[..], data_address.as_ref()].concat();
        [
            (data_address, loader_account(data, false)),
            (*id, loader_account(program, true)),
        ]
    }
}

fn loader_account(data: Vec<u8>, executable: bool) -> Account {
    Account {
        lamports: Rent::default().minimum_balance(data.len()),
        data,
        owner: UPGRADEABLE_LOADER,
        executable,
        rent_epoch: u64::MAX,
    }
}

/// Why the bytes are no program, as far as their header tells; the loader looks closer.
fn objection(bytes: &[u8]) -> Option<&'static str> {
    if !bytes.starts_with(b"\x7fELF") {
        return Some("it is not an ELF file");
    }
    let Some(&[low, high]) = bytes.get(18..20) else {
        return Some("it is cut off");
    };
    if bytes[4..6] != [2, 1] {
        return Some("it is not a 64-bit little-endian file");
    }
    let machine = u16::from_le_bytes([low, high]);
    (!MACHINES.contains(&machine)).then_some("it is built for another machine")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(machine: u16) -> Vec<u8> {
        let mut bytes = b"\x7fELF\x02\x01\x01".to_vec();
        bytes.resize(18, 0);
        bytes.extend(machine.to_le_bytes());
        bytes.resize(64, 0);
        bytes
    }

    #[test]
    fn what_is_no_program_is_named() {
        assert_eq!(objection(&header(247)), None);
        assert_eq!(objection(&header(263)), None);
        assert_eq!(
            objection(&header(62)),
            Some("it is built for another machine")
        );
        assert_eq!(objection(b"#!/bin/sh"), Some("it is not an ELF file"));
        assert_eq!(objection(b"\x7fELF"), Some("it is cut off"));
    }

    #[test]
    fn an_empty_or_absent_file_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("sheaf.so");
        assert!(matches!(
            Program::read(&path),
            Err(ProgramError::Missing(_))
        ));
        std::fs::write(&path, "").expect("a file");
        assert!(matches!(Program::read(&path), Err(ProgramError::Empty(_))));
    }

    #[test]
    fn the_accounts_are_the_loaders() {
        let program = Program { elf: header(263) };
        let (id, authority) = (
            Pubkey::new_from_array([1; 32]),
            Pubkey::new_from_array([2; 32]),
        );
        let [(data_address, data), (address, account)] = program.accounts(&id, &authority);
        assert_eq!(address, id);
        assert!(account.executable && !data.executable);
        assert_eq!(account.data.len(), 36);
        assert_eq!(account.data[4..], data_address.to_bytes());
        assert_eq!(data.data[12], 1);
        assert_eq!(data.data[13..45], authority.to_bytes());
        assert_eq!(data.data[PROGRAM_DATA_HEADER..], program.elf);
    }
}
