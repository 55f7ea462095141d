//! Signed statements: a fixed binary body, signed with ed25519 over `domain || body`.
//!
//! The domain is not sent, so no signature can stand for another statement. Verification is
//! strict: keys of small order, and signatures with a second spelling, are refused.
//!
//! In JSON a statement is `{"body": base64, "signature": base58}`.

mod body;
mod check;
pub mod consent;

pub use body::{
    Delegation, Download, Publication, REGION_BYTES, Receipt, RegionError, ScoreStatement,
    Submission, region_bytes,
};
pub use check::Refused;

use crate::text::{self, Base58Signature, TextError};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sheaf_format::{Key, digest::sha256};

/// Length of an ed25519 signature.
pub const SIGNATURE_BYTES: usize = 64;

/// Why bytes are no statement, or a statement not its signer's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StatementError {
    /// Another length than the statement's.
    #[error("a statement \"{domain}\" has {expected} bytes here, not {found}")]
    Length {
        /// Domain of the statement.
        domain: &'static str,
        /// Bytes it has.
        expected: usize,
        /// Bytes that came.
        found: usize,
    },
    /// The signer's key is no point of the curve.
    #[error("{0} is not an ed25519 key")]
    NotAKey(text::Base58Key),
    /// The signature is not this key's over this statement.
    #[error("the signature of \"{domain}\" is not by {signer}: sign domain and body with that key")]
    NotSigned {
        /// Domain of the statement.
        domain: &'static str,
        /// Who should have signed.
        signer: text::Base58Key,
    },
    /// Text that does not decode.
    #[error(transparent)]
    Text(#[from] TextError),
}

/// The body of a statement: fixed length, little-endian, no padding.
pub trait Body: Sized {
    /// What is signed in front of the body.
    const DOMAIN: &'static str;
    /// Length of the body in bytes.
    const LENGTH: usize;

    /// The body's bytes, [`Self::LENGTH`] of them.
    fn to_bytes(&self) -> Vec<u8>;

    /// Reads a body.
    ///
    /// # Errors
    /// [`StatementError::Length`].
    fn from_bytes(bytes: &[u8]) -> Result<Self, StatementError>;

    /// `domain || body`: what is signed.
    fn message(&self) -> Vec<u8> {
        [Self::DOMAIN.as_bytes(), &self.to_bytes()].concat()
    }
}

/// A body that names its signer itself.
pub trait NamesSigner: Body {
    /// Who has to sign.
    fn signer(&self) -> &Key;
}

/// A body with a signature, which [`verify`](Self::verify) checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signed<B> {
    /// What is said.
    pub body: B,
    /// ed25519 signature over `domain || body`.
    pub signature: [u8; SIGNATURE_BYTES],
}

/// The signing key of a Solana keypair, which is 64 bytes: secret, then public.
///
/// # Errors
/// `None` when both halves do not belong together.
pub fn signing_key(keypair: &[u8; 64]) -> Option<SigningKey> {
    SigningKey::from_keypair_bytes(keypair).ok()
}

impl<B: Body> Signed<B> {
    /// Signs a body.
    pub fn sign(body: B, key: &SigningKey) -> Self {
        let signature = key.sign(&body.message()).to_bytes();
        Self { body, signature }
    }

    /// Checks that `signer` signed this body.
    ///
    /// # Errors
    /// [`StatementError::NotAKey`], [`StatementError::NotSigned`].
    pub fn verify(&self, signer: &Key) -> Result<(), StatementError> {
        let key = VerifyingKey::from_bytes(signer)
            .map_err(|_| StatementError::NotAKey((*signer).into()))?;
        let signature = Signature::from_bytes(&self.signature);
        key.verify_strict(&self.body.message(), &signature)
            .map_err(|_| StatementError::NotSigned {
                domain: B::DOMAIN,
                signer: (*signer).into(),
            })
    }

