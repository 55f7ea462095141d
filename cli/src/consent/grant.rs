//! `sheaf consent grant`.

use super::{chain_time, show::Report, write};
use crate::context::Context;
use clap::Args;
use sheaf_protocol::{
    Base58Key,
    statement::{
        Signed,
        consent::{ANY_JOB, Consent, DataClass, Purpose},
    },
    text::UnixTime,
};
use solana_sdk::{pubkey::Pubkey, signature::Signer};
use std::path::PathBuf;

/// Arguments of `sheaf consent grant`.
#[derive(Debug, Args)]
pub struct GrantArgs {
    /// Wallet of the requester who may use the data
    #[arg(long, value_name = "PUBKEY")]
    pub requester: Pubkey,
    /// Address of the one job that it may be used for, as `sheaf job show` tells it [default: any of the requester's]
    #[arg(long, value_name = "PUBKEY")]
    pub job: Option<Pubkey>,
    /// Classes of data: posts, comments, messages, likes, searches, watch-history, sensor, records
    #[arg(long, value_name = "CLASSES", value_delimiter = ',', required = true)]
    pub data: Vec<DataClass>,
    /// Purposes: training, evaluation, research, licensing
    #[arg(long, value_name = "PURPOSES", value_delimiter = ',', required = true)]
    pub purpose: Vec<Purpose>,
    /// First moment, like 2026-11-25 or 2026-11-25T12:00:00Z [default: the chain's time]
    #[arg(long, value_name = "MOMENT")]
    pub from: Option<UnixTime>,
    /// Last moment
    #[arg(long, value_name = "MOMENT")]
    pub until: UnixTime,
    /// Genesis hash of the cluster [default: the chain is asked]
    #[arg(long, value_name = "HASH")]
    pub genesis: Option<Base58Key>,
    /// File to write the consent to
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

/// Does what was asked.
///
/// # Errors
/// What, why, what next.
pub async fn run(args: &GrantArgs, context: &Context) -> anyhow::Result<()> {
    let genesis = match args.genesis {
        Some(genesis) => genesis.0,
        None => context.chain().genesis_hash().await?.to_bytes(),
    };
    let valid_from = match args.from {
        Some(from) => from.0,
        None => chain_time(context).await?,
    };
    let consent = Consent {
        genesis,
        program: context.chain().program().to_bytes(),
        contributor: context.wallet()?.pubkey().to_bytes(),
        requester: args.requester.to_bytes(),
        job: args.job.map_or(ANY_JOB, |job| job.to_bytes()),
        classes: DataClass::bits(&args.data),
        purposes: Purpose::bits(&args.purpose),
        valid_from,
        valid_until: args.until.0,
        nonce: rand::random(),
    };
    consent.check()?;
    let signed = Signed::sign(consent, &context.signing_key()?);
    write(&args.out, &signed)?;
    context.print(&Report::new(&signed, None)?)
}
