//! The folder of a scenario: one run at a time, and every run starts with a clean one.

use anyhow::{Context, Result, bail};
use sheaf_client::folder::FolderLock;
use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
};

/// Name of the file that a run keeps locked.
const LOCK: &str = "demo.lock";
/// What runs leave behind: nothing else of the folder is ever removed.
const PARTS: [&str; 7] = [
    "localnet",
    "indexer",
    "nodes",
    "validators",
    "requester",
    "download",
    "logs",
];

/// A folder that belongs to this run while it lives.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    _lock: FolderLock,
}

impl Folder {
    /// Creates the folder if need be, takes it, and clears away what an earlier run left.
    ///
    /// # Errors
    /// When it cannot be written, or another run uses it.
    pub fn claim(path: &Path) -> Result<Self> {
        let what = || {
            let shown = path.display();
            format!("cannot use the folder {shown}: name another with --data DIR")
        };
        std::fs::create_dir_all(path).with_context(what)?;
        let path = path.canonicalize().with_context(what)?;
        let Some(lock) = FolderLock::take(&path, LOCK).with_context(what)? else {
            bail!(
                "another demo runs on {}: wait for its end, or name another folder with --data DIR",
                path.display()
            )
        };
        for part in PARTS {
            match std::fs::remove_dir_all(path.join(part)) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(error).with_context(what);
                }
                _ => {}
            }
        }
        std::fs::create_dir(path.join("logs")).with_context(what)?;
        Ok(Self { path, _lock: lock })
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Something in the folder.
    pub fn join(&self, part: impl AsRef<Path>) -> PathBuf {
        self.path.join(part)
    }

    /// The log of a process.
    pub fn log(&self, process: &str) -> PathBuf {
        self.path.join("logs").join(format!("{process}.log"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_clears_what_runs_leave_and_nothing_else() -> Result<()> {
        let outer = tempfile::tempdir()?;
        let first = Folder::claim(outer.path())?;
        std::fs::create_dir(first.join("nodes"))?;
        std::fs::write(first.join("nodes/journal"), "old")?;
        std::fs::write(first.join("mine"), "kept")?;
        let refused = Folder::claim(outer.path()).map_err(|error| error.to_string());
        assert!(refused.is_err_and(|message| message.contains("another demo runs")));
        drop(first);
        let second = Folder::claim(outer.path())?;
        assert!(!second.join("nodes").exists());
        assert!(second.join("mine").exists());
        assert!(second.log("indexer").parent().is_some_and(Path::is_dir));
        Ok(())
    }
}
