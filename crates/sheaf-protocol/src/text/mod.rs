//! Keys, hashes, signatures and amounts as text.
//!
//! Each has exactly one spelling: base58 for keys and signatures, 64 lower-case hex digits for
//! hashes, decimal digits for amounts. The newtypes have `Display`, `FromStr` and serde in that
//! spelling; the modules [`base58_key`], [`hex_hash`] and [`amount`] do the same for plain fields
//! (`#[serde(with = "sheaf_protocol::text::hex_hash")]`).

mod plain;
mod time;

pub use plain::{amount, base58_key, hex_hash};
pub use time::UnixTime;

use base64::{Engine, prelude::BASE64_STANDARD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sheaf_format::{Hash, Key};
use std::{fmt, str::FromStr};

/// Longest text that is decoded from base58: its cost grows with the square of the length.
const MAX_BASE58_CHARACTERS: usize = 128;

/// Most characters of a refused text that an error repeats.
const SHOWN_CHARACTERS: usize = 100;

/// Why a text is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// A character that base58 does not have, or far too many.
    #[error("\"{0}\" is not base58: digits and letters without 0, O, I and l")]
    NotBase58(String),
    /// Another length or character than 64 lower-case hex digits.
    #[error("\"{0}\" is not a hash: 64 lower-case hex digits")]
    NotHash(String),
    /// Not standard base64 with padding.
    #[error("\"{0}\" is not base64 (standard alphabet, padded)")]
    NotBase64(String),
    /// Proper base58 of another length.
    #[error("\"{text}\" is {found} bytes long, not {expected}")]
    Length {
        /// What was written.
        text: String,
        /// Bytes it must have.
        expected: usize,
        /// Bytes it has.
        found: usize,
    },
    /// Not decimal digits, or with a leading zero.
    #[error("\"{0}\" is not an amount of base units: decimal digits without sign or leading zero")]
    NotAmount(String),
    /// More than a `u64` holds.
    #[error("\"{0}\" is more base units than 64 bits hold")]
    AmountTooLarge(String),
    /// Not a date or a moment since 1970.
    #[error("\"{0}\" is not a moment since 1970: write 2027-01-31, or 2027-01-31T12:00:00Z")]
    NotAMoment(String),
    /// Not an age recipient with an X25519 key.
    #[error("\"{0}\" is not an encryption key: an age recipient looks like age1…")]
    NotAgeKey(String),
}

/// A refused text as an error repeats it.
pub(crate) fn shown(text: &str) -> String {
    text.chars().take(SHOWN_CHARACTERS).collect()
}

fn base58_bytes<const N: usize>(text: &str) -> Result<[u8; N], TextError> {
    let refused = || TextError::NotBase58(shown(text));
    if text.len() > MAX_BASE58_CHARACTERS {
        return Err(refused());
    }
    let bytes = bs58::decode(text).into_vec().map_err(|_| refused())?;
    <[u8; N]>::try_from(bytes.as_slice()).map_err(|_| TextError::Length {
        text: shown(text),
        expected: N,
        found: bytes.len(),
    })
}

fn hash_bytes(text: &str) -> Result<Hash, TextError> {
    let refused = || TextError::NotHash(shown(text));
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err(refused());
    }
    let mut hash = [0; 32];
    hex::decode_to_slice(text, &mut hash).map_err(|_| refused())?;
    Ok(hash)
}

/// Bytes in standard base64 with padding, as HTTP headers and bodies of statements carry them.
pub fn to_base64(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(bytes)
}

/// The bytes of standard, padded base64.
///
/// # Errors
/// [`TextError::NotBase64`].
pub fn from_base64(text: &str) -> Result<Vec<u8>, TextError> {
    BASE64_STANDARD
        .decode(text)
        .map_err(|_| TextError::NotBase64(shown(text)))
}

/// A value whose JSON is its text.
macro_rules! text_value {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub $inner);

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, formatter)
            }
        }

        impl From<$inner> for $name {
            fn from(inner: $inner) -> Self {
                Self(inner)
            }
        }

        impl From<$name> for $inner {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(de::Error::custom)
            }
        }
    };
}

text_value! {
    /// A public key or account address, or the genesis hash of a cluster: 32 bytes in base58.
    Base58Key(Key)
}

text_value! {
    /// An ed25519 signature: 64 bytes in base58.
    Base58Signature([u8; 64])
}

text_value! {
    /// A sha256 hash: 64 lower-case hex digits.
    HexHash(Hash)
}

text_value! {
    /// Base units of a mint, as a decimal string: a `u64` does not survive every JSON reader.
    Amount(u64)
}

text_value! {
    /// An X25519 key, written as an age recipient (`age1…`).
    AgeKey(Key)
}

impl fmt::Display for Base58Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&bs58::encode(self.0).into_string())
    }
}

impl FromStr for Base58Key {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        base58_bytes(text).map(Self)
    }
}

impl fmt::Display for Base58Signature {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&bs58::encode(self.0).into_string())
    }
}

impl FromStr for Base58Signature {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        base58_bytes(text).map(Self)
    }
}

impl fmt::Display for HexHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&hex::encode(self.0))
    }
}

impl FromStr for HexHash {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        hash_bytes(text).map(Self)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl FromStr for Amount {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits || (text.len() > 1 && text.starts_with('0')) {
            return Err(TextError::NotAmount(shown(text)));
        }
        text.parse()
            .map(Self)
            .map_err(|_| TextError::AmountTooLarge(shown(text)))
    }
}

impl fmt::Display for AgeKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Only a text beyond the code's length would fail; 32 bytes are far below it.
        bech32::encode_to_fmt::<bech32::Bech32, _>(formatter, AGE_PREFIX, &self.0)
            .map_err(|_| fmt::Error)
    }
}

impl FromStr for AgeKey {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        let refused = || TextError::NotAgeKey(shown(text));
        let parsed = bech32::primitives::decode::CheckedHrpstring::new::<bech32::Bech32>(text)
            .map_err(|_| refused())?;
        if parsed.hrp() != AGE_PREFIX || text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(refused());
        }
        let bytes: Vec<u8> = parsed.byte_iter().collect();
        Key::try_from(bytes.as_slice())
            .map(Self)
            .map_err(|_| refused())
    }
}

/// Human-readable part of an age recipient with an X25519 key.
const AGE_PREFIX: bech32::Hrp = bech32::Hrp::parse_unchecked("age");

#[cfg(test)]
mod tests;
