//! A folder with published data: `sheaf verify round --save` writes it, `--from` reads it.
//!
//! | file | holds |
//! |---|---|
//! | `copy.json` | format, cluster, program, pool, last round |
//! | `specifications/<job>.json` | a specification's bytes as published |
//! | `rounds/<n>/manifest.json` | the manifest |
//! | `rounds/<n>/batches/<job>.json` | a batch file |
//! | `rounds/<n>/scores/<validator>.json` | a score file with its signature |
//! | `leaves/<n>.json` | leaves of the tree after a round; 0 is the empty tree |

use super::copy::Copy;
use anyhow::{Context as _, ensure};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sheaf_format::digest::RoundScope;
use sheaf_protocol::{
    text::Base58Key,
    verification::{Part, RoundData},
};
use solana_sdk::pubkey::Pubkey;
use std::{
    collections::BTreeMap,
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
    str::FromStr,
};

/// Marks folders of this layout.
const FORMAT: &str = "sheaf:published-rounds:v1";

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    format: String,
    genesis: Base58Key,
    program: Base58Key,
    pool: Base58Key,
    round: u64,
}

/// What a folder holds.
#[derive(Debug)]
pub struct Saved {
    /// The pool.
    pub pool: Base58Key,
    /// The published data.
    pub copy: Copy,
    head: Head,
    folder: PathBuf,
}

impl Saved {
    /// Checks that the folder was saved from this pool, and reaches up to this round.
    ///
    /// # Errors
    /// When it is another, or does not.
    pub fn check_scope(&self, scope: &RoundScope) -> anyhow::Result<()> {
        let round = scope.round;
        let folder = self.folder.display();
        ensure!(
            self.head.genesis.0 == scope.genesis && self.head.program.0 == scope.program,
            "{folder} holds data of program {} on the cluster with genesis hash {}: correct -u or --program-id",
            self.head.program,
            self.head.genesis
        );
        ensure!(
            self.head.pool.0 == scope.pool,
            "{folder} holds data of pool {}, not {}: leave --mint out",
            self.head.pool,
            Base58Key(scope.pool)
        );
        ensure!(
            self.head.round >= round,
            "{folder} holds data up to round {}, not {round}: save it again with `sheaf verify round {round} --save DIR`",
            self.head.round
        );
        Ok(())
    }
}

/// Writes published data up to a round into a folder, which is created.
///
/// # Errors
/// When it cannot be written, or holds something else.
pub fn write(folder: &Path, scope: &RoundScope, copy: &Copy) -> anyhow::Result<()> {
    if let Ok(mut entries) = fs::read_dir(folder) {
        ensure!(
            folder.join("copy.json").exists() || entries.next().is_none(),
            "{} holds something else: give --save a new folder",
            folder.display()
        );
        for old in ["specifications", "rounds", "leaves"] {
            remove(&folder.join(old))?;
        }
    }
    for (job, bytes) in &copy.specifications {
        put(&folder.join(format!("specifications/{job}.json")), bytes)?;
    }
    for (number, data) in &copy.rounds {
        let round = folder.join(format!("rounds/{number}"));
        if let Some(Ok(manifest)) = &data.manifest {
            put_json(&round.join("manifest.json"), manifest)?;
        }
        for (job, file) in readable(&data.batches) {
            put_json(&round.join(format!("batches/{job}.json")), file)?;
        }
        for (validator, file) in readable(&data.scores) {
            let name = format!("scores/{}.json", Base58Key(*validator));
            put_json(&round.join(name), file)?;
        }
    }
    for (number, leaves) in readable(&copy.leaves) {
        put_json(&folder.join(format!("leaves/{number}.json")), leaves)?;
    }
    // Last: a folder with it is whole.
    let head = Head {
        format: FORMAT.to_owned(),
        genesis: scope.genesis.into(),
        program: scope.program.into(),
        pool: scope.pool.into(),
        round: scope.round,
    };
    put_json(&folder.join("copy.json"), &head)
}

/// Files that came in a readable form: the others cannot be written down as what they are.
fn readable<K, T>(parts: &BTreeMap<K, Part<T>>) -> impl Iterator<Item = (&K, &T)> {
    let pairs = parts.iter();
    pairs.filter_map(|(key, part)| Some((key, part.as_ref().ok()?)))
}

fn remove(folder: &Path) -> anyhow::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot replace {}", folder.display()))
        }
        _ => Ok(()),
    }
}

fn put_json(path: &Path, value: &impl Serialize) -> anyhow::Result<()> {
    put(path, &serde_json::to_vec_pretty(value)?)
}

fn put(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let write = || {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, bytes)
    };
    write().with_context(|| format!("cannot write {}", path.display()))
}

/// Reads a folder. Files that are not there stay missing, and what is no JSON is kept as unreadable.
///
/// # Errors
/// When the folder is not one that `--save` wrote, or cannot be read.
pub fn read(folder: &Path) -> anyhow::Result<Saved> {
    let path = folder.join("copy.json");
    let bytes = fs::read(&path).with_context(|| {
        format!(
            "cannot read {}: --from takes a folder that --save wrote",
            path.display()
        )
    })?;
    let head: Head = serde_json::from_slice(&bytes)
        .with_context(|| format!("{} is not one that --save wrote", path.display()))?;
    ensure!(
        head.format == FORMAT,
        "{} is of format {}, this version reads {FORMAT}",
        path.display(),
        head.format
    );
    let mut copy = Copy::default();
    for (job, path) in listed::<u64>(&folder.join("specifications"))? {
        copy.specifications.insert(job, get(&path)?);
    }
    for (number, leaves) in listed::<u64>(&folder.join("leaves"))? {
        copy.leaves.insert(number, get_json(&leaves)?);
    }
    for (number, round) in listed::<u64>(&folder.join("rounds"))? {
        let mut data = RoundData::default();
        let manifest = round.join("manifest.json");
        if manifest.exists() {
            data.manifest = Some(get_json(&manifest)?);
        }
        for (job, path) in listed::<u64>(&round.join("batches"))? {
            data.batches.insert(job, get_json(&path)?);
        }
        for (validator, path) in listed::<Pubkey>(&round.join("scores"))? {
            data.scores.insert(validator.to_bytes(), get_json(&path)?);
        }
        copy.rounds.insert(number, data);
    }
    Ok(Saved {
        pool: head.pool,
        copy,
        head,
        folder: folder.to_path_buf(),
    })
}

/// Entries of a folder by what their names say, without `.json`. Other entries are none of ours; no
/// folder is an empty one.
fn listed<T: FromStr>(folder: &Path) -> anyhow::Result<Vec<(T, PathBuf)>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.with_context(|| format!("cannot read {}", folder.display()))?,
    };
    let mut listed = Vec::new();
    for entry in entries {
        let path = entry
            .with_context(|| format!("cannot read {}", folder.display()))?
            .path();
        let name = path.file_name().and_then(|name| name.to_str());
        let name = name.map(|name| name.strip_suffix(".json").unwrap_or(name));
        if let Some(Ok(key)) = name.map(str::parse) {
            listed.push((key, path));
        }
    }
    Ok(listed)
}

fn get(path: &Path) -> anyhow::Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

fn get_json<T: DeserializeOwned>(path: &Path) -> anyhow::Result<Part<T>> {
    let parsed = serde_json::from_slice(&get(path)?);
    Ok(parsed.map_err(|error| format!("a file that is not understood: {error}")))
}
