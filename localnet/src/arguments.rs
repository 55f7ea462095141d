//! The command line.

use anyhow::{Context, Result};
use clap::Parser;
use solana_sdk::pubkey::Pubkey;
use std::path::{Path, PathBuf};

/// A Solana network on this machine with Sheaf's program, a test mint and funded wallets.
///
/// Everything stays on loopback. The ledger lives in memory: each start is a new chain.
#[derive(Debug, Parser)]
#[command(name = "sheaf-localnet", version)]
pub struct Arguments {
    /// The program's bytes [default: ../share/sheaf/sheaf.so beside this executable's folder]
    #[arg(long, value_name = "FILE", env = "SHEAF_PROGRAM")]
    pub program: Option<PathBuf>,

    /// Address to put the program at [env: SHEAF_PROGRAM_ID] [default: the localnet's own]
    #[arg(long, value_name = "PUBKEY")]
    pub program_id: Option<String>,

    /// Port of the JSON-RPC; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = 8899)]
    pub rpc_port: u16,

    /// Port of the websocket; 0 takes a free one [default: the one after the JSON-RPC's]
    #[arg(long, value_name = "PORT")]
    pub ws_port: Option<u16>,

    /// Milliseconds from block to block
    #[arg(long, value_name = "MS", default_value_t = 50,
          value_parser = clap::value_parser!(u64).range(5..=10_000))]
    pub slot_ms: u64,

    /// Folder for wallets and localnet.json
    #[arg(
        long,
        value_name = "DIR",
        visible_alias = "ledger-dir",
        default_value = ".sheaf/localnet"
    )]
    pub data: PathBuf,

    /// Wallets contributor-1..N with SOL, beside the usual ones
    #[arg(long, value_name = "N", default_value_t = 0,
          value_parser = clap::value_parser!(u16).range(0..=1_000))]
    pub wallets: u16,

    /// Give SOL and tokens to this wallet too; may be repeated
    #[arg(long, value_name = "PUBKEY")]
    pub fund: Vec<Pubkey>,

    /// Print nothing when ready
    #[arg(long, short)]
    pub quiet: bool,

    /// Log what the network does to stderr (RUST_LOG chooses more finely)
    #[arg(long, short, conflicts_with = "quiet")]
    pub verbose: bool,

    /// End when standard input closes, so that a dead parent leaves no network behind
    #[arg(long)]
    pub until_stdin_closes: bool,
}

impl Arguments {
    /// Where the program's bytes are: the option, then `SHEAF_PROGRAM`, then the installed file.
    ///
    /// # Errors
    /// When none is named and the place of this executable is unknown.
    pub fn program_file(&self) -> Result<PathBuf> {
        if let Some(named) = self
            .program
            .as_deref()
            .filter(|path| !path.as_os_str().is_empty())
        {
            return Ok(named.to_path_buf());
        }
        let executable = std::env::current_exe().context(
            "cannot tell where this executable is: name the program with --program FILE",
        )?;
        Ok(installed_program(&executable))
    }
}

/// `<prefix>/share/sheaf/sheaf.so` for an executable in `<prefix>/bin`.
fn installed_program(executable: &Path) -> PathBuf {
    let prefix = executable.parent().and_then(Path::parent);
    prefix
        .unwrap_or(Path::new("/"))
        .join("share/sheaf/sheaf.so")
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn the_installed_program_lies_beside_bin() {
        let found = installed_program(Path::new("/opt/sheaf/bin/sheaf-localnet"));
        assert_eq!(found, Path::new("/opt/sheaf/share/sheaf/sheaf.so"));
    }
}
