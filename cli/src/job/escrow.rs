//! `sheaf job fund` and `sheaf job cancel`.

use super::JobArgs;
use crate::{context::Context, funds::require_tokens, output::fields, tokens::Tokens};
use anyhow::{Context as _, ensure};
use clap::Args;
use serde::Serialize;
use sheaf_client::{amount, instruction, layout::FundJobArguments};
use sheaf_protocol::text::Amount;
use solana_sdk::signature::Signer;
use std::fmt;

/// Arguments of `sheaf job fund`.
#[derive(Debug, Args)]
pub struct FundArgs {
    /// Which job.
    #[command(flatten)]
    pub job: JobArgs,
    /// What to add, in tokens
    #[arg(long, value_name = "T")]
    pub amount: Tokens,
}

#[derive(Debug, Serialize)]
struct Funded {
    job: u64,
    signature: String,
    amount: Amount,
    balance: Amount,
    #[serde(skip)]
    decimals: u8,
}

impl fmt::Display for Funded {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tokens = |amount: Amount| amount::format(amount.0, self.decimals);
        fields(
            formatter,
            &[
                ("Job", &self.job),
                ("Sent", &tokens(self.amount)),
                ("Balance", &tokens(self.balance)),
                ("Signature", &self.signature),
            ],
        )
    }
}

/// Adds money to a job.
///
/// # Errors
/// What, why, what next.
pub async fn fund(args: &FundArgs, context: &Context) -> anyhow::Result<()> {
    let chain = context.chain();
    let job = args.job.find(chain).await?;
    let mint = chain.mint(&job.pool.mint()).await?;
    let amount = args.amount.base_units(mint.decimals).context("--amount")?;
    ensure!(amount > 0, "--amount must be more than 0");
    let wallet = context.payer(0).await?;
    require_tokens(chain, &mint, &wallet.pubkey(), amount).await?;
    let number = job.account.number;
    let fund = instruction::fund_job(
        chain.addresses(),
        &wallet.pubkey(),
        &job.pool.accounts(),
        number,
        &FundJobArguments { amount },
    );
    let landed = context.send(&[fund], &[wallet]).await?;
    let balance = chain.job(&job.pool.address, number).await?.balance;
    context.print(&Funded {
        job: number,
        signature: landed.signature.to_string(),
        amount: amount.into(),
        balance: balance.into(),
        decimals: mint.decimals,
    })
}

#[derive(Debug, Serialize)]
struct Cancelled {
    job: u64,
    signature: String,
}

impl fmt::Display for Cancelled {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fields(
            formatter,
            &[("Job", &self.job), ("Signature", &self.signature)],
        )?;
        let number = self.job;
        writeln!(
            formatter,
            "It takes no more contributions. `sheaf job refund {number}` returns what is left"
        )
    }
}

/// Ends a job before its deadline.
///
/// # Errors
/// What, why, what next.
pub async fn cancel(args: &JobArgs, context: &Context) -> anyhow::Result<()> {
    let chain = context.chain();
    let job = args.find(chain).await?;
    job.require_requester(context)?;
    let number = job.account.number;
    ensure!(
        job.account.cancelled_at == 0,
        "job {number} was cancelled already: `sheaf job refund {number}` returns what is left"
    );
    let wallet = context.payer(0).await?;
    let cancel = instruction::cancel_job(
        chain.addresses(),
        &wallet.pubkey(),
        &job.pool.address,
        number,
    );
    let landed = context.send(&[cancel], &[wallet]).await?;
    context.print(&Cancelled {
        job: number,
        signature: landed.signature.to_string(),
    })
}
