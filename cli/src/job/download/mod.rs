//! `sheaf job download`: fetches what a job paid for, decrypts it, and writes it into a folder.

mod batches;
mod content;
mod files;

use super::JobArgs;
use crate::{
    context::Context,
    deployment::{Served, served},
    identity,
    output::{fields, note},
};
use anyhow::{Context as _, bail, ensure};
use batches::paid;
use clap::Args;
use content::{Fetched, Fetcher};
use files::Folder;
use serde::Serialize;
use sheaf_protocol::{encryption::public_key, text::AgeKey};
use std::{fmt, path::PathBuf, sync::Arc};
use tokio::task::JoinSet;

/// Contents under way at once.
const AT_ONCE: usize = 8;

/// Arguments of `sheaf job download`.
#[derive(Debug, Args)]
pub struct DownloadArgs {
    /// Which job.
    #[command(flatten)]
    pub job: JobArgs,
    /// Identity file the job was created with
    #[arg(long, value_name = "FILE")]
    pub identity: PathBuf,
    /// Folder to write into; created when there is none
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Only what this round paid for
    #[arg(long, value_name = "R")]
    pub round: Option<u64>,
}

#[derive(Debug, Serialize)]
struct Downloaded {
    job: u64,
    rounds: Vec<u64>,
    files: usize,
    bytes: u64,
    /// Contributions in these rounds that earned nothing: not downloaded.
    unpaid: usize,
    /// Paid contents that this identity does not decrypt.
    unreadable: usize,
    folder: PathBuf,
}

impl fmt::Display for Downloaded {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let files = format!("{} with {} bytes", self.files, self.bytes);
        let left_out = format!(
            "{} earned nothing, {} cannot be decrypted",
            self.unpaid, self.unreadable
        );
        fields(
            formatter,
            &[
                ("Job", &self.job),
                ("Rounds", &self.rounds.len()),
                ("Files", &files),
                ("Left out", &left_out),
                ("Folder", &self.folder.display()),
            ],
        )
    }
}

/// Downloads.
///
/// # Errors
/// What, why, what next; what was written stays, and running it again fetches the rest.
pub async fn run(args: &DownloadArgs, context: &Context) -> anyhow::Result<()> {
    let chain = context.chain();
    let found = args.job.find(chain).await?;
    let number = found.account.number;
    found.require_requester(context)?;
    let identity = identity::read(&args.identity)?;
    ensure!(
        public_key(&identity)? == found.account.encryption_key,
        "{} is not the identity of job {number}, whose contents are encrypted to {}: give the file that `sheaf job create` wrote",
        args.identity.display(),
        AgeKey(found.account.encryption_key)
    );
    let indexer = args.job.pool.client()?;
    let Served { genesis, pool, .. } = served(chain, &indexer).await?;
    ensure!(
        pool == found.pool.address,
        "the indexer at {} serves pool {pool}, not {}: correct --indexer or --mint",
        indexer.url(),
        found.pool.address
    );
    let rounds = batches::rounds(chain, &indexer, &found, args.round).await?;
    let fetcher = Arc::new(Fetcher {
        chain: chain.clone(),
        indexer,
        genesis,
        signer: context.signing_key()?,
        identity,
    });
    let mut folder = Folder::open(&args.out, number, &found.address)?;
    let mut downloaded = Downloaded {
        job: number,
        rounds: rounds.clone(),
        files: 0,
        bytes: 0,
        unpaid: 0,
        unreadable: 0,
        folder: args.out.clone(),
    };
    let mut failures = 0usize;
    for round in rounds {
        let (paid, unpaid) = paid(chain, &fetcher.indexer, &found, round)
            .await
            .with_context(|| format!("round {round} of job {number}"))?;
        note(&format!("round {round}: {} contents to fetch", paid.len()));
        downloaded.unpaid += unpaid;
        folder.forget(round);
        let slot = chain.slot().await?;
        let mut under_way = JoinSet::new();
        let mut waiting = paid.into_iter();
        loop {
            while under_way.len() < AT_ONCE
                && let Some(contribution) = waiting.next()
            {
                let fetcher = Arc::clone(&fetcher);
                under_way.spawn(async move { fetcher.fetch(contribution, slot).await });
            }
            let Some(joined) = under_way.join_next().await else {
                break;
            };
            match joined? {
                Ok(Fetched::Readable(contribution, plaintext)) => {
                    downloaded.bytes += folder.write(&contribution, &plaintext)?;
                    downloaded.files += 1;
                }
                Ok(Fetched::Unreadable(id, reason)) => {
                    note(&format!("submission {id}: {reason}"));
                    downloaded.unreadable += 1;
                }
                Err(error) => {
                    note(&format!("{error:#}"));
                    failures += 1;
                }
            }
        }
    }
    folder.finish()?;
    if failures > 0 {
        bail!(
            "{failures} contents of job {number} could not be fetched, {} are in {}: run the command again",
            downloaded.files,
            args.out.display()
        );
    }
    context.print(&downloaded)
}
