//! `sheaf verify`: computes rounds again from published data, and holds them against the chain.
//!
//! [`facts`] is what the chain says, [`copy`] what was published ([`fetch`] takes it from an indexer,
//! [`folder`] from a folder it was saved in), [`replay`] goes through the rounds, [`report`] tells.

mod copy;
pub mod facts;
mod fetch;
mod folder;
mod replay;
mod report;

use crate::{
    context::Context,
    pool::{FoundPool, PoolArgs},
};
use anyhow::{bail, ensure};
use clap::{Args, Subcommand};
use facts::{Place, Standing};
use replay::{Ended, replay};
use report::Report;
use solana_sdk::pubkey::Pubkey;
use std::{path::PathBuf, process::ExitCode};

/// Exit code when something published is not what the chain says.
pub const DIFFERENT: u8 = 3;

/// What can be verified.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Compute a round again from published data and compare every number with the chain
    ///
    /// Exits with 0 when all is the same, with 3 at the first difference, with 1 when it cannot be told.
    Round(RoundArgs),
}

/// Arguments of `sheaf verify round`.
#[derive(Debug, Args)]
pub struct RoundArgs {
    /// Number of the round
    #[arg(value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub number: u64,
    /// The pool, and the indexer that has its data.
    #[command(flatten)]
    pub pool: PoolArgs,
    /// Take the published data from this folder, not from the indexer
    #[arg(long, value_name = "DIR", conflicts_with = "save")]
    pub from: Option<PathBuf>,
    /// Write the published data into this folder, for --from
    #[arg(long, value_name = "DIR")]
    pub save: Option<PathBuf>,
    /// Read what the chain says from events alone, as if the accounts of rounds and batches were closed
    #[arg(long)]
    pub events: bool,
}

/// Does what was asked.
///
/// # Errors
/// When it cannot be told whether the round is as it should be: what, why, what next.
pub async fn run(command: Command, context: &Context) -> anyhow::Result<ExitCode> {
    match command {
        Command::Round(args) => round(&args, context).await,
    }
}

async fn round(args: &RoundArgs, context: &Context) -> anyhow::Result<ExitCode> {
    let chain = context.chain();
    let saved = args.from.as_deref().map(folder::read).transpose()?;
    let address = match (&saved, &args.pool.mint) {
        (Some(saved), None) => Pubkey::new_from_array(saved.pool.0),
        (_, Some(mint)) => FoundPool::of_mint(chain, mint).await?.address,
        (None, None) => args.pool.find(chain).await?.address,
    };
    let place = Place::find(chain, address, args.events).await?;
    let scope = place.scope(args.number);
    let rounds = rounds(&place, args.number).await?;
    let copy = match saved {
        Some(saved) => {
            saved.check_scope(&scope)?;
            saved.copy
        }
        None => fetch::fetch(&args.pool.client()?, &place, &rounds).await?,
    };
    if let Some(folder) = &args.save {
        folder::write(folder, &scope, &copy)?;
    }
    let report = Report::new(args, &copy, replay(&scope, &rounds, &copy));
    context.print(&report)?;
    Ok(if report.verified {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(DIFFERENT)
    })
}

/// What the chain says of the round and of every final one before it, ascending. Trees before the
/// active one are not served, so the round's base is computed from the first round on.
async fn rounds(place: &Place, last: u64) -> anyhow::Result<Vec<Ended>> {
    ensure!(
        last <= place.account.round,
        "there is no round {last} yet: the last one of this pool is {}",
        place.account.round
    );
    let mut rounds = Vec::new();
    for number in 1..=last {
        match facts::of_round(place, number).await? {
            Standing::Tallied { facts, is_final } if is_final || number == last => {
                rounds.push(Ended {
                    facts: *facts,
                    is_final,
                });
            }
            Standing::Void if number == last => bail!(
                "round {number} is void: nothing was paid in it, and there is nothing to verify. Its contributions may stand in a later round"
            ),
            Standing::Open if number == last => bail!(
                "round {number} has no result on chain yet: wait until it is tallied, `sheaf pool show` tells where it stands"
            ),
            _ => {}
        }
    }
    Ok(rounds)
}

#[cfg(test)]
mod tests;
