//! What Sheaf's tests share.
//!
//! - [`world`]: the program on LiteSVM with a network, a pool and people, whose books are checked
//!   after every transaction.
//! - [`instruction`]: the program's instructions, written from the table in `programs/sheaf/README.md`.
//! - [`mint`]: mints with and without extensions; [`tree`]: a slow, plain tree of earnings.

pub mod instruction;
pub mod mint;
pub mod tree;
pub mod world;

use solana_sdk::{instruction::Instruction, pubkey::Pubkey};
use std::path::PathBuf;

/// The bytes of a built program: the file that `variable` names, or `target/deploy/<file>`.
///
/// # Panics
/// When there is none: these tests run real program bytes or not at all.
pub fn program_file(variable: &str, file: &str) -> Vec<u8> {
    let path = std::env::var_os(variable).map_or_else(
        || {
            PathBuf::from(env!("CARGO_MANIFEST_DIR"))
                .join("../target/deploy")
                .join(file)
        },
        PathBuf::from,
    );
    std::fs::read(&path).unwrap_or_else(|error| {
        panic!(
            "{}: {error}; run `cargo xtask build-program` first",
            path.display()
        )
    })
}

/// The instruction that raises a transaction's limit of compute units.
pub fn compute_unit_limit(units: u32) -> Instruction {
    let mut data = vec![2];
    data.extend(units.to_le_bytes());
    let program = Pubkey::from_str_const("ComputeBudget111111111111111111111111111111");
    Instruction::new_with_bytes(program, &data, vec![])
}
