//! `sheaf rewards`: what a wallet has earned, proven against the chain.

use crate::{
    claim::{leaf::proven, plan},
    context::Context,
    deployment::served,
    node::DEFAULT_INDEXER,
    output::fields,
};
use clap::{Args, Subcommand};
use serde::Serialize;
use sheaf_client::{amount, indexer::Indexer};
use sheaf_protocol::{api::RoundStage, text::Amount};
use solana_sdk::{pubkey::Pubkey, signature::Signer};
use std::fmt;

/// What can be asked about rewards.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show what a wallet has earned, claimed, and can claim
    Show(ShowArgs),
}

/// Arguments of `sheaf rewards show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// Wallet that earned [default: the address of the wallet (-k)]
    #[arg(value_name = "PUBKEY")]
    pub contributor: Option<Pubkey>,
    /// URL of the pool's indexer, which has the proofs
    #[arg(long, value_name = "URL", env = "SHEAF_INDEXER", default_value = DEFAULT_INDEXER)]
    pub indexer: String,
}

#[derive(Debug, Serialize)]
struct Rewards {
    contributor: String,
    index: Option<u32>,
    cumulative: Amount,
    claimed: Amount,
    claimable: Amount,
    page: Option<u32>,
    active_round: u64,
    live_round: Option<u64>,
    live_stage: Option<RoundStage>,
    #[serde(skip)]
    decimals: u8,
}

impl fmt::Display for Rewards {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tokens = |amount: Amount| amount::format(amount.0, self.decimals);
        let index = self.index.map_or_else(
            || "none: nothing earned in a round that is final".to_owned(),
            |index| index.to_string(),
        );
        let live = match (self.live_round, self.live_stage) {
            (Some(round), Some(stage)) => format!("{round}, {stage:?}").to_lowercase(),
            _ => "none".to_owned(),
        };
        fields(
            formatter,
            &[
                ("Contributor", &self.contributor),
                ("Index", &index),
                ("Earned", &tokens(self.cumulative)),
                ("Claimed", &tokens(self.claimed)),
                ("Claimable", &tokens(self.claimable)),
                ("Tree of round", &self.active_round),
                ("Live round", &live),
            ],
        )
    }
}

/// Does what was asked.
///
/// # Errors
/// What, why, what next.
pub async fn run(command: Command, context: &Context) -> anyhow::Result<()> {
    match command {
        Command::Show(args) => show(&args, context).await,
    }
}

async fn show(args: &ShowArgs, context: &Context) -> anyhow::Result<()> {
    let chain = context.chain();
    let indexer = Indexer::new(&args.indexer)?;
    let contributor = match args.contributor {
        Some(contributor) => contributor,
        None => context.wallet()?.pubkey(),
    };
    let served = served(chain, &indexer).await?;
    let (pool, key) = (served.pool.to_bytes(), contributor.to_bytes());
    let leaf = proven(chain, &indexer, &served.pool, &key).await?;
    // Claims are read from the chain: the indexer's number is some slots older.
    let (cumulative, claimed) = match &leaf {
        None => (0, 0),
        Some(leaf) => {
            let page = chain.page(&served.pool, leaf.page).await?;
            let sight = plan::Sight {
                pool: &pool,
                contributor: &key,
                page: page.as_ref(),
                token_account: None,
            };
            (leaf.cumulative.0, plan::claimed(leaf, &sight)?)
        }
    };
    let live = served.status.live;
    context.print(&Rewards {
        contributor: contributor.to_string(),
        index: leaf.as_ref().map(|leaf| leaf.index),
        cumulative: cumulative.into(),
        claimed: claimed.into(),
        claimable: cumulative.saturating_sub(claimed).into(),
        page: leaf.as_ref().map(|leaf| leaf.page),
        active_round: chain.pool(&served.pool).await?.active_round,
        live_round: live.map(|live| live.round),
        live_stage: live.map(|live| live.stage),
        decimals: served.status.decimals,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wallet_without_a_leaf_has_nulls_and_zeros() -> anyhow::Result<()> {
        let rewards = Rewards {
            contributor: "K".to_owned(),
            index: None,
            cumulative: Amount(0),
            claimed: Amount(0),
            claimable: Amount(0),
            page: None,
            active_round: 2,
            live_round: Some(3),
            live_stage: Some(RoundStage::Window),
            decimals: 6,
        };
        let json = serde_json::to_value(&rewards)?;
        assert!(json["index"].is_null());
        assert_eq!(json["claimable"], "0");
        assert_eq!(json["live_stage"], "window");
        assert!(rewards.to_string().contains("3, window"));
        Ok(())
    }
}
