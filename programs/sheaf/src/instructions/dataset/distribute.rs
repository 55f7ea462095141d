//! `post_distribution`

// The derive also declares the instruction's arguments where none of its code reads them.
#![allow(unused_variables)]

use crate::{
    clock::now,
    error::SheafError,
    event::BatchPosted,
    instructions::arguments::PostBatchArguments,
    state::{Batch, Dataset, Network, Pool},
};
use anchor_lang::prelude::*;
use sheaf_format::{seeds, stage::BatchState};

/// Accounts of `post_distribution`.
#[event_cpi]
#[derive(Accounts)]
#[instruction(arguments: PostBatchArguments)]
pub struct PostDistribution {
    /// An aggregator of the network; pays the rent.
    #[account(mut)]
    pub aggregator: Signer,
    /// The network.
    pub network: Account<Network>,
    /// The pool.
    #[account(mut)]
    pub pool: Account<Pool>,
    /// The dataset.
    #[account(mut, constraint = dataset.pool == pool.address().to_bytes()
        @ SheafError::WrongDataset)]
    pub dataset: Account<Dataset>,
    /// The batch: one of each dataset in each round.
    #[account(
        init, payer = aggregator,
        seeds = [seeds::BATCH, dataset.address().as_ref(), arguments.round.to_le_bytes()], bump,
    )]
    pub batch: Account<Batch>,
    /// Creates the account.
    pub system_program: Program<System>,
}

/// Posts the contributions whose authors share what licences paid, and reserves all of it for the
/// round. From there on it is a batch like any other: judged, attested to, settled and released. Any
/// aggregator of the network may post it, so that no absent one holds the money up.
pub fn distribute(
    ctx: &mut Context<PostDistribution>,
    arguments: &PostBatchArguments,
) -> Result<()> {
    let now = now()?;
    let PostBatchArguments {
        contributions_root,
        round,
        units,
        count,
        ..
    } = *arguments;
    let PostDistribution {
        aggregator,
        network,
        pool,
        dataset,
        batch,
        ..
    } = &mut ctx.accounts;
    let aggregator = aggregator.address().to_bytes();

    // Who.
    require!(
        network.is_aggregator(&aggregator),
        SheafError::NotAggregator
    );

    // When.
    network.check_running(now.unix_time)?;
    pool.join_round(round, now.slot, network.parameters.round_slots())?;

    // What.
    require!(count > 0 && units > 0, SheafError::EmptyBatch);

    // Effects.
    let reserved = dataset.reservation().reserve(round, u64::MAX)?;
    dataset.batch_count = dataset
        .batch_count
        .checked_add(1)
        .ok_or(SheafError::Arithmetic)?;
    batch.pool = dataset.pool;
    batch.job = dataset.address().to_bytes();
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
        pool: dataset.pool,
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
