//! `sheaf consent revoke`.

use super::{chain_time, read, write};
use crate::{context::Context, output::fields};
use anyhow::ensure;
use clap::Args;
use serde::Serialize;
use sheaf_protocol::{
    Base58Key, HexHash,
    statement::{
        Signed,
        consent::{Consent, Revocation},
    },
    text::UnixTime,
};
use solana_sdk::signature::Signer;
use std::{
    fmt::{self, Display},
    path::PathBuf,
};

/// Arguments of `sheaf consent revoke`.
#[derive(Debug, Args)]
pub struct RevokeArgs {
    /// The consent, as `sheaf consent grant` wrote it
    #[arg(value_name = "FILE")]
    pub consent: PathBuf,
    /// First moment at which it no longer holds [default: the chain's time]
    #[arg(long, value_name = "MOMENT")]
    pub at: Option<UnixTime>,
    /// File to write the revocation to
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

/// A consent's end.
#[derive(Debug, Serialize)]
struct Report {
    revocation: Signed<Revocation>,
    consent: HexHash,
    revoked_at: UnixTime,
    text: String,
}

/// Does what was asked.
///
/// # Errors
/// What, why, what next.
pub async fn run(args: &RevokeArgs, context: &Context) -> anyhow::Result<()> {
    let consent: Signed<Consent> = read(&args.consent, "consent")?;
    let wallet = context.wallet()?.pubkey().to_bytes();
    let granted_by = consent.body.contributor;
    ensure!(
        wallet == granted_by,
        "the consent was granted by {}, and {} is {}: give that wallet with -k FILE",
        Base58Key(granted_by),
        context.wallet_path().display(),
        Base58Key(wallet),
    );
    let at = match args.at {
        Some(at) => at.0,
        None => chain_time(context).await?,
    };
    let body = Revocation {
        genesis: consent.body.genesis,
        program: consent.body.program,
        contributor: wallet,
        consent: consent.body.hash(),
        revoked_at: at,
    };
    let revocation = Signed::sign(body, &context.signing_key()?);
    write(&args.out, &revocation)?;
    context.print(&Report {
        revocation,
        consent: body.consent.into(),
        revoked_at: UnixTime(at),
        text: body.text(),
    })
}

impl Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{}\n", self.text)?;
        fields(formatter, &[("Consent", &self.consent)])
    }
}
