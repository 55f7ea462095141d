//! `sheaf network`: the program, and the one network of its deployment.

mod account;
mod parameters;
mod program;

use crate::{context::Context, output::fields};
use account::NetworkReport;
use anyhow::{bail, ensure};
use clap::{Args, Subcommand};
use parameters::{ParameterArgs, Preset};
use program::{CloseBufferArgs, DeployArgs, SetUpgradeAuthorityArgs, VerifyArgs};
use serde::Serialize;
use sheaf_client::{
    instruction,
    layout::{AccountLayout, CreateNetworkArguments, Network},
};
use sheaf_format::limits::MAX_AGGREGATORS;
use solana_sdk::{pubkey::Pubkey, signature::Signer};
use std::fmt;

/// What can be done with the network.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Create the network; -k is the program's upgrade authority, which becomes its admin
    Init(Box<InitArgs>),
    /// Show parameters, aggregators and validators
    Show,
    /// Deploy or upgrade the program; goes on where it was interrupted
    Deploy(Box<DeployArgs>),
    /// Compare the deployed program with built bytes
    Verify(VerifyArgs),
    /// Hand the program over to another upgrade authority, such as a multisig
    SetUpgradeAuthority(SetUpgradeAuthorityArgs),
    /// Close what an interrupted deployment left, and get its SOL back
    CloseBuffer(CloseBufferArgs),
}

/// Arguments of `sheaf network init`.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// Mint of the validators' stakes
    #[arg(long, value_name = "MINT")]
    pub stake_mint: Pubkey,
    /// Wallet that earns the treasury's share
    #[arg(long, value_name = "PUBKEY")]
    pub treasury: Pubkey,
    /// Wallet that may take submissions and post batches; repeat it for several
    #[arg(long = "aggregator", value_name = "PUBKEY", required = true)]
    pub aggregators: Vec<Pubkey>,
    /// Parameters to start from [default: localnet, and production on Solana's public clusters]
    #[arg(long, value_enum)]
    pub preset: Option<Preset>,
    /// Parameters that differ from the preset's.
    #[command(flatten)]
    pub parameters: ParameterArgs,
}

#[derive(Debug, Serialize)]
struct Created {
    network: String,
    signature: String,
}

impl fmt::Display for Created {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fields(
            formatter,
            &[("Network", &self.network), ("Signature", &self.signature)],
        )
    }
}

/// Does what was asked.
///
/// # Errors
/// What, why, what next.
pub async fn run(command: Command, context: &Context) -> anyhow::Result<()> {
    match command {
        Command::Init(args) => init(&args, context).await,
        Command::Show => {
            let network = context.chain().network().await?;
            context.print(&NetworkReport::new(context.chain().addresses(), &network))
        }
        Command::Deploy(args) => program::deploy(&args, context).await,
        Command::Verify(args) => program::verify(&args, context).await,
        Command::SetUpgradeAuthority(args) => program::set_upgrade_authority(&args, context).await,
        Command::CloseBuffer(args) => program::close_buffer(&args, context).await,
    }
}

async fn init(args: &InitArgs, context: &Context) -> anyhow::Result<()> {
    let chain = context.chain();
    ensure!(
        args.aggregators.len() <= MAX_AGGREGATORS,
        "{} aggregators are too many: the network's list holds {MAX_AGGREGATORS}",
        args.aggregators.len()
    );
    let genesis = chain.genesis_hash().await?;
    let preset = args
        .preset
        .unwrap_or_else(|| Preset::usual(&genesis.to_string()));
    let stake_mint = chain.mint(&args.stake_mint).await?;
    let parameters = args.parameters.over(preset, stake_mint.decimals)?;
    let network = chain.addresses().network();
    if let Some(found) = chain.find::<Network>("network", &network).await? {
        bail!(
            "the network exists already: {network}, admin {}. `sheaf network show` shows it",
            Pubkey::new_from_array(found.admin)
        );
    }
    let authority = context.payer(chain.rent(Network::LENGTH).await?).await?;
    let arguments = CreateNetworkArguments {
        genesis_hash: genesis.to_bytes(),
        treasury: args.treasury.to_bytes(),
        parameters,
    };
    let create = instruction::create_network(
        chain.addresses(),
        &authority.pubkey(),
        &args.stake_mint,
        &arguments,
        &args.aggregators,
    );
    let landed = context.send(&[create], &[authority]).await?;
    context.print(&Created {
        network: network.to_string(),
        signature: landed.signature.to_string(),
    })
}
