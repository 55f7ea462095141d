//! `sheaf claim`: pays out what a wallet has earned and not claimed yet. Anyone may send it; money
//! goes only to the contributor.

pub mod leaf;
mod pay;
pub mod plan;

use crate::{context::Context, deployment::served, node::DEFAULT_INDEXER, output::note};
use clap::Args;
use pay::Payment;
use serde::Serialize;
use sheaf_client::{amount, indexer::Indexer};
use sheaf_protocol::{
    api::{LiveRound, RoundStage},
    text::Amount,
};
use solana_sdk::{pubkey::Pubkey, signature::Signer};
use std::fmt;

/// Arguments of `sheaf claim`.
#[derive(Debug, Args)]
pub struct ClaimArgs {
    /// Wallet that earned [default: the address of the wallet (-k), which pays the fees]
    #[arg(value_name = "PUBKEY")]
    pub contributor: Option<Pubkey>,
    /// URL of the pool's indexer, which has the proofs
    #[arg(long, value_name = "URL", env = "SHEAF_INDEXER", default_value = DEFAULT_INDEXER)]
    pub indexer: String,
}

#[derive(Debug, Serialize)]
struct Claimed {
    contributor: String,
    index: Option<u32>,
    cumulative: Amount,
    /// What arrived in the wallet.
    paid: Amount,
    signature: Option<String>,
    message: String,
}

impl fmt::Display for Claimed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{}: {}", self.contributor, self.message)
    }
}

/// Claims.
///
/// # Errors
/// What, why, what next. That there is nothing to claim is none.
pub async fn run(args: &ClaimArgs, context: &Context) -> anyhow::Result<()> {
    let chain = context.chain();
    let indexer = Indexer::new(&args.indexer)?;
    let contributor = match args.contributor {
        Some(contributor) => contributor,
        None => context.wallet()?.pubkey(),
    };
    let served = served(chain, &indexer).await?;
    let payment = pay::pay(context, &indexer, &served.pool, &contributor).await?;
    let tokens = |base_units| amount::format(base_units, served.status.decimals);
    // What the pool does now, not what it did when the claim began.
    let live = live_now(&indexer).await;
    let (leaf, paid, signature, message) = match payment {
        Payment::NotEarned => (None, 0, None, not_earned(live)),
        Payment::NothingLeft(leaf) => (Some(leaf), 0, None, nothing_left(live)),
        Payment::Paid {
            leaf,
            signature,
            due,
            arrived,
        } => {
            let message = paid_message(due, arrived, tokens);
            let paid = arrived.unwrap_or(due);
            (Some(leaf), paid, Some(signature.to_string()), message)
        }
    };
    context.print(&Claimed {
        contributor: contributor.to_string(),
        index: leaf.as_ref().map(|leaf| leaf.index),
        cumulative: leaf.map_or(Amount(0), |leaf| leaf.cumulative),
        paid: paid.into(),
        signature,
        message,
    })
}

async fn live_now(indexer: &Indexer) -> Option<LiveRound> {
    match indexer.status().await {
        Ok(status) => status.live,
        Err(error) => {
            note(&error.to_string());
            None
        }
    }
}

fn paid_message(due: u64, arrived: Option<u64>, tokens: impl Fn(u64) -> String) -> String {
    match arrived {
        None => format!(
            "{} tokens were paid; the RPC does not say how many arrived",
            tokens(due)
        ),
        Some(arrived) if arrived == due => format!("{} tokens arrived", tokens(arrived)),
        Some(arrived) => format!(
            "{} of {} tokens arrived: the mint takes a fee of every transfer",
            tokens(arrived),
            tokens(due)
        ),
    }
}

fn not_earned(live: Option<LiveRound>) -> String {
    match live {
        Some(live) => format!("has not earned yet: {}", describe(live)),
        None => "has not earned yet: no round is live".to_owned(),
    }
}

fn nothing_left(live: Option<LiveRound>) -> String {
    let all = "everything earned so far has been claimed";
    match live {
        Some(live) => format!("{all}; {}", describe(live)),
        None => all.to_owned(),
    }
}

/// Where a live round stands, in words.
fn describe(live: LiveRound) -> String {
    let stage = match live.stage {
        RoundStage::Intake => "is in its intake",
        RoundStage::Closed => "waits for its seed",
        RoundStage::Commit => "is being scored",
        RoundStage::Reveal => "is in its reveal stage",
        RoundStage::Attest => "is being attested to",
        RoundStage::Unresolved => "has no quorum yet",
        RoundStage::Window => "is in its window",
        RoundStage::Settle => "is being settled",
        RoundStage::Final => "is final; its tree is about to show",
        RoundStage::Void => "is void: its contributions may come again",
    };
    format!("round {} {stage}", live.round)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIVE: LiveRound = LiveRound {
        round: 3,
        stage: RoundStage::Window,
    };

    #[test]
    fn zero_is_explained() {
        assert_eq!(
            not_earned(Some(LIVE)),
            "has not earned yet: round 3 is in its window"
        );
        assert_eq!(not_earned(None), "has not earned yet: no round is live");
        assert_eq!(
            nothing_left(None),
            "everything earned so far has been claimed"
        );
        assert!(nothing_left(Some(LIVE)).ends_with("; round 3 is in its window"));
    }

    #[test]
    fn what_arrived_is_told_and_a_fee_is_named() {
        let tokens = |base_units: u64| base_units.to_string();
        assert_eq!(paid_message(30, Some(30), tokens), "30 tokens arrived");
        assert!(paid_message(30, Some(29), tokens).starts_with("29 of 30 tokens arrived"));
        assert!(paid_message(30, None, tokens).contains("does not say"));
    }
}
