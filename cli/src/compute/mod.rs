//! `sheaf compute`: [`specify`] makes the specification of a `compute` job from a module; [`run`] does one of
//! its runs here, as a node would, and hands nothing in. No cluster, no wallet.

mod run;
mod specify;

use crate::output::Format;

/// What can be done with computations.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    // Documented where their arguments are: that is their help.
    Specify(specify::SpecifyArgs),
    Run(run::RunArgs),
}

/// Does what was asked.
///
/// # Errors
/// What, why, what next.
pub fn run(command: Command, format: Format) -> anyhow::Result<()> {
    match command {
        Command::Specify(args) => format.print(&specify::specify(&args)?),
        Command::Run(args) => format.print(&run::run(&args)?),
    }
}
