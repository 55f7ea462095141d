//! The command line.

use crate::{
    content,
    ingest::command::{Backfill, Bootstrap, Replay},
    intake::IntakeSettings,
    run::roles::Role,
    store,
    telemetry::LogFormat,
};
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
    /// Read every event anew from the chain, into an existing or empty database.
    Backfill(Backfill),
    /// Decode events again that an earlier version could not read.
    Replay(Replay),
    /// Begin in the middle, from the accounts, when history was pruned.
    Bootstrap(Bootstrap),
    /// Bring a database's schema up to date, and say what was done.
    Migrate(Migrate),
    /// Compare chain and database: 0 when they agree, 1 when they differ, 2 when one cannot look
    Audit(Box<Audit>),
    /// Look at actions that were put aside, because no retry mends them
    Review(Review),
}

/// Which database.
#[derive(Debug, clap::Args)]
pub struct Migrate {
    /// Folder for the database
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,

    /// Database: postgres://USER@HOST/DATABASE, or an SQLite file [default: indexer.sqlite in --data]
    #[arg(long, value_name = "URL_OR_FILE", hide_default_value = true)]
    pub database: Option<store::Location>,
}

/// How results are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Output {
    /// Lines for people.
    #[default]
    Text,
    /// JSON.
    Json,
}

/// What to compare.
#[derive(Debug, clap::Args)]
pub struct Audit {
    /// Cluster: a URL, or localhost, devnet, testnet, mainnet-beta
    #[arg(short, long, value_name = "URL_OR_MONIKER")]
    pub url: Option<String>,

    /// Solana's configuration file [default: ~/.config/solana/cli/config.yml]
    #[arg(short = 'C', long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// The program's address [env: SHEAF_PROGRAM_ID] [default: the localnet's]
    #[arg(long, value_name = "PUBKEY")]
    pub program_id: Option<String>,

    /// The pool's mint
    #[arg(long, value_name = "PUBKEY")]
    pub mint: Pubkey,

    /// Folder of the database
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub data: PathBuf,

    /// Database: postgres://USER@HOST/DATABASE, or an SQLite file [default: indexer.sqlite in --data]
    #[arg(long, value_name = "URL_OR_FILE", hide_default_value = true)]
    pub database: Option<store::Location>,

    /// How to print the result
    #[arg(long, value_enum, default_value_t)]
    pub output: Output,
}

/// Which actions to look at.
#[derive(Debug, clap::Args)]
pub struct Review {
    /// What to do with them.
    #[command(subcommand)]
    pub command: ReviewCommand,

    /// Folder of the database
    #[arg(long, value_name = "DIR", global = true, default_value = ".")]
    pub data: PathBuf,

    /// Database: postgres://USER@HOST/DATABASE, or an SQLite file [default: indexer.sqlite in --data]
    #[arg(
        long,
        value_name = "URL_OR_FILE",
        hide_default_value = true,
        global = true
    )]
    pub database: Option<store::Location>,

    /// How to print the list
    #[arg(long, value_enum, default_value_t, global = true)]
    pub output: Output,
}

/// What to do with actions that were put aside.
#[derive(Debug, Subcommand)]
pub enum ReviewCommand {
    /// Show them, with the reason of each
    List,
    /// Let one be tried again, or all that wait
    Retry {
        /// Its number in the list
        #[arg(required_unless_present = "all")]
        id: Option<u64>,
        /// All that wait
        #[arg(long, conflicts_with = "id")]
        all: bool,
    },
    /// Give one up for good
    Drop {
        /// Its number in the list
        id: u64,
    },
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

    /// Priority fee: which part of the last blocks was cheaper, in percent
    #[arg(long, value_name = "PERCENT", default_value_t = 75,
          value_parser = clap::value_parser!(u8).range(0..=100))]
    pub fee_percentile: u8,

    /// Least priority fee, in micro-lamports per compute unit
    #[arg(long, value_name = "MICRO_LAMPORTS", default_value_t = 0)]
    pub fee_floor: u64,

    /// Highest priority fee, in micro-lamports per compute unit
    #[arg(long, value_name = "MICRO_LAMPORTS", default_value_t = 1_000_000)]
    pub fee_ceiling: u64,

    /// How logs are written
    #[arg(long, value_enum, default_value_t)]
    pub log_format: LogFormat,

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
