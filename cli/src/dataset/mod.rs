//! `sheaf dataset`: records that people own. Files in, files and results out: no cluster, no wallet.

mod value;

use crate::output::Format;
use clap::Subcommand;
use value::ValueArgs;

/// What can be done with records.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Tell what records are worth to a classifier that a validation set examines
    Value(ValueArgs),
}

/// Does what was asked.
///
/// # Errors
/// What, why, what next.
pub fn run(command: Command, format: Format) -> anyhow::Result<()> {
    match command {
        Command::Value(args) => value::run(&args, format),
    }
}
