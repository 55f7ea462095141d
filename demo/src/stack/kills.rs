//! An indexer that is killed at chosen points and started again, again and again.

use super::{Stack, process::Process};
use anyhow::{Context, Result, bail};
use std::{
    collections::VecDeque, os::unix::process::ExitStatusExt as _, path::Path, time::Duration,
};

/// How long a restarted indexer may take to serve, on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(60);
/// The variable that tells an indexer where to die.
const KILL_AT: &str = "SHEAF_KILL_AT";
/// The signal with which it dies there.
const ABORTED: i32 = 6;

/// Where an indexer is to die, life after life, and where it did.
#[derive(Debug)]
pub struct Kills {
    address: String,
    collect_slots: u32,
    waiting: VecDeque<String>,
    has_begun: bool,
    at: Option<String>,
    done: Vec<String>,
}

impl Stack {
    /// Once validators and nodes work: kills the indexer and starts it again on its address, to die at the
    /// first of these points (as `commit:3`), then again for the second, and so on. [`Stack::mend`] does
    /// it.
    pub fn kill_indexer_at(&mut self, points: Vec<String>, url: &str, collect_slots: u32) {
        self.kills = Some(Kills {
            address: url.strip_prefix("http://").unwrap_or(url).to_owned(),
            collect_slots,
            waiting: points.into(),
            has_begun: false,
            at: None,
            done: Vec::new(),
        });
    }

    /// Whether everybody has found the indexer: who starts without one ends at once.
    fn everybody_works(&self) -> bool {
        let votes = |number: usize| {
            let log = self.folder.log(&format!("validator-{}", number + 1));
            std::fs::read_to_string(log).is_ok_and(|log| log.contains(" votes with "))
        };
        let began = |path: &Path| {
            let is_journal = path
                .extension()
                .is_some_and(|extension| extension == "jsonl");
            is_journal && path.metadata().is_ok_and(|journal| journal.len() > 0)
        };
        let nodes = std::fs::read_dir(self.folder.join("nodes"));
        let mut files = nodes.into_iter().flatten().flatten();
        (0..self.validators.len()).all(votes) && files.any(|file| began(&file.path()))
    }

    /// Kills the indexer once more, and lets it live from here on. Gives the points at which it died.
    ///
    /// # Errors
    /// When it does not get ready.
    pub async fn stop_killing(&mut self) -> Result<Vec<String>> {
        let mut kills = self.kills.take().context("nobody was killing")?;
        for indexer in self.indexers.drain(..) {
            indexer.kill().await;
        }
        kills.waiting.clear();
        let published = self.folder.join("indexer/indexer.json");
        let _ = std::fs::remove_file(&published);
        self.live_on(&mut kills)?;
        let indexer = self.indexers.first_mut().context("it was just started")?;
        let ready = || published.is_file().then_some(());
        indexer.wait_for(PATIENCE, ready).await?;
        Ok(kills.done)
    }

    /// Starts the indexer again when it died where it was to die.
    ///
    /// # Errors
    /// When it ended otherwise, or cannot be started.
    pub async fn mend(&mut self) -> Result<()> {
        let Some(mut kills) = self.kills.take() else {
            return Ok(());
        };
        if !kills.has_begun && self.everybody_works() {
            kills.has_begun = true;
            for indexer in self.indexers.drain(..) {
                indexer.kill().await;
            }
            self.live_on(&mut kills)?;
        }
        let ended = match self.indexers.first_mut() {
            Some(indexer) => indexer.ended()?,
            None => None,
        };
        if let Some(status) = ended {
            let Some(at) = kills.at.take().filter(|_| status.signal() == Some(ABORTED)) else {
                bail!("the indexer ended by itself with {status}");
            };
            kills.done.push(at);
            self.indexers.clear();
            self.live_on(&mut kills)?;
        }
        self.kills = Some(kills);
        Ok(())
    }

    /// The indexer's next life.
    fn live_on(&mut self, kills: &mut Kills) -> Result<()> {
        let data = self.folder.join("indexer");
        let mut indexer = self.indexer_command(&data, &kills.address, kills.collect_slots, &[])?;
        kills.at = kills.waiting.pop_front();
        if let Some(at) = &kills.at {
            indexer.env(KILL_AT, at);
        }
        let log = self.folder.log("indexer");
        let process = Process::start("sheaf-indexer", &log, indexer)?;
        self.indexers.push(process);
        Ok(())
    }
}
