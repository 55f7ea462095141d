//! `sheaf job`: what requesters ask and pay for.

mod account;
mod create;
mod download;
mod escrow;
mod publish;
mod refund;
mod terms;

use crate::{
    context::Context,
    pool::{FoundPool, PoolArgs},
};
use account::{JobList, JobReport};
use anyhow::{bail, ensure};
use clap::{Args, Subcommand};
use create::CreateArgs;
use download::DownloadArgs;
use escrow::FundArgs;
use publish::PublishArgs;
use sheaf_client::{Chain, layout::Job};
use solana_sdk::{pubkey::Pubkey, signature::Signer};

/// What can be done with jobs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Create a job, fund it, and publish its specification
    Create(Box<CreateArgs>),
    /// Publish a job's specification, when that was not done at its creation
    Publish(PublishArgs),
    /// Add money to a job; anyone may
    Fund(FundArgs),
    /// End a job before its deadline
    Cancel(JobArgs),
    /// Return what is left of a job that has ended to its requester; anyone may
    Refund(JobArgs),
    /// Show a job with every number of its account
    Show(JobArgs),
    /// Show all jobs of a pool
    List(PoolArgs),
    /// Download and decrypt what a job paid for; -k is its requester
    Download(DownloadArgs),
}

/// Which job a command is about.
#[derive(Clone, Debug, Args)]
pub struct JobArgs {
    /// Number of the job
    #[arg(value_name = "N")]
    pub number: u64,
    /// The job's pool.
    #[command(flatten)]
    pub pool: PoolArgs,
}

/// A job on chain with its pool.
#[derive(Clone, Debug)]
pub struct FoundJob {
    /// The pool.
    pub pool: FoundPool,
    /// The job's address.
    pub address: Pubkey,
    /// The job, as it was when found.
    pub account: Job,
}

impl JobArgs {
    /// The job on chain.
    ///
    /// # Errors
    /// When the pool has no such job.
    pub async fn find(&self, chain: &Chain) -> anyhow::Result<FoundJob> {
        let pool = self.pool.find(chain).await?;
        if self.number >= pool.account.next_job {
            bail!("{}", unknown(self.number, &pool));
        }
        Ok(FoundJob {
            address: chain.addresses().job(&pool.address, self.number),
            account: chain.job(&pool.address, self.number).await?,
            pool,
        })
    }
}

impl FoundJob {
    /// Checks that the command line's wallet is the job's requester.
    ///
    /// # Errors
    /// When it is another.
    pub fn require_requester(&self, context: &Context) -> anyhow::Result<()> {
        let wallet = context.wallet()?.pubkey();
        let requester = Pubkey::new_from_array(self.account.requester);
        ensure!(
            wallet == requester,
            "job {} belongs to {requester}, and {} is {wallet}: give the requester's wallet with -k FILE",
            self.account.number,
            context.wallet_path().display()
        );
        Ok(())
    }
}

fn unknown(number: u64, pool: &FoundPool) -> String {
    let mint = pool.mint();
    match pool.account.next_job.checked_sub(1) {
        None => format!(
            "there is no job {number}: the pool of mint {mint} has none yet. Create one with `sheaf job create`"
        ),
        Some(last) => format!(
            "there is no job {number}: the last one of the pool of mint {mint} is {last}. `sheaf job list` shows them"
        ),
    }
}

/// Does what was asked.
///
/// # Errors
/// What, why, what next.
pub async fn run(command: Command, context: &Context) -> anyhow::Result<()> {
    match command {
        Command::Create(args) => create::run(&args, context).await,
        Command::Publish(args) => publish::run(&args, context).await,
        Command::Fund(args) => escrow::fund(&args, context).await,
        Command::Cancel(args) => escrow::cancel(&args, context).await,
        Command::Refund(args) => refund::run(&args, context).await,
        Command::Show(args) => show(&args, context).await,
        Command::List(args) => list(&args, context).await,
        Command::Download(args) => download::run(&args, context).await,
    }
}

async fn show(args: &JobArgs, context: &Context) -> anyhow::Result<()> {
    let job = args.find(context.chain()).await?;
    let now = context.chain().unix_time().await?;
    let decimals = job.pool.account.decimals;
    context.print(&JobReport::new(&job.address, &job.account, decimals, now))
}

async fn list(args: &PoolArgs, context: &Context) -> anyhow::Result<()> {
    let chain = context.chain();
    let pool = args.find(chain).await?;
    let now = chain.unix_time().await?;
    let numbers = 0..pool.account.next_job;
    let addresses: Vec<Pubkey> = numbers
        .map(|number| chain.addresses().job(&pool.address, number))
        .collect();
    let found = chain.accounts(&addresses).await?;
    let jobs = addresses
        .iter()
        .zip(found)
        .filter_map(|(address, account)| {
            let account = account?;
            Some(
                chain
                    .read("job", address, &account)
                    .map(|job: Job| JobReport::new(address, &job, pool.account.decimals, now)),
            )
        });
    context.print(&JobList(jobs.collect::<Result<_, _>>()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytemuck::Zeroable;
    use sheaf_client::layout::Pool;

    #[test]
    fn an_unknown_job_is_told_with_what_there_is() {
        let mut pool = FoundPool {
            address: Pubkey::default(),
            account: Pool::zeroed(),
        };
        assert!(unknown(0, &pool).contains("has none yet"));
        pool.account.next_job = 4;
        assert!(unknown(7, &pool).contains("no job 7") && unknown(7, &pool).contains(" is 3."));
    }
}
