//! What a node did, as lines of JSON appended to a file: receipts are its proof against the
//! aggregator, and a restart must not do a task twice.

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{File, OpenOptions},
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
};

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Entry {
    /// A submission is about to be sent.
    Submitting {
        /// The job's address.
        job: String,
        /// Round it was made for.
        round: u64,
        /// The task.
        task: u32,
        /// Submission id, hex.
        submission: String,
    },
    /// The aggregator has it.
    Accepted {
        /// Submission id, hex.
        submission: String,
        /// Receipt's body, base64; none when it was lost on its way.
        receipt: Option<String>,
        /// Receipt's signature, base64.
        signature: Option<String>,
    },
    /// The aggregator does not take it, and would not when asked again.
    Refused {
        /// Submission id, hex.
        submission: String,
        /// Name of the error.
        error: String,
        /// What it means.
        message: String,
    },
}

/// A task in a round of a job.
pub type Errand = (String, u64, u32);

/// An append-only journal.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    done: BTreeSet<Errand>,
    open: BTreeMap<String, Errand>,
}

impl Journal {
    /// Opens the journal at `path`, reading what it says.
    ///
    /// # Errors
    /// When the file cannot be read or written, or holds something else.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).with_context(|| {
                format!("cannot create {}: choose another --data", folder.display())
            })?;
        }
        let mut file = OpenOptions::new()
            .create(true)
            .read(true)
            .append(true)
            .open(path)
            .with_context(|| format!("cannot open {}: choose another --data", path.display()))?;
        let mut text = String::new();
        file.read_to_string(&mut text)
            .with_context(|| format!("cannot read {}", path.display()))?;
        // A crash can cut off the last line. What it would have said was not acted upon yet.
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        if whole < text.len() {
            file.set_len(whole as u64)
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
        let mut journal = Self {
            path: path.to_path_buf(),
            file,
            done: BTreeSet::new(),
            open: BTreeMap::new(),
        };
        for (number, line) in text[..whole].lines().enumerate() {
            let entry = serde_json::from_str(line).with_context(|| {
                format!(
                    "line {} of {} is no entry of a journal: move the file away to start a new one, receipts stay in it",
                    number + 1,
                    path.display(),
                )
            })?;
            journal.remember(entry);
        }
        Ok(journal)
    }

    /// Whether this errand needs nothing more.
    pub fn is_done(&self, errand: &Errand) -> bool {
        self.done.contains(errand)
    }

    /// The tasks of a job that need nothing more in a round but this one.
    pub fn done_in_other_rounds(&self, job: &str, round: u64) -> BTreeSet<u32> {
        self.done
            .iter()
            .filter(|(of_job, in_round, _)| of_job == job && *in_round != round)
            .map(|(_, _, task)| *task)
            .collect()
    }

    /// A submission for this errand whose fate is not written down.
    pub fn unfinished(&self, errand: &Errand) -> Option<&str> {
        self.open
            .iter()
            .find(|(_, open)| *open == errand)
            .map(|(submission, _)| submission.as_str())
    }

    /// Forgets a submission the aggregator never received.
    pub fn forget(&mut self, submission: &str) {
        self.open.remove(submission);
    }

    /// Writes an entry down, where it survives this process; [`Self::sync`] makes it survive the
    /// machine. (Forgotten by a machine that lost power, a task is offered again and refused.)
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&mut self, entry: Entry) -> anyhow::Result<()> {
        let mut line = serde_json::to_vec(&entry)?;
        line.push(b'\n');
        self.file
            .write_all(&line)
            .with_context(|| format!("cannot write {}: is the disk full?", self.path.display()))?;
        self.remember(entry);
        Ok(())
    }

    /// Brings everything written to disk.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn sync(&self) -> anyhow::Result<()> {
        self.file
            .sync_data()
            .with_context(|| format!("cannot write {}: is the disk full?", self.path.display()))
    }

    fn remember(&mut self, entry: Entry) {
        match entry {
            Entry::Submitting {
                job,
                round,
                task,
                submission,
            } => {
                self.open.insert(submission, (job, round, task));
            }
            Entry::Accepted { submission, .. } | Entry::Refused { submission, .. } => {
                self.done.extend(self.open.remove(&submission));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn submitting(task: u32) -> Entry {
        Entry::Submitting {
            job: "job".to_owned(),
            round: 1,
            task,
            submission: format!("id{task}"),
        }
    }

    fn accepted(task: u32) -> Entry {
        Entry::Accepted {
            submission: format!("id{task}"),
            receipt: None,
            signature: None,
        }
    }

    fn errand(task: u32) -> Errand {
        ("job".to_owned(), 1, task)
    }

    #[test]
    fn a_restart_knows_what_was_done_and_what_was_not_finished() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("deep/journal.jsonl");
        let mut journal = Journal::open(&path)?;
        journal.write(submitting(1))?;
        journal.write(accepted(1))?;
        journal.write(submitting(2))?;
        drop(journal);
        let mut journal = Journal::open(&path)?;
        assert!(journal.is_done(&errand(1)) && !journal.is_done(&errand(2)));
        let before = |job, round| journal.done_in_other_rounds(job, round);
        assert_eq!(before("job", 2), BTreeSet::from([1]));
        assert!(before("job", 1).is_empty() && before("another", 2).is_empty());
        assert_eq!(journal.unfinished(&errand(2)), Some("id2"));
        journal.forget("id2");
        assert_eq!(journal.unfinished(&errand(2)), None);
        Ok(())
    }

    #[test]
    fn a_line_cut_off_is_survived_and_nonsense_is_not() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("journal.jsonl");
        let mut journal = Journal::open(&path)?;
        journal.write(submitting(1))?;
        drop(journal);
        let whole = std::fs::read(&path)?;
        std::fs::write(&path, [&whole[..], b"{\"event\":\"acc"].concat())?;
        Journal::open(&path)?.write(accepted(1))?;
        assert!(Journal::open(&path)?.is_done(&errand(1)));
        std::fs::write(&path, [&whole[..], b"nonsense\n"].concat())?;
        assert!(Journal::open(&path).is_err_and(|error| error.to_string().contains("line 2")));
        Ok(())
    }
}
