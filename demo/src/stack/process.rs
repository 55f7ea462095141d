//! A process of the scenario, with its output in a file. It never outlives what started it.

use anyhow::{Context, Result, bail};
use std::{
    fs::File,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    time::Duration,
};
use tokio::process::{Child, Command};

/// How long a process may take to end by itself.
const PATIENCE: Duration = Duration::from_secs(10);
/// Lines of a log that an error repeats.
const LAST_LINES: usize = 12;
/// What the names of Sheaf's own variables begin with: a process here must not inherit them, it is
/// told everything.
const FOREIGN: &str = "SHEAF_";

/// A running process. Dropping it kills it.
#[derive(Debug)]
pub struct Process {
    name: String,
    log: PathBuf,
    child: Child,
}

/// A command in this scenario's environment.
pub fn command(binary: &Path) -> Command {
    let mut command = Command::new(binary);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with(FOREIGN) {
            command.env_remove(name);
        }
    }
    // Everything here talks over loopback, which no proxy reaches.
    command.env("NO_PROXY", "127.0.0.1,localhost");
    command.env("no_proxy", "127.0.0.1,localhost");
    command.kill_on_drop(true);
    command
}

impl Process {
    /// Starts a command; both its outputs go to the end of `log`. Its standard input stays open
    /// until [`Self::end`].
    ///
    /// # Errors
    /// When it cannot be started or its log not be written.
    pub fn start(name: &str, log: &Path, mut command: Command) -> Result<Self> {
        let output = File::options()
            .create(true)
            .append(true)
            .open(log)
            .with_context(|| format!("cannot write {}", log.display()))?;
        let errors = output
            .try_clone()
            .with_context(|| format!("cannot write {}", log.display()))?;
        let child = command
            .stdin(Stdio::piped())
            .stdout(output)
            .stderr(errors)
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        Ok(Self {
            name: name.to_owned(),
            log: log.to_path_buf(),
            child,
        })
    }

    /// The file with its output.
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// How it ended, if it did.
    ///
    /// # Errors
    /// When the system does not tell.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        let asked = self.child.try_wait();
        asked.with_context(|| format!("cannot tell whether {} still runs", self.name))
    }

    /// Makes sure that it still runs.
    ///
    /// # Errors
    /// When it ended, with the last lines of its log.
    pub fn must_run(&mut self) -> Result<()> {
        match self.ended()? {
            None => Ok(()),
            Some(status) => bail!(
                "{} ended with {status}; {}",
                self.name,
                last_words(&self.log)
            ),
        }
    }

    /// Makes sure that it did not end badly.
    ///
    /// # Errors
    /// When it did, with the last lines of its log.
    pub fn must_not_fail(&mut self) -> Result<bool> {
        match self.ended()? {
            None => Ok(false),
            Some(status) if status.success() => Ok(true),
            Some(_) => self.must_run().map(|()| true),
        }
    }

    /// Waits until `ready` gives something, while the process runs.
    ///
    /// # Errors
    /// When it ends first, or takes longer than `patience`.
    pub async fn wait_for<T>(
        &mut self,
        patience: Duration,
        mut ready: impl FnMut() -> Option<T>,
    ) -> Result<T> {
        let waiting = async {
            loop {
                if let Some(found) = ready() {
                    return Ok(found);
                }
                self.must_run()?;
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        match tokio::time::timeout(patience, waiting).await {
            Ok(found) => found,
            Err(_) => bail!(
                "{} was not ready within {} s; {}",
                self.name,
                patience.as_secs(),
                last_words(&self.log)
            ),
        }
    }

    /// Closes its standard input and waits until it ends by itself; kills it when it does not.
    pub async fn end(mut self) {
        drop(self.child.stdin.take());
        if tokio::time::timeout(PATIENCE, self.child.wait())
            .await
            .is_err()
        {
            self.kill().await;
        }
    }

    /// Kills it and waits until it is gone: for processes that can be stopped at any time.
    pub async fn kill(mut self) {
        // It fails only when the process is gone already.
        let _ = self.child.kill().await;
    }
}

/// Where a log lies, and how it ends.
pub fn last_words(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let last = &lines[lines.len().saturating_sub(LAST_LINES)..];
    let path = log.display();
    if last.is_empty() {
        format!("its log {path} is empty")
    } else {
        format!("its log {path} ends with:\n  {}", last.join("\n  "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut shell = command(Path::new("/bin/sh"));
        shell.args(["-c", script]);
        shell
    }

    #[tokio::test]
    async fn what_a_process_said_last_is_in_the_error() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let log = folder.path().join("shell.log");
        let mut failing = Process::start("shell", &log, shell("echo no luck >&2; exit 3"))?;
        let waited = failing
            .wait_for(Duration::from_secs(20), || None::<()>)
            .await;
        let message = waited.map_err(|error| error.to_string());
        assert!(message.is_err_and(|message| {
            message.contains("exit status: 3")
                && message.contains("shell.log ends with:\n  no luck")
        }));
        Ok(())
    }

    #[tokio::test]
    async fn a_process_ends_with_its_input_or_is_killed() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let log = folder.path().join("shell.log");
        let reading = Process::start("shell", &log, shell("cat; echo over"))?;
        reading.end().await;
        assert_eq!(std::fs::read_to_string(&log)?, "over\n");
        let mut stubborn = Process::start("shell", &log, shell("sleep 600"))?;
        stubborn.must_run()?;
        let refused = stubborn
            .wait_for(Duration::from_millis(50), || None::<()>)
            .await;
        assert!(refused.is_err());
        stubborn.kill().await;
        Ok(())
    }
}
