//! The file of one job's contributions in one round, as the aggregator publishes it.

mod verify;

pub use verify::BatchContext;

use crate::{
    intake::Refusal,
    list_root::{self, InclusionProof},
    statement::{Delegation, Refused, SIGNATURE_BYTES, Signed, Submission},
    text::{Base58Key, HexHash},
};
use serde::{Deserialize, Serialize};
use sheaf_format::{Hash, Key};
use std::collections::BTreeMap;

/// Length of a batch file's item in its Merkle list.
pub const BATCH_ITEM_BYTES: usize = 32 + SIGNATURE_BYTES;

/// Why a batch file is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BatchError {
    /// The file of another job.
    #[error("the file is for job {found}, not {expected}")]
    Job {
        /// The job asked for.
        expected: Base58Key,
        /// The file's job.
        found: Base58Key,
    },
    /// The file of another round.
    #[error("the file is for round {found}, not {expected}")]
    Round {
        /// The round asked for.
        expected: u64,
        /// The file's round.
        found: u64,
    },
    /// The file is not what was posted on chain.
    #[error("the file's root is {found}, but {expected} was posted")]
    Root {
        /// Posted root.
        expected: HexHash,
        /// The file's root.
        found: HexHash,
    },
    /// Not ascending by id, or one twice.
    #[error("submission {0} is not in its place: submissions ascend by id, each once")]
    Order(HexHash),
    /// Number of submissions or sum of units other than posted.
    #[error(
        "{found_count} submissions with {found_units} units, but {count} with {units} were posted"
    )]
    Totals {
        /// Posted number of submissions.
        count: u32,
        /// Posted sum of units.
        units: u64,
        /// The file's number of submissions.
        found_count: usize,
        /// The file's sum of units.
        found_units: u64,
    },
    /// A submission that must not be in this batch.
    #[error("submission {id}: {refusal}")]
    Submission {
        /// Its id.
        id: HexHash,
        /// Why.
        refusal: Refusal,
    },
    /// A delegation that does not hold, or two from the same contributor to the same node.
    #[error("the delegation of {contributor} to {node} does not hold: {reason}")]
    Delegation {
        /// Who delegated.
        contributor: Base58Key,
        /// To which node key.
        node: Base58Key,
        /// Why.
        reason: DelegationFault,
    },
}

/// What is wrong with a delegation in a batch file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DelegationFault {
    /// Two for the same contributor and node.
    #[error("it comes twice")]
    Repeated,
    /// For another place, or not signed.
    #[error(transparent)]
    Refused(#[from] Refused),
}

impl BatchError {
    /// Whether the root on chain proves the fault: then the aggregator posted a batch that breaks
    /// the rules, and everybody agrees that it pays nothing. Otherwise this copy of the file is at
    /// fault, or incomplete (delegations are not under the root): ask elsewhere.
    pub const fn is_proven(&self) -> bool {
        match self {
            Self::Order(_) | Self::Totals { .. } => true,
            Self::Submission { refusal, .. } => !matches!(
                refusal,
                Refusal::DelegationMissing
                    | Refusal::DelegationInvalid(_)
                    | Refusal::DelegationExpired { .. }
            ),
            Self::Job { .. } | Self::Round { .. } | Self::Root { .. } | Self::Delegation { .. } => {
                false
            }
        }
    }
}

/// What a round's outcome needs to know of a submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Contribution {
    /// Id of the submission.
    pub submission: Hash,
    /// Wallet that earns.
    pub contributor: Key,
    /// Units offered.
    pub units: u32,
}

impl From<&Submission> for Contribution {
    fn from(body: &Submission) -> Self {
        Self {
            submission: body.id(),
            contributor: body.contributor,
            units: body.units,
        }
    }
}

/// One job's contributions in one round.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct BatchFile {
    /// The job's address.
    pub job: Base58Key,
    /// The round.
    pub round: u64,
    /// The submissions, ascending by id.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::api::SignedStatement>))]
    pub submissions: Vec<Signed<Submission>>,
    /// A delegation for every contributor and node among them, ascending by both.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::api::SignedStatement>))]
    pub delegations: Vec<Signed<Delegation>>,
}

/// A submission's item in the Merkle list: `submission id || signature`.
pub fn item(submission: &Signed<Submission>) -> [u8; BATCH_ITEM_BYTES] {
    let mut item = [0; BATCH_ITEM_BYTES];
    item[..32].copy_from_slice(&submission.id());
    item[32..].copy_from_slice(&submission.signature);
    item
}

impl BatchFile {
    /// A batch file from submissions and delegations in any order. Of the delegations it keeps,
    /// for every contributor and node among the submissions, the one that holds longest.
    ///
    /// # Errors
    /// [`BatchError::Order`] when a submission comes twice. Nothing else is checked.
    pub fn new(
        job: Key,
        round: u64,
        submissions: Vec<Signed<Submission>>,
        delegations: Vec<Signed<Delegation>>,
    ) -> Result<Self, BatchError> {
        let mut by_id = BTreeMap::new();
        let mut needed = BTreeMap::new();
        for submission in submissions {
            needed.insert((submission.body.contributor, submission.body.node), None);
            let id = submission.id();
            if by_id.insert(id, submission).is_some() {
                return Err(BatchError::Order(id.into()));
            }
        }
        for delegation in delegations {
            let pair = (delegation.body.contributor, delegation.body.node);
            if let Some(kept) = needed.get_mut(&pair) {
                let rank = |of: &Signed<Delegation>| (of.body.valid_until_slot, of.signature);
                if kept
                    .as_ref()
                    .is_none_or(|kept| rank(kept) < rank(&delegation))
                {
                    *kept = Some(delegation);
                }
            }
        }
        Ok(Self {
            job: Base58Key(job),
            round,
            submissions: by_id.into_values().collect(),
            delegations: needed.into_values().flatten().collect(),
        })
    }

    /// The Merkle root that is posted on chain.
    pub fn root(&self) -> Hash {
        list_root::root(self.submissions.iter().map(item))
    }

    /// Number of submissions, as posted on chain.
    pub fn count(&self) -> u32 {
        u32::try_from(self.submissions.len()).unwrap_or(u32::MAX)
    }

    /// Sum of the units offered, as posted on chain.
    pub fn units(&self) -> u64 {
        self.submissions.iter().fold(0, |sum, submission| {
            sum.saturating_add(submission.body.units.into())
        })
    }

    /// Proves that a submission is in this batch, if it is: what a receipt can be held against.
    pub fn prove(&self, submission: &Hash) -> Option<InclusionProof> {
        let at = self
            .submissions
            .iter()
            .position(|entry| entry.id() == *submission)?;
        list_root::prove(self.submissions.iter().map(item), u32::try_from(at).ok()?)
    }
}

#[cfg(test)]
mod tests;
