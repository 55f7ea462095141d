//! Instructions, by concern. Each file holds an instruction's accounts and its handler.
//!
//! Accounts structs check which accounts belong together. Handlers then check in one order, and
//! change nothing before all checks have passed:
//!
//! 1. **Who**: the signer has the role this needs.
//! 2. **When**: stage, slot and time.
//! 3. **What**: the arguments.
//! 4. **Effects**: state, then transfers of tokens, each amount checked as it moves.
//! 5. **Event**.

pub mod arguments;
pub mod batch;
pub mod challenge;
pub mod claim;
pub mod dataset;
mod deposit;
pub mod fraud;
pub mod job;
pub mod network;
pub mod pool;
pub mod round;
pub mod validator;
