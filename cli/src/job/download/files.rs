//! The folder contents are written into: `round-R/<submission id>`, and `index.json` which says what
//! each is. Names are made of numbers and hashes computed here, never of what others wrote.

use super::batches::Paid;
use anyhow::{Context as _, ensure};
use serde::{Deserialize, Serialize};
use sheaf_format::Hash;
use sheaf_kinds::{
    compute::result::RunHeader, dataset::contribution::ContributionHeader, web::PageHeader,
};
use sheaf_protocol::{
    statement::{Signed, consent::Consent},
    text::{Amount, Base58Key, HexHash},
};
use solana_sdk::pubkey::Pubkey;
use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
};

/// Name of the list of files.
const INDEX: &str = "index.json";
/// How far into a body it is looked whether it is HTML.
const HTML_WITHIN: usize = 1_024;

/// `index.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Index {
    job: u64,
    address: Base58Key,
    files: Vec<Entry>,
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    /// Path inside the folder, with `/`.
    file: String,
    submission: HexHash,
    round: u64,
    task: u32,
    contributor: Base58Key,
    node: Base58Key,
    quality_bps: u16,
    amount: Amount,
    bytes: u64,
    /// What the contribution says of the page; null when it is no page.
    page: Option<Page>,
    /// What the contribution says of its run; null when it is none.
    #[serde(default)]
    run: Option<RunHeader>,
    /// The consent that the contribution's records were handed in under; null when it holds none.
    #[serde(default)]
    consent: Option<Signed<Consent>>,
}

/// What a node says of a page it saw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Page {
    url: String,
    status: u16,
    /// Nobody checks where a node stands.
    self_declared_region: String,
    observed_slot: u64,
}

/// A folder with what a job paid for.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    index: Index,
}

impl Folder {
    /// Opens or creates the folder of a job's contents.
    ///
    /// # Errors
    /// When it cannot be created, or holds another job's contents.
    pub fn open(path: &Path, job: u64, address: &Pubkey) -> anyhow::Result<Self> {
        std::fs::create_dir_all(path)
            .with_context(|| format!("cannot create {}: choose another --out", path.display()))?;
        let address = Base58Key(address.to_bytes());
        let index = match read_index(&path.join(INDEX))? {
            Some(index) => index,
            None => Index {
                job,
                address,
                files: Vec::new(),
            },
        };
        ensure!(
            index.address == address,
            "{} holds the contents of job {} at {}: choose another --out",
            path.display(),
            index.job,
            index.address
        );
        Ok(Self {
            path: path.to_path_buf(),
            index,
        })
    }

    /// Takes a round's files off the list, to be listed anew.
    pub fn forget(&mut self, round: u64) {
        self.index.files.retain(|entry| entry.round != round);
    }

    /// Writes a contribution and lists it. Gives the bytes written.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&mut self, paid: &Paid, plaintext: &[u8]) -> anyhow::Result<u64> {
        let (said, body) = taken_apart(plaintext);
        let file = file_name(paid.round, &paid.id, is_html(body));
        write_whole(&self.path.join(&file), body)?;
        let bytes = body.len() as u64;
        self.index.files.push(Entry {
            file,
            submission: paid.id.into(),
            round: paid.round,
            task: paid.submission.task,
            contributor: paid.submission.contributor.into(),
            node: paid.submission.node.into(),
            quality_bps: paid.quality_bps,
            amount: paid.amount.into(),
            bytes,
            page: said.page,
            run: said.run,
            consent: said.consent,
        });
        Ok(bytes)
    }

    /// Writes the list.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(mut self) -> anyhow::Result<()> {
        self.index.files.sort_by(|a, b| {
            (a.round, a.task, &a.submission).cmp(&(b.round, b.task, &b.submission))
        });
        let mut text = serde_json::to_vec_pretty(&self.index).context("cannot write the index")?;
        text.push(b'\n');
        write_whole(&self.path.join(INDEX), &text)
    }
}

fn read_index(path: &Path) -> anyhow::Result<Option<Index>> {
    let text = match std::fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
    };
    serde_json::from_slice(&text).map(Some).with_context(|| {
        format!(
            "{} was not written by this command: choose another --out, or move it away",
            path.display()
        )
    })
}

