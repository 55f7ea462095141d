//! `sheaf network verify`

use super::{find_deployed, read_deployed, read_file};
use crate::{context::Context, output::fields};
use anyhow::{Context as _, ensure};
use clap::Args;
use serde::Serialize;
use sheaf_format::digest::sha256;
use sheaf_protocol::text::HexHash;
use std::{fmt, path::PathBuf};

/// Arguments of `sheaf network verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The bytes that should be deployed, as built from the source
    #[arg(long, value_name = "FILE")]
    pub program: PathBuf,
}

#[derive(Debug, Serialize)]
struct Comparison {
    program: String,
    /// None: nobody can change the program any more.
    upgrade_authority: Option<String>,
    deployed_slot: u64,
    file_sha256: HexHash,
    deployed_sha256: HexHash,
    same: bool,
}

impl fmt::Display for Comparison {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let authority = self.upgrade_authority.as_deref();
        fields(
            formatter,
            &[
                ("Program", &self.program),
                ("Upgrade authority", &authority.unwrap_or("none: final")),
                ("Deployed in slot", &self.deployed_slot),
                ("sha256 of the file", &self.file_sha256),
                ("sha256 of what is deployed", &self.deployed_sha256),
                ("Same", &if self.same { "yes" } else { "no" }),
            ],
        )
    }
}

/// Compares what is deployed with a file.
///
/// # Errors
/// When they differ, or there is no program.
pub async fn verify(args: &VerifyArgs, context: &Context) -> anyhow::Result<()> {
    let chain = context.chain();
    let file = read_file(&args.program)?;
    let program = chain.program();
    let account = find_deployed(chain, &program).await?;
    let account =
        account.with_context(|| format!("there is no program {program} on {}", chain.url()))?;
    let deployed = read_deployed(&program, &account)?;
    let code = deployed.code(&file);
    let same = code == file;
    context.print(&Comparison {
        program: program.to_string(),
        upgrade_authority: deployed.authority.map(|key| key.to_string()),
        deployed_slot: deployed.slot,
        file_sha256: sha256(&[&file]).into(),
        deployed_sha256: sha256(&[code]).into(),
        same,
    })?;
    ensure!(
        same,
        "program {program} is not {}: it was built from another source, by other tools, or for another address",
        args.program.display()
    );
    Ok(())
}
