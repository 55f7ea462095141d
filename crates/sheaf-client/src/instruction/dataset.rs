//! Instructions on datasets. `number` is the job's.

use super::{PoolAccounts, build, pay, read, sign, write};
use crate::{
    address::{Addresses, SYSTEM_PROGRAM},
    layout::{
        LicenseDatasetArguments, PostBatchArguments, PublishDatasetArguments, RecordUsageArguments,
    },
};
use solana_sdk::{instruction::Instruction, pubkey::Pubkey};

/// Offers a job's result for licences.
pub fn publish_dataset(
    at: &Addresses,
    requester: &Pubkey,
    pool: &Pubkey,
    number: u64,
    arguments: &PublishDatasetArguments,
) -> Instruction {
    let job = at.job(pool, number);
    let accounts = vec![
        pay(*requester),
        write(*pool),
        read(job),
        write(at.dataset(&job)),
        read(SYSTEM_PROGRAM),
    ];
    build(
        at,
        "publish_dataset",
        accounts,
        &[bytemuck::bytes_of(arguments)],
    )
}

/// Pays for a licence from the consumer's canonical token account.
pub fn license_dataset(
    at: &Addresses,
    consumer: &Pubkey,
    accounts: &PoolAccounts,
    number: u64,
    arguments: &LicenseDatasetArguments,
) -> Instruction {
    let pool = accounts.pool(at);
    let accounts = vec![
        sign(*consumer),
        read(at.network()),
        write(pool),
        write(at.dataset(&at.job(&pool, number))),
        write(accounts.token_account(consumer)),
        write(at.vault(&pool)),
        read(accounts.mint),
        read(accounts.token_program),
    ];
    build(
        at,
        "license_dataset",
        accounts,
        &[bytemuck::bytes_of(arguments)],
    )
}

/// Records a use of a dataset.
pub fn record_usage(
    at: &Addresses,
    consumer: &Pubkey,
    pool: &Pubkey,
    number: u64,
    arguments: &RecordUsageArguments,
) -> Instruction {
    let dataset = at.dataset(&at.job(pool, number));
    let accounts = vec![sign(*consumer), write(*pool), write(dataset)];
    build(
        at,
        "record_usage",
        accounts,
        &[bytemuck::bytes_of(arguments)],
    )
}

/// Posts who shares what a dataset's licences paid. Settling, releasing and closing such a batch take
/// the number with [`DATASET_NUMBER_BIT`](sheaf_format::limits::DATASET_NUMBER_BIT).
pub fn post_distribution(
    at: &Addresses,
    aggregator: &Pubkey,
    pool: &Pubkey,
    number: u64,
    arguments: &PostBatchArguments,
) -> Instruction {
    let dataset = at.dataset(&at.job(pool, number));
    let accounts = vec![
        pay(*aggregator),
        read(at.network()),
        write(*pool),
        write(dataset),
        write(at.batch(&dataset, arguments.round)),
        read(SYSTEM_PROGRAM),
    ];
    build(
        at,
        "post_distribution",
        accounts,
        &[bytemuck::bytes_of(arguments)],
    )
}

/// Ends the offer of a dataset; the rent goes to its requester.
pub fn close_dataset(
    at: &Addresses,
    requester: &Pubkey,
    pool: &Pubkey,
    number: u64,
) -> Instruction {
    let dataset = at.dataset(&at.job(pool, number));
    let accounts = vec![pay(*requester), write(*pool), write(dataset)];
    build(at, "close_dataset", accounts, &[])
}
