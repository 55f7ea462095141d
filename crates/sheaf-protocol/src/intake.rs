//! The rules by which a submission is admitted, and those that everybody checks again in a batch.
//!
//! [`check_submission`] is all of them. Whoever takes many submissions checks in steps, the cheap
//! ones first: [`check_claims`], [`check_content`], the signature, [`check_standing`].

use crate::{
    specification::Specification,
    statement::{Delegation, Signed, StatementError, Submission},
    text::Base58Key,
};
use sheaf_format::{Hash, Key};

/// Bounds that the contract sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How far ahead a submission's expiry may lie, in slots.
    pub max_expiry_slots: u64,
    /// Longest ciphertext, in bytes.
    pub max_content_bytes: u32,
}

/// The contract's bounds: 20,000 slots, 2 MiB.
pub const LIMITS: Limits = Limits {
    max_expiry_slots: 20_000,
    max_content_bytes: 2 << 20,
};

/// How many rounds after its earliest one a submission may be batched: whoever checks a batch looks
/// through that many rounds for what was paid before.
pub const MAX_ROUNDS_BACK: u64 = 100;

impl Default for Limits {
    fn default() -> Self {
        LIMITS
    }
}

/// The job a submission names, as far as intake asks.
#[derive(Clone, Copy, Debug)]
pub struct IntakeJob<'a> {
    /// The job's address.
    pub address: Key,
    /// Whether it was cancelled or its deadline has passed.
    pub ended: bool,
    /// Whether another aggregator batches for it.
    pub batched_elsewhere: bool,
    /// Whether nothing of its money is left.
    pub nothing_left: bool,
    /// Its specification, when published.
    pub specification: Option<&'a Specification>,
}

/// A ciphertext as it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Content {
    /// Length in bytes.
    pub bytes: u64,
    /// sha256.
    pub hash: Hash,
}

impl Content {
    /// Measures a ciphertext.
    pub fn of(ciphertext: &[u8]) -> Self {
        Self {
            bytes: u64::try_from(ciphertext.len()).unwrap_or(u64::MAX),
            hash: sheaf_format::digest::sha256(&[ciphertext]),
        }
    }
}

/// What the aggregator sees of chain and job when a submission comes.
#[derive(Clone, Copy, Debug)]
pub struct IntakeContext<'a> {
    /// Genesis hash of the cluster.
    pub genesis: Hash,
    /// The program's address.
    pub program: Key,
    /// The job of this pool at the address that the submission names; `None` when there is none.
    pub job: Option<IntakeJob<'a>>,
    /// The chain's slot.
    pub slot: u64,
    /// The round that submissions taken now are batched in.
    pub round: u64,
    /// Bounds.
    pub limits: Limits,
}

/// What the aggregator has stored that stands for or against a submission.
#[derive(Clone, Copy, Debug, Default)]
pub struct Standing<'a> {
    /// The delegation from the submission's contributor to its node, when one was stored.
    pub delegation: Option<&'a Signed<Delegation>>,
    /// Whether another submission of this node had this nonce.
    pub nonce_seen: bool,
    /// Whether this contributor has another submission to this task of this job in this round.
    pub task_taken: bool,
}

