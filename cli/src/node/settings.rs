//! What `sheaf node run` is told: one node, or a fleet of them in one process.

use anyhow::{Context as _, bail, ensure};
use serde::Deserialize;
use sheaf_kinds::Misbehaviour;
use sheaf_protocol::statement::region_bytes;
use std::{
    net::IpAddr,
    path::{Path, PathBuf},
};

/// Observes what a job asks for, round after round, and hands it in.
///
/// The wallet (-k) earns; it only signs the delegation that lets the node key work for it. Regions are
/// what nodes say of themselves: nobody checks them.
#[derive(Debug, clap::Args)]
pub struct RunArgs {
    /// Number of the job to work for.
    #[arg(long, value_name = "N")]
    pub job: u64,
    /// URL of the job's aggregator.
    #[arg(long, value_name = "URL", env = "SHEAF_INDEXER", default_value = DEFAULT_INDEXER)]
    pub indexer: String,
    /// Region this node is in, as you declare it: at most 12 letters, like eu-west.
    #[arg(long, value_name = "REGION", default_value = "unknown")]
    pub region: String,
    /// The node's own key; created when there is none. [default: node.json in the data folder]
    #[arg(long, value_name = "FILE")]
    pub node_key: Option<PathBuf>,
    /// Local address to fetch from: the vantage point, on a machine with several.
    #[arg(long, value_name = "IP")]
    pub source_address: Option<IpAddr>,
    /// Fetch from this machine's own addresses too. Works on a localnet only.
    #[arg(long)]
    pub allow_loopback: bool,
    /// Let jobs compute on the files below this folder. Their modules read them here, and what a
    /// module outputs leaves: the job says how many bytes at most. Links are not followed, hidden
    /// files not read. Without it such jobs read nothing. Jobs that ask for records take records.jsonl from
    /// it, when consent.json beside it covers them.
    #[arg(long, value_name = "DIR")]
    pub compute_folder: Option<PathBuf>,
    /// Rounds to take part in; without it the node runs until it is stopped.
    #[arg(long, value_name = "K")]
    pub rounds: Option<u64>,
    /// Tasks to do in a round; never more than the job wants of one node. [default: what it wants]
    #[arg(long, value_name = "N")]
    pub pages_per_round: Option<u32>,
    /// Folder for the node's key and its journal with the receipts. [default: ~/.local/share/sheaf/node]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Run many nodes in this process: a JSON list of objects with "keypair", "node_key", "region",
    /// and "source_address", "compute_folder", "misbehave" where wanted. Replaces -k and the options of
    /// the same names.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["node_key", "source_address", "compute_folder", "misbehave"])]
    pub fleet: Option<PathBuf>,
    /// Be a lazy node, for tests and demos: change pages ("altered") or hand in older versions of
    /// them ("stale"). Works on a localnet only, and earns nothing.
    #[arg(long, hide = true, value_enum, value_name = "HOW")]
    pub misbehave: Option<Misbehave>,
}

/// Where an indexer listens on this machine.
pub const DEFAULT_INDEXER: &str = "http://127.0.0.1:8787";

/// How a lazy node misbehaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Misbehave {
    /// Pages with other words all over.
    Altered,
    /// Pages as an older version would be.
    Stale,
}

impl From<Misbehave> for Misbehaviour {
    fn from(how: Misbehave) -> Self {
        match how {
            Misbehave::Altered => Self::Altered,
            Misbehave::Stale => Self::Stale,
        }
    }
}

/// One node of this process.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeSettings {
    /// The contributor's wallet file.
    pub keypair: PathBuf,
    /// The node's key file; created when there is none.
    pub node_key: PathBuf,
    /// Self-declared region.
    pub region: String,
    /// Local address to fetch from.
    #[serde(default)]
    pub source_address: Option<IpAddr>,
    /// Folder whose files jobs may compute on; none when `None`.
    #[serde(default)]
    pub compute_folder: Option<PathBuf>,
    /// How the node misbehaves, for tests and demos.
    #[serde(default)]
    pub misbehave: Option<Misbehave>,
}

