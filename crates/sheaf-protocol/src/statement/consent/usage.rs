//! Whether data may be used, at the moment of use.

use super::{
    ANY_JOB, Consent, ConsentError, DataClass, Hash, Key, Purpose, Revocation, Signed,
    StatementError,
};
use crate::text::UnixTime;

/// A use of data that needs a consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Use<'a> {
    /// Genesis hash of the cluster.
    pub genesis: Hash,
    /// The program's address.
    pub program: Key,
    /// Whose data it is.
    pub contributor: Key,
    /// Who uses it.
    pub requester: Key,
    /// In which job.
    pub job: Key,
    /// What data is used: all of these classes.
    pub classes: &'a [DataClass],
    /// What for: all of these purposes.
    pub purposes: &'a [Purpose],
    /// When, unix time of the chain.
    pub now: u64,
}

/// Why a consent does not allow a use.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConsentRefused {
    /// It means nothing.
    #[error(transparent)]
    Meaningless(#[from] ConsentError),
    /// Not signed by whom it names.
    #[error(transparent)]
    Signature(#[from] StatementError),
    /// Granted for another cluster or program.
    #[error("the consent was granted for another cluster or program")]
    AnotherPlace,
    /// Another person's.
    #[error("the consent is another person's: the one whose data it is must grant it")]
    AnotherContributor,
    /// Granted to somebody else.
    #[error("the consent was granted to another requester")]
    AnotherRequester,
    /// Granted for another job.
    #[error("the consent was granted for another job of this requester")]
    AnotherJob,
    /// This data is not in it.
    #[error("the consent does not cover {0}")]
    Class(DataClass),
    /// This purpose is not in it.
    #[error("the consent does not allow {0}")]
    Purpose(Purpose),
    /// It does not hold yet.
    #[error("the consent holds from {0} on")]
    NotYet(UnixTime),
    /// It has ended.
    #[error("the consent ended with {0}: ask the person for another")]
    Expired(UnixTime),
    /// It was revoked.
    #[error("the consent was revoked, and has not held since {0}")]
    Revoked(UnixTime),
}

/// Checks that a consent allows a use: it is signed by the person whose data it is, for this
/// requester, job, data and purpose; it holds at the moment of use; and none of the `revocations` ends
/// it. Revocations of other consents or by other people, or that are not signed, change nothing.
///
/// # Errors
/// [`ConsentRefused`].
pub fn check_use(
    consent: &Signed<Consent>,
    revocations: &[Signed<Revocation>],
    usage: &Use<'_>,
) -> Result<(), ConsentRefused> {
    let body = &consent.body;
    body.check()?;
    consent.verify_named()?;
    if (body.genesis, body.program) != (usage.genesis, usage.program) {
        return Err(ConsentRefused::AnotherPlace);
    }
    if body.contributor != usage.contributor {
        return Err(ConsentRefused::AnotherContributor);
    }
    if body.requester != usage.requester {
        return Err(ConsentRefused::AnotherRequester);
    }
    if body.job != ANY_JOB && body.job != usage.job {
        return Err(ConsentRefused::AnotherJob);
    }
    let missing = |class: &&DataClass| body.classes & class.bit() == 0;
    if let Some(class) = usage.classes.iter().find(missing) {
        return Err(ConsentRefused::Class(*class));
    }
    let missing = |purpose: &&Purpose| body.purposes & purpose.bit() == 0;
    if let Some(purpose) = usage.purposes.iter().find(missing) {
        return Err(ConsentRefused::Purpose(*purpose));
    }
    if usage.now < body.valid_from {
        return Err(ConsentRefused::NotYet(UnixTime(body.valid_from)));
    }
    if usage.now > body.valid_until {
        return Err(ConsentRefused::Expired(UnixTime(body.valid_until)));
    }
    match revoked_at(body, revocations) {
        Some(at) if at <= usage.now => Err(ConsentRefused::Revoked(UnixTime(at))),
        _ => Ok(()),
    }
}

/// The first second in which a consent no longer holds because it was revoked, if it was.
pub fn revoked_at(consent: &Consent, revocations: &[Signed<Revocation>]) -> Option<u64> {
    let hash = consent.hash();
    let place = (consent.genesis, consent.program, consent.contributor);
    let ending = revocations.iter().filter(|revocation| {
        let body = &revocation.body;
        body.consent == hash
            && (body.genesis, body.program, body.contributor) == place
            && revocation.verify_named().is_ok()
    });
    ending.map(|revocation| revocation.body.revoked_at).min()
}
