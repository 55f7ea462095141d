//! What Sheaf's tests share.
//!
//! - [`world`]: the program on LiteSVM with a network, a pool and people, whose books are checked
//!   after every transaction.
//! - [`costs`]: what instructions cost, and the document that says so.
//! - [`instruction`]: the client's builders for one pool.
//! - [`model`]: the program again, small and slow, for random sequences of instructions.
//! - [`rpc`]: a double of RPC nodes that misbehave, over recorded transactions.
//! - [`walk`]: ways through every instruction.
//! - [`mint`]: mints with and without extensions; [`tree`]: a slow, plain tree of earnings.

pub mod costs;
pub mod instruction;
pub mod mint;
pub mod model;
pub mod rpc;
pub mod tree;
pub mod walk;
pub mod world;

use std::path::PathBuf;

/// Where a built program is: the file that `variable` names, or `target/deploy/<file>`.
pub fn program_path(variable: &str, file: &str) -> PathBuf {
    std::env::var_os(variable).map_or_else(
        || {
            PathBuf::from(env!("CARGO_MANIFEST_DIR"))
                .join("../target/deploy")
                .join(file)
        },
        PathBuf::from,
    )
}

/// The bytes of a built program.
///
/// # Panics
/// When there is none: these tests run real program bytes or not at all.
pub fn program_file(variable: &str, file: &str) -> Vec<u8> {
    let path = program_path(variable, file);
    std::fs::read(&path).unwrap_or_else(|error| {
        panic!(
            "{}: {error}; run `cargo xtask build-program` first",
            path.display()
        )
    })
}
