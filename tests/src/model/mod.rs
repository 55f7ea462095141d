//! The program again, small and slow: a reference for random sequences of instructions.
//!
//! - [`step`]: what may happen, as indices that are resolved against what exists.
//! - [`state`]: what the program is supposed to remember, in plain Rust. The rules stand beside it, by
//!   concern: [`work`], [`rounds`], [`quarrels`], [`stakes`], [`earnings`],
//!   [`govern`].
//! - [`run`]: performs a step on the program's real bytes and on the model, and compares.
//!
//! The model is written from the documents. It shares no code with the program, and no hash: a tree
//! here is the list of its leaves.

pub mod earnings;
pub mod govern;
pub mod quarrels;
pub mod rounds;
pub mod run;
pub mod stakes;
pub mod state;
pub mod step;
pub mod work;
