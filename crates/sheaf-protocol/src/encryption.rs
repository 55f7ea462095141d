//! Contents, encrypted with age (binary format, X25519) to the requester and the validators.
//!
//! Keys on chain are 32 raw bytes; [`AgeKey`] writes them as age recipients
//! for people. Identities are age's own (`AGE-SECRET-KEY-1…`); callers generate them.

use crate::text::{AgeKey, Base58Key};
use age::x25519::{Identity, Recipient};
use sheaf_format::Key;
use std::{
    collections::BTreeSet,
    io::{Read, Write},
};

/// Why something cannot be encrypted or decrypted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncryptionError {
    /// Nobody could read it.
    #[error("there is nobody to encrypt to")]
    NoRecipients,
    /// A key of small order, with which everybody could read it.
    #[error("{0} is no usable X25519 key: anybody could read what is encrypted to it")]
    WeakKey(Base58Key),
    /// Not an identity of age.
    #[error("this is not an age identity: it looks like AGE-SECRET-KEY-1…")]
    NotAnIdentity,
    /// Encryption failed.
    #[error("encryption failed: {0}")]
    Failed(String),
    /// Not encrypted to this identity, or damaged.
    #[error("the content cannot be decrypted with this identity: {0}")]
    Unreadable(String),
}

/// Whether a raw X25519 key can be encrypted to. Keys of small order cannot: the shared secret is
/// zero with each of them, and age stops the whole program on such a key.
pub fn is_usable(key: &Key) -> bool {
    // Any secret will do: clamped, it is a multiple of the small order, and of no other.
    x25519_dalek::x25519([0x55; 32], *key) != [0; 32]
}

/// Encrypts to the X25519 keys, each used once. Uses the system's randomness, inside age: a
/// ciphertext never comes twice.
///
/// # Errors
/// [`EncryptionError::NoRecipients`], [`EncryptionError::WeakKey`] (see [`is_usable`]),
/// [`EncryptionError::Failed`].
pub fn encrypt(plaintext: &[u8], keys: &[Key]) -> Result<Vec<u8>, EncryptionError> {
    let recipients = keys
        .iter()
        .collect::<BTreeSet<_>>()
        .into_iter()
        .map(recipient)
        .collect::<Result<Vec<Recipient>, _>>()?;
    if recipients.is_empty() {
        return Err(EncryptionError::NoRecipients);
    }
    let failed = |error: &dyn std::fmt::Display| EncryptionError::Failed(error.to_string());
    let recipients = recipients
        .iter()
        .map(|recipient| recipient as &dyn age::Recipient);
    let encryptor = age::Encryptor::with_recipients(recipients).map_err(|error| failed(&error))?;
    let mut ciphertext = Vec::with_capacity(plaintext.len());
    let mut writer = encryptor
        .wrap_output(&mut ciphertext)
        .map_err(|error| failed(&error))?;
    writer
        .write_all(plaintext)
        .map_err(|error| failed(&error))?;
    writer.finish().map_err(|error| failed(&error))?;
    Ok(ciphertext)
}

/// Decrypts a content. The plaintext is never longer than the ciphertext.
///
/// # Errors
/// [`EncryptionError::Unreadable`].
pub fn decrypt(ciphertext: &[u8], identity: &Identity) -> Result<Vec<u8>, EncryptionError> {
    let unreadable = |error: &dyn std::fmt::Display| EncryptionError::Unreadable(error.to_string());
    let decryptor = age::Decryptor::new_buffered(ciphertext).map_err(|error| unreadable(&error))?;
    let mut reader = decryptor
        .decrypt(std::iter::once(identity as &dyn age::Identity))
        .map_err(|error| unreadable(&error))?;
    let mut plaintext = Vec::with_capacity(ciphertext.len());
    reader
        .read_to_end(&mut plaintext)
        .map_err(|error| unreadable(&error))?;
    Ok(plaintext)
}

