//! The binary of [`sheaf_indexer`].

use anyhow::Context as _;
use clap::Parser;
use sheaf_indexer::{
    arguments::{Arguments, Command},
    audit, run,
    settle::review,
    telemetry::{self, LogFormat},
};
use std::{io::Write as _, process::ExitCode};
use tokio::runtime::Runtime;

fn main() -> ExitCode {
    let command = Arguments::parse().command;
    let format = match &command {
        Command::Run(arguments) => arguments.log_format,
        Command::Audit(_) | Command::Review(_) => LogFormat::Text,
    };
    let failure = match &command {
        Command::Audit(_) => ExitCode::from(2),
        Command::Run(_) | Command::Review(_) => ExitCode::FAILURE,
    };
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
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "sheaf-indexer: {error:#}");
            failure
        }
    }
}

async fn work(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Run(arguments) => run::run(*arguments).await?,
        Command::Review(arguments) => review::review(arguments).await?,
        Command::Audit(arguments) => {
            if !audit::audit(*arguments).await? {
                return Ok(ExitCode::from(1));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
