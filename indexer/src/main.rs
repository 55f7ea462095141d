//! `sheaf-indexer`: the aggregator of one pool.
//!
//! - [`arguments`]: the command line; [`run`]: starting and ending the roles; [`app`]: what they share.
//! - [`place`]: pool, program and cluster; [`view`]: the chain at `confirmed`.
//! - [`ingest`]: finalised events, read and acted upon; [`store`]: the database; [`content`]: ciphertexts.
//! - [`intake`]: what people hand in; [`rounds`]: batches and outcomes; [`settle`]: transactions.
//! - [`serve`]: the HTTP API.
//!
//! Data flows one way: intake → store → rounds → settle → chain → ingest → store → serve.

mod app;
mod arguments;
mod content;
mod ingest;
mod intake;
mod place;
mod rounds;
mod run;
mod serve;
mod settle;
mod store;
mod view;

use anyhow::Context as _;
use arguments::{Arguments, Command};
use clap::Parser;
use std::{io::Write as _, process::ExitCode};
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let Command::Run(arguments) = Arguments::parse().command;
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    let outcome = tokio::runtime::Runtime::new()
        .context("cannot start the runtime")
        .and_then(|runtime| runtime.block_on(run::run(*arguments)));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "sheaf-indexer: {error:#}");
            ExitCode::FAILURE
        }
    }
}
