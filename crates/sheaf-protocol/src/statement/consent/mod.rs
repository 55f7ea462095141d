//! Consent: who lets whom use what data, what for, and until when.
//!
//! A person grants it with one signed statement and ends it with another; both are kept and passed on
//! off the chain. What a consent says in words is rendered from its bytes ([`Consent::text`]), so that
//! everybody who shows it shows the same. Whether data may be used is a pure function of the
//! statements and the moment ([`check_use`]).

mod terms;
mod usage;

pub use terms::{DataClass, Purpose, UnknownTerm};
pub use usage::{ConsentRefused, Use, check_use, revoked_at};

use super::{
    Body, NamesSigner, Signed, StatementError,
    body::{Field, body},
};
use crate::text::{Base58Key, UnixTime};
use sheaf_format::{Hash, Key, digest::sha256};

/// Of a consent's job: every job of the requester.
pub const ANY_JOB: Key = [0; 32];

body! {
    /// A person lets a requester use data. Signed by the contributor's wallet.
    Consent, "sheaf:consent:v1", 192 bytes {
        /// Genesis hash of the cluster.
        0: genesis: Hash,
        /// The program's address.
        32: program: Key,
        /// Whose data it is, and who signs this.
        64: contributor: Key,
        /// Who may use it.
        96: requester: Key,
        /// For which job, by its address; [`ANY_JOB`] for every one of the requester's.
        128: job: Key,
        /// Classes of data, a bit each ([`DataClass::bit`]).
        160: classes: u32,
        /// Purposes, a bit each ([`Purpose::bit`]).
        164: purposes: u32,
        /// First second in which it holds, unix time.
        168: valid_from: u64,
        /// Last second in which it holds, unix time.
        176: valid_until: u64,
        /// Tells equal consents apart: a revoked one can be granted again.
        184: nonce: u64,
    }
}

body! {
    /// A person ends a consent. Signed by the contributor's wallet.
    Revocation, "sheaf:revocation:v1", 136 bytes {
        /// Genesis hash of the cluster.
        0: genesis: Hash,
        /// The program's address.
        32: program: Key,
        /// Who granted, and signs this.
        64: contributor: Key,
        /// The consent's hash ([`Consent::hash`]).
        96: consent: Hash,
        /// First second in which the consent no longer holds, unix time.
        128: revoked_at: u64,
    }
}

impl NamesSigner for Consent {
    fn signer(&self) -> &Key {
        &self.contributor
    }
}

impl NamesSigner for Revocation {
    fn signer(&self) -> &Key {
        &self.contributor
    }
}

/// Why a consent means nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConsentError {
    /// Consent to nobody.
    #[error("the consent names no requester: say who may use the data")]
    NoRequester,
    /// No class, or one that is not known here.
    #[error("the consent names no class of data, or one that is not known here (bits {0:#x})")]
    Classes(u32),
    /// No purpose, or one that is not known here.
    #[error("the consent names no purpose, or one that is not known here (bits {0:#x})")]
    Purposes(u32),
    /// Over before it begins.
    #[error("the consent ends before it begins")]
    Period,
}

impl Consent {
    /// The consent's hash: `sha256(domain || body)`. The signature is no part of it.
    pub fn hash(&self) -> Hash {
        sha256(&[Self::DOMAIN.as_bytes(), &self.to_bytes()])
    }

    /// Checks that it means something.
    ///
    /// # Errors
    /// [`ConsentError`].
    pub fn check(&self) -> Result<(), ConsentError> {
        if self.requester == [0; 32] {
            return Err(ConsentError::NoRequester);
        }
        self.classes()?;
        self.purposes()?;
        if self.valid_until < self.valid_from {
            return Err(ConsentError::Period);
        }
        Ok(())
    }

    /// The classes of data it is about.
    ///
    /// # Errors
    /// [`ConsentError::Classes`].
    pub fn classes(&self) -> Result<Vec<DataClass>, ConsentError> {
        DataClass::of_bits(self.classes).ok_or(ConsentError::Classes(self.classes))
    }

    /// What the data may be used for.
    ///
    /// # Errors
    /// [`ConsentError::Purposes`].
    pub fn purposes(&self) -> Result<Vec<Purpose>, ConsentError> {
        Purpose::of_bits(self.purposes).ok_or(ConsentError::Purposes(self.purposes))
    }

    /// What it says, in words: the one text for the command line and for pages.
    ///
    /// # Errors
    /// [`ConsentError`] when it says nothing.
    pub fn text(&self) -> Result<String, ConsentError> {
        self.check()?;
        let classes = self.classes()?;
        let purposes = self.purposes()?;
        let job = if self.job == ANY_JOB {
            "for any of its jobs".to_owned()
        } else {
            format!("for job {} alone", Base58Key(self.job))
        };
        Ok(format!(
            "The person with wallet {} lets {} use {}, {job}, to {}, from {} to {}. The person may revoke this at any \
             time; data handed over before then cannot be called back.",
            Base58Key(self.contributor),
            Base58Key(self.requester),
            listed(classes.iter().map(|class| class.phrase())),
            listed(purposes.iter().map(|purpose| purpose.phrase())),
            UnixTime(self.valid_from),
            UnixTime(self.valid_until),
        ))
    }
}

impl Revocation {
    /// What it says, in words.
    pub fn text(&self) -> String {
        format!(
            "The person with wallet {} revokes the consent {} from {} on.",
            Base58Key(self.contributor),
            crate::text::HexHash(self.consent),
            UnixTime(self.revoked_at),
        )
    }
}

/// `a`, `a and b`, `a, b and c`.
fn listed<'a>(phrases: impl Iterator<Item = &'a str>) -> String {
    let phrases: Vec<&str> = phrases.collect();
    match phrases.split_last() {
        None => String::new(),
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}

#[cfg(test)]
mod tests;
