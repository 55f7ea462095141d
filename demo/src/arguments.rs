//! The command line of the demo.

use clap::Parser;
use std::path::PathBuf;

/// The path from escrow to claim, end to end: a requester funds a job with 1,000 tokens, 20 nodes
/// collect real pages in two rounds, 3 validators score them, everybody claims, and the requester
/// decrypts what it paid for. Everything runs on this machine and ends with the demo.
#[derive(Debug, Parser)]
#[command(name = "sheaf-demo", version)]
pub struct Arguments {
    /// Folder of HTML pages to collect
    #[arg(long, value_name = "DIR")]
    pub site: PathBuf,

    /// The program's bytes
    #[arg(long, value_name = "FILE")]
    pub program: PathBuf,

    /// Write the ledger as JSON, too
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,

    /// Folder for wallets, logs and data; what an earlier run left in it is cleared
    #[arg(long, value_name = "DIR", default_value = ".sheaf/demo")]
    pub data: PathBuf,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }
}
