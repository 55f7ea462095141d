//! `sheaf-demo`: started by `cargo xtask demo`, which builds what it runs. Progress goes to
//! standard error, the ledger to standard output; exit 1 when a step fails or the ledger does not
//! balance.

mod arguments;
mod play;

use anyhow::{Context, Result, bail};
use arguments::Arguments;
use clap::Parser;
use std::{path::Path, process::ExitCode};
use tokio::signal::unix::{SignalKind, signal};

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sheaf-demo: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<()> {
    let runtime =
        tokio::runtime::Runtime::new().context("cannot start the asynchronous runtime")?;
    let report = runtime.block_on(async {
        // What is dropped here, when a signal comes first, kills the processes it started.
        tokio::select! {
            report = play::play(&arguments.site, &arguments.program, &arguments.data) => report,
            told = told_to_end() => told.and_then(|name| bail!("ended by {name}")),
        }
    })?;
    print!("\n{report}");
    if let Some(file) = &arguments.json {
        write(file, &serde_json::to_string_pretty(&report.json())?)?;
    }
    if !report.accounts.balanced() {
        bail!("the ledger does not balance");
    }
    if report.lazy_node_earned() > 0 {
        bail!("lazy nodes earned something");
    }
    Ok(())
}

fn write(file: &Path, json: &str) -> Result<()> {
    std::fs::write(file, format!("{json}\n"))
        .with_context(|| format!("cannot write {}", file.display()))
}

/// Waits for a signal that ends the demo.
async fn told_to_end() -> Result<&'static str> {
    let watch = |kind| signal(kind).context("cannot watch for signals");
    let mut interrupt = watch(SignalKind::interrupt())?;
    let mut terminate = watch(SignalKind::terminate())?;
    let mut hang_up = watch(SignalKind::hangup())?;
    Ok(tokio::select! {
        _ = interrupt.recv() => "Ctrl-C",
        _ = terminate.recv() => "SIGTERM",
        _ = hang_up.recv() => "SIGHUP",
    })
}
