//! The network itself: surfpool's virtual machine and its run loop, in threads of this process.

use crate::ports::Ports;
use anyhow::{Context, Error, Result, anyhow};
use crossbeam_channel::{Receiver, Sender, unbounded};
use solana_sdk::{
    account::Account,
    hash::Hash,
    pubkey::Pubkey,
    signature::{Keypair, Signer},
};
use std::{
    sync::mpsc,
    thread::{Builder, JoinHandle},
    time::{Duration, Instant},
};
use surfpool_core::surfnet::svm::{SurfnetSvm, SurfnetSvmConfig};
use surfpool_types::{
    BlockProductionMode, RpcConfig, SimnetCommand, SimnetConfig, SimnetEvent, SurfpoolConfig,
};
use tokio::sync::oneshot;

/// SOL the faucet starts with: half of what the virtual machine can give away, so that
/// `requestAirdrop` has some too.
const FAUCET_LAMPORTS: u64 = 500_000 * 1_000_000_000;

/// How long the network may take to answer, and to end.
const START_PATIENCE: Duration = Duration::from_secs(60);
const STOP_PATIENCE: Duration = Duration::from_secs(3);

/// What to start.
#[derive(Debug)]
pub struct Plan {
    /// Where to listen.
    pub ports: Ports,
    /// Milliseconds from block to block.
    pub slot_ms: u64,
    /// Accounts the chain starts with, in this order.
    pub accounts: [(Pubkey, Account); 2],
    /// Who gets the first SOL.
    pub faucet: Pubkey,
}

/// A running network.
#[derive(Debug)]
pub struct Network {
    rpc_url: String,
    ws_url: String,
    genesis_hash: Hash,
    commands: Sender<SimnetCommand>,
    run_loop: JoinHandle<()>,
    ended: oneshot::Receiver<String>,
}

impl Network {
    /// Starts the network and returns when its JSON-RPC answers.
    ///
    /// # Errors
    /// When the program is refused or the servers cannot start.
    pub fn start(plan: Plan) -> Result<Self> {
        // Another hash at each start: what was signed for an earlier chain is not for this one.
        let genesis_hash = Hash::new_from_array(Keypair::new().pubkey().to_bytes());
        let (mut svm, events, geyser_events) = SurfnetSvm::new(machine_config(plan.slot_ms))
            .map_err(|error| anyhow!("cannot start the virtual machine: {error}"))?;
        svm.cached_genesis_hash = Some(genesis_hash);
        for (address, account) in plan.accounts {
            svm.set_account(&address, account).map_err(|error| {
                anyhow!("the loader refuses the program: {error}. Build it again with `cargo xtask build-program`")
            })?;
        }
        svm.airdrop(&plan.faucet, FAUCET_LAMPORTS)
            .map_err(|error| format!("{error:?}"))
            .and_then(|outcome| outcome.map_err(|failed| failed.err.to_string()))
            .map_err(|reason| anyhow!("cannot fund the faucet: {reason}"))?;

        let config = run_config(&plan.ports, plan.slot_ms);
        let rpc_url = format!("http://{}", config.rpc.get_rpc_base_url());
        let ws_url = format!("ws://{}", config.rpc.get_ws_base_url());
        let (commands, command_receiver) = unbounded();
        let (ended_sender, ended) = oneshot::channel();
        let ready = follow(events)?;
        let own_commands = commands.clone();
        let ports = plan.ports;
        let run_loop = Builder::new()
            .name("network".to_owned())
            .spawn(move || {
                let runtime = tokio::runtime::Builder::new_multi_thread()
                    .worker_threads(2)
                    .enable_all()
                    .build();
                let outcome = runtime
                    .map_err(|error| error.to_string())
                    .and_then(|runtime| {
                        // The servers take the ports now.
                        drop(ports);
                        let running = surfpool_core::start_local_surfnet(
                            svm,
                            config,
                            own_commands,
                            command_receiver,
                            geyser_events,
                        );
                        let outcome = runtime.block_on(running).map_err(|error| error.to_string());
                        runtime.shutdown_background();
                        outcome
                    });
                let reason = outcome
                    .err()
                    .unwrap_or_else(|| "it was told to end".to_owned());
                let _ = ended_sender.send(reason);
            })
            .context("cannot start the network's thread")?;
        let mut network = Self {
            rpc_url,
            ws_url,
            genesis_hash,
            commands,
            run_loop,
            ended,
        };
        network.wait_until(&ready)?;
        Ok(network)
    }