impl RunArgs {
    /// The nodes to run. `wallet` is the wallet file of the command line.
    ///
    /// # Errors
    /// When the fleet's file cannot be understood, or a region cannot be written down.
    pub fn nodes(&self, wallet: &Path) -> anyhow::Result<Vec<NodeSettings>> {
        let nodes = match &self.fleet {
            Some(file) => read_fleet(file)?,
            None => vec![NodeSettings {
                keypair: wallet.to_path_buf(),
                node_key: match &self.node_key {
                    Some(file) => file.clone(),
                    None => self.data_folder()?.join("node.json"),
                },
                region: self.region.clone(),
                source_address: self.source_address,
                compute_folder: self.compute_folder.clone(),
                misbehave: self.misbehave,
            }],
        };
        for node in &nodes {
            ensure!(
                !node.region.is_empty(),
                "a region is empty: leave it away or write something like eu-west"
            );
            region_bytes(&node.region)
                .with_context(|| format!("region \"{}\" cannot be used", node.region))?;
        }
        Ok(nodes)
    }

    /// The folder for keys and journals.
    ///
    /// # Errors
    /// When none is given and no home directory is known.
    pub fn data_folder(&self) -> anyhow::Result<PathBuf> {
        match &self.data {
            Some(folder) => Ok(folder.clone()),
            None => default_data_folder("node"),
        }
    }
}

/// `~/.local/share/sheaf/<role>`.
///
/// # Errors
/// When no home directory is known.
pub fn default_data_folder(role: &str) -> anyhow::Result<PathBuf> {
    let home = std::env::home_dir()
        .context("no home directory is known: give a folder with --data DIR")?;
    Ok(home.join(".local/share/sheaf").join(role))
}

fn read_fleet(file: &Path) -> anyhow::Result<Vec<NodeSettings>> {
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("cannot read the fleet {}", file.display()))?;
    let nodes: Vec<NodeSettings> = serde_json::from_str(&text)
        .with_context(|| format!("{} is no list of nodes", file.display()))?;
    if nodes.is_empty() {
        bail!(
            "{} lists no nodes: add one, or leave --fleet away",
            file.display()
        );
    }
    for (number, node) in nodes.iter().enumerate() {
        let taken = nodes[..number]
            .iter()
            .any(|other| other.node_key == node.node_key);
        ensure!(
            !taken,
            "{} names node key {} twice: give each node its own",
            file.display(),
            node.node_key.display()
        );
    }
    Ok(nodes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Command {
        #[command(flatten)]
        run: RunArgs,
    }

    fn parse(arguments: &[&str]) -> Result<RunArgs, clap::Error> {
        let all = ["run", "--job", "0"].iter().chain(arguments);
        Command::try_parse_from(all).map(|command| command.run)
    }

    #[test]
    fn one_node_comes_from_the_options() -> anyhow::Result<()> {
        let run = parse(&[
            "--data",
            "/d",
            "--region",
            "eu-west",
            "--source-address",
            "127.0.0.9",
            "--compute-folder",
            "/notes",
        ])?;
        let expected = NodeSettings {
            keypair: PathBuf::from("/w.json"),
            node_key: PathBuf::from("/d/node.json"),
            region: "eu-west".to_owned(),
            source_address: Some(IpAddr::from([127, 0, 0, 9])),
            compute_folder: Some(PathBuf::from("/notes")),
            misbehave: None,
        };
        assert_eq!(run.nodes(Path::new("/w.json"))?, [expected]);
        assert!(
            parse(&["--data", "/d", "--region", "longer than twelve"])?
                .nodes(Path::new("/w"))
                .is_err()
        );
        Ok(())
    }

    #[test]
    fn a_fleet_comes_from_its_file() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("fleet.json");
        let text = r#"[
            {"keypair": "a.json", "node_key": "na.json", "region": "eu-west"},
            {"keypair": "b.json", "node_key": "nb.json", "region": "us-east", "source_address": "127.0.0.3", "compute_folder": "notes", "misbehave": "stale"}
        ]"#;
        std::fs::write(&file, text)?;
        let name = file.display().to_string();
        let nodes = parse(&["--fleet", &name])?.nodes(Path::new("/w"))?;
        assert_eq!(nodes.len(), 2);
        assert_eq!(nodes[1].misbehave, Some(Misbehave::Stale));
        assert_eq!(nodes[0].compute_folder, None);
        assert_eq!(nodes[1].compute_folder, Some(PathBuf::from("notes")));
        std::fs::write(&file, text.replace("nb.json", "na.json"))?;
        assert!(parse(&["--fleet", &name])?.nodes(Path::new("/w")).is_err());
        std::fs::write(&file, "[]")?;
        assert!(parse(&["--fleet", &name])?.nodes(Path::new("/w")).is_err());
        assert!(parse(&["--fleet", &name, "--misbehave", "stale"]).is_err());
        Ok(())
    }
}