/// Why a submission is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Made for another cluster.
    #[error("the submission was made for another cluster: check which network the node follows")]
    WrongGenesis,
    /// Made for another program.
    #[error("the submission was made for another program: check the node's program address")]
    WrongProgram,
    /// This pool has no such job.
    #[error("there is no job {0} in this pool: read the list of jobs again")]
    UnknownJob(Base58Key),
    /// Another job than the batch's.
    #[error("the submission is for job {0}, not for this one")]
    WrongJob(Base58Key),
    /// The job was cancelled or its deadline has passed.
    #[error("the job has ended: it takes no more contributions")]
    JobEnded,
    /// Another aggregator batches for the job.
    #[error("another aggregator batches for this job: send contributions to that one")]
    OtherAggregator,
    /// The job could not pay.
    #[error("the job has no money left: it takes contributions again once it is funded")]
    NothingLeft,
    /// Nobody can say which tasks there are.
    #[error("the job's specification is not published yet: try again once its requester did")]
    SpecificationMissing,
    /// The first round it may be batched in lies ahead.
    #[error("the submission may be batched from round {earliest} on, but this is round {round}")]
    RoundTooEarly {
        /// First round it may be batched in.
        earliest: u64,
        /// The round.
        round: u64,
    },
    /// The first round it could be batched in is long over.
    #[error(
        "the submission was made for round {earliest}, more than {MAX_ROUNDS_BACK} rounds before round {round}: observe anew and sign a new one"
    )]
    RoundTooOld {
        /// First round it could be batched in.
        earliest: u64,
        /// The round.
        round: u64,
    },
    /// Its expiry has passed.
    #[error("the submission expired in slot {expiry}, and it is slot {slot}: sign a new one")]
    Expired {
        /// Its expiry.
        expiry: u64,
        /// The chain's slot.
        slot: u64,
    },
    /// Its expiry lies too far ahead.
    #[error("the submission expires in slot {expiry}; the latest taken now is {latest}")]
    ExpiryTooFar {
        /// Its expiry.
        expiry: u64,
        /// The latest that is taken.
        latest: u64,
    },
    /// The specification has no such task.
    #[error("there is no task {task}: the specification has {count}, numbered from 0")]
    TaskUnknown {
        /// The task.
        task: u32,
        /// Tasks of the specification.
        count: u32,
    },
    /// It offers more or fewer units than the task counts for.
    #[error("the submission offers {offered} units, but the task counts for {units}")]
    WrongUnits {
        /// Units offered.
        offered: u32,
        /// Units of the task.
        units: u32,
    },
    /// The region is not ASCII, zero-padded.
    #[error("the region must be printable ASCII without spaces, padded with zeros to 12 bytes")]
    RegionInvalid,
    /// The ciphertext is too long.
    #[error("the content has {bytes} bytes; at most {limit} are taken")]
    ContentTooLarge {
        /// Its length.
        bytes: u64,
        /// The most that is taken.
        limit: u32,
    },
    /// The ciphertext is not what was signed.
    #[error("the content's length or hash is not what the submission says: send what was signed")]
    ContentMismatch,
    /// No delegation for this node.
    #[error("the contributor has not delegated to this node: post a delegation first")]
    DelegationMissing,
    /// The delegation is for others, or not signed.
    #[error("the delegation to this node does not hold: {0}")]
    DelegationInvalid(String),
    /// The delegation no longer holds.
    #[error("the delegation to this node held until slot {until}: post a new one")]
    DelegationExpired {
        /// Its last slot.
        until: u64,
    },
    /// Not signed by the node.
    #[error(transparent)]
    SignatureInvalid(#[from] StatementError),
    /// The node used the nonce before.
    #[error("this node has used nonce {0} before: take another")]
    NonceSeen(u64),
    /// The contributor did the task in this round.
    #[error("the contributor has already handed in task {0} of this job in this round")]
    TaskTaken(u32),
    /// A final round has paid it.
    #[error("an earlier round has paid this submission")]
    AlreadyPaid,
}

