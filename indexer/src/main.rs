//! The binary of [`sheaf_indexer`].

use anyhow::Context as _;
use sheaf_indexer::{
    arguments::Command,
    audit,
    config::{self, ConfigError},
    ingest::command,
    run,
    settle::review,
    telemetry::{self, LogFormat},
};
use std::{io::Write as _, process::ExitCode};
use tokio::runtime::Runtime;

fn main() -> ExitCode {
    let command = match config::parse(std::env::args_os()) {
        Ok(arguments) => arguments.command,
        Err(ConfigError::Usage(error)) => error.exit(),
        Err(error) => return failed(&error.into(), ExitCode::FAILURE),
    };
    let format = match &command {
        Command::Run(arguments) => arguments.log_format,
        _ => LogFormat::Text,
    };
    let failure = match &command {
        Command::Audit(_) => ExitCode::from(2),
        _ => ExitCode::FAILURE,
    };
    // Whoever speaks TLS here does so with the same cryptography; it is installed once.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let outcome = Runtime::new()
        .context("cannot start the runtime")
        .and_then(|runtime| {
            // Dropped before the runtime: it sends the last traces on it.
            let _entered = runtime.enter();
            let _telemetry = telemetry::start(format);
            runtime.block_on(work(command))
        });
    match outcome {
        Ok(code) => code,
        Err(error) => failed(&error, failure),
    }
}

async fn work(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Run(arguments) => run::run(*arguments).await?,
        Command::Backfill(arguments) => command::backfill(arguments).await?,
        Command::Replay(arguments) => command::replay(arguments).await?,
        Command::Bootstrap(arguments) => command::bootstrap(arguments).await?,
        Command::Migrate(arguments) => run::migrate(arguments).await?,
        Command::Review(arguments) => review::review(arguments).await?,
        Command::Audit(arguments) => {
            if !audit::audit(*arguments).await? {
                return Ok(ExitCode::from(1));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn failed(error: &anyhow::Error, code: ExitCode) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "sheaf-indexer: {error:#}");
    code
}
