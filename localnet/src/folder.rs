//! The data folder: one network at a time, and its keys are kept out of version control.

use anyhow::{Context, Result, bail};
use sheaf_client::folder::FolderLock;
use std::path::{Path, PathBuf};

/// Name of the file that a running network keeps locked.
const LOCK: &str = "localnet.lock";

/// A data folder that belongs to this process while it lives.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
    _lock: FolderLock,
}

impl DataFolder {
    /// Creates the folder if need be and takes it. What a killed network left behind is cleared.
    ///
    /// # Errors
    /// When it cannot be written, or another network runs on it.
    pub fn claim(path: &Path) -> Result<Self> {
        let what = || {
            let shown = path.display();
            format!("cannot use the data folder {shown}: name another with --data DIR")
        };
        std::fs::create_dir_all(path).with_context(what)?;
        let path = path.canonicalize().with_context(what)?;
        let Some(lock) = FolderLock::take(&path, LOCK).with_context(what)? else {
            bail!(
                "another localnet runs on the data folder {}: end it, or name another with --data DIR",
                path.display()
            )
        };
        std::fs::write(path.join(".gitignore"), "*\n").with_context(what)?;
        crate::manifest::remove_stale(&path)?;
        Ok(Self { path, _lock: lock })
    }

    /// The folder, as an absolute path.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_one_network() {
        let parent = tempfile::tempdir().expect("a folder");
        let path = parent.path().join("a/b");
        let held = DataFolder::claim(&path).expect("the folder");
        let refused = DataFolder::claim(&path).map_err(|error| error.to_string());
        assert!(refused.is_err_and(|message| message.starts_with("another localnet runs on")));
        drop(held);
        assert!(DataFolder::claim(&path).is_ok());
    }
}
