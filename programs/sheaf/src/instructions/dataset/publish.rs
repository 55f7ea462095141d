//! `publish_dataset`

use crate::{
    error::SheafError,
    event::DatasetPublished,
    instructions::arguments::PublishDatasetArguments,
    state::{Dataset, Job, Pool},
};
use anchor_lang::prelude::*;
use sheaf_format::seeds;

/// Accounts of `publish_dataset`.
#[event_cpi]
#[derive(Accounts)]
pub struct PublishDataset {
    /// The job's requester; pays the rent.
    #[account(mut)]
    pub requester: Signer,
    /// The pool.
    #[account(mut)]
    pub pool: Account<Pool>,
    /// The job.
    #[account(constraint = job.pool == pool.address().to_bytes() @ SheafError::WrongMint)]
    pub job: Account<Job>,
    /// The dataset: one of each job.
    #[account(
        init, payer = requester, seeds = [seeds::DATASET, job.address().as_ref()], bump,
    )]
    pub dataset: Account<Dataset>,
    /// Creates the account.
    pub system_program: Program<System>,
}

/// Offers a job's result for licences at a price that does not change. The shares of treasury and
/// validators are the job's.
pub fn publish(
    ctx: &mut Context<PublishDataset>,
    arguments: &PublishDatasetArguments,
) -> Result<()> {
    let PublishDatasetArguments {
        content_hash,
        price,
    } = *arguments;
    let PublishDataset {
        requester,
        pool,
        job,
        dataset,
        ..
    } = &mut ctx.accounts;

    // Who.
    job.check_requester(requester.address().as_array())?;

    // What.
    require!(price > 0, SheafError::AmountIsZero);

    // Effects.
    dataset.pool = job.pool;
    dataset.job = job.address().to_bytes();
    dataset.requester = job.requester;
    dataset.content_hash = content_hash;
    dataset.number = job.number;
    dataset.price = price;
    dataset.treasury_bps = job.treasury_bps;
    dataset.validators_bps = job.validators_bps;
    dataset.bump = ctx.bumps.dataset;

    // Event.
    let event = DatasetPublished {
        sequence: pool.next_event()?,
        pool: dataset.pool,
        job: dataset.job,
        dataset: dataset.address().to_bytes(),
        content_hash,
        number: dataset.number,
        price,
    };
    emit_cpi!(event);
    Ok(())
}
