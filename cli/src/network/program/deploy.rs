//! `sheaf network deploy`

use super::{
    authority_key,
    buffer::{self, Writers},
    check_authority, find_deployed, read_deployed, read_file, signers,
};
use crate::{
    context::Context,
    output::{fields, note},
};
use anyhow::{Context as _, ensure};
use clap::Args;
use serde::Serialize;
use sheaf_client::{
    Chain,
    keys::{read_keypair, write_keypair},
    loader::{
        account::{PROGRAM_DATA_HEADER, PROGRAM_LENGTH},
        instruction::{deploy as deploy_program, extend, upgrade},
        missing_chunks,
    },
    send::{Landed, Terms},
};
use sheaf_format::digest::sha256;
use sheaf_protocol::text::HexHash;
use solana_sdk::{
    pubkey::Pubkey,
    signature::{Keypair, Signer},
};
use std::{
    fmt,
    path::{Path, PathBuf},
    time::Duration,
};

/// Lamports that one signature costs.
const SIGNATURE_FEE: u64 = 5_000;
/// Least bytes by which loaders extend a program.
const LEAST_EXTENSION: usize = 10_240;
/// How often the slot is asked for.
const POLL: Duration = Duration::from_millis(200);

/// Arguments of `sheaf network deploy`.
#[derive(Debug, Args)]
pub struct DeployArgs {
    /// The program's bytes, built for the address it is deployed at
    #[arg(long, value_name = "FILE")]
    pub program: PathBuf,
    /// Key of the program's address; an upgrade does without it, by --program-id
    #[arg(long, value_name = "FILE")]
    pub program_keypair: Option<PathBuf>,
    /// Key of the buffer; kept until the deployment is done [default: beside the program's bytes]
    #[arg(long, value_name = "FILE")]
    pub buffer_keypair: Option<PathBuf>,
    /// Key of the upgrade authority [default: the wallet, -k, which pays]
    #[arg(long, value_name = "FILE")]
    pub upgrade_authority: Option<PathBuf>,
    /// Longest program that later upgrades bring without an extension, in bytes [default: this one's length]
    #[arg(long, value_name = "BYTES")]
    pub max_length: Option<usize>,
}

#[derive(Debug, Serialize)]
struct Deployed {
    program: String,
    upgrade_authority: String,
    bytes: usize,
    sha256: HexHash,
    /// None when these bytes were deployed already.
    signature: Option<String>,
}

impl fmt::Display for Deployed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let signature = self.signature.as_deref();
        fields(
            formatter,
            &[
                ("Program", &self.program),
                ("Upgrade authority", &self.upgrade_authority),
                ("Bytes", &self.bytes),
                ("sha256", &self.sha256),
                ("Signature", &signature.unwrap_or("none: deployed already")),
            ],
        )
    }
}

/// What is deployed, where, by whom.
struct Plan<'a> {
    file: &'a [u8],
    program: Pubkey,
    writers: Writers<'a>,
    /// How it gets there.
    way: Way<'a>,
}

/// How a program gets to its address.
enum Way<'a> {
    /// It is created, with room for so many bytes.
    Create { key: &'a Keypair, length: usize },
    /// It replaces another, after the room was extended by so many bytes.
    Upgrade { additional: u32 },
}

/// Deploys a program, or upgrades it, and makes sure that its bytes are the file's.
///
/// # Errors
/// What, why, what next; and where the buffer's SOL is.
pub async fn deploy(args: &DeployArgs, context: &Context) -> anyhow::Result<()> {
    let chain = context.chain();
    let file = read_file(&args.program)?;
    let authority = authority_key(args.upgrade_authority.as_deref(), context)?;
    let key = args.program_keypair.as_deref().map(read_keypair);
    let key = key.transpose()?;
    let program = key.as_ref().map_or(chain.program(), |key| key.pubkey());
    let report = |signature| Deployed {
        program: program.to_string(),
        upgrade_authority: authority.pubkey().to_string(),
        bytes: file.len(),
        sha256: sha256(&[&file]).into(),
        signature,
    };

    let way = match find_deployed(chain, &program).await? {
        Some(account) => {
            let deployed = read_deployed(&program, &account)?;
            check_authority(&program, &deployed, &authority.pubkey())?;
            if deployed.code(&file) == file {
                return context.print(&report(None));
            }
            Way::Upgrade {
                additional: extension(deployed.bytes.len(), file.len())?,
            }
        }
        None => Way::Create {
            key: key.as_ref().with_context(|| {
                format!(
                    "there is no program {program} on {}: to create it, name the key of its address with --program-keypair FILE",
                    chain.url()
                )
            })?,
            length: room(args.max_length, file.len())?,
        },
    };
    let buffer_file = match &args.buffer_keypair {
        Some(path) => path.clone(),
        None => args.program.with_extension("buffer.json"),
    };
    let buffer = buffer_key(&buffer_file)?;
    let payer = context
        .payer(lamports(chain, &way, &buffer.pubkey(), &file, args).await?)
        .await?;
    let plan = Plan {
        file: &file,
        program,
        writers: Writers {
            payer,
            authority: &authority,
            buffer: &buffer,
        },
        way,
    };
    note(&format!(
        "the key of buffer {} is in {}; if this stops half way, the same command goes on, and `sheaf network close-buffer {}` \
         returns what the buffer holds",
        buffer.pubkey(),
        buffer_file.display(),
        buffer.pubkey()
    ));
    let landed = match carry_out(chain, &plan).await {
        Ok(landed) => landed,
        Err(error) => return Err(say_what_is_left(chain, &buffer.pubkey(), error).await),
    };
    if args.buffer_keypair.is_none() {
        // The buffer is gone, and its key opens nothing any more.
        let _ = std::fs::remove_file(&buffer_file);
    }
    let account = find_deployed(chain, &program).await?;
    let account = account.context("the program is gone again: somebody closed it")?;
    ensure!(
        read_deployed(&program, &account)?.code(&file) == file,
        "program {program} holds other bytes than the file: somebody else upgraded it. `sheaf network verify` compares again"
    );
    context.print(&report(Some(landed.signature.to_string())))
}

