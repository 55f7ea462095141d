//! The loader of upgradeable programs: how a program's bytes get onto a chain, and what lies there.
//!
//! - [`instruction`]: what the loader is asked to do; bytes as bincode writes them.
//! - [`account`]: what its accounts hold.
//! - [`chunks`]: which parts of a file a buffer still lacks.

pub mod account;
pub mod chunks;
pub mod instruction;

pub use account::{Buffer, ProgramData, program_data_of};
pub use chunks::{CHUNK_BYTES, missing_chunks};
