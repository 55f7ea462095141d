//! `localnet.json`: what others need to know of a running network. It is there exactly while the
//! network is ready.

use anyhow::{Context, Result};
use serde::Serialize;
use std::{
    collections::BTreeMap,
    fs::File,
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
};

/// Name of the file in the data folder.
const FILE: &str = "localnet.json";

/// A wallet of the data folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Wallet {
    /// Its address.
    pub pubkey: String,
    /// Its keypair file.
    pub path: PathBuf,
}

/// A running network.
#[derive(Clone, Debug, Serialize)]
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
    /// Genesis hash, another at each start.
    pub genesis_hash: String,
    /// Wallets by name.
    pub wallets: BTreeMap<String, Wallet>,
    /// Milliseconds from block to block.
    pub slot_ms: u64,
    /// The network's process.
    pub pid: u32,
    /// Milliseconds from the start until everything was funded.
    pub ready_ms: u128,
}

/// The file of a running network; dropping it removes the file.
#[derive(Debug)]
pub struct Published {
    path: PathBuf,
}

impl Manifest {
    /// Writes the file, whole or not at all.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn publish(&self, folder: &Path) -> Result<Published> {
        let path = folder.join(FILE);
        let draft = folder.join(format!("{FILE}.new"));
        let text = serde_json::to_string_pretty(self).context("cannot write localnet.json")?;
        let write = || -> std::io::Result<()> {
            let mut file = File::create(&draft)?;
            writeln!(file, "{text}")?;
            file.sync_all()?;
            std::fs::rename(&draft, &path)
        };
        write().with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Published { path })
    }

    /// One line for people.
    pub fn line(&self, rpc_ms: u128, folder: &Path) -> String {
        format!(
            "Localnet ready in {} ms (RPC after {rpc_ms} ms): {} {} program {} mint {}; wallets and {FILE} in {}; Ctrl-C ends it",
            self.ready_ms,
            self.rpc_url,
            self.ws_url,
            self.program_id,
            self.mint,
            folder.display(),
        )
    }
}

impl Drop for Published {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.path) {
            tracing::warn!(path = %self.path.display(), %error, "cannot remove the manifest");
        }
    }
}

/// Removes the file a killed network left behind.
///
/// # Errors
/// When it is there and cannot be removed.
pub fn remove_stale(folder: &Path) -> Result<()> {
    let path = folder.join(FILE);
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error)
            .with_context(|| format!("cannot remove {}, which is out of date", path.display())),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_lives_as_long_as_the_network() {
        let folder = tempfile::tempdir().expect("a folder");
        let manifest = Manifest {
            rpc_url: "http://127.0.0.1:1".to_owned(),
            ws_url: "ws://127.0.0.1:2".to_owned(),
            program_id: String::new(),
            mint: String::new(),
            decimals: 6,
            genesis_hash: String::new(),
            wallets: BTreeMap::new(),
            slot_ms: 50,
            pid: 7,
            ready_ms: 800,
        };
        let path = folder.path().join(FILE);
        let published = manifest.publish(folder.path()).expect("the file");
        let text = std::fs::read_to_string(&path).expect("the file");
        let read: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(read["ready_ms"], 800);
        assert_eq!(read["pid"], 7);
        drop(published);
        assert!(!path.exists());
        assert!(remove_stale(folder.path()).is_ok());
    }
}