/// Writes the buffer and deploys from it.
async fn carry_out(chain: &Chain, plan: &Plan<'_>) -> anyhow::Result<Landed> {
    buffer::fill(chain, &plan.writers, plan.file).await?;
    let Writers {
        payer,
        authority,
        buffer,
    } = plan.writers;
    let (payer_key, program, buffer) = (payer.pubkey(), plan.program, buffer.pubkey());
    let terms = Terms::default();
    match plan.way {
        Way::Create { key, length } => {
            note(&format!("deploying program {program}"));
            let rent = chain.rent(PROGRAM_LENGTH).await?;
            let create = deploy_program(
                &payer_key,
                &program,
                &buffer,
                &authority.pubkey(),
                rent,
                length,
            );
            let keys = signers(&[payer, key, authority]);
            Ok(chain.send(&create, &keys, &terms).await?)
        }
        Way::Upgrade { additional } => {
            if additional > 0 {
                note(&format!("making room for {additional} more bytes"));
                let extend = extend(&program, &payer_key, additional);
                let landed = chain.send(&[extend], &[payer], &terms).await?;
                // A program changes once in a slot.
                while chain.slot().await? <= landed.slot {
                    tokio::time::sleep(POLL).await;
                }
            }
            note(&format!("upgrading program {program}"));
            let upgrade = upgrade(&program, &buffer, &authority.pubkey(), &payer_key);
            let keys = signers(&[payer, authority]);
            Ok(chain.send(&[upgrade], &keys, &terms).await?)
        }
    }
}

async fn say_what_is_left(chain: &Chain, buffer: &Pubkey, error: anyhow::Error) -> anyhow::Error {
    match chain.lamports(buffer).await {
        Ok(0) => error,
        Ok(lamports) => error.context(format!(
            "not deployed; {}",
            buffer::leftover(buffer, lamports)
        )),
        Err(_) => error.context(format!(
            "not deployed; buffer {buffer} may hold SOL: the same command goes on from here, and \
             `sheaf network close-buffer {buffer}` returns it to its authority"
        )),
    }
}

/// Lamports the wallet must have: rents that nothing returned yet, and fees.
async fn lamports(
    chain: &Chain,
    way: &Way<'_>,
    buffer: &Pubkey,
    file: &[u8],
    args: &DeployArgs,
) -> anyhow::Result<u64> {
    let (has, takes) = buffer::lamports(chain, buffer, file.len()).await?;
    let rents = match way {
        // The loader returns the buffer's lamports before it takes the program's rent.
        Way::Create { length, .. } => {
            let data = chain.rent(PROGRAM_DATA_HEADER + length).await?;
            takes
                .max(data)
                .saturating_add(chain.rent(PROGRAM_LENGTH).await?)
        }
        Way::Upgrade { additional } => {
            takes.saturating_add(chain.rent(usize::try_from(*additional)?).await?)
        }
    };
    let signatures = 1 + u64::from(args.upgrade_authority.is_some());
    let writes = u64::try_from(missing_chunks(file, &[]).len())?;
    let fees = writes.saturating_mul(signatures * SIGNATURE_FEE);
    Ok(rents.saturating_sub(has).saturating_add(fees))
}

/// Room of a new program.
fn room(wanted: Option<usize>, length: usize) -> anyhow::Result<usize> {
    let room = wanted.unwrap_or(length);
    ensure!(
        room >= length,
        "--max-length {room} is less than the program's {length} bytes"
    );
    Ok(room)
}

/// Bytes by which a program's room must grow before it takes `length` bytes.
fn extension(room: usize, length: usize) -> anyhow::Result<u32> {
    let lacks = length.saturating_sub(room);
    let additional = if lacks == 0 {
        0
    } else {
        lacks.max(LEAST_EXTENSION)
    };
    Ok(u32::try_from(additional)?)
}

/// The buffer's key, kept in a file so that a deployment that stopped can go on.
fn buffer_key(path: &Path) -> anyhow::Result<Keypair> {
    if path.exists() {
        return Ok(read_keypair(path)?);
    }
    let key = Keypair::new();
    write_keypair(path, &key)?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_the_programs_length_or_more() -> anyhow::Result<()> {
        assert_eq!(room(None, 100)?, 100);
        assert_eq!(room(Some(150), 100)?, 150);
        assert!(room(Some(99), 100).is_err());
        Ok(())
    }

    #[test]
    fn room_is_extended_only_when_it_lacks_and_then_by_what_loaders_take() -> anyhow::Result<()> {
        assert_eq!(extension(100, 100)?, 0);
        assert_eq!(extension(100, 90)?, 0);
        assert_eq!(extension(100, 101)?, 10_240);
        assert_eq!(extension(100, 50_100)?, 50_000);
        Ok(())
    }

    #[test]
    fn a_buffers_key_is_made_once_and_found_again() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("sheaf.buffer.json");
        let made = buffer_key(&path)?.pubkey();
        assert_eq!(buffer_key(&path)?.pubkey(), made);
        Ok(())
    }
}
