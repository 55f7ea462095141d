//! `sheaf contribution`: what became of one contribution, proven against the chain.

mod prove;
mod receipt;

use crate::context::Context;
use clap::Subcommand;
use std::process::ExitCode;

/// What can be asked about a contribution.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Prove that a contribution is in its batch on chain, or by its receipt that it was left out
    ///
    /// Exits with 0 when it is in the batch, with 3 when a signed receipt proves that it was left out, with 1 when
    /// neither can be told.
    Prove(prove::ProveArgs),
}

/// Does what was asked.
///
/// # Errors
/// When neither can be proven: what, why, what next.
pub async fn run(command: Command, context: &Context) -> anyhow::Result<ExitCode> {
    match command {
        Command::Prove(args) => prove::run(&args, context).await,
    }
}
