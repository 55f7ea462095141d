//! Key files: wallets as Solana's tools write them, and age identities that decrypt.

use solana_sdk::signature::{Keypair, Signer};
use std::{
    fs::{File, OpenOptions},
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
};

/// A key file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// There is no such keypair file.
    #[error("there is no keypair file {}: create one with `solana-keygen new -o {}`, or name another with -k FILE", path.display(), path.display())]
    NoKeypair {
        /// The file.
        path: PathBuf,
    },
    /// There is no such identity file.
    #[error("there is no identity file {}: it holds the key that decrypts, as written by `sheaf job create` or `age-keygen`", path.display())]
    NoIdentity {
        /// The file.
        path: PathBuf,
    },
    /// The file is there but holds no key.
    #[error("{} holds no {kind}: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What it should hold.
        kind: &'static str,
        /// Why it does not.
        reason: String,
    },
    /// A key would be overwritten.
    #[error("{} exists already and is not overwritten: a lost key cannot be brought back", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The file cannot be written.
    #[error("cannot write {}: {reason}", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}

/// Reads a keypair file: a JSON array of 64 numbers.
///
/// # Errors
/// [`KeyError`] when there is no such file or it holds no keypair.
pub fn read_keypair(path: &Path) -> Result<Keypair, KeyError> {
    let unreadable = |reason: String| KeyError::Unreadable {
        path: path.to_path_buf(),
        kind: "keypair",
        reason,
    };
    let text = read_text(
        path,
        || KeyError::NoKeypair {
            path: path.to_path_buf(),
        },
        unreadable,
    )?;
    let bytes: Vec<u8> = serde_json::from_str(&text)
        .map_err(|_| unreadable("a JSON array of 64 numbers is expected".to_owned()))?;
    Keypair::try_from(&bytes[..]).map_err(|error| unreadable(error.to_string()))
}

/// Writes a keypair into a new file that only its owner may read.
///
/// # Errors
/// [`KeyError`] when the file exists or cannot be written.
pub fn write_keypair(path: &Path, keypair: &Keypair) -> Result<(), KeyError> {
    let numbers: Vec<String> = keypair.to_bytes().iter().map(u8::to_string).collect();
    write_secret(path, &format!("[{}]", numbers.join(",")))
}

/// Reads the keypair at `path`, or creates it there.
///
/// # Errors
/// [`KeyError`] when the file is there but unusable, or cannot be written.
pub fn read_or_create_keypair(path: &Path) -> Result<Keypair, KeyError> {
    match read_keypair(path) {
        Err(KeyError::NoKeypair { .. }) => {
            let keypair = Keypair::new();
            write_keypair(path, &keypair)?;
            Ok(keypair)
        }
        read => read,
    }
}

/// The wallet's address in a keypair file, for messages.
pub fn address_of(keypair: &Keypair) -> String {
    keypair.pubkey().to_string()
}

/// Writes `text` into a new file with mode 0600, creating its folder. Never overwrites.
///
/// # Errors
/// [`KeyError`] when the file exists or cannot be written.
pub fn write_secret(path: &Path, text: &str) -> Result<(), KeyError> {
    let unwritable = |error: std::io::Error| match error.kind() {
        ErrorKind::AlreadyExists => KeyError::Exists {
            path: path.to_path_buf(),
        },
        _ => KeyError::Unwritable {
            path: path.to_path_buf(),
            reason: error.to_string(),
        },
    };
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        std::fs::create_dir_all(folder).map_err(|error| KeyError::Unwritable {
            path: path.to_path_buf(),
            reason: error.to_string(),
        })?;
    }
    let mut file = create_private(path).map_err(unwritable)?;
    file.write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(unwritable)
}

fn create_private(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}

fn read_text(
    path: &Path,
    missing: impl FnOnce() -> KeyError,
    unreadable: impl FnOnce(String) -> KeyError,
) -> Result<String, KeyError> {
    std::fs::read_to_string(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => missing(),
        _ => unreadable(error.to_string()),
    })
}