/// An identity from its text (`AGE-SECRET-KEY-1…`).
///
/// # Errors
/// [`EncryptionError::NotAnIdentity`]. The text is not repeated: it is a secret.
pub fn parse_identity(text: &str) -> Result<Identity, EncryptionError> {
    text.trim()
        .parse()
        .map_err(|_| EncryptionError::NotAnIdentity)
}

/// An identity's raw public key, as it stands on chain.
///
/// # Errors
/// [`EncryptionError::Failed`] when age writes a recipient that is not one: never in practice.
pub fn public_key(identity: &Identity) -> Result<Key, EncryptionError> {
    let text = identity.to_public().to_string();
    let key: AgeKey = text
        .parse()
        .map_err(|error| EncryptionError::Failed(format!("{error}")))?;
    Ok(key.0)
}

/// age's recipient for a raw key.
fn recipient(key: &Key) -> Result<Recipient, EncryptionError> {
    if !is_usable(key) {
        return Err(EncryptionError::WeakKey((*key).into()));
    }
    AgeKey(*key)
        .to_string()
        .parse()
        .map_err(|error: &str| EncryptionError::Failed(error.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair() -> (Identity, Key) {
        let identity = Identity::generate();
        let key = public_key(&identity).expect("a key");
        (identity, key)
    }

    #[test]
    fn each_recipient_reads_what_was_encrypted_and_nobody_else() {
        let (requester, requester_key) = pair();
        let (validator, validator_key) = pair();
        let (stranger, _) = pair();
        for plaintext in [b"".as_slice(), b"a page", &[7; 200_000]] {
            let ciphertext = encrypt(plaintext, &[requester_key, validator_key]).expect("encrypts");
            assert_eq!(decrypt(&ciphertext, &requester).as_deref(), Ok(plaintext));
            assert_eq!(decrypt(&ciphertext, &validator).as_deref(), Ok(plaintext));
            assert!(decrypt(&ciphertext, &stranger).is_err());
        }
    }

    #[test]
    fn a_damaged_content_is_not_read() {
        let (identity, key) = pair();
        let ciphertext = encrypt(b"a page", &[key]).expect("encrypts");
        let mut damaged = ciphertext.clone();
        *damaged.last_mut().expect("bytes") ^= 1;
        assert!(decrypt(&damaged, &identity).is_err());
        assert!(decrypt(&ciphertext[..ciphertext.len() - 1], &identity).is_err());
        assert!(decrypt(b"", &identity).is_err());
    }

    #[test]
    fn keys_of_small_order_are_refused_and_do_not_stop_the_program() {
        let one = core::array::from_fn(|at| u8::from(at == 0));
        // p - 1, p and p + 1, little-endian.
        let near_p = |low: u8| {
            core::array::from_fn(|at| match at {
                0 => low,
                31 => 0x7f,
                _ => 0xff,
            })
        };
        for key in [[0; 32], one, near_p(0xec), near_p(0xed), near_p(0xee)] {
            assert!(!is_usable(&key));
            assert_eq!(
                encrypt(b"x", &[key]),
                Err(EncryptionError::WeakKey(key.into()))
            );
        }
        assert!(is_usable(&pair().1));
    }

    #[test]
    fn there_must_be_a_reader() {
        assert_eq!(encrypt(b"x", &[]), Err(EncryptionError::NoRecipients));
    }

    #[test]
    fn an_identity_is_read_from_its_text_and_never_repeated_in_errors() {
        use age::secrecy::ExposeSecret;
        let (identity, key) = pair();
        let text = identity.to_string();
        let parsed = parse_identity(text.expose_secret()).expect("an identity");
        assert_eq!(public_key(&parsed), Ok(key));
        let refused = parse_identity("AGE-SECRET-KEY-1SECRET")
            .err()
            .map(|error| error.to_string());
        assert!(refused.is_some_and(|message| !message.contains("1SECRET")));
    }
}
