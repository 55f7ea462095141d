//! `sheaf consent`: statements by which a person lets somebody use data, and ends it.

mod grant;
mod revoke;
mod show;

use crate::context::Context;
use anyhow::Context as _;
use clap::Subcommand;
use grant::GrantArgs;
use revoke::RevokeArgs;
use serde::{Serialize, de::DeserializeOwned};
use sheaf_protocol::statement::{
    Signed,
    consent::{Consent, ConsentRefused, Revocation, Use, check_use},
};
use show::ShowArgs;
use std::{
    fs::{self, OpenOptions},
    io::Write as _,
    path::{Path, PathBuf},
};

/// What can be done with consent.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Let a requester use data of yours; -k is your wallet
    Grant(GrantArgs),
    /// End a consent; -k is the wallet that granted it
    Revoke(RevokeArgs),
    /// Show what a consent says, and whether it holds
    Show(ShowArgs),
}

/// Does what was asked.
///
/// # Errors
/// What, why, what next.
pub async fn run(command: Command, context: &Context) -> anyhow::Result<()> {
    match command {
        Command::Grant(args) => grant::run(&args, context).await,
        Command::Revoke(args) => revoke::run(&args, context).await,
        Command::Show(args) => show::run(&args, context).await,
    }
}

/// A consent with the revocations that are known.
#[derive(Clone, Debug)]
pub struct Statements {
    /// The consent.
    pub consent: Signed<Consent>,
    /// Revocations, of this consent or others.
    pub revocations: Vec<Signed<Revocation>>,
}

impl Statements {
    /// Reads them from files.
    ///
    /// # Errors
    /// When one holds no such statement.
    pub fn read(consent: &Path, revocations: &[PathBuf]) -> anyhow::Result<Self> {
        Ok(Self {
            consent: read(consent, "consent")?,
            revocations: revocations
                .iter()
                .map(|path| read(path, "revocation"))
                .collect::<anyhow::Result<_>>()?,
        })
    }

    /// Checks that the consent is its person's and holds at a moment, for whatever it covers.
    ///
    /// # Errors
    /// [`ConsentRefused`].
    pub fn check_at(&self, now: u64) -> Result<(), ConsentRefused> {
        let body = &self.consent.body;
        let usage = Use {
            genesis: body.genesis,
            program: body.program,
            contributor: body.contributor,
            requester: body.requester,
            job: body.job,
            classes: &[],
            purposes: &[],
            now,
        };
        check_use(&self.consent, &self.revocations, &usage)
    }
}

/// The chain's time in seconds since 1970.
///
/// # Errors
/// When the chain does not answer.
pub async fn chain_time(context: &Context) -> anyhow::Result<u64> {
    let time = context.chain().unix_time().await.context(
        "the chain is asked for the time: give another cluster with -u, or a moment with --at",
    )?;
    u64::try_from(time).context("the chain's time lies before 1970")
}

fn read<T: DeserializeOwned>(path: &Path, what: &str) -> anyhow::Result<T> {
    let text = fs::read(path).with_context(|| path.display().to_string())?;
    serde_json::from_slice(&text).with_context(|| {
        format!(
            "{} holds no {what} as `sheaf consent` writes it",
            path.display()
        )
    })
}

/// Writes a statement to a new file.
fn write(path: &Path, statement: &impl Serialize) -> anyhow::Result<()> {
    let what = || format!("--out {}", path.display());
    let mut options = OpenOptions::new();
    let mut file = options
        .write(true)
        .create_new(true)
        .open(path)
        .with_context(what)?;
    let text = serde_json::to_string_pretty(statement).with_context(what)?;
    writeln!(file, "{text}").with_context(what)
}

#[cfg(test)]
pub mod tests;
