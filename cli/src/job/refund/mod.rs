//! `sheaf job refund`: brings a requester's money back, whoever is absent. Anyone may.

mod steps;

use super::{FoundJob, JobArgs};
use crate::{
    context::Context,
    output::{fields, note},
};
use anyhow::ensure;
use serde::Serialize;
use sheaf_client::{
    amount, instruction,
    layout::{Job, Round},
    send::Landed,
};
use sheaf_format::stage::PoolStage;
use sheaf_protocol::text::Amount;
use solana_sdk::{
    pubkey::Pubkey,
    signature::{Keypair, Signer},
};
use std::fmt;
use steps::{Sight, Step, steps};

#[derive(Debug, Serialize)]
struct Refunded {
    job: u64,
    signature: String,
    /// What arrived at the requester's; null when the RPC does not say.
    amount: Option<Amount>,
    requester: String,
    #[serde(skip)]
    decimals: u8,
}

impl fmt::Display for Refunded {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let arrived = self.amount.map_or_else(
            || "the RPC does not say".to_owned(),
            |amount| amount::format(amount.0, self.decimals),
        );
        fields(
            formatter,
            &[
                ("Job", &self.job),
                ("Arrived", &arrived),
                ("Requester", &self.requester),
                ("Signature", &self.signature),
            ],
        )
    }
}

/// Returns what is left of a job to its requester.
///
/// # Errors
/// What, why, what next: when the job has not ended, or a round still needs its money.
pub async fn run(args: &JobArgs, context: &Context) -> anyhow::Result<()> {
    let chain = context.chain();
    let found = args.find(chain).await?;
    let pool = &found.pool.account;
    let live = pool.round_stage != PoolStage::Idle as u8;
    let round: Option<Round> = if live {
        chain.round(&found.pool.address, pool.round).await?
    } else {
        None
    };
    let steps = steps(&Sight {
        job: &found.account,
        pool,
        round: round.as_ref(),
        slot: chain.slot().await?,
        unix_time: chain.unix_time().await?,
    })?;
    let wallet = context.payer(0).await?;
    let mut last = None;
    for step in steps {
        note(&step.to_string());
        last = Some(perform(context, wallet, &found, step).await?);
    }
    let Some(landed) = last else {
        return Ok(());
    };
    let requester = Pubkey::new_from_array(found.account.requester);
    let arrived = chain
        .tokens_received(&landed.signature, &requester, &found.pool.mint())
        .await;
    context.print(&Refunded {
        job: found.account.number,
        signature: landed.signature.to_string(),
        amount: arrived.map(Amount),
        requester: requester.to_string(),
        decimals: pool.decimals,
    })
}

async fn perform(
    context: &Context,
    wallet: &Keypair,
    found: &FoundJob,
    step: Step,
) -> anyhow::Result<Landed> {
    let at = context.chain().addresses();
    let (pool, number) = (&found.pool.address, found.account.number);
    let instructions = match step {
        Step::Void { round } => vec![instruction::void_round(at, pool, round)],
        Step::Release { round } => vec![instruction::release_batch(at, pool, number, round)],
        Step::Refund => {
            let job: Job = context.chain().job(pool, number).await?;
            ensure!(
                job.balance > 0,
                "job {number} has nothing left: everything went to contributors, or back before"
            );
            let requester = Pubkey::new_from_array(job.requester);
            let accounts = found.pool.accounts();
            vec![
                // Succeeds when the account is there.
                instruction::create_associated_token(
                    &wallet.pubkey(),
                    &requester,
                    &accounts.mint,
                    &accounts.token_program,
                ),
                instruction::refund_job(at, &requester, &accounts, number),
            ]
        }
    };
    Ok(context.send(&instructions, &[wallet]).await?)
}
