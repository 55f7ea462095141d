//! The command line.

use crate::{content, intake::IntakeSettings, run::roles::Role, store};
use clap::{Parser, Subcommand};
use solana_sdk::pubkey::Pubkey;
use std::{net::SocketAddr, path::PathBuf};

/// Takes submissions, posts batches, publishes round data and settles: the aggregator of one pool.
#[derive(Debug, Parser)]
#[command(name = "sheaf-indexer", version)]
pub struct Arguments {
    /// TOML file with settings: its keys are flags without their dashes in front
    #[arg(long, value_name = "FILE", global = true)]
    pub settings: Option<PathBuf>,

    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Work until stopped.
    Run(Box<Run>),
    /// Bring a database's schema up to date, and say what was done.
    Migrate(Migrate),
}

/// Which database.
#[derive(Debug, clap::Args)]
pub struct Migrate {
    /// Folder for the database
    #[arg(long, value_name = "DIR", required_unless_present = "database")]
    pub data: Option<PathBuf>,

    /// Database: postgres://USER@HOST/DATABASE, or an SQLite file [default: indexer.sqlite in --data]
    #[arg(long, value_name = "URL_OR_FILE", hide_default_value = true)]
    pub database: Option<store::Location>,
}

/// How to work.
#[derive(Debug, clap::Args)]
pub struct Run {
    /// Cluster: a URL, or localhost, devnet, testnet, mainnet-beta
    #[arg(short, long, value_name = "URL_OR_MONIKER")]
    pub url: Option<String>,

    /// URL of the websocket [default: follows from the cluster's]
    #[arg(long, value_name = "URL")]
    pub ws: Option<String>,

    /// Solana's configuration file [default: ~/.config/solana/cli/config.yml]
    #[arg(short = 'C', long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// The aggregator's wallet: it signs receipts, posts batches and pays fees
    #[arg(short, long, value_name = "FILE")]
    pub keypair: Option<PathBuf>,

    /// The program's address [default: the localnet's]
    #[arg(long, value_name = "PUBKEY", env = "SHEAF_PROGRAM_ID")]
    pub program_id: Option<String>,

    /// The pool's mint
    #[arg(long, value_name = "PUBKEY")]
    pub mint: Pubkey,

    /// Folder for what has no other place: database, ciphertexts, and where the API is served
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,

    /// Database: postgres://USER@HOST/DATABASE, or an SQLite file [default: indexer.sqlite in --data]
    #[arg(long, value_name = "URL_OR_FILE", hide_default_value = true)]
    pub database: Option<store::Location>,

    /// Where ciphertexts are kept: a folder, or s3://BUCKET/PREFIX with the service in AWS_* [default: content in --data]
    #[arg(long, value_name = "DIR_OR_URL")]
    pub contents: Option<content::Location>,

    /// What this process does; several processes share one PostgreSQL database
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = Role::ALL)]
    pub roles: Vec<Role>,

    /// Where to serve the API; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8787")]
    pub listen: SocketAddr,

    /// Limits of what is taken from outside.
    #[command(flatten)]
    pub intake: IntakeSettings,

    /// Slots from the first submission until its batch is posted [default: the network's intake]
    #[arg(long, value_name = "SLOTS")]
    pub collect_slots: Option<u64>,

    /// Priority fee, in micro-lamports per compute unit
    #[arg(long, value_name = "MICRO_LAMPORTS", default_value_t = 0)]
    pub compute_unit_price: u64,

    /// End when standard input closes, so that a dead parent leaves no indexer behind
    #[arg(long)]
    pub until_stdin_closes: bool,
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
