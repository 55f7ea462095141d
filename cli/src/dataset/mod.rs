//! `sheaf dataset`: records that people own. Files in, files and results out. The chain is asked for the
//! time at most.

mod check;
mod import;
mod leaving;
mod value;

use crate::context::Context;
use check::CheckArgs;
use clap::Subcommand;
use import::ImportArgs;
use value::ValueArgs;

/// What can be done with records.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Turn an archive that a platform gave you, or a sensor's series, into records of yours alone
    Import(ImportArgs),
    /// Hold records against a schema and against each other
    Check(CheckArgs),
    /// Tell what records are worth to a classifier that a validation set examines
    Value(ValueArgs),
}

/// Does what was asked.
///
/// # Errors
/// What, why, what next.
pub async fn run(command: Command, context: &Context) -> anyhow::Result<()> {
    match command {
        Command::Import(args) => import::run(&args, context).await,
        Command::Check(args) => context.print(&check::check(&args)?),
        Command::Value(args) => value::run(&args, context.format()),
    }
}
