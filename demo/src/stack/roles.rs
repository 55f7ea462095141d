//! Those who work on the network: the indexer, validators, nodes.

use super::{
    Stack,
    process::{Process, command},
};
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::{
    net::IpAddr,
    path::{Path, PathBuf},
    time::Duration,
};

/// How long the indexer may take to start, on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(60);

/// One node, as a fleet's file lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FleetNode {
    /// The contributor's wallet file.
    pub keypair: PathBuf,
    /// The node's key file.
    pub node_key: PathBuf,
    /// Self-declared region.
    pub region: &'static str,
    /// Address to fetch from.
    pub source_address: IpAddr,
    /// How it misbehaves, if it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub misbehave: Option<&'static str>,
}

/// A job with its aggregator's API.
#[derive(Clone, Copy, Debug)]
pub struct Work<'a> {
    /// URL of the API.
    pub indexer: &'a str,
    /// Number of the job.
    pub job: u64,
    /// Rounds to take part in.
    pub rounds: u64,
}

#[derive(Deserialize)]
struct Serving {
    url: Option<String>,
}

/// What three processes that share a database do: the second stands by for the first.
const SHARED_ROLES: [&str; 3] = [
    "ingest,rounds,settle",
    "ingest,rounds,settle",
    "intake,serve",
];

impl Stack {
    /// Starts the aggregator's indexer for the test mint's pool: one process, or those that share a
    /// database. Returns its URL.
    ///
    /// # Errors
    /// When it does not get ready.
    pub async fn start_indexer(&mut self, collect_slots: u32) -> Result<String> {
        let data = self.folder.join("indexer");
        let Some(database) = self.shared_database.clone() else {
            let url = self
                .start_process("indexer", &data, collect_slots, &[])
                .await?;
            return url.context("the indexer serves nothing");
        };
        let mut last = None;
        for (number, roles) in (1..).zip(SHARED_ROLES) {
            let arguments = ["--database", &database, "--roles", roles];
            let (name, data) = (format!("indexer-{number}"), data.join(number.to_string()));
            last = self
                .start_process(&name, &data, collect_slots, &arguments)
                .await?;
        }
        last.context("the last of the indexer's processes serves nothing")
    }

    async fn start_process(
        &mut self,
        name: &str,
        data: &Path,
        collect_slots: u32,
        arguments: &[&str],
    ) -> Result<Option<String>> {
        let network = &self.localnet.manifest;
        let mut indexer = command(&self.binaries.indexer);
        indexer
            .args(["run", "--until-stdin-closes", "--listen", "127.0.0.1:0"])
            .args(["--url", &network.rpc_url, "--ws", &network.ws_url])
            .args(["--program-id", &network.program_id, "--mint", &network.mint])
            .args(["--collect-slots", &collect_slots.to_string()])
            .arg("--keypair")
            .arg(&self.localnet.wallet("aggregator")?.path)
            .arg("--data")
            .arg(data)
            .args(arguments);
        let log = self.folder.log(name);
        let mut process = Process::start("sheaf-indexer", &log, indexer)?;
        let file = data.join("indexer.json");
        let text = process
            .wait_for(PATIENCE, || std::fs::read_to_string(&file).ok())
            .await?;
        self.indexers.push(process);
        let serving: Serving = serde_json::from_str(&text)
            .with_context(|| format!("{} is not what an indexer writes", file.display()))?;
        Ok(serving.url)
    }

    /// Starts validator `number` with the key files in `keys`.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start_validator(&mut self, number: usize, keys: &Path, indexer: &str) -> Result<()> {
        let name = format!("validator-{}", number + 1);
        let mut validator = self.cli.command(&self.localnet.validator(number)?.path);
        validator
            .args(["validator", "run", "--allow-loopback"])
            .args(["--indexer", indexer])
            .arg("--vote-key")
            .arg(keys.join("vote.json"))
            .arg("--identity")
            .arg(keys.join("identity.txt"))
            .arg("--data")
            .arg(keys);
        let log = self.folder.log(&name);
        self.validators
            .push(Process::start(&name, &log, validator)?);
        Ok(())
    }

    /// Starts one process with these nodes.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start_fleet(&mut self, nodes: &[FleetNode], work: Work<'_>) -> Result<()> {
        let name = format!("nodes-{}", self.fleets.len() + 1);
        let data = self.folder.join("nodes");
        std::fs::create_dir_all(&data)
            .with_context(|| format!("cannot create {}", data.display()))?;
        let list = data.join(format!("{name}.json"));
        std::fs::write(&list, serde_json::to_vec_pretty(nodes)?)
            .with_context(|| format!("cannot write {}", list.display()))?;
        // Each node's wallet stands in the list; this one is not used.
        let mut fleet = self.cli.command(&self.localnet.wallet("requester")?.path);
        fleet
            .args(["node", "run", "--allow-loopback"])
            .args(["--indexer", work.indexer])
            .args(["--job", &work.job.to_string()])
            .args(["--rounds", &work.rounds.to_string()])
            .arg("--fleet")
            .arg(&list)
            .arg("--data")
            .arg(&data);
        let log = self.folder.log(&name);
        self.fleets.push(Process::start(&name, &log, fleet)?);
        Ok(())
    }
}
