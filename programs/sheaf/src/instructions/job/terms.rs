//! `extend_job`, `set_job_aggregator`

use crate::{
    clock::now,
    error::SheafError,
    event::{JobAggregatorSet, JobExtended},
    instructions::arguments::{ExtendJobArguments, SetJobAggregatorArguments},
    state::{Job, Network, Pool},
};
use anchor_lang::prelude::*;

/// Accounts of `extend_job`.
#[event_cpi]
#[derive(Accounts)]
pub struct ExtendJob {
    /// The job's requester.
    pub requester: Signer,
    /// The pool.
    #[account(mut)]
    pub pool: Account<Pool>,
    /// The job.
    #[account(mut, constraint = job.pool == pool.address().to_bytes() @ SheafError::WrongMint)]
    pub job: Account<Job>,
}

/// Accounts of `set_job_aggregator`.
#[event_cpi]
#[derive(Accounts)]
pub struct SetJobAggregator {
    /// The job's requester.
    pub requester: Signer,
    /// The network, whose list the aggregator must be on.
    pub network: Account<Network>,
    /// The pool.
    #[account(mut)]
    pub pool: Account<Pool>,
    /// The job.
    #[account(mut, constraint = job.pool == pool.address().to_bytes() @ SheafError::WrongMint)]
    pub job: Account<Job>,
}

/// Moves an active job's deadline to a later one. Nothing else of its terms changes.
pub fn extend(ctx: &mut Context<ExtendJob>, arguments: &ExtendJobArguments) -> Result<()> {
    let now = now()?;
    let ExtendJobArguments { deadline } = *arguments;
    let ExtendJob {
        requester,
        pool,
        job,
        ..
    } = &mut ctx.accounts;

    // Who.
    job.check_requester(requester.address().as_array())?;

    // When.
    job.check_active(now.unix_time)?;

    // What, and effects.
    let old_deadline = job.extend(deadline, now.unix_time)?;

    // Event.
    let event = JobExtended {
        sequence: pool.next_event()?,
        pool: job.pool,
        job: job.address().to_bytes(),
        old_deadline,
        new_deadline: deadline,
    };
    emit_cpi!(event);
    Ok(())
}

/// Names the aggregator that posts an active job's batches in rounds after the live one. Who has
/// accepted work for the live round keeps it.
pub fn set_aggregator(
    ctx: &mut Context<SetJobAggregator>,
    arguments: &SetJobAggregatorArguments,
) -> Result<()> {
    let now = now()?;
    let SetJobAggregatorArguments { aggregator } = *arguments;
    let SetJobAggregator {
        requester,
        network,
        pool,
        job,
        ..
    } = &mut ctx.accounts;

    // Who.
    job.check_requester(requester.address().as_array())?;

    // When.
    job.check_active(now.unix_time)?;

    // What.
    require!(
        network.is_aggregator(&aggregator),
        SheafError::NotAggregator
    );

    // Effects.
    let from_round = job.name_aggregator(aggregator, pool.round)?;

    // Event.
    let event = JobAggregatorSet {
        sequence: pool.next_event()?,
        pool: job.pool,
        job: job.address().to_bytes(),
        aggregator,
        from_round,
    };
    emit_cpi!(event);
    Ok(())
}
