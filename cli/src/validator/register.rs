//! `sheaf validator register`: stakes, and names the keys that vote and decrypt.

use crate::{context::Context, funds::require_tokens, identity, output::fields, tokens::Tokens};
use anyhow::{Context as _, bail, ensure};
use clap::Args;
use serde::Serialize;
use sheaf_client::{
    amount,
    instruction::{self, StakeMint},
    keys::read_or_create_keypair,
    layout::{AccountLayout, RegisterValidatorArguments, Validator},
};
use sheaf_protocol::{encryption::public_key, text::AgeKey};
use solana_sdk::{pubkey::Pubkey, signature::Signer};
use std::{fmt, path::PathBuf};

/// Bytes of a token account of the stake, with extensions, at most.
const STAKE_LENGTH: usize = 256;

/// Arguments of `sheaf validator register`.
#[derive(Debug, Args)]
pub struct RegisterArgs {
    /// Stake, in tokens of the network's stake mint; it comes from the wallet (-k)
    #[arg(long, value_name = "T")]
    pub stake: Tokens,
    /// Keypair file of the key that votes; created when there is none
    #[arg(long, value_name = "FILE")]
    pub vote_key: PathBuf,
    /// Identity file that decrypts contributions; created when there is none
    #[arg(long, value_name = "FILE")]
    pub identity: PathBuf,
    /// SOL for the vote key, which pays the fees of its votes
    #[arg(long, value_name = "SOL", default_value = "1")]
    pub vote_key_sol: Tokens,
}

#[derive(Debug, Serialize)]
struct Registered {
    /// The validator's wallet.
    validator: String,
    /// Address of its account.
    address: String,
    vote_key: String,
    recipient: String,
    signature: String,
}

impl fmt::Display for Registered {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fields(
            formatter,
            &[
                ("Validator", &self.validator),
                ("Account", &self.address),
                ("Vote key", &self.vote_key),
                ("Recipient", &self.recipient),
                ("Signature", &self.signature),
            ],
        )
    }
}

/// Registers the wallet as a validator and funds its vote key, in one transaction.
///
/// # Errors
/// What, why, what next; nothing was sent unless the chain is named.
pub async fn register(args: RegisterArgs, context: &Context) -> anyhow::Result<()> {
    let chain = context.chain();
    let vote_lamports = args.vote_key_sol.lamports().context("--vote-key-sol")?;
    let network = chain.network().await?;
    let mint = chain
        .mint(&Pubkey::new_from_array(network.stake_mint))
        .await?;
    let stake = args.stake.base_units(mint.decimals).context("--stake")?;
    let least = network.parameters.minimum_stake;
    ensure!(
        stake >= least,
        "a stake of {} is below the network's minimum of {} (mint {}): raise --stake",
        amount::format(stake, mint.decimals),
        amount::format(least, mint.decimals),
        mint.address
    );
    let rent = chain
        .rent(Validator::LENGTH)
        .await?
        .saturating_add(chain.rent(STAKE_LENGTH).await?);
    let wallet = context.payer(rent.saturating_add(vote_lamports)).await?;
    let authority = wallet.pubkey();
    let address = chain.addresses().validator(&authority);
    if chain
        .find::<Validator>("validator", &address)
        .await?
        .is_some()
    {
        bail!(
            "wallet {authority} is a validator already: run it with `sheaf validator run`, or register another wallet with -k FILE"
        );
    }
    require_tokens(chain, &mint, &authority, stake).await?;
    // On disk before the chain names them.
    let vote_key = read_or_create_keypair(&args.vote_key)?.pubkey();
    let encryption_key = public_key(&identity::read_or_create(&args.identity)?)?;
    let arguments = RegisterValidatorArguments {
        vote_key: vote_key.to_bytes(),
        encryption_key,
        amount: stake,
    };
    let mut instructions = vec![instruction::register_validator(
        chain.addresses(),
        &authority,
        &StakeMint::from(&mint),
        &arguments,
    )];
    if vote_lamports > 0 && vote_key != authority {
        instructions.push(instruction::transfer_lamports(
            &authority,
            &vote_key,
            vote_lamports,
        ));
    }
    let landed = context.send(&instructions, &[wallet]).await?;
    context.print(&Registered {
        validator: authority.to_string(),
        address: address.to_string(),
        vote_key: vote_key.to_string(),
        recipient: AgeKey(encryption_key).to_string(),
        signature: landed.signature.to_string(),
    })
}