/// Path of a contribution inside the folder.
fn file_name(round: u64, id: &Hash, html: bool) -> String {
    let ending = if html { ".html" } else { "" };
    format!("round-{round}/{}{ending}", HexHash(*id))
}

/// What the first line of a plaintext says, by kind.
#[derive(Debug, Default)]
struct Said {
    page: Option<Page>,
    run: Option<RunHeader>,
    consent: Option<Signed<Consent>>,
}

/// What a plaintext says of its page, run or records, and the body; all of it when it says nothing.
fn taken_apart(plaintext: &[u8]) -> (Said, &[u8]) {
    let mut said = Said::default();
    if let Ok((header, body)) = PageHeader::split(plaintext) {
        said.page = Some(Page {
            url: header.url,
            status: header.status,
            self_declared_region: header.region,
            observed_slot: header.observed_slot,
        });
        return (said, body);
    }
    if let Ok((header, output)) = RunHeader::split(plaintext) {
        said.run = Some(header);
        return (said, output);
    }
    if let Ok((header, records)) = ContributionHeader::split(plaintext) {
        said.consent = Some(header.consent);
        return (said, records);
    }
    (said, plaintext)
}

/// Whether a body is HTML, by how it begins.
fn is_html(body: &[u8]) -> bool {
    let start = body[..body.len().min(HTML_WITHIN)].to_ascii_lowercase();
    ["<!doctype html", "<html"]
        .iter()
        .any(|mark| start.windows(mark.len()).any(|at| at == mark.as_bytes()))
}

