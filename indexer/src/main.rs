//! The binary of [`sheaf_indexer`].

use anyhow::Context as _;
use sheaf_indexer::{
    arguments::Command,
    config::{self, ConfigError},
    run,
};
use std::{io::Write as _, process::ExitCode};
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let command = match config::parse(std::env::args_os()) {
        Ok(arguments) => arguments.command,
        Err(ConfigError::Usage(error)) => error.exit(),
        Err(error) => return failed(&error.into()),
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    // Whoever speaks TLS here does so with the same cryptography; it is installed once.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let outcome = tokio::runtime::Runtime::new()
        .context("cannot start the runtime")
        .and_then(|runtime| match command {
            Command::Run(arguments) => runtime.block_on(run::run(*arguments)),
            Command::Migrate(arguments) => runtime.block_on(run::migrate(arguments)),
        });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

fn failed(error: &anyhow::Error) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "sheaf-indexer: {error:#}");
    ExitCode::FAILURE
}
