//! `sheaf pool`: one pool for each mint.

mod account;
mod find;

pub use find::{FoundPool, PoolArgs};

use crate::{context::Context, output::fields, tokens::Tokens};
use account::PoolReport;
use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use serde::Serialize;
use sheaf_client::{
    instruction::{self, PoolAccounts},
    layout::{AccountLayout, CreatePoolArguments, Pool},
    token::TokenAccount,
};
use solana_sdk::{pubkey::Pubkey, signature::Signer};
use std::fmt;

/// Bytes of a vault, with the extensions that admitted mints bring, at most.
const VAULT_LENGTH: usize = 256;

/// What can be done with pools.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Create the pool of a mint, with its vault
    Create(CreateArgs),
    /// Show a pool with every number of its account
    Show(ShowArgs),
}

/// Arguments of `sheaf pool create`.
#[derive(Debug, Args)]
pub struct CreateArgs {
    /// The mint
    #[arg(long)]
    pub mint: Pubkey,
    /// Reserve that pays the rent of ledger pages
    #[arg(long, value_name = "SOL", default_value = "1")]
    pub reserve: Tokens,
}

/// Arguments of `sheaf pool show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The mint
    #[arg(long)]
    pub mint: Pubkey,
}

#[derive(Debug, Serialize)]
struct Created {
    pool: String,
    vault: String,
    mint: String,
    signature: String,
}

impl fmt::Display for Created {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fields(
            formatter,
            &[
                ("Pool", &self.pool),
                ("Vault", &self.vault),
                ("Mint", &self.mint),
                ("Signature", &self.signature),
            ],
        )
    }
}

/// Does what was asked.
///
/// # Errors
/// What, why, what next.
pub async fn run(command: Command, context: &Context) -> anyhow::Result<()> {
    match command {
        Command::Create(args) => create(&args, context).await,
        Command::Show(args) => show(&args, context).await,
    }
}

async fn create(args: &CreateArgs, context: &Context) -> anyhow::Result<()> {
    let chain = context.chain();
    let reserve_lamports = args.reserve.lamports().context("--reserve")?;
    let mint = chain.mint(&args.mint).await?;
    chain.network().await?;
    let accounts = PoolAccounts::from(&mint);
    let pool = accounts.pool(chain.addresses());
    if chain.find::<Pool>("pool", &pool).await?.is_some() {
        bail!(
            "the pool of mint {} exists already: {pool}. `sheaf pool show --mint {}` shows it",
            args.mint,
            args.mint
        );
    }
    let rent = chain
        .rent(Pool::LENGTH)
        .await?
        .saturating_add(chain.rent(VAULT_LENGTH).await?);
    let payer = context.payer(rent.saturating_add(reserve_lamports)).await?;
    let create = instruction::create_pool(
        chain.addresses(),
        &payer.pubkey(),
        &accounts,
        &CreatePoolArguments { reserve_lamports },
    );
    let landed = context.send(&[create], &[payer]).await?;
    context.print(&Created {
        pool: pool.to_string(),
        vault: chain.addresses().vault(&pool).to_string(),
        mint: args.mint.to_string(),
        signature: landed.signature.to_string(),
    })
}

async fn show(args: &ShowArgs, context: &Context) -> anyhow::Result<()> {
    let chain = context.chain();
    let address = FoundPool::of_mint(chain, &args.mint).await?.address;
    // Both of one slot, so that the numbers fit together.
    let vault = chain.addresses().vault(&address);
    let found = chain.accounts(&[address, vault]).await?;
    let [Some(pool_account), Some(vault_account)] = found.as_slice() else {
        bail!("the RPC shows the pool {address} or its vault no more: ask again");
    };
    let pool: Pool = chain.read("pool", &address, pool_account)?;
    let vault = TokenAccount::read(vault_account)
        .with_context(|| format!("the vault {vault} is no token account"))?;
    let rent = chain.rent(Pool::LENGTH).await?;
    let reserve = pool_account.lamports.saturating_sub(rent);
    context.print(&PoolReport::new(&address, &pool, &vault, reserve))
}
