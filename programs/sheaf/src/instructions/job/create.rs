//! `create_job`

use crate::{
    arithmetic::{add, later},
    clock::now,
    error::SheafError,
    event::JobCreated,
    instructions::{
        arguments::CreateJobArguments,
        deposit::{deposit, Deposit},
    },
    state::{Job, Network, Pool},
};
use anchor_lang::prelude::*;
use sheaf_format::{limits::MAX_JOB_SECONDS, seeds, stage::JobKind};

/// Accounts of `create_job`.
#[event_cpi]
#[derive(Accounts)]
pub struct CreateJob {
    /// Creates and funds the job, and gets refunds.
    #[account(mut)]
    pub requester: Signer,
    /// The network, whose terms the job copies.
    pub network: Account<Network>,
    /// The pool of the job's mint.
    #[account(mut)]
    pub pool: Account<Pool>,
    /// The job; its number is the pool's next.
    #[account(
        init, payer = requester,
        seeds = [seeds::JOB, pool.address().as_ref(), pool.next_job.to_le_bytes()], bump,
    )]
    pub job: Account<Job>,
    /// CHECK: token account the funds come from; the token program checks that the requester may
    /// spend from it.
    #[account(mut)]
    pub source: UncheckedAccount,
    /// CHECK: the pool's vault.
    #[account(mut, address = pool.vault @ SheafError::WrongTokenAccount)]
    pub vault: UncheckedAccount,
    /// CHECK: the pool's mint.
    #[account(address = pool.mint @ SheafError::WrongMint)]
    pub mint: UncheckedAccount,
    /// CHECK: the mint's token program.
    #[account(address = pool.token_program @ SheafError::WrongTokenProgram)]
    pub token_program: UncheckedAccount,
    /// Creates the account.
    pub system_program: Program<System>,
}

/// Creates a job and funds it. What measurably arrives is its balance; fees and stall limit are
/// fixed here for its life.
pub fn create(ctx: &mut Context<CreateJob>, arguments: &CreateJobArguments) -> Result<()> {
    let now = now()?;
    let CreateJobArguments {
        encryption_key,
        specification_hash,
        aggregator,
        amount,
        price_per_unit,
        round_cap,
        minimum_earning,
        deadline,
        kind,
        ..
    } = *arguments;
    let accounts = &mut ctx.accounts;
    let parameters = accounts.network.parameters;

    // When.
    accounts.network.check_running(now.unix_time)?;

    // What.
    require!(
        JobKind::from_byte(kind).is_some(),
        SheafError::JobKindUnknown
    );
    require!(
        accounts.network.is_aggregator(&aggregator),
        SheafError::NotAggregator
    );
    require!(amount > 0 && round_cap > 0, SheafError::AmountIsZero);
    require!(
        deadline > now.unix_time && deadline <= later(now.unix_time, MAX_JOB_SECONDS)?,
        SheafError::DeadlineOutOfBounds
    );

    let grace_slots =
        u32::try_from(parameters.round_slots()).map_err(|_| SheafError::Arithmetic)?;

    // Effects.
    let arrived = deposit(Deposit {
        pool: &mut accounts.pool,
        source: &mut accounts.source,
        vault: &mut accounts.vault,
        mint: &accounts.mint,
        token_program: &accounts.token_program,
        payer: &accounts.requester,
        amount,
    })?;
    accounts.job.credit(arrived)?;
    let (pool, job) = (&mut accounts.pool, &mut accounts.job);
    let number = pool.next_job;
    pool.next_job = add(number, 1)?;
    job.pool = pool.address().to_bytes();
    job.requester = accounts.requester.address().to_bytes();
    job.aggregator = aggregator;
    job.encryption_key = encryption_key;
    job.specification_hash = specification_hash;
    job.number = number;
    job.price_per_unit = price_per_unit;
    job.round_cap = round_cap;
    job.minimum_earning = minimum_earning;
    job.deadline = deadline;
    job.stall_seconds = parameters.stall_seconds;
    job.grace_slots = grace_slots;
    job.treasury_bps = parameters.treasury_bps;
    job.validators_bps = parameters.validators_bps;
    job.kind = kind;
    job.bump = ctx.bumps.job;

    // Event.
    let event = JobCreated {
        sequence: pool.next_event()?,
        pool: job.pool,
        job: job.address().to_bytes(),
        requester: job.requester,
        number,
        arrived,
    };
    emit_cpi!(event);
    Ok(())
}
