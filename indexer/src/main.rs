//! The binary of [`sheaf_indexer`].

use anyhow::Context as _;
use clap::Parser;
use sheaf_indexer::{
    arguments::{Arguments, Command},
    ingest::command,
    run,
};
use std::{io::Write as _, process::ExitCode};
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let command = Arguments::parse().command;
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    let outcome = tokio::runtime::Runtime::new()
        .context("cannot start the runtime")
        .and_then(|runtime| match command {
            Command::Run(arguments) => runtime.block_on(run::run(*arguments)),
            Command::Backfill(arguments) => runtime.block_on(command::backfill(arguments)),
            Command::Replay(arguments) => runtime.block_on(command::replay(arguments)),
            Command::Bootstrap(arguments) => runtime.block_on(command::bootstrap(arguments)),
        });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "sheaf-indexer: {error:#}");
            ExitCode::FAILURE
        }
    }
}
