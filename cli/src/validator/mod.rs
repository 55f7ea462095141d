//! `sheaf validator`: [`register`] stakes; [`run`] watches the pool's rounds and does a validator's
//! duties in them.

mod duty;
mod gather;
mod judge;
mod paid;
mod record;
mod register;
mod result;
mod review;
mod time;
mod voter;
mod watch;

pub use register::{RegisterArgs, register};

use crate::{
    context::Context,
    deployment::{Served, served},
    identity,
    node::{DEFAULT_INDEXER, default_data_folder, place::registered_validators},
    output::note,
};
use anyhow::Context as _;
use record::Records;
use sheaf_client::{indexer::Indexer, keys::read_keypair};
use sheaf_kinds::{AddressPolicy, Vantage};
use sheaf_protocol::statement::signing_key;
use solana_sdk::{pubkey::Pubkey, signature::Signer};
use std::{net::IpAddr, path::PathBuf, sync::Arc};
use tokio::sync::Mutex;
use voter::Voter;

/// What a validator can be told to do.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Stake, and name the keys that vote and decrypt
    Register(RegisterArgs),
    // Documented where its arguments are: that is its help.
    Run(RunArgs),
}

/// Does a validator's duties: reviews contributions against what it sees itself, commits, reveals,
/// and attests to the results it computes. What it must not forget is on disk first: it can be
/// stopped and started at any time.
#[derive(Debug, clap::Args)]
pub struct RunArgs {
    /// URL of the aggregator whose data is read.
    #[arg(long, value_name = "URL", env = "SHEAF_INDEXER", default_value = DEFAULT_INDEXER)]
    pub indexer: String,
    /// Keypair file of the registered vote key: signs the votes and pays their fees.
    #[arg(long, value_name = "FILE")]
    pub vote_key: PathBuf,
    /// Identity file that decrypts contributions (AGE-SECRET-KEY-1…).
    #[arg(long, value_name = "FILE")]
    pub identity: PathBuf,
    /// Local address to fetch from, on a machine with several.
    #[arg(long, value_name = "IP")]
    pub source_address: Option<IpAddr>,
    /// Region this validator is in, as you declare it; said in its messages.
    #[arg(long, value_name = "REGION", default_value = "unknown")]
    pub region: String,
    /// Fetch from this machine's own addresses too. Works on a localnet only.
    #[arg(long)]
    pub allow_loopback: bool,
    /// Folder for scores and salts. [default: ~/.local/share/sheaf/validator]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
}

/// Runs a validator until it is stopped.
///
/// # Errors
/// When the chain or the indexer cannot be reached at first, a file cannot be used, the vote key is
/// not registered, or an option is not allowed on this cluster.
pub async fn run(args: RunArgs, context: &Context) -> anyhow::Result<()> {
    let voter = Arc::new(prepare(&args, context).await?);
    note(&format!(
        "validator {} ({}) votes with {} in pool {}",
        Pubkey::new_from_array(voter.authority),
        args.region,
        voter.vote.pubkey(),
        voter.pool,
    ));
    tokio::select! {
        () = watch::watch(voter) => Ok(()),
        _ = tokio::signal::ctrl_c() => Ok(()),
    }
}

async fn prepare(args: &RunArgs, context: &Context) -> anyhow::Result<Voter> {
    let chain = context.chain().clone();
    let vote = read_keypair(&args.vote_key)?;
    let vote_key =
        signing_key(&vote.to_bytes()).context("the vote key's halves do not belong together")?;
    let identity = identity::read(&args.identity)?;
    let indexer = Indexer::new(&args.indexer)?;
    let Served { genesis, pool, .. } = served(&chain, &indexer).await?;
    let policy = if args.allow_loopback {
        AddressPolicy::with_loopback(&bs58::encode(genesis).into_string())?
    } else {
        AddressPolicy::public()
    };
    let validators = registered_validators(&chain).await?;
    let authority = voter::registered(&validators, &vote.pubkey(), &identity)?.authority;
    let data = match &args.data {
        Some(folder) => folder.clone(),
        None => default_data_folder("validator")?,
    };
    let records = Records::open(data.join(format!("{pool}-{}", vote.pubkey())))?;
    Ok(Voter {
        chain,
        indexer,
        genesis,
        pool,
        authority,
        vote,
        vote_key,
        identity: Arc::new(identity),
        vantage: Vantage {
            policy,
            source: args.source_address,
        },
        records,
        paid: Mutex::default(),
    })
}
