//! What the loader's accounts hold: a type, its fields, and behind them the program's bytes.

use crate::address::UPGRADEABLE_LOADER;
use solana_sdk::{account::Account, pubkey::Pubkey};

const BUFFER_TYPE: u32 = 1;
const PROGRAM_TYPE: u32 = 2;
const PROGRAM_DATA_TYPE: u32 = 3;

/// Bytes of a program's own account: its type, and the address of its data.
pub const PROGRAM_LENGTH: usize = 4 + 32;
/// Bytes in front of the program's in a buffer: type, and the authority behind its option byte.
pub const BUFFER_HEADER: usize = 4 + 1 + 32;
/// Bytes in front of the program's in its data account: type, slot, and the authority behind its
/// option byte.
pub const PROGRAM_DATA_HEADER: usize = 4 + 8 + 1 + 32;

/// A buffer: where a program's bytes wait to be deployed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Buffer<'a> {
    /// Who writes to it and deploys from it; none when it can no longer be changed.
    pub authority: Option<Pubkey>,
    /// The bytes.
    pub bytes: &'a [u8],
}

/// The account that holds a program's code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProgramData<'a> {
    /// Slot of the last deployment.
    pub slot: u64,
    /// Who may upgrade the program; none when it is final.
    pub authority: Option<Pubkey>,
    /// The code, with zeros behind it up to the longest program that fits.
    pub bytes: &'a [u8],
}

impl<'a> Buffer<'a> {
    /// Reads a buffer; none when the account is something else.
    pub fn read(account: &'a Account) -> Option<Self> {
        let fields = fields(account, BUFFER_TYPE)?;
        Some(Self {
            authority: authority(fields)?,
            bytes: account.data.get(BUFFER_HEADER..)?,
        })
    }
}

impl<'a> ProgramData<'a> {
    /// Reads a program's data; none when the account is something else.
    pub fn read(account: &'a Account) -> Option<Self> {
        let (slot, rest) = fields(account, PROGRAM_DATA_TYPE)?.split_first_chunk()?;
        Some(Self {
            slot: u64::from_le_bytes(*slot),
            authority: authority(rest)?,
            bytes: account.data.get(PROGRAM_DATA_HEADER..)?,
        })
    }

    /// The code, as far as it can be told from the zeros behind it: all but trailing zeros, or as long
    /// as `file` when nothing but zeros lies behind that length. A file may itself end in zeros.
    pub fn code(&self, file: &[u8]) -> &'a [u8] {
        let ends = self.bytes.iter().rposition(|byte| *byte != 0);
        let length = ends.map_or(0, |last| last + 1).max(file.len());
        &self.bytes[..length.min(self.bytes.len())]
    }
}

/// The address of a program's data; none when the account is no upgradeable program.
pub fn program_data_of(program: &Account) -> Option<Pubkey> {
    let address = fields(program, PROGRAM_TYPE)?.first_chunk::<32>()?;
    Some(Pubkey::new_from_array(*address))
}

/// What lies behind an account's type, when it is the loader's and of that type.
fn fields(account: &Account, kind: u32) -> Option<&[u8]> {
    let (found, rest) = account.data.split_first_chunk()?;
    let is_it = account.owner == UPGRADEABLE_LOADER && u32::from_le_bytes(*found) == kind;
    is_it.then_some(rest)
}

fn authority(fields: &[u8]) -> Option<Option<Pubkey>> {
    match fields.split_first()? {
        (0, _) => Some(None),
        (1, rest) => Some(Some(Pubkey::new_from_array(*rest.first_chunk()?))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(parts: &[&[u8]]) -> Account {
        Account {
            lamports: 1,
            data: parts.concat(),
            owner: UPGRADEABLE_LOADER,
            executable: false,
            rent_epoch: u64::MAX,
        }
    }

    #[test]
    fn accounts_are_told_apart_by_type_and_owner() {
        let buffer = account(&[&[1, 0, 0, 0, 1], &[7; 32], b"code"]);
        let read = Buffer::read(&buffer).expect("a buffer");
        assert_eq!(read.authority, Some(Pubkey::new_from_array([7; 32])));
        assert_eq!(read.bytes, b"code");
        assert_eq!(ProgramData::read(&buffer), None);

        let program = account(&[&[2, 0, 0, 0], &[8; 32]]);
        assert_eq!(
            program_data_of(&program),
            Some(Pubkey::new_from_array([8; 32]))
        );
        assert_eq!(program.data.len(), PROGRAM_LENGTH);

        let mut data = account(&[&[3, 0, 0, 0], &9u64.to_le_bytes(), &[0], &[5; 32], b"code"]);
        let read = ProgramData::read(&data).expect("a program's data");
        assert_eq!((read.slot, read.authority), (9, None), "a final program");
        assert_eq!(read.bytes, b"code");
        data.owner = Pubkey::default();
        assert_eq!(ProgramData::read(&data), None);
    }

    #[test]
    fn the_code_ends_before_the_zeros_but_not_before_the_file() {
        let data = account(&[&[3, 0, 0, 0], &[0; 8], &[0], &[0; 32], b"ab\0\0\0\0"]);
        let data = ProgramData::read(&data).expect("a program's data");
        assert_eq!(data.code(b"ab"), b"ab");
        assert_eq!(data.code(b"ab\0\0"), b"ab\0\0", "zeros of the file itself");
        assert_eq!(
            data.code(b"a"),
            b"ab",
            "more is deployed than the file holds"
        );
        assert_eq!(data.code(&[1; 99]), data.bytes, "a longer file");
    }
}
