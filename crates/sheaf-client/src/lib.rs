//! What every program of Sheaf off the chain uses to talk to it and to the indexer.
//!
//! - [`layout`]: accounts, arguments and events as plain structs; [`address`]: where accounts are.
//! - [`instruction`]: one function per instruction of the program.
//! - [`chain`]: a handle that reads accounts; [`send`]: sends transactions so that none is paid twice.
//! - [`loader`]: how the program itself gets onto a chain, and what lies there.
//! - [`event`]: what the program says about its changes; [`history`]: what it said of an account.
//! - [`error`]: what its refusals mean.
//! - [`indexer`]: the HTTP API of `docs/protocol.md`.
//! - [`config`], [`keys`], [`program_id`], [`amount`], [`ending`], [`folder`]: what command lines need.

pub mod address;
pub mod amount;
pub mod chain;
pub mod config;
pub mod ending;
pub mod error;
pub mod event;
pub mod folder;
pub mod history;
pub mod indexer;
pub mod instruction;
pub mod keys;
pub mod layout;
pub mod loader;
pub mod program_id;
pub mod send;
pub mod token;

pub use address::Addresses;
pub use chain::Chain;
pub use error::{Error, Refusal};