impl Refusal {
    /// The API's error name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::WrongGenesis => "wrong_genesis",
            Self::WrongProgram => "wrong_program",
            Self::UnknownJob(_) => "unknown_job",
            Self::WrongJob(_) => "wrong_job",
            Self::JobEnded => "job_ended",
            Self::OtherAggregator => "other_aggregator",
            Self::NothingLeft => "nothing_left",
            Self::SpecificationMissing => "specification_missing",
            Self::RoundTooEarly { .. } => "round_too_early",
            Self::RoundTooOld { .. } => "round_too_old",
            Self::Expired { .. } => "expired",
            Self::ExpiryTooFar { .. } => "expiry_too_far",
            Self::TaskUnknown { .. } => "task_unknown",
            Self::WrongUnits { .. } => "wrong_units",
            Self::RegionInvalid => "region_invalid",
            Self::ContentTooLarge { .. } => "content_too_large",
            Self::ContentMismatch => "content_mismatch",
            Self::DelegationMissing => "delegation_missing",
            Self::DelegationInvalid(_) => "delegation_invalid",
            Self::DelegationExpired { .. } => "delegation_expired",
            Self::SignatureInvalid(_) => "signature_invalid",
            Self::NonceSeen(_) => "nonce_seen",
            Self::TaskTaken(_) => "task_taken",
            Self::AlreadyPaid => "already_paid",
        }
    }

    /// Whether it is about how things stand now: the very same submission may have been admitted
    /// before, or may be admitted later.
    pub const fn depends_on_time(&self) -> bool {
        matches!(
            self,
            Self::JobEnded
                | Self::OtherAggregator
                | Self::NothingLeft
                | Self::SpecificationMissing
                | Self::RoundTooEarly { .. }
                | Self::RoundTooOld { .. }
                | Self::Expired { .. }
                | Self::ExpiryTooFar { .. }
                | Self::DelegationMissing
                | Self::DelegationInvalid(_)
                | Self::DelegationExpired { .. }
        )
    }
}

/// What a submission is held against, at intake and in a batch alike.
pub(crate) struct Terms<'a> {
    pub genesis: &'a Hash,
    pub program: &'a Key,
    pub job: &'a Key,
    pub round: u64,
    pub specification: &'a Specification,
    pub limits: Limits,
}

/// Checks what a submission's body says.
pub(crate) fn check_terms(body: &Submission, terms: &Terms<'_>) -> Result<(), Refusal> {
    if body.genesis != *terms.genesis {
        return Err(Refusal::WrongGenesis);
    }
    if body.program != *terms.program {
        return Err(Refusal::WrongProgram);
    }
    if body.job != *terms.job {
        return Err(Refusal::WrongJob(body.job.into()));
    }
    if body.earliest_round > terms.round {
        let (earliest, round) = (body.earliest_round, terms.round);
        return Err(Refusal::RoundTooEarly { earliest, round });
    }
    if terms.round - body.earliest_round > MAX_ROUNDS_BACK {
        let (earliest, round) = (body.earliest_round, terms.round);
        return Err(Refusal::RoundTooOld { earliest, round });
    }
    let (task, offered) = (body.task, body.units);
    match terms.specification.units_of(task) {
        None => {
            let count = terms.specification.task_count();
            return Err(Refusal::TaskUnknown { task, count });
        }
        Some(units) if units != offered => return Err(Refusal::WrongUnits { offered, units }),
        Some(_) => {}
    }
    body.region_text().map_err(|_| Refusal::RegionInvalid)?;
    let limit = terms.limits.max_content_bytes;
    if body.content_bytes > limit {
        return Err(Refusal::ContentTooLarge {
            bytes: body.content_bytes.into(),
            limit,
        });
    }
    Ok(())
}

/// Checks that a delegation is from a submission's contributor to its node and holds in `slot`.
/// Cluster, program and signature are for [`Signed::<Delegation>::check`].
pub(crate) fn check_delegation(
    body: &Submission,
    delegation: &Delegation,
    slot: u64,
) -> Result<(), Refusal> {
    if delegation.contributor != body.contributor || delegation.node != body.node {
        let reason = "it names another contributor or node".to_owned();
        return Err(Refusal::DelegationInvalid(reason));
    }
    let until = delegation.valid_until_slot;
    if until < slot {
        return Err(Refusal::DelegationExpired { until });
    }
    Ok(())
}

