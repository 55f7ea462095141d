//! The binaries a scenario runs: those built together with this one.

use anyhow::{Context, Result, ensure};
use std::path::{Path, PathBuf};

/// Where the binaries are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binaries {
    /// `sheaf-localnet`.
    pub localnet: PathBuf,
    /// `sheaf-indexer`.
    pub indexer: PathBuf,
    /// `sheaf`.
    pub sheaf: PathBuf,
}

impl Binaries {
    /// Finds them beside the running executable; a test's executable lies one folder deeper.
    ///
    /// # Errors
    /// When one is missing.
    pub fn beside_this_one() -> Result<Self> {
        let executable = std::env::current_exe().context("cannot tell where this executable is")?;
        Self::in_folder(folder_of(&executable))
    }

    fn in_folder(folder: &Path) -> Result<Self> {
        let find = |name: &str| {
            let path = folder.join(name);
            ensure!(
                path.is_file(),
                "there is no {name} in {}: run `cargo build --workspace` first",
                folder.display()
            );
            Ok(path)
        };
        Ok(Self {
            localnet: find("sheaf-localnet")?,
            indexer: find("sheaf-indexer")?,
            sheaf: find("sheaf")?,
        })
    }
}

fn folder_of(executable: &Path) -> &Path {
    let folder = executable.parent().unwrap_or(Path::new("."));
    match folder.parent() {
        Some(above) if folder.ends_with("deps") => above,
        _ => folder,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_look_one_folder_higher() {
        let debug = Path::new("/w/target/debug");
        assert_eq!(folder_of(&debug.join("sheaf-demo")), debug);
        assert_eq!(folder_of(&debug.join("deps/end_to_end-0a1b")), debug);
    }

    #[test]
    fn a_missing_binary_is_named() -> Result<()> {
        let folder = tempfile::tempdir()?;
        std::fs::write(folder.path().join("sheaf-localnet"), "")?;
        let refused = Binaries::in_folder(folder.path()).map_err(|error| error.to_string());
        assert!(refused.is_err_and(|message| message.starts_with("there is no sheaf-indexer in")));
        Ok(())
    }
}
