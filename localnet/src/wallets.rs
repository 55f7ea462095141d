//! The wallets of the data folder: created at the first start, used again at every other.

use crate::{manifest::Wallet, seed::Recipient};
use sheaf_client::keys::{KeyError, read_or_create_keypair};
use solana_sdk::{
    pubkey::Pubkey,
    signature::{Keypair, Signer},
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// The usual wallets, and whether each has tokens. `admin` is the program's upgrade authority,
/// so that it can create the network.
const USUAL: [(&str, bool); 6] = [
    ("admin", false),
    ("requester", true),
    ("aggregator", false),
    ("validator-1", true),
    ("validator-2", true),
    ("validator-3", true),
];

#[derive(Debug)]
struct Named {
    name: String,
    path: PathBuf,
    keypair: Keypair,
    has_tokens: bool,
}

impl Named {
    fn open(folder: &Path, name: &str, has_tokens: bool) -> Result<Self, KeyError> {
        let path = folder.join(format!("{name}.json"));
        Ok(Self {
            keypair: read_or_create_keypair(&path)?,
            name: name.to_owned(),
            path,
            has_tokens,
        })
    }
}

/// All keypairs of a localnet.
#[derive(Debug)]
pub struct Wallets {
    faucet: Named,
    mint: Keypair,
    others: Vec<Named>,
}

impl Wallets {
    /// Reads the wallets in `folder`, creating those that are not there; `contributors` more of
    /// them beside the usual ones.
    ///
    /// # Errors
    /// [`KeyError`] when a file holds no keypair or cannot be written.
    pub fn open(folder: &Path, contributors: u16) -> Result<Self, KeyError> {
        let usual = USUAL
            .iter()
            .map(|(name, has_tokens)| ((*name).to_owned(), *has_tokens));
        let more = (1..=contributors).map(|number| (format!("contributor-{number}"), false));
        let others = usual
            .chain(more)
            .map(|(name, has_tokens)| Named::open(folder, &name, has_tokens))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            faucet: Named::open(folder, "faucet", false)?,
            mint: read_or_create_keypair(&folder.join("mint.json"))?,
            others,
        })
    }

    /// Who pays for everything and may mint.
    pub const fn faucet(&self) -> &Keypair {
        &self.faucet.keypair
    }

    /// The faucet's address.
    pub fn faucet_address(&self) -> Pubkey {
        self.faucet.keypair.pubkey()
    }

    /// The mint's keypair, which signs the mint's creation.
    pub const fn mint(&self) -> &Keypair {
        &self.mint
    }

    /// The mint's address.
    pub fn mint_address(&self) -> Pubkey {
        self.mint.pubkey()
    }

    /// The program's upgrade authority.
    pub fn admin(&self) -> Pubkey {
        self.others[0].keypair.pubkey()
    }

    /// Who is to be funded.
    pub fn recipients(&self) -> impl Iterator<Item = Recipient> {
        self.others.iter().map(|wallet| Recipient {
            address: wallet.keypair.pubkey(),
            has_tokens: wallet.has_tokens,
        })
    }

    /// Names, addresses and files, for the manifest.
    pub fn listed(&self) -> BTreeMap<String, Wallet> {
        let all = self.others.iter().chain([&self.faucet]);
        all.map(|wallet| {
            let listed = Wallet {
                pubkey: wallet.keypair.pubkey().to_string(),
                path: wallet.path.clone(),
            };
            (wallet.name.clone(), listed)
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wallets_are_kept_and_more_may_join() {
        let folder = tempfile::tempdir().expect("a folder");
        let first = Wallets::open(folder.path(), 0).expect("wallets");
        let second = Wallets::open(folder.path(), 2).expect("wallets");
        assert_eq!(USUAL[0].0, "admin");
        assert_eq!(first.admin(), second.admin());
        assert_eq!(first.mint_address(), second.mint_address());
        assert_eq!(second.listed().len(), first.listed().len() + 2);
        assert!(second.listed().contains_key("contributor-2"));
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_reads_a_wallet() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let wallets = Wallets::open(folder.path(), 0).expect("wallets");
        for wallet in wallets.listed().values() {
            let mode = std::fs::metadata(&wallet.path)
                .expect("a file")
                .permissions()
                .mode();
            assert_eq!(mode & 0o777, 0o600, "{}", wallet.path.display());
        }
    }
}