/// Admits a submission with its ciphertext, or says why not.
///
/// The same submission sent again, say because its receipt was lost, is the caller's to recognise
/// by its id and to answer with the same receipt: here its nonce was seen.
///
/// # Errors
/// [`Refusal`].
pub fn check_submission(
    submission: &Signed<Submission>,
    content: &Content,
    context: &IntakeContext<'_>,
    standing: &Standing<'_>,
) -> Result<(), Refusal> {
    check_claims(&submission.body, context)?;
    check_content(&submission.body, content, context.limits)?;
    submission.verify_named()?;
    if let Some(delegation) = standing.delegation {
        check_signature(delegation)?;
    }
    check_standing(&submission.body, context, standing)
}

/// Checks what a submission says of itself against chain and job, without any cryptography.
///
/// # Errors
/// [`Refusal`].
pub fn check_claims(body: &Submission, context: &IntakeContext<'_>) -> Result<(), Refusal> {
    if body.genesis != context.genesis {
        return Err(Refusal::WrongGenesis);
    }
    if body.program != context.program {
        return Err(Refusal::WrongProgram);
    }
    let job = context.job.ok_or(Refusal::UnknownJob(body.job.into()))?;
    if job.ended {
        return Err(Refusal::JobEnded);
    }
    if job.batched_elsewhere {
        return Err(Refusal::OtherAggregator);
    }
    if job.nothing_left {
        return Err(Refusal::NothingLeft);
    }
    let terms = Terms {
        genesis: &context.genesis,
        program: &context.program,
        job: &job.address,
        round: context.round,
        specification: job.specification.ok_or(Refusal::SpecificationMissing)?,
        limits: context.limits,
    };
    check_terms(body, &terms)?;
    check_expiry(body.expiry_slot, context)
}

/// Checks that a delegation is signed by the contributor it names.
///
/// # Errors
/// [`Refusal::DelegationInvalid`].
pub fn check_signature(delegation: &Signed<Delegation>) -> Result<(), Refusal> {
    delegation
        .verify_named()
        .map_err(|error| Refusal::DelegationInvalid(error.to_string()))
}

/// Checks what was stored before: a delegation that holds, a fresh nonce, a free task. The
/// delegation's signature is for [`check_signature`].
///
/// # Errors
/// [`Refusal`].
pub fn check_standing(
    body: &Submission,
    context: &IntakeContext<'_>,
    standing: &Standing<'_>,
) -> Result<(), Refusal> {
    let delegation = &standing.delegation.ok_or(Refusal::DelegationMissing)?.body;
    // Whoever checks the batch knows the slot of observation only, so it must hold in both.
    check_delegation(body, delegation, context.slot.max(body.observed_slot))?;
    if delegation.genesis != context.genesis || delegation.program != context.program {
        let reason = "it was made for another cluster or program".to_owned();
        return Err(Refusal::DelegationInvalid(reason));
    }
    if standing.nonce_seen {
        return Err(Refusal::NonceSeen(body.nonce));
    }
    if standing.task_taken {
        return Err(Refusal::TaskTaken(body.task));
    }
    Ok(())
}

fn check_expiry(expiry: u64, context: &IntakeContext<'_>) -> Result<(), Refusal> {
    let slot = context.slot;
    if expiry < slot {
        return Err(Refusal::Expired { expiry, slot });
    }
    let latest = slot.saturating_add(context.limits.max_expiry_slots);
    if expiry > latest {
        return Err(Refusal::ExpiryTooFar { expiry, latest });
    }
    Ok(())
}

/// Checks that a ciphertext is the one that a submission names, and not too long.
///
/// # Errors
/// [`Refusal::ContentTooLarge`], [`Refusal::ContentMismatch`].
pub fn check_content(body: &Submission, content: &Content, limits: Limits) -> Result<(), Refusal> {
    if content.bytes > limits.max_content_bytes.into() {
        let limit = limits.max_content_bytes;
        return Err(Refusal::ContentTooLarge {
            bytes: content.bytes,
            limit,
        });
    }
    if content.bytes != u64::from(body.content_bytes) || content.hash != body.content_hash {
        return Err(Refusal::ContentMismatch);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
