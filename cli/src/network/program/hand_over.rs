//! `sheaf network set-upgrade-authority`

use super::{authority_key, check_authority, find_deployed, read_deployed, signers};
use crate::{context::Context, output::fields};
use anyhow::Context as _;
use clap::Args;
use serde::Serialize;
use sheaf_client::loader::instruction;
use solana_sdk::{pubkey::Pubkey, signature::Signer};
use std::{fmt, path::PathBuf};

/// Arguments of `sheaf network set-upgrade-authority`.
#[derive(Debug, Args)]
pub struct SetUpgradeAuthorityArgs {
    /// The new upgrade authority: a multisig's vault, not the account of its members. It does not
    /// sign, and nobody else can take this back
    pub new: Pubkey,
    /// Key of the present upgrade authority [default: the wallet, -k, which pays]
    #[arg(long, value_name = "FILE")]
    pub upgrade_authority: Option<PathBuf>,
}

#[derive(Debug, Serialize)]
struct HandedOver {
    program: String,
    old_authority: String,
    new_authority: String,
    signature: String,
}

impl fmt::Display for HandedOver {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fields(
            formatter,
            &[
                ("Program", &self.program),
                ("Old upgrade authority", &self.old_authority),
                ("New upgrade authority", &self.new_authority),
                ("Signature", &self.signature),
            ],
        )
    }
}

/// Hands the program over to another upgrade authority.
///
/// # Errors
/// When there is no program, or the key is not its authority's.
pub async fn set_upgrade_authority(
    args: &SetUpgradeAuthorityArgs,
    context: &Context,
) -> anyhow::Result<()> {
    let chain = context.chain();
    let program = chain.program();
    let authority = authority_key(args.upgrade_authority.as_deref(), context)?;
    let account = find_deployed(chain, &program).await?;
    let account =
        account.with_context(|| format!("there is no program {program} on {}", chain.url()))?;
    let deployed = read_deployed(&program, &account)?;
    check_authority(&program, &deployed, &authority.pubkey())?;
    let payer = context.payer(0).await?;
    let hand_over = instruction::set_upgrade_authority(&program, &authority.pubkey(), &args.new);
    let keys = signers(&[payer, &authority]);
    let landed = context.send(&[hand_over], &keys).await?;
    context.print(&HandedOver {
        program: program.to_string(),
        old_authority: authority.pubkey().to_string(),
        new_authority: args.new.to_string(),
        signature: landed.signature.to_string(),
    })
}
