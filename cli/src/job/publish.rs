//! Publishing a job's specification: the requester signs it, the indexer stores it.

use super::{FoundJob, JobArgs};
use crate::{
    context::Context,
    output::{fields, note},
};
use anyhow::{Context as _, ensure};
use clap::Args;
use serde::Serialize;
use sheaf_client::indexer::{Indexer, IndexerError};
use sheaf_format::{Hash, Key};
use sheaf_protocol::{
    specification::{self, MAX_SPECIFICATION_BYTES, Specification},
    statement::{Publication, Signed},
    text::{Base58Signature, HexHash},
};
use solana_sdk::pubkey::Pubkey;
use std::{
    fmt,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// How long an indexer may not know a job that is on chain: it serves what is final.
const PATIENCE: Duration = Duration::from_secs(30);
/// Pause between tries.
const PAUSE: Duration = Duration::from_millis(500);

/// Arguments of `sheaf job publish`.
#[derive(Debug, Args)]
pub struct PublishArgs {
    /// Which job.
    #[command(flatten)]
    pub job: JobArgs,
    /// The specification, byte for byte the one the job was created with
    #[arg(long, value_name = "FILE")]
    pub specification: PathBuf,
}

/// A specification with the bytes its hash is over.
#[derive(Clone, Debug)]
pub struct SpecificationFile {
    /// The bytes to publish.
    pub bytes: Vec<u8>,
    /// What they say.
    pub specification: Specification,
    /// Their hash.
    pub hash: Hash,
}

impl SpecificationFile {
    /// Reads and checks a specification.
    ///
    /// # Errors
    /// When the file cannot be read, or nobody would accept what it says.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let unreadable = || {
            format!(
                "cannot read the specification {}: name it with --specification FILE",
                path.display()
            )
        };
        let length = std::fs::metadata(path).with_context(unreadable)?.len();
        ensure!(
            usize::try_from(length).is_ok_and(|length| length <= MAX_SPECIFICATION_BYTES),
            "{} has {length} bytes; a specification has at most {MAX_SPECIFICATION_BYTES}",
            path.display()
        );
        let bytes = std::fs::read(path).with_context(unreadable)?;
        let specification = Specification::parse(&bytes)
            .with_context(|| format!("{} cannot be used", path.display()))?;
        Ok(Self {
            hash: specification::hash(&bytes),
            specification,
            bytes,
        })
    }
}

#[derive(Debug, Serialize)]
struct Published {
    job: u64,
    address: String,
    signature: String,
    specification_hash: HexHash,
    published: bool,
}

impl fmt::Display for Published {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fields(
            formatter,
            &[
                ("Job", &self.job),
                ("Specification", &self.specification_hash),
                ("Signature", &self.signature),
            ],
        )
    }
}

/// Publishes the specification of a job that is on chain.
///
/// # Errors
/// When it is another than the job's, or the indexer does not take it.
pub async fn run(args: &PublishArgs, context: &Context) -> anyhow::Result<()> {
    let chain = context.chain();
    let file = SpecificationFile::read(&args.specification)?;
    let job = args.job.find(chain).await?;
    job.require_requester(context)?;
    let FoundJob {
        address, account, ..
    } = job;
    ensure!(
        file.hash == account.specification_hash,
        "{} has hash {}, but job {} was created with {}: give that file, byte for byte",
        args.specification.display(),
        HexHash(file.hash),
        account.number,
        HexHash(account.specification_hash)
    );
    let publication = sign(context, &address, file.hash).await?;
    let indexer = args.job.pool.client()?;
    publish(&indexer, account.number, &file.bytes, &publication).await?;
    context.print(&Published {
        job: account.number,
        address: address.to_string(),
        signature: Base58Signature(publication.signature).to_string(),
        specification_hash: file.hash.into(),
        published: true,
    })
}

/// The wallet's word that these are the job's bytes.
///
/// # Errors
/// When the wallet or the chain's genesis hash cannot be read.
pub async fn sign(
    context: &Context,
    job: &Pubkey,
    specification_hash: Hash,
) -> anyhow::Result<Signed<Publication>> {
    let program: Key = context.chain().program().to_bytes();
    let publication = Publication {
        genesis: context.chain().genesis_hash().await?.to_bytes(),
        program,
        job: job.to_bytes(),
        specification_hash,
    };
    Ok(Signed::sign(publication, &context.signing_key()?))
}

/// Hands the specification to the indexer, again while it does not know the job yet. Storing it
/// twice does no harm.
///
/// # Errors
/// When the indexer refuses, or cannot be reached.
pub async fn publish(
    indexer: &Indexer,
    job: u64,
    bytes: &[u8],
    publication: &Signed<Publication>,
) -> Result<(), IndexerError> {
    let begun = Instant::now();
    let mut told = false;
    loop {
        let error = match indexer.publish_specification(job, bytes, publication).await {
            Ok(_) => return Ok(()),
            Err(error) => error,
        };
        let passes = error.is_unknown() || matches!(error, IndexerError::Unable { .. });
        if !passes || begun.elapsed() >= PATIENCE {
            return Err(error);
        }
        if !told {
            note(&format!(
                "job {job} is on chain; waiting for the indexer to know it"
            ));
            told = true;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_specification_keeps_its_bytes_and_names_its_file_in_errors() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("s.json");
        let text =
            r#"{"kind": "web", "title": "T", "urls": ["https://a.example/"], "pages_per_node": 1}"#;
        std::fs::write(&path, text)?;
        let file = SpecificationFile::read(&path)?;
        assert_eq!(file.bytes, text.as_bytes());
        assert_eq!(file.hash, specification::hash(text.as_bytes()));
        std::fs::write(&path, text.replace("web", "telepathy"))?;
        let refused = SpecificationFile::read(&path).map_err(|error| format!("{error:#}"));
        assert!(
            refused.is_err_and(|error| error.contains("s.json") && error.contains("telepathy"))
        );
        assert!(SpecificationFile::read(&folder.path().join("none")).is_err());
        Ok(())
    }
}
