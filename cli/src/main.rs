//! `sheaf`: the command line of requesters, contributors and validators.
//!
//! - [`arguments`]: the command line; [`context`]: cluster, program and wallet; [`output`]: what is
//!   printed, and how;
//! - one module for each group of commands: [`localnet`], [`network`], [`pool`], [`job`], [`node`],
//!   [`validator`], [`rewards`], [`claim`], [`quest`], [`compute`], [`dataset`], [`consent`],
//!   [`verify`], [`contribution`];
//! - [`deployment`]: that indexer and chain belong together; [`funds`]: that a wallet can pay;
//!   [`identity`]: files with keys that decrypt; [`tokens`]: amounts as people write them.

mod arguments;
mod claim;
mod compute;
mod consent;
mod context;
mod contribution;
mod dataset;
mod deployment;
mod funds;
mod identity;
mod job;
mod localnet;
mod network;
mod node;
mod output;
mod pool;
mod quest;
mod rewards;
mod tokens;
mod validator;
mod verify;

use anyhow::Context as _;
use arguments::{Arguments, Command};
use clap::Parser;
use context::Context;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    log_if_asked();
    match run(Arguments::parse()) {
        Ok(code) => code,
        Err(error) => {
            output::note(&format!("sheaf: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let Arguments { global, command } = arguments;
    if let Command::Localnet(args) = command {
        return localnet::run(args, global.program_id.as_deref());
    }
    if let Command::Quest(command) = command {
        quest::run(command, global.output)?;
        return Ok(ExitCode::SUCCESS);
    }
    if let Command::Compute(command) = command {
        compute::run(command, global.output)?;
        return Ok(ExitCode::SUCCESS);
    }
    let context = Context::new(&global)?;
    let runtime = tokio::runtime::Runtime::new().context("cannot start the runtime")?;
    runtime.block_on(async {
        match command {
            // Have run without a cluster above.
            Command::Localnet(_) | Command::Quest(_) | Command::Compute(_) => Ok(()),
            Command::Network(command) => network::run(command, &context).await,
            Command::Pool(command) => pool::run(command, &context).await,
            Command::Job(command) => job::run(command, &context).await,
            Command::Node(node::Command::Run(args)) => node::run(*args, &context).await,
            Command::Validator(validator::Command::Register(args)) => {
                validator::register(args, &context).await
            }
            Command::Validator(validator::Command::Run(args)) => {
                validator::run(args, &context).await
            }
            Command::Rewards(command) => rewards::run(command, &context).await,
            Command::Claim(args) => claim::run(&args, &context).await,
            Command::Dataset(command) => dataset::run(command, &context).await,
            Command::Consent(command) => consent::run(command, &context).await,
            // These say by their exit code what they found.
            Command::Verify(command) => return verify::run(command, &context).await,
            Command::Contribution(command) => return contribution::run(command, &context).await,
        }
        .map(|()| ExitCode::SUCCESS)
    })
}

/// Logs go to stderr, and only when `RUST_LOG` asks for them.
fn log_if_asked() {
    if let Ok(filter) = std::env::var("RUST_LOG")
        && !filter.is_empty()
    {
        tracing_subscriber::fmt()
            .with_env_filter(EnvFilter::new(filter))
            .with_writer(std::io::stderr)
            .init();
    }
}