/// Writes a file whole or not at all.
fn write_whole(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let partial = path.with_extension("partial");
    let write = || {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(&partial, bytes)?;
        std::fs::rename(&partial, path)
    };
    write().with_context(|| format!("cannot write {}: is the disk full?", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consent::tests::granted;
    use sheaf_protocol::statement::Submission;
    use sheaf_protocol::statement::consent::DataClass;
    use std::path::Component;

    const ADDRESS: Pubkey = Pubkey::new_from_array([3; 32]);

    fn paid(round: u64, task: u32) -> Paid {
        Paid {
            round,
            id: [task as u8; 32],
            submission: Submission {
                genesis: [1; 32],
                program: [2; 32],
                job: ADDRESS.to_bytes(),
                contributor: [4; 32],
                node: [5; 32],
                content_hash: [6; 32],
                earliest_round: 1,
                nonce: 1,
                expiry_slot: 9,
                observed_slot: 1,
                units: 1,
                task,
                content_bytes: 1,
                region: [0; 12],
            },
            quality_bps: 9_000,
            amount: 30,
        }
    }

    fn page(url: &str, body: &[u8]) -> Vec<u8> {
        let header = PageHeader {
            url: url.to_owned(),
            status: 200,
            region: "eu-west".to_owned(),
            observed_slot: 7,
        };
        header.with_body(body)
    }

    #[test]
    fn names_stay_inside_the_folder_whatever_is_in_the_content() -> anyhow::Result<()> {
        for id in [[0; 32], [b'.'; 32], [b'/'; 32], [0xff; 32]] {
            let name = file_name(u64::MAX, &id, true);
            let parts: Vec<Component<'_>> = Path::new(&name).components().collect();
            assert_eq!(parts.len(), 2, "{name}");
            let plain = parts
                .iter()
                .all(|part| matches!(part, Component::Normal(_)));
            assert!(plain, "{name}");
        }
        let outer = tempfile::tempdir()?;
        let path = outer.path().join("out");
        let mut folder = Folder::open(&path, 1, &ADDRESS)?;
        folder.write(
            &paid(1, 1),
            &page("http://h/../../../escape", b"../../escape"),
        )?;
        folder.finish()?;
        assert_eq!(std::fs::read_dir(outer.path())?.count(), 1);
        Ok(())
    }

    #[test]
    fn pages_are_written_as_received_and_described_in_the_index() -> anyhow::Result<()> {
        let outer = tempfile::tempdir()?;
        let mut folder = Folder::open(outer.path(), 1, &ADDRESS)?;
        let html = b"<!DOCTYPE html><title>T</title>";
        assert_eq!(folder.write(&paid(4, 2), &page("http://h/a", html))?, 31);
        folder.write(&paid(4, 1), b"no page at all")?;
        folder.finish()?;
        let index = read_index(&outer.path().join(INDEX))?.context("an index")?;
        let [first, second] = index.files.as_slice() else {
            panic!("two files");
        };
        assert_eq!((first.task, &first.page), (1, &None));
        assert!(second.file.ends_with(".html"));
        assert_eq!(std::fs::read(outer.path().join(&second.file))?, html);
        let page = second.page.as_ref().context("a page")?;
        assert_eq!(
            (page.url.as_str(), page.self_declared_region.as_str()),
            ("http://h/a", "eu-west")
        );
        Ok(())
    }

    #[test]
    fn of_a_run_the_output_is_written() -> anyhow::Result<()> {
        let outer = tempfile::tempdir()?;
        let mut folder = Folder::open(outer.path(), 1, &ADDRESS)?;
        let header = RunHeader::new(2, &[7; 32], None, b"work 2\n");
        assert_eq!(
            folder.write(&paid(4, 2), &header.with_output(b"work 2\n"))?,
            7
        );
        folder.finish()?;
        let index = read_index(&outer.path().join(INDEX))?.context("an index")?;
        let [entry] = index.files.as_slice() else {
            panic!("one file");
        };
        assert_eq!((&entry.page, entry.run), (&None, Some(header)));
        assert_eq!(std::fs::read(outer.path().join(&entry.file))?, b"work 2\n");
        Ok(())
    }

    #[test]
    fn of_records_the_consent_is_kept_beside_them() -> anyhow::Result<()> {
        let outer = tempfile::tempdir()?;
        let mut folder = Folder::open(outer.path(), 1, &ADDRESS)?;
        let consent = granted(&[DataClass::Records]).consent;
        let plaintext = ContributionHeader { consent }.with_records(b"{\"x\":1}\n");
        assert_eq!(folder.write(&paid(4, 2), &plaintext)?, 8);
        folder.finish()?;
        let index = read_index(&outer.path().join(INDEX))?.context("an index")?;
        let [entry] = index.files.as_slice() else {
            panic!("one file");
        };
        assert_eq!(entry.consent, Some(consent));
        assert_eq!(
            std::fs::read(outer.path().join(&entry.file))?,
            b"{\"x\":1}\n"
        );
        Ok(())
    }

    #[test]
    fn a_second_download_keeps_other_rounds_and_replaces_its_own() -> anyhow::Result<()> {
        let outer = tempfile::tempdir()?;
        let mut folder = Folder::open(outer.path(), 1, &ADDRESS)?;
        folder.write(&paid(4, 1), b"a")?;
        folder.write(&paid(5, 2), b"b")?;
        folder.finish()?;
        let mut folder = Folder::open(outer.path(), 1, &ADDRESS)?;
        folder.forget(5);
        folder.write(&paid(5, 3), b"c")?;
        folder.finish()?;
        let index = read_index(&outer.path().join(INDEX))?.context("an index")?;
        let listed: Vec<(u64, u32)> = index
            .files
            .iter()
            .map(|entry| (entry.round, entry.task))
            .collect();
        assert_eq!(listed, [(4, 1), (5, 3)]);
        Ok(())
    }

    #[test]
    fn a_folder_of_something_else_is_left_alone() -> anyhow::Result<()> {
        let outer = tempfile::tempdir()?;
        Folder::open(outer.path(), 1, &ADDRESS)?.finish()?;
        assert!(Folder::open(outer.path(), 2, &Pubkey::default()).is_err());
        std::fs::write(outer.path().join(INDEX), "[]")?;
        assert!(Folder::open(outer.path(), 1, &ADDRESS).is_err());
        Ok(())
    }

    #[test]
    fn html_is_known_by_its_beginning() {
        assert!(is_html(b"\n<!doctype HTML><p>"));
        assert!(is_html(b"<?xml version='1.0'?><html>"));
        assert!(!is_html(b"{\"a\": \"b\"}"));
        assert!(!is_html(b""));
    }
}
