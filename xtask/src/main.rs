//! Sheaf's build commands: `cargo xtask <command>`.
//!
//! Each command does its own set-up on a fresh machine. xtask has no dependencies, so that it
//! builds before anything was installed.
//!
//! - [`arguments`]: what was asked for.
//! - [`packages`]: installing Debian packages, or saying which are missing.
//! - [`process`]: starting other programs from a cleaned environment.
//! - [`stage`]: announcing each stage and its seconds.
//! - [`python`]: servers and checkers from PyPI, for tests.
//! - [`idl`]: the program's interface, as a file.
//! - [`sbf`]: real program bytes from packages alone.
//! - [`mutants`]: guards of the program, each broken once.
//! - [`commands`]: the commands themselves.

mod arguments;
mod commands;
mod failure;
mod idl;
mod modules;
mod mutants;
mod packages;
mod process;
mod python;
mod sbf;
mod stage;

use std::process::ExitCode;

fn main() -> ExitCode {
    let outcome = arguments::parse(std::env::args().skip(1)).and_then(commands::run);
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\nxtask: {failure}");
            ExitCode::from(failure.exit_code())
        }
    }
}
