//! What every command works with: a cluster, a program, a wallet, a way to print.

use crate::{arguments::GlobalOptions, output::Format};
use anyhow::{Context as _, ensure};
use ed25519_dalek::SigningKey;
use serde::Serialize;
use sheaf_client::{
    Chain, amount,
    config::{ConfigFile, Overrides, Settings},
    keys::read_keypair,
    program_id,
    send::{Landed, Terms},
};
use sheaf_protocol::statement::signing_key;
use solana_sdk::{
    instruction::Instruction,
    pubkey::Pubkey,
    signature::{Keypair, Signer},
};
use std::{fmt::Display, path::Path, sync::OnceLock};

/// Lamports that a few signatures cost.
const FEES: u64 = 50_000;

/// What a command works with.
pub struct Context {
    chain: Chain,
    settings: Settings,
    format: Format,
    wallet: OnceLock<Keypair>,
}

impl Context {
    /// By Solana's conventions: options, then its configuration file, then defaults. Neither the
    /// wallet nor the network is touched yet.
    ///
    /// # Errors
    /// When the file or an option is not understood.
    pub fn new(options: &GlobalOptions) -> anyhow::Result<Self> {
        let file = ConfigFile::load(options.config.as_deref())?;
        let overrides = Overrides {
            url: options.url.clone(),
            websocket_url: options.ws.clone(),
            keypair: options.keypair.clone(),
            commitment: options.commitment.clone(),
        };
        let settings = Settings::resolve(&overrides, &file)?;
        let program = program_id::resolve(options.program_id.as_deref())?;
        Ok(Self {
            chain: Chain::new(&settings.url, program, settings.commitment),
            settings,
            format: options.output,
            wallet: OnceLock::new(),
        })
    }

    /// The deployment.
    pub const fn chain(&self) -> &Chain {
        &self.chain
    }

    /// The wallet's file; it may not exist.
    pub fn wallet_path(&self) -> &Path {
        &self.settings.keypair
    }

    /// The wallet, read when first needed.
    ///
    /// # Errors
    /// When its file cannot be used.
    pub fn wallet(&self) -> anyhow::Result<&Keypair> {
        if let Some(wallet) = self.wallet.get() {
            return Ok(wallet);
        }
        let wallet = read_keypair(self.wallet_path())?;
        Ok(self.wallet.get_or_init(|| wallet))
    }

    /// The wallet as a key that signs statements.
    ///
    /// # Errors
    /// When its file cannot be used.
    pub fn signing_key(&self) -> anyhow::Result<SigningKey> {
        signing_key(&self.wallet()?.to_bytes()).with_context(|| {
            format!(
                "the halves of the key in {} do not belong together",
                self.wallet_path().display()
            )
        })
    }

    /// The wallet, once it is known to have `lamports` and some for fees.
    ///
    /// # Errors
    /// When it has less.
    pub async fn payer(&self, lamports: u64) -> anyhow::Result<&Keypair> {
        let wallet = self.wallet()?;
        let address = wallet.pubkey();
        let (has, needs) = (
            self.chain.lamports(&address).await?,
            lamports.saturating_add(FEES),
        );
        ensure!(
            has >= needs,
            "{}",
            too_little_sol(&address, self.wallet_path(), self.chain.url(), has, needs)
        );
        Ok(wallet)
    }

    /// Sends a transaction, once, and waits until it stands; the first of `signers` pays.
    ///
    /// # Errors
    /// As [`Chain::send`].
    pub async fn send(
        &self,
        instructions: &[Instruction],
        signers: &[&Keypair],
    ) -> Result<Landed, sheaf_client::Error> {
        self.chain
            .send(instructions, signers, &Terms::default())
            .await
    }

    /// How results are printed.
    pub const fn format(&self) -> Format {
        self.format
    }

    /// Prints a result.
    ///
    /// # Errors
    /// When stdout cannot be written.
    pub fn print(&self, result: &(impl Serialize + Display)) -> anyhow::Result<()> {
        self.format.print(result)
    }
}

fn too_little_sol(wallet: &Pubkey, file: &Path, url: &str, has: u64, needs: u64) -> String {
    let sol = |lamports| amount::format(lamports, amount::SOL_DECIMALS);
    format!(
        "wallet {wallet} ({}) has {} SOL on {url}, and this takes {}: send it SOL first, or name another wallet with -k FILE",
        file.display(),
        sol(has),
        sol(needs),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn options(url: &str) -> GlobalOptions {
        GlobalOptions {
            url: Some(url.to_owned()),
            keypair: Some(PathBuf::from("/nowhere/wallet.json")),
            config: Some(PathBuf::from("/dev/null")),
            ..GlobalOptions::default()
        }
    }

    #[test]
    fn a_wallet_is_read_only_when_needed() -> anyhow::Result<()> {
        let context = Context::new(&options("localhost"))?;
        assert_eq!(context.wallet_path(), Path::new("/nowhere/wallet.json"));
        assert_eq!(context.chain().url(), "http://127.0.0.1:8899");
        let error = context
            .wallet()
            .map(|_| ())
            .map_err(|error| error.to_string());
        assert!(error.is_err_and(|error| error.contains("/nowhere/wallet.json")));
        Ok(())
    }

    #[test]
    fn a_cluster_nobody_knows_is_refused() {
        assert!(Context::new(&options("mainet")).is_err());
    }

    #[test]
    fn a_poor_wallet_is_told_what_it_has_and_needs() {
        let message = too_little_sol(
            &Pubkey::default(),
            Path::new("w.json"),
            "http://h",
            5_000,
            1_500_000,
        );
        assert!(
            message.contains("has 0.000005 SOL") && message.contains("takes 0.0015"),
            "{message}"
        );
    }
}
