//! The program itself: brought onto a chain, compared with what was built, handed over.
//!
//! - [`deploy`]: deploys or upgrades; [`buffer`]: writes the bytes, and goes on where it stopped.
//! - [`verify`]: whether the deployed bytes are the built ones.
//! - [`hand_over`]: another upgrade authority.

mod buffer;
mod deploy;
mod hand_over;
mod verify;

pub use buffer::{CloseBufferArgs, close as close_buffer};
pub use deploy::{DeployArgs, deploy};
pub use hand_over::{SetUpgradeAuthorityArgs, set_upgrade_authority};
pub use verify::{VerifyArgs, verify};

use crate::context::Context;
use anyhow::{Context as _, bail, ensure};
use sheaf_client::{
    Chain,
    keys::read_keypair,
    loader::{ProgramData, program_data_of},
};
use solana_sdk::{
    account::Account,
    pubkey::Pubkey,
    signature::{Keypair, Signer},
};
use std::path::Path;

/// Reads a program's file.
fn read_file(path: &Path) -> anyhow::Result<Vec<u8>> {
    let bytes = std::fs::read(path).with_context(|| {
        format!(
            "cannot read the program {}: build it with `cargo xtask build-program`",
            path.display()
        )
    })?;
    ensure!(
        bytes.starts_with(b"\x7fELF"),
        "{} is not a program (no ELF file): name the .so that `cargo xtask build-program` writes",
        path.display()
    );
    Ok(bytes)
}

/// The account with a program's code; none when there is no program at the address.
async fn find_deployed(chain: &Chain, program: &Pubkey) -> anyhow::Result<Option<Account>> {
    let Some(account) = chain.account(program).await? else {
        return Ok(None);
    };
    let Some(data) = program_data_of(&account) else {
        bail!(
            "{program} on {} is no upgradeable program: another account stands there, or somebody sent lamports ahead. \
             Use another address",
            chain.url()
        );
    };
    let code = chain.account(&data).await?;
    let code = code.with_context(|| {
        format!(
            "program {program} was closed, and its address can hold no program any more: use another"
        )
    })?;
    Ok(Some(code))
}

/// What the account with a program's code holds.
fn read_deployed<'a>(program: &Pubkey, account: &'a Account) -> anyhow::Result<ProgramData<'a>> {
    ProgramData::read(account)
        .with_context(|| format!("the data of program {program} is not the loader's"))
}

/// Checks that `authority` may upgrade a program.
fn check_authority(
    program: &Pubkey,
    deployed: &ProgramData,
    authority: &Pubkey,
) -> anyhow::Result<()> {
    match deployed.authority {
        Some(found) if found == *authority => Ok(()),
        Some(found) => bail!(
            "the upgrade authority of program {program} is {found}, not {authority}: name its key with --upgrade-authority FILE"
        ),
        None => bail!(
            "program {program} is final: it has no upgrade authority, and nobody can change it"
        ),
    }
}

/// The upgrade authority's key: of a file, else the wallet.
fn authority_key(file: Option<&Path>, context: &Context) -> anyhow::Result<Keypair> {
    match file {
        Some(path) => Ok(read_keypair(path)?),
        None => Ok(context.wallet()?.insecure_clone()),
    }
}

/// Each key once, the one that pays first.
fn signers<'a>(keys: &[&'a Keypair]) -> Vec<&'a Keypair> {
    let mut signers: Vec<&Keypair> = Vec::new();
    for key in keys {
        if signers.iter().all(|signer| signer.pubkey() != key.pubkey()) {
            signers.push(key);
        }
    }
    signers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wallet_that_is_the_authority_signs_once() {
        let (one, two) = (Keypair::new(), Keypair::new());
        let keys = signers(&[&one, &two, &one]);
        let keys: Vec<Pubkey> = keys.iter().map(|key| key.pubkey()).collect();
        assert_eq!(keys, [one.pubkey(), two.pubkey()]);
    }

    #[test]
    fn only_its_authority_upgrades_a_program_and_nobody_a_final_one() {
        let [program, mine, other] = [1, 2, 3].map(|byte| Pubkey::new_from_array([byte; 32]));
        let deployed = |authority| ProgramData {
            slot: 0,
            authority,
            bytes: &[],
        };
        let refused = |authority| {
            let outcome = check_authority(&program, &deployed(authority), &mine);
            outcome.err().map(|error| error.to_string())
        };
        assert_eq!(refused(Some(mine)), None);
        assert!(refused(Some(other)).is_some_and(|text| text.contains("--upgrade-authority")));
        assert!(refused(None).is_some_and(|text| text.contains("final")));
    }

    #[test]
    fn what_is_no_program_is_not_deployed() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("sheaf.so");
        let missing = read_file(&path).expect_err("no file").to_string();
        assert!(missing.contains("build-program"), "{missing}");
        std::fs::write(&path, "#!/bin/sh")?;
        assert!(read_file(&path).is_err());
        Ok(())
    }
}
