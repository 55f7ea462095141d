//! `sheaf-localnet`: the chain of a scenario.

use super::{
    folder::Folder,
    process::{Process, command},
};
use anyhow::{Context, Result};
use serde::Deserialize;
use sheaf_client::Chain;
use solana_commitment_config::CommitmentConfig;
use solana_sdk::pubkey::Pubkey;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Duration,
};

/// How long the network may take to start, on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(60);

/// A wallet of the network.
#[derive(Clone, Debug, Deserialize)]
pub struct Wallet {
    /// Its address.
    pub pubkey: String,
    /// Its keypair file.
    pub path: PathBuf,
}

impl Wallet {
    /// Its address.
    ///
    /// # Errors
    /// When the text is none.
    pub fn address(&self) -> Result<Pubkey> {
        let parsed = self.pubkey.parse();
        parsed.with_context(|| format!("\"{}\" is not an address", self.pubkey))
    }
}

/// What `localnet.json` says.
#[derive(Clone, Debug, Deserialize)]
pub struct Manifest {
    /// URL of the JSON-RPC.
    pub rpc_url: String,
    /// URL of the websocket.
    pub ws_url: String,
    /// The program's address.
    pub program_id: String,
    /// The test mint.
    pub mint: String,
    /// Decimals of the test mint.
    pub decimals: u8,
    /// Genesis hash.
    pub genesis_hash: String,
    /// Wallets by name.
    pub wallets: BTreeMap<String, Wallet>,
    /// Milliseconds from block to block.
    pub slot_ms: u64,
}

/// A running network.
#[derive(Debug)]
pub struct Localnet {
    /// What it said when it was ready.
    pub manifest: Manifest,
    pub(super) process: Process,
}

impl Localnet {
    /// Starts a network on free ports with `program` on it and `contributors` funded wallets.
    ///
    /// # Errors
    /// When it does not get ready.
    pub async fn start(
        binary: &Path,
        folder: &Folder,
        program: &Path,
        contributors: usize,
    ) -> Result<Self> {
        let data = folder.join("localnet");
        let mut localnet = command(binary);
        localnet
            .args(["--rpc-port", "0", "--until-stdin-closes", "--wallets"])
            .arg(contributors.to_string())
            .arg("--data")
            .arg(&data)
            .arg("--program")
            .arg(program);
        let mut process = Process::start("sheaf-localnet", &folder.log("localnet"), localnet)?;
        let file = data.join("localnet.json");
        let text = process
            .wait_for(PATIENCE, || std::fs::read_to_string(&file).ok())
            .await?;
        let manifest = serde_json::from_str(&text)
            .with_context(|| format!("{} is not what a localnet writes", file.display()))?;
        Ok(Self { manifest, process })
    }

    /// A wallet by its name.
    ///
    /// # Errors
    /// When the network has none of that name.
    pub fn wallet(&self, name: &str) -> Result<&Wallet> {
        let found = self.manifest.wallets.get(name);
        found.with_context(|| format!("the localnet has no wallet \"{name}\""))
    }

    /// The wallet that node `number` works for.
    ///
    /// # Errors
    /// When there are fewer.
    pub fn contributor(&self, number: usize) -> Result<&Wallet> {
        self.wallet(&format!("contributor-{}", number + 1))
    }

    /// Validator `number`'s wallet.
    ///
    /// # Errors
    /// When there are fewer.
    pub fn validator(&self, number: usize) -> Result<&Wallet> {
        self.wallet(&format!("validator-{}", number + 1))
    }

    /// The chain, at `confirmed`.
    ///
    /// # Errors
    /// When the program's address is none.
    pub fn chain(&self) -> Result<Chain> {
        let program = self.manifest.program_id.parse();
        let program = program.context("the localnet names no program")?;
        let commitment = CommitmentConfig::confirmed();
        Ok(Chain::new(&self.manifest.rpc_url, program, commitment))
    }

    /// The test mint.
    ///
    /// # Errors
    /// When the text is no address.
    pub fn mint(&self) -> Result<Pubkey> {
        let mint = self.manifest.mint.parse();
        mint.context("the localnet names no mint")
    }
}
