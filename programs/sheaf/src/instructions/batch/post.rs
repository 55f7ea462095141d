//! `post_batch`

// The derive also declares the instruction's arguments where none of its code reads them.
#![allow(unused_variables)]

use crate::{
    arithmetic::sub,
    clock::now,
    error::SheafError,
    event::BatchPosted,
    instructions::arguments::PostBatchArguments,
    state::{lasts_at_most, Batch, Job, Network, Pool},
};
use anchor_lang::prelude::*;
use sheaf_format::{seeds, stage::BatchState};

/// Accounts of `post_batch`.
#[event_cpi]
#[derive(Accounts)]
#[instruction(arguments: PostBatchArguments)]
pub struct PostBatch {
    /// The job's aggregator; pays the rent.
    #[account(mut)]
    pub aggregator: Signer,
    /// The network, whose stage lengths bound a new round.
    pub network: Account<Network>,
    /// The pool.
    #[account(mut)]
    pub pool: Account<Pool>,
    /// The job.
    #[account(mut, constraint = job.pool == pool.address().to_bytes() @ SheafError::WrongBatch)]
    pub job: Account<Job>,
    /// The batch: one of each job in each round.
    #[account(
        init, payer = aggregator,
        seeds = [seeds::BATCH, job.address().as_ref(), arguments.round.to_le_bytes()], bump,
    )]
    pub batch: Account<Batch>,
    /// Creates the account.
    pub system_program: Program<System>,
}

/// Posts a job's contributions to the pool's round and reserves what they may cost. The first
/// batch starts the round and fixes its hard deadline.
pub fn post(ctx: &mut Context<PostBatch>, arguments: &PostBatchArguments) -> Result<()> {
    let now = now()?;
    let PostBatchArguments {
        contributions_root,
        round,
        units,
        count,
        ..
    } = *arguments;
    let PostBatch {
        aggregator,
        network,
        pool,
        job,
        batch,
        ..
    } = &mut ctx.accounts;
    let aggregator = aggregator.address().to_bytes();

    // Who.
    job.hand_over(round);
    require!(aggregator == job.aggregator, SheafError::NotAggregator);

    // When.
    network.check_running(now.unix_time)?;
    job.check_takes_batches(now)?;
    pool.join_round(round, now.slot, network.parameters.round_slots())?;
    let slots_left = sub(pool.round_deadline_slot, now.slot)?;
    require!(
        lasts_at_most(slots_left, job.seconds_to_stall(now.unix_time)?),
        SheafError::RoundOutlastsStall
    );

    // What.
    require!(count > 0 && units > 0, SheafError::EmptyBatch);
    require!(
        contributions_root != job.last_paid_root,
        SheafError::BatchAlreadyPaid
    );

    // Effects.
    let reserved = job.reserve(round)?;
    job.count_batch()?;
    batch.pool = job.pool;
    batch.job = job.address().to_bytes();
    batch.aggregator = aggregator;
    batch.contributions_root = contributions_root;
    batch.round = round;
    batch.reserved = reserved;
    batch.units = units;
    batch.posted_slot = now.slot;
    batch.count = count;
    batch.state = BatchState::Posted as u8;
    batch.bump = ctx.bumps.batch;

    // Event.
    let event = BatchPosted {
        sequence: pool.next_event()?,
        pool: job.pool,
        job: batch.job,
        batch: batch.address().to_bytes(),
        contributions_root,
        round,
        reserved,
        units,
        count: count.into(),
    };
    emit_cpi!(event);
    Ok(())
}