    fn wait_until(&mut self, ready: &mpsc::Receiver<Result<(), String>>) -> Result<()> {
        let deadline = Instant::now() + START_PATIENCE;
        while Instant::now() < deadline {
            match ready.recv_timeout(Duration::from_millis(50)) {
                Ok(Ok(())) => return Ok(()),
                Ok(Err(reason)) => return Err(failure(&reason)),
                Err(_) if self.run_loop.is_finished() => {
                    let reason = self.ended.try_recv();
                    return Err(failure(reason.as_deref().unwrap_or("it broke off")));
                }
                Err(_) => {}
            }
        }
        Err(failure("it did not answer within a minute"))
    }

    /// URL of the JSON-RPC.
    pub fn rpc_url(&self) -> &str {
        &self.rpc_url
    }

    /// URL of the websocket.
    pub fn ws_url(&self) -> &str {
        &self.ws_url
    }

    /// The chain's genesis hash.
    pub const fn genesis_hash(&self) -> Hash {
        self.genesis_hash
    }

    /// Returns only when the network ended by itself, with the reason.
    pub async fn failed(&mut self) -> Error {
        let reason = (&mut self.ended).await;
        failure(reason.as_deref().unwrap_or("it broke off"))
    }

    /// Ends the network; its servers close.
    pub fn stop(self) {
        let _ = self.commands.send(SimnetCommand::Terminate(None));
        let deadline = Instant::now() + STOP_PATIENCE;
        while !self.run_loop.is_finished() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

fn failure(reason: &str) -> Error {
    anyhow!("the network failed: {reason}. Start it again, with --verbose to see more")
}

/// Instruction profiles are off: each would copy the whole machine.
fn machine_config(slot_ms: u64) -> SurfnetSvmConfig {
    SurfnetSvmConfig {
        slot_time: slot_ms,
        instruction_profiling_enabled: false,
        max_profiles: 1,
        ..SurfnetSvmConfig::default()
    }
}

fn run_config(ports: &Ports, slot_ms: u64) -> SurfpoolConfig {
    let network = SimnetConfig {
        offline_mode: true,
        remote_rpc_url: None,
        slot_time: slot_ms,
        block_production_mode: BlockProductionMode::Clock,
        instruction_profiling_enabled: false,
        max_profiles: 1,
        ..SimnetConfig::default()
    };
    SurfpoolConfig {
        simnets: vec![network],
        rpc: RpcConfig {
            bind_host: "127.0.0.1".to_owned(),
            bind_port: ports.rpc,
            ws_port: ports.ws,
            ..RpcConfig::default()
        },
        ..SurfpoolConfig::default()
    }
}

/// Reads the network's events for as long as it runs, because it waits where they are not read.
/// Tells when the JSON-RPC answers; the rest goes to the log.
fn follow(events: Receiver<SimnetEvent>) -> Result<mpsc::Receiver<Result<(), String>>> {
    let (ready, receiver) = mpsc::channel();
    Builder::new()
        .name("network-events".to_owned())
        .spawn(move || {
            for event in events {
                match event {
                    SimnetEvent::CoreStarted(_) => drop(ready.send(Ok(()))),
                    SimnetEvent::Aborted(reason) => drop(ready.send(Err(reason))),
                    SimnetEvent::ErrorLog(_, text) => tracing::error!("{text}"),
                    SimnetEvent::WarnLog(_, text) => tracing::warn!("{text}"),
                    SimnetEvent::InfoLog(_, text) => tracing::info!("{text}"),
                    SimnetEvent::DebugLog(_, text) => tracing::debug!("{text}"),
                    SimnetEvent::TransactionProcessed(_, meta, error) => {
                        tracing::debug!(signature = %meta.signature, ?error, "transaction");
                    }
                    _ => {}
                }
            }
        })
        .context("cannot start the thread that reads the network's events")?;
    Ok(receiver)
}
