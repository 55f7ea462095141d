//! `record_usage`

use crate::{
    error::SheafError,
    event::UsageRecorded,
    instructions::arguments::RecordUsageArguments,
    state::{Dataset, Pool},
};
use anchor_lang::prelude::*;

/// Accounts of `record_usage`.
#[event_cpi]
#[derive(Accounts)]
pub struct RecordUsage {
    /// Who reports. Anyone may: whether it holds a licence, the events say.
    pub consumer: Signer,
    /// The pool.
    #[account(mut)]
    pub pool: Account<Pool>,
    /// The dataset.
    #[account(mut, constraint = dataset.pool == pool.address().to_bytes()
        @ SheafError::WrongDataset)]
    pub dataset: Account<Dataset>,
}

/// Records the hash of a report on a use of the dataset, in an event.
pub fn record_usage(
    ctx: &mut Context<RecordUsage>,
    arguments: &RecordUsageArguments,
) -> Result<()> {
    let RecordUsageArguments { usage_hash } = *arguments;
    let RecordUsage {
        consumer,
        pool,
        dataset,
        ..
    } = &mut ctx.accounts;

    // Effects.
    let usage = dataset.count_usage()?;

    // Event.
    let event = UsageRecorded {
        sequence: pool.next_event()?,
        pool: dataset.pool,
        dataset: dataset.address().to_bytes(),
        consumer: consumer.address().to_bytes(),
        usage_hash,
        usage,
    };
    emit_cpi!(event);
    Ok(())
}
