//! `sheaf-localnet`: a Solana network on this machine with Sheaf's program on it.
//!
//! It runs surfpool's core in this process, offline: JSON-RPC and websocket on loopback, a block
//! at every tick whether or not there are transactions. The ledger lives in memory, so each start
//! is a new chain with a genesis hash of its own; wallets and the mint's address are kept in the
//! data folder.
//!
//! - [`arguments`]: the command line; [`program`]: the program's bytes and accounts;
//! - [`ports`]: free ports; [`folder`]: the data folder and its lock; [`wallets`]: its keypairs;
//! - [`network`]: the running network; [`seed`]: mint, SOL and tokens, by [`token`] instructions;
//! - [`manifest`]: the file `localnet.json`.

mod arguments;
mod folder;
mod manifest;
mod network;
mod ports;
mod program;
mod seed;
mod token;
mod wallets;

use anyhow::{Context, Result};
use arguments::Arguments;
use clap::Parser;
use folder::DataFolder;
use manifest::Manifest;
use network::{Network, Plan};
use ports::Ports;
use program::Program;
use sheaf_client::{Chain, ending::Ending, program_id};
use solana_commitment_config::CommitmentConfig;
use std::{io::Write, process::ExitCode, time::Instant};
use tracing_subscriber::EnvFilter;
use wallets::Wallets;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    log_if_asked(arguments.verbose);
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "sheaf-localnet: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<()> {
    let started = Instant::now();
    let program = Program::read(&arguments.program_file()?)?;
    let program_id = program_id::resolve(arguments.program_id.as_deref())?;
    let folder = DataFolder::claim(&arguments.data)?;
    let wallets = Wallets::open(folder.path(), arguments.wallets)?;
    let ports = Ports::choose(arguments.rpc_port, arguments.ws_port)?;

    let mut network = Network::start(Plan {
        ports,
        slot_ms: arguments.slot_ms,
        accounts: program.accounts(&program_id, &wallets.admin()),
        faucet: wallets.faucet_address(),
    })?;
    let rpc_ms = started.elapsed().as_millis();

    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start the asynchronous runtime")?;
    let outcome = runtime.block_on(async {
        let mut ending =
            Ending::watch(arguments.until_stdin_closes).context("cannot watch for signals")?;
        let chain = Chain::new(network.rpc_url(), program_id, CommitmentConfig::confirmed());
        tokio::select! {
            seeded = seed::seed(&chain, &wallets, &arguments.fund) => seeded?,
            failed = network.failed() => return Err(failed),
            () = ending.wait() => return Ok(()),
        }
        let manifest = Manifest {
            rpc_url: network.rpc_url().to_owned(),
            ws_url: network.ws_url().to_owned(),
            program_id: program_id.to_string(),
            mint: wallets.mint_address().to_string(),
            decimals: seed::DECIMALS,
            genesis_hash: network.genesis_hash().to_string(),
            wallets: wallets.listed(),
            slot_ms: arguments.slot_ms,
            pid: std::process::id(),
            ready_ms: started.elapsed().as_millis(),
        };
        let _published = manifest.publish(folder.path())?;
        if !arguments.quiet {
            let line = manifest.line(rpc_ms, folder.path());
            // Nobody may be reading any more: that is no reason to end.
            let _ = writeln!(std::io::stdout(), "{line}");
        }
        tokio::select! {
            failed = network.failed() => Err(failed),
            () = ending.wait() => Ok(()),
        }
    });
    network.stop();
    outcome
}

/// Logs go to stderr, and only when asked for: by `--verbose` or by `RUST_LOG`.
fn log_if_asked(verbose: bool) {
    let filter = match std::env::var("RUST_LOG") {
        Ok(filter) if !filter.is_empty() => EnvFilter::new(filter),
        _ if verbose => EnvFilter::new("info,sheaf_localnet=debug"),
        _ => return,
    };
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
}
