//! `sheaf-indexer backfill`, `replay` and `bootstrap`: for operators. On PostgreSQL also while the
//! indexer runs.

use super::{RpcSource, bootstrap, read::Reader, recover};
use crate::{
    place::Place,
    run::{claim_file, database, open_store},
    store::{Location, SqlStore},
};
use anyhow::{Context as _, bail};
use sheaf_client::{
    config::{ConfigFile, Overrides, Settings},
    folder::FolderLock,
    indexer::Indexer,
    program_id,
};
use sheaf_protocol::ledger::Leaf;
use solana_sdk::pubkey::Pubkey;
use std::{io::Write as _, path::PathBuf};

/// Which indexer it is about.
#[derive(Debug, clap::Args)]
pub struct At {
    /// Cluster: a URL, or localhost, devnet, testnet, mainnet-beta
    #[arg(short, long, value_name = "URL_OR_MONIKER")]
    pub url: Option<String>,

    /// Solana's configuration file [default: ~/.config/solana/cli/config.yml]
    #[arg(short = 'C', long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// The program's address [env: SHEAF_PROGRAM_ID] [default: the localnet's]
    #[arg(long, value_name = "PUBKEY")]
    pub program_id: Option<String>,

    /// The pool's mint
    #[arg(long, value_name = "PUBKEY")]
    pub mint: Pubkey,

    /// Folder with the database
    #[arg(long, value_name = "DIR", required_unless_present = "database")]
    pub data: Option<PathBuf>,

    /// Database: postgres://USER@HOST/DATABASE, or an SQLite file [default: indexer.sqlite in --data]
    #[arg(long, value_name = "URL_OR_FILE", hide_default_value = true)]
    pub database: Option<Location>,
}

/// What to read anew.
#[derive(Debug, clap::Args)]
pub struct Backfill {
    /// Which indexer it is about.
    #[command(flatten)]
    pub at: At,

    /// First slot to read
    #[arg(long, value_name = "SLOT", default_value_t = 0)]
    pub from_slot: u64,
}

/// What to decode again.
#[derive(Debug, clap::Args)]
pub struct Replay {
    /// Which indexer it is about.
    #[command(flatten)]
    pub at: At,
}

/// What to begin from.
#[derive(Debug, clap::Args)]
pub struct Bootstrap {
    /// Which indexer it is about.
    #[command(flatten)]
    pub at: At,

    /// URL of an indexer that has the active tree's leaves; they are checked against the root on chain
    #[arg(long, value_name = "URL", conflicts_with = "leaves")]
    pub from: Option<String>,

    /// File with the active tree's leaves, as an indexer serves them at /v1/leaves
    #[arg(long, value_name = "FILE")]
    pub leaves: Option<PathBuf>,
}

/// An indexer's database, for this command alone when it is a file.
struct Opened {
    place: Place,
    store: SqlStore,
    _only_process: Option<FolderLock>,
}

async fn open(at: &At) -> anyhow::Result<Opened> {
    let location = database(at.database.as_ref(), at.data.as_deref())?;
    let only_process = claim_file(&location)?;
    let file = ConfigFile::load(at.config.as_deref())?;
    let overrides = Overrides {
        url: at.url.clone(),
        ..Overrides::default()
    };
    let settings = Settings::resolve(&overrides, &file)?;
    let program = program_id::resolve(at.program_id.as_deref())?;
    let place = Place::find(&settings.url, program, &at.mint).await?;
    let store = open_store(&location, &place).await?;
    Ok(Opened {
        place,
        store,
        _only_process: only_process,
    })
}

fn say(line: &str) -> anyhow::Result<()> {
    writeln!(std::io::stdout(), "{line}").context("cannot write to standard output")
}

/// `sheaf-indexer backfill`.
///
/// # Errors
/// When chain or database fail, or the database holds an event that the chain has otherwise.
pub async fn backfill(arguments: Backfill) -> anyhow::Result<()> {
    let Opened {
        place,
        store,
        _only_process,
    } = open(&arguments.at).await?;
    let source = RpcSource::new(place.chain.clone());
    let reader = Reader {
        chain: &place.chain,
        source: &source,
        store: &store,
    };
    let brought = recover::backfill(&place, &reader, arguments.from_slot).await;
    store.close().await;
    let brought = brought?;
    say(&format!(
        "{} transactions read, {} events were missing, {} cannot be read",
        brought.transactions, brought.events, brought.dead_letters
    ))?;
    if brought.withheld > 0 {
        bail!(
            "the RPC lists {} transactions and does not give them: run it again, or name another RPC with --url",
            brought.withheld
        );
    }
    Ok(())
}

/// `sheaf-indexer replay`.
///
/// # Errors
/// When the database fails.
pub async fn replay(arguments: Replay) -> anyhow::Result<()> {
    let Opened {
        place,
        store,
        _only_process,
    } = open(&arguments.at).await?;
    let replayed = recover::replay(&place, &store).await;
    store.close().await;
    let replayed = replayed?;
    say(&format!(
        "{} dead letters are events now, {} cannot be read by this version either",
        replayed.read, replayed.left
    ))
}

/// `sheaf-indexer bootstrap`.
///
/// # Errors
/// When chain or database fail, the leaves are not those of the active tree, or the database is not
/// empty.
pub async fn bootstrap(arguments: Bootstrap) -> anyhow::Result<()> {
    let leaves: Vec<Leaf> = match (&arguments.leaves, &arguments.from) {
        (Some(file), _) => {
            let text = std::fs::read(file)
                .with_context(|| format!("cannot read the leaves in {}", file.display()))?;
            serde_json::from_slice(&text)
                .with_context(|| format!("{} holds no leaves", file.display()))?
        }
        (None, Some(url)) => Indexer::new(url)?.leaves().await?,
        (None, None) => Vec::new(),
    };
    let Opened {
        place,
        store,
        _only_process,
    } = open(&arguments.at).await?;
    let begun = bootstrap::bootstrap(&place, &store, &leaves).await;
    store.close().await;
    say(&begun?.to_string())
}
