//! What the chain and every machine off it must agree on, defined once.
//!
//! The on-chain program and all host code compile this crate, so a leaf, a seed, a layout or
//! an error code cannot mean two things. It holds formats and pure arithmetic only: no I/O,
//! no clock, no randomness, no allocation, and it names no framework.
//!
//! - [`digest`]: every hash that is signed, committed to or stored on chain.
//! - [`tree`]: the position-indexed Merkle sum tree of lifetime earnings.
//! - [`seeds`]: the seeds of every program-derived address.
//! - [`limits`]: constants that bound every parameter.
//! - [`stage`]: values of the one-byte states.
//! - [`layout`]: accounts, instruction arguments and events, as macros that both sides expand.
//! - [`error`]: the program's error codes with their messages.
#![no_std]

#[cfg(test)]
extern crate std;

#[cfg(not(target_endian = "little"))]
compile_error!("layouts and tree nodes are little-endian bytes");

pub mod digest;
pub mod error;
pub mod layout;
pub mod limits;
pub mod seeds;
pub mod stage;
pub mod tree;

/// A public key, mint or account address: 32 bytes.
pub type Key = [u8; 32];

/// A sha256 digest: 32 bytes.
pub type Hash = [u8; 32];

/// The program's address on a localnet, unless the program was built with another one
/// (`cargo xtask build-program --program-id`). Its base58 form is
/// [`LOCALNET_PROGRAM_ADDRESS`].
pub const LOCALNET_PROGRAM_ID: Key = [
    6, 149, 123, 34, 143, 121, 2, 102, 150, 120, 104, 44, 200, 13, 99, 55, 242, 146, 231, 198, 123,
    190, 148, 130, 132, 114, 60, 100, 64, 0, 0, 0,
];

/// [`LOCALNET_PROGRAM_ID`] in base58.
pub const LOCALNET_PROGRAM_ADDRESS: &str = "SheafLoca1net111111111111111111111111111111";
