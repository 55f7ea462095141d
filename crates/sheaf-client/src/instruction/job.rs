//! Instructions on jobs.

use super::{PoolAccounts, build, pay, read, sign, write};
use crate::{
    address::{Addresses, SYSTEM_PROGRAM},
    layout::{CreateJobArguments, ExtendJobArguments, FundJobArguments, SetJobAggregatorArguments},
};
use solana_sdk::{instruction::Instruction, pubkey::Pubkey};

/// Creates job `number`, which must be the pool's next, and funds it from the requester's
/// canonical token account.
pub fn create_job(
    at: &Addresses,
    requester: &Pubkey,
    accounts: &PoolAccounts,
    number: u64,
    arguments: &CreateJobArguments,
) -> Instruction {
    let pool = accounts.pool(at);
    let accounts = vec![
        pay(*requester),
        read(at.network()),
        write(pool),
        write(at.job(&pool, number)),
        write(accounts.token_account(requester)),
        write(at.vault(&pool)),
        read(accounts.mint),
        read(accounts.token_program),
        read(SYSTEM_PROGRAM),
    ];
    build(at, "create_job", accounts, &[bytemuck::bytes_of(arguments)])
}

/// Moves tokens from `funder`'s canonical token account into job `number`. Anyone may.
pub fn fund_job(
    at: &Addresses,
    funder: &Pubkey,
    accounts: &PoolAccounts,
    number: u64,
    arguments: &FundJobArguments,
) -> Instruction {
    let pool = accounts.pool(at);
    let accounts = vec![
        sign(*funder),
        read(at.network()),
        write(pool),
        write(at.job(&pool, number)),
        write(accounts.token_account(funder)),
        write(at.vault(&pool)),
        read(accounts.mint),
        read(accounts.token_program),
    ];
    build(at, "fund_job", accounts, &[bytemuck::bytes_of(arguments)])
}

/// Stops a job's intake.
pub fn cancel_job(at: &Addresses, requester: &Pubkey, pool: &Pubkey, number: u64) -> Instruction {
    let accounts = vec![sign(*requester), write(*pool), write(at.job(pool, number))];
    build(at, "cancel_job", accounts, &[])
}

/// Returns what is left of a job to its requester's canonical token account.
pub fn refund_job(
    at: &Addresses,
    requester: &Pubkey,
    accounts: &PoolAccounts,
    number: u64,
) -> Instruction {
    let pool = accounts.pool(at);
    let accounts = vec![
        write(pool),
        write(at.job(&pool, number)),
        write(accounts.token_account(requester)),
        write(at.vault(&pool)),
        read(accounts.mint),
        read(accounts.token_program),
    ];
    build(at, "refund_job", accounts, &[])
}

/// Moves a job's deadline to a later one.
pub fn extend_job(
    at: &Addresses,
    requester: &Pubkey,
    pool: &Pubkey,
    number: u64,
    arguments: &ExtendJobArguments,
) -> Instruction {
    let accounts = vec![sign(*requester), write(*pool), write(at.job(pool, number))];
    build(at, "extend_job", accounts, &[bytemuck::bytes_of(arguments)])
}

/// Names the aggregator of a job's rounds after the live one.
pub fn set_job_aggregator(
    at: &Addresses,
    requester: &Pubkey,
    pool: &Pubkey,
    number: u64,
    arguments: &SetJobAggregatorArguments,
) -> Instruction {
    let accounts = vec![
        sign(*requester),
        read(at.network()),
        write(*pool),
        write(at.job(pool, number)),
    ];
    build(
        at,
        "set_job_aggregator",
        accounts,
        &[bytemuck::bytes_of(arguments)],
    )
}

/// Closes an ended job that holds nothing; the rent goes to its requester.
pub fn close_job(at: &Addresses, requester: &Pubkey, pool: &Pubkey, number: u64) -> Instruction {
    let accounts = vec![write(*pool), write(at.job(pool, number)), write(*requester)];
    build(at, "close_job", accounts, &[])
}
