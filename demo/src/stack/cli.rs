//! `sheaf` as its users call it: a process for each command, JSON on its standard output.

use super::{folder::Folder, localnet::Manifest, process::command};
use anyhow::{Context, Result, bail};
use serde::de::DeserializeOwned;
use std::{
    ffi::{OsStr, OsString},
    fs::File,
    io::Write,
    path::{Path, PathBuf},
    process::{Output, Stdio},
    time::Duration,
};

/// How long one command may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// The command line of one scenario: its network, and no configuration of whoever runs it.
#[derive(Clone, Debug)]
pub struct Cli {
    binary: PathBuf,
    config: PathBuf,
    log: PathBuf,
    global: Vec<OsString>,
}

impl Cli {
    /// The command line for a network.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn new(binary: &Path, folder: &Folder, network: &Manifest) -> Result<Self> {
        let config = folder.join("logs/solana-config.yml");
        std::fs::write(&config, "{}\n")
            .with_context(|| format!("cannot write {}", config.display()))?;
        let global = [
            "--url",
            &network.rpc_url,
            "--ws",
            &network.ws_url,
            "--program-id",
            &network.program_id,
            "--commitment",
            "confirmed",
        ];
        Ok(Self {
            binary: binary.to_path_buf(),
            config,
            log: folder.log("cli"),
            global: global.iter().map(OsString::from).collect(),
        })
    }

    /// The command line for the cluster at another URL.
    #[must_use]
    pub fn at(mut self, url: &str) -> Self {
        self.global[1] = url.into();
        self
    }

    /// `sheaf` with everything that is the same in each command.
    pub fn command(&self, wallet: &Path) -> tokio::process::Command {
        let mut sheaf = command(&self.binary);
        sheaf
            .args(&self.global)
            .arg("--config")
            .arg(&self.config)
            .arg("--keypair")
            .arg(wallet);
        sheaf
    }

    /// Runs a command to its end, whatever that is. Everything it says goes to the log.
    ///
    /// # Errors
    /// When it cannot be started, or takes too long.
    pub async fn output<A: AsRef<OsStr>>(&self, wallet: &Path, arguments: &[A]) -> Result<Output> {
        let mut sheaf = self.command(wallet);
        sheaf
            .args(["--output", "json"])
            .args(arguments)
            .stdin(Stdio::null());
        let line = line(arguments);
        let output = match tokio::time::timeout(PATIENCE, sheaf.output()).await {
            Ok(output) => output.with_context(|| format!("cannot start `{line}`"))?,
            Err(_) => bail!(
                "`{line}` did not end within {} s; earlier commands are logged in {}",
                PATIENCE.as_secs(),
                self.log.display()
            ),
        };
        self.note(&line, &output)?;
        Ok(output)
    }

    /// Runs a command that must succeed, and reads what it printed.
    ///
    /// # Errors
    /// When it fails, with its own words, or prints something else.
    pub async fn json<T: DeserializeOwned, A: AsRef<OsStr>>(
        &self,
        wallet: &Path,
        arguments: &[A],
    ) -> Result<T> {
        let output = self.output(wallet, arguments).await?;
        let line = line(arguments);
        if !output.status.success() {
            bail!(
                "`{line}` failed ({}): {}",
                output.status,
                String::from_utf8_lossy(&output.stderr).trim()
            );
        }
        serde_json::from_slice(&output.stdout).with_context(|| {
            format!(
                "`{line}` printed something else than expected; see {}",
                self.log.display()
            )
        })
    }

    fn note(&self, line: &str, output: &Output) -> Result<()> {
        let mut text = format!("$ {line}\n").into_bytes();
        text.extend_from_slice(&output.stderr);
        text.extend_from_slice(&output.stdout);
        let write = || {
            let mut log = File::options().create(true).append(true).open(&self.log)?;
            log.write_all(&text)
        };
        write().with_context(|| format!("cannot write {}", self.log.display()))
    }
}

/// A command as people would type it, without what is the same in all of them.
fn line<A: AsRef<OsStr>>(arguments: &[A]) -> String {
    let words = arguments
        .iter()
        .map(|word| word.as_ref().to_string_lossy().into_owned());
    std::iter::once("sheaf".to_owned())
        .chain(words)
        .collect::<Vec<_>>()
        .join(" ")
}
