//! `license_dataset`

use crate::{
    clock::now,
    error::SheafError,
    event::DatasetLicensed,
    instructions::{
        arguments::LicenseDatasetArguments,
        deposit::{deposit, Deposit},
    },
    state::{Dataset, Network, Pool},
};
use anchor_lang::prelude::*;

/// Accounts of `license_dataset`.
#[event_cpi]
#[derive(Accounts)]
pub struct LicenseDataset {
    /// Pays for the licence. Anyone may.
    pub consumer: Signer,
    /// The network, which may be paused.
    pub network: Account<Network>,
    /// The pool.
    #[account(mut)]
    pub pool: Account<Pool>,
    /// The dataset.
    #[account(mut, constraint = dataset.pool == pool.address().to_bytes()
        @ SheafError::WrongDataset)]
    pub dataset: Account<Dataset>,
    /// CHECK: token account the price comes from; the token program checks that the consumer may
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
}

/// Pays a licence's price. What measurably arrives becomes a balance of the dataset, which later rounds
/// distribute to those who contributed; it goes back to nobody.
pub fn license(
    ctx: &mut Context<LicenseDataset>,
    arguments: &LicenseDatasetArguments,
) -> Result<()> {
    let now = now()?;
    let LicenseDatasetArguments { maximum_price } = *arguments;
    let accounts = &mut ctx.accounts;

    // When.
    accounts.network.check_running(now.unix_time)?;

    // What.
    require!(
        accounts.dataset.price <= maximum_price,
        SheafError::PriceTooHigh
    );

    // Effects.
    let arrived = deposit(Deposit {
        pool: &mut accounts.pool,
        source: &mut accounts.source,
        vault: &mut accounts.vault,
        mint: &accounts.mint,
        token_program: &accounts.token_program,
        payer: &accounts.consumer,
        amount: accounts.dataset.price,
    })?;
    let license = accounts.dataset.license(arrived)?;

    // Event.
    let event = DatasetLicensed {
        sequence: accounts.pool.next_event()?,
        pool: accounts.dataset.pool,
        dataset: accounts.dataset.address().to_bytes(),
        consumer: accounts.consumer.address().to_bytes(),
        license,
        arrived,
        balance: accounts.dataset.balance,
    };
    emit_cpi!(event);
    Ok(())
}
