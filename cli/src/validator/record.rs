//! What a validator must not forget between commitment and reveal: its scores and the salt, on
//! disk before the commitment is sent. Without them the commitment could never be revealed.

use anyhow::Context as _;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{
    fs::File,
    io::{ErrorKind, Write as _},
    path::{Path, PathBuf},
};

/// A validator's folder for one pool on one cluster.
#[derive(Clone, Debug)]
pub struct Records {
    folder: PathBuf,
}

/// The scores of one round with the salt of their commitment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The round.
    pub round: u64,
    /// Seed of the assignment the scores were made under, hex.
    pub seed: String,
    /// Salt of the commitment, hex.
    pub salt: String,
    /// Submission id (hex) and quality in bps.
    pub scores: Vec<(String, u16)>,
}

impl Records {
    /// The records under `folder`, which is created.
    ///
    /// # Errors
    /// When the folder cannot be created.
    pub fn open(folder: PathBuf) -> anyhow::Result<Self> {
        std::fs::create_dir_all(&folder).with_context(|| {
            format!("cannot create {}: choose another --data", folder.display())
        })?;
        Ok(Self { folder })
    }

    fn path(&self, round: u64) -> PathBuf {
        self.folder.join(format!("round-{round}.json"))
    }

    /// The record of a round, if it was written.
    ///
    /// # Errors
    /// When the file is there but cannot be understood.
    pub fn read(&self, round: u64) -> anyhow::Result<Option<Record>> {
        read_json(&self.path(round))
    }

    /// Writes a record whole or not at all; it is on disk when this returns.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, record: &Record) -> anyhow::Result<()> {
        let path = self.path(record.round);
        let text = serde_json::to_vec(record)?;
        write_whole(&self.folder, &path, &text)
            .with_context(|| format!("cannot write {}: is the disk full?", path.display()))
    }
}

fn read_json<T: DeserializeOwned>(path: &Path) -> anyhow::Result<Option<T>> {
    let text = match std::fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
    };
    serde_json::from_slice(&text).map(Some).with_context(|| {
        format!("{} is no record of a round: move it away, the round's commitment then cannot be revealed", path.display())
    })
}

fn write_whole(folder: &Path, path: &Path, text: &[u8]) -> std::io::Result<()> {
    let partial = path.with_extension("partial");
    let mut file = create_private(&partial)?;
    file.write_all(text)?;
    file.sync_all()?;
    std::fs::rename(&partial, path)?;
    // The new name, too, must survive a crash.
    File::open(folder)?.sync_all()
}

fn create_private(path: &Path) -> std::io::Result<File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> Record {
        Record {
            round: 7,
            seed: "aa".to_owned(),
            salt: "bb".to_owned(),
            scores: vec![("cc".to_owned(), 9_000)],
        }
    }

    #[test]
    fn records_come_back_as_written() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let records = Records::open(folder.path().join("deep/er"))?;
        assert_eq!(records.read(7)?, None);
        records.write(&record())?;
        assert_eq!(records.read(7)?, Some(record()));
        assert_eq!(records.read(8)?, None);
        Ok(())
    }

    #[test]
    fn a_crash_while_writing_leaves_the_old_record() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let records = Records::open(folder.path().to_path_buf())?;
        records.write(&record())?;
        std::fs::write(folder.path().join("round-7.partial"), b"{\"rou")?;
        assert_eq!(records.read(7)?, Some(record()));
        std::fs::write(records.path(7), b"nonsense")?;
        assert!(records.read(7).is_err());
        Ok(())
    }
}
