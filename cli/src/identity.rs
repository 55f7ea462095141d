//! Identity files: age's own format, with the key that decrypts contributions.

use age::{secrecy::ExposeSecret, x25519::Identity};
use anyhow::Context as _;
use sheaf_client::keys::{KeyError, write_secret};
use sheaf_protocol::encryption::parse_identity;
use std::{io::ErrorKind, path::Path};

/// Reads the identity in a file.
///
/// # Errors
/// When there is no such file, or no identity in it.
pub fn read(path: &Path) -> anyhow::Result<Identity> {
    let text = std::fs::read_to_string(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => KeyError::NoIdentity {
            path: path.to_path_buf(),
        },
        _ => KeyError::Unreadable {
            path: path.to_path_buf(),
            kind: "identity",
            reason: error.to_string(),
        },
    })?;
    identity_in(&text).with_context(|| format!("{} cannot be used", path.display()))
}

/// Reads the identity in a file, or creates it there, readable by its owner alone.
///
/// # Errors
/// When the file is there but unusable, or cannot be written.
pub fn read_or_create(path: &Path) -> anyhow::Result<Identity> {
    if path.exists() {
        return read(path);
    }
    let identity = Identity::generate();
    let secret = identity.to_string();
    let text = format!(
        "# public key: {}\n{}\n",
        identity.to_public(),
        secret.expose_secret()
    );
    write_secret(path, &text)?;
    Ok(identity)
}

/// The identity in a file's text: age's own files carry comments around it.
fn identity_in(text: &str) -> anyhow::Result<Identity> {
    let line = text
        .lines()
        .map(str::trim)
        .find(|line| line.starts_with("AGE-SECRET-KEY-"));
    let line = line.context(
        "it holds no line AGE-SECRET-KEY-1…, as `sheaf job create` or `age-keygen` write it",
    )?;
    Ok(parse_identity(line)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sheaf_protocol::encryption::public_key;

    #[test]
    fn an_identity_is_created_once_and_read_again() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("deep/identity.txt");
        let created = public_key(&read_or_create(&path)?)?;
        assert_eq!(public_key(&read_or_create(&path)?)?, created);
        assert_eq!(public_key(&read(&path)?)?, created);
        Ok(())
    }

    #[test]
    fn what_is_no_identity_is_not_overwritten() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("notes.txt");
        std::fs::write(&path, "# my notes\n")?;
        let error = read_or_create(&path).map(|_| ()).expect_err("no identity");
        assert!(format!("{error:#}").contains("AGE-SECRET-KEY-1"), "{error}");
        assert_eq!(std::fs::read_to_string(&path)?, "# my notes\n");
        let missing = read(&folder.path().join("none")).map(|_| ());
        assert!(missing.is_err_and(|error| error.to_string().contains("no identity file")));
        Ok(())
    }
}
