//! The processes of a scenario: started, watched, ended.
//!
//! - [`binaries`]: where they are; [`folder`]: where they write; [`process`]: one of them.
//! - [`postgres`]: a database server, for tests.
//! - [`localnet`]: the chain; [`roles`]: indexer, validators and nodes; [`cli`]: `sheaf`, command by command.

pub mod binaries;
pub mod cli;
pub mod folder;
pub mod localnet;
pub mod postgres;
pub mod process;
pub mod roles;

use anyhow::Result;
use binaries::Binaries;
use cli::Cli;
use folder::Folder;
use localnet::Localnet;
use process::Process;
use std::path::Path;

/// A network with whoever works on it. Dropping it kills every process.
#[derive(Debug)]
pub struct Stack {
    /// Where everything is written.
    pub folder: Folder,
    /// The chain.
    pub localnet: Localnet,
    /// `sheaf` on this chain.
    pub cli: Cli,
    /// The indexer's processes: one, unless a database is shared.
    pub indexers: Vec<Process>,
    binaries: Binaries,
    shared_database: Option<String>,
    validators: Vec<Process>,
    fleets: Vec<Process>,
}

impl Stack {
    /// Starts a network and nothing else.
    ///
    /// # Errors
    /// When it does not get ready.
    pub async fn start(
        folder: Folder,
        binaries: Binaries,
        program: &Path,
        contributors: usize,
    ) -> Result<Self> {
        let localnet = Localnet::start(&binaries.localnet, &folder, program, contributors).await?;
        let cli = Cli::new(&binaries.sheaf, &folder, &localnet.manifest)?;
        Ok(Self {
            folder,
            localnet,
            cli,
            binaries,
            indexers: Vec::new(),
            shared_database: None,
            validators: Vec::new(),
            fleets: Vec::new(),
        })
    }

    /// Lets three processes share the indexer's work and the PostgreSQL database at this URL.
    pub fn share_database(&mut self, url: String) {
        self.shared_database = Some(url);
    }

    /// Makes sure that everything that was started works.
    ///
    /// # Errors
    /// When a process ended that should run, or nodes ended badly.
    pub fn check(&mut self) -> Result<()> {
        self.localnet.process.must_run()?;
        for process in self.indexers.iter_mut().chain(&mut self.validators) {
            process.must_run()?;
        }
        for fleet in &mut self.fleets {
            fleet.must_not_fail()?;
        }
        Ok(())
    }

    /// Whether every node has done its rounds.
    ///
    /// # Errors
    /// When some ended badly.
    pub fn nodes_are_done(&mut self) -> Result<bool> {
        let mut done = true;
        for fleet in &mut self.fleets {
            done &= fleet.must_not_fail()?;
        }
        Ok(done)
    }

    /// Ends everything, those who depend on others first.
    pub async fn end(self) {
        for process in self.fleets.into_iter().chain(self.validators) {
            process.kill().await;
        }
        for indexer in self.indexers {
            indexer.end().await;
        }
        self.localnet.process.end().await;
    }
}