    /// `body || signature`.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.body.to_bytes();
        bytes.extend_from_slice(&self.signature);
        bytes
    }

    /// Reads `body || signature`. The signature is not verified.
    ///
    /// # Errors
    /// [`StatementError::Length`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, StatementError> {
        let (body, signature) = bytes
            .split_last_chunk::<SIGNATURE_BYTES>()
            .filter(|(body, _)| body.len() == B::LENGTH)
            .ok_or(StatementError::Length {
                domain: B::DOMAIN,
                expected: B::LENGTH + SIGNATURE_BYTES,
                found: bytes.len(),
            })?;
        Ok(Self {
            body: B::from_bytes(body)?,
            signature: *signature,
        })
    }

    /// base64 of `body || signature`: header `x-sheaf-download`.
    pub fn to_base64(&self) -> String {
        text::to_base64(&self.to_bytes())
    }

    /// Reads base64 of `body || signature`. The signature is not verified.
    ///
    /// # Errors
    /// [`StatementError::Text`], [`StatementError::Length`].
    pub fn from_base64(text: &str) -> Result<Self, StatementError> {
        Self::from_bytes(&text::from_base64(text)?)
    }

    /// base64 of the body alone: header `x-sheaf-submission`.
    pub fn body_base64(&self) -> String {
        text::to_base64(&self.body.to_bytes())
    }

    /// base64 of the signature alone: header `x-sheaf-signature`.
    pub fn signature_base64(&self) -> String {
        text::to_base64(&self.signature)
    }

    /// Reads base64 of the body and base64 of the signature, as two headers carry them. The
    /// signature is not verified.
    ///
    /// # Errors
    /// [`StatementError::Text`], [`StatementError::Length`].
    pub fn from_headers(body: &str, signature: &str) -> Result<Self, StatementError> {
        let body = B::from_bytes(&text::from_base64(body)?)?;
        Self::with_signature_header(body, signature)
    }

    /// A known body with base64 of its signature. The signature is not verified.
    ///
    /// # Errors
    /// [`StatementError::Text`], [`StatementError::Length`].
    pub fn with_signature_header(body: B, signature: &str) -> Result<Self, StatementError> {
        let bytes = text::from_base64(signature)?;
        let signature = <[u8; SIGNATURE_BYTES]>::try_from(bytes.as_slice()).map_err(|_| {
            StatementError::Length {
                domain: B::DOMAIN,
                expected: SIGNATURE_BYTES,
                found: bytes.len(),
            }
        })?;
        Ok(Self { body, signature })
    }
}

impl<B: NamesSigner> Signed<B> {
    /// Checks that the signer whom the body names signed it.
    ///
    /// # Errors
    /// [`StatementError::NotAKey`], [`StatementError::NotSigned`].
    pub fn verify_named(&self) -> Result<(), StatementError> {
        self.verify(self.body.signer())
    }
}

impl Signed<Submission> {
    /// The submission's id: `sha256(domain || body)`.
    pub fn id(&self) -> sheaf_format::Hash {
        self.body.id()
    }
}

impl Submission {
    /// The submission's id: `sha256(domain || body)`. The signature is no part of it.
    pub fn id(&self) -> sheaf_format::Hash {
        sha256(&[Self::DOMAIN.as_bytes(), &self.to_bytes()])
    }
}

/// A statement's JSON.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Json {
    body: String,
    signature: Base58Signature,
}

impl<B: Body> Serialize for Signed<B> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let signature = Base58Signature(self.signature);
        Json {
            body: self.body_base64(),
            signature,
        }
        .serialize(serializer)
    }
}

impl<'de, B: Body> Deserialize<'de> for Signed<B> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Json::deserialize(deserializer)?;
        let bytes = text::from_base64(&json.body).map_err(de::Error::custom)?;
        let body = B::from_bytes(&bytes).map_err(de::Error::custom)?;
        Ok(Self {
            body,
            signature: json.signature.0,
        })
    }
}

#[cfg(test)]
mod tests;
