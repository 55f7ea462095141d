//! What contributors, requesters and validators hand in: checked, stored, answered.
//!
//! The rules are `sheaf_protocol`'s; here they meet the chain's state and the store.
//!
//! - [`delegation`], [`scores`], [`specification`], [`submission`]: one for each thing handed in.
//! - [`pipeline`]: the way of submissions, many at once; [`group`]: its queues; [`verify`]: its
//!   signatures; [`turns`]: who does not go at once.
//! - [`capacity`], [`rate`], [`source`]: how much may be under way, how often, from where;
//!   [`settings`]: what of it an operator sets.

pub mod capacity;
pub mod delegation;
pub mod group;
pub mod pipeline;
pub mod rate;
pub mod scores;
pub mod settings;
pub mod source;
pub mod specification;
pub mod submission;
pub mod turns;
pub mod verify;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;

pub use pipeline::{Intake, Workers};
pub use settings::IntakeSettings;

use crate::{content::ContentError, store::StoreError};
use group::Unanswered;
use sheaf_protocol::{
    intake::Refusal,
    scores::ScoreError,
    specification::SpecificationError,
    statement::{Refused, StatementError},
};
use std::time::Duration;

/// When to come again after something that usually passes soon.
const SHORTLY: Duration = Duration::from_secs(1);
/// When to come again after something that an operator or the next round has to end.
const LATER: Duration = Duration::from_secs(10);

/// Why something handed in is not taken.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// A submission breaks a rule.
    #[error(transparent)]
    Submission(#[from] Refusal),
    /// A delegation or request breaks a rule.
    #[error(transparent)]
    Statement(#[from] Refused),
    /// A statement cannot be read, or is not signed by whom it must.
    #[error(transparent)]
    Unsigned(#[from] StatementError),
    /// A specification that cannot be used.
    #[error(transparent)]
    Specification(#[from] SpecificationError),
    /// A score file that is refused.
    #[error(transparent)]
    Scores(#[from] ScoreError),
    /// There is no such job.
    #[error("there is no job {0} in this pool (yet): read the list of jobs, or try again shortly")]
    UnknownJob(u64),
    /// The round is not one whose scores are taken.
    #[error("round {0} is not open: scores are taken once they were revealed on chain")]
    RoundNotOpen(u64),
    /// The validator has not revealed.
    #[error(
        "{0} has not revealed scores in this round (as far as this indexer sees): try again shortly"
    )]
    NotRevealed(sheaf_protocol::Base58Key),
    /// The round's manifest is made.
    #[error("the manifest of round {0} is made already: this score file comes too late for it")]
    ScoresTooLate(u64),
    /// More wait for the job than it can pay for soon.
    #[error(
        "{0} contributions wait for this job already, more than its rounds can pay for: try again after the next round"
    )]
    JobFull(u64),
    /// A job whose specification is of no use here.
    #[error(
        "job {0} has ended, or another aggregator batches for it: its specification is not kept here"
    )]
    NotOurJob(u64),
    /// The node hands in too much.
    #[error("this node hands in more than it may: try again in {} seconds", seconds(*wait))]
    NodeTooFast {
        /// How long to wait.
        wait: Duration,
    },
    /// The address sends too much.
    #[error("this address sends more than it may: try again in {} seconds", seconds(*wait))]
    AddressTooFast {
        /// How long to wait.
        wait: Duration,
    },
    /// As many requests are under way as may be, of all or of this address.
    #[error("as many submissions are under way as may be: try again shortly")]
    Overloaded,
    /// The content did not arrive in time.
    #[error("the content did not arrive in time: send it again over a faster connection")]
    ContentTooSlow,
    /// Not done in time; it may still be taken.
    #[error(
        "the submission was not dealt with in time: send the same again, it is taken once only"
    )]
    TimedOut,
    /// The work on it failed.
    #[error("the indexer cannot take this now: try again shortly")]
    Unanswered(#[from] Unanswered),
    /// The store failed.
    #[error("the indexer cannot store this now: try again shortly")]
    Store(#[from] StoreError),
    /// The content store failed.
    #[error("the indexer cannot store this now: try again shortly")]
    Content(#[from] ContentError),
    /// The chain could not be asked.
    #[error("the indexer cannot ask the chain now: {0}. Try again shortly")]
    Chain(#[from] sheaf_client::Error),
}

impl IntakeError {
    /// How long to wait before the same may be sent again, when that may help.
    pub const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::NodeTooFast { wait } | Self::AddressTooFast { wait } => Some(*wait),
            Self::Overloaded
            | Self::TimedOut
            | Self::Unanswered(_)
            | Self::Store(_)
            | Self::Content(_)
            | Self::Chain(_) => Some(SHORTLY),
            Self::JobFull(_) => Some(LATER),
            _ => None,
        }
    }

    /// The name of the problem it is (`sheaf_protocol::api::problem`).
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Submission(refusal) => refusal.name(),
            Self::Statement(refused) => refused.name(),
            Self::Unsigned(StatementError::NotSigned { .. } | StatementError::NotAKey(_)) => {
                "signature_invalid"
            }
            Self::Unsigned(_) => "statement_invalid",
            Self::Specification(_) => "specification_invalid",
            Self::Scores(_) => "scores_invalid",
            Self::UnknownJob(_) => "unknown_job",
            Self::RoundNotOpen(_) => "round_not_open",
            Self::NotRevealed(_) => "not_revealed",
            Self::ScoresTooLate(_) => "scores_too_late",
            Self::JobFull(_) => "job_full",
            Self::NotOurJob(_) => "not_our_job",
            Self::NodeTooFast { .. } => "node_too_fast",
            Self::AddressTooFast { .. } => "address_too_fast",
            Self::Overloaded => "overloaded",
            Self::ContentTooSlow => "request_timeout",
            Self::TimedOut => "timed_out",
            Self::Unanswered(_) | Self::Store(_) | Self::Content(_) => "storage_unavailable",
            Self::Chain(_) => "chain_unavailable",
        }
    }
}

/// Whole seconds, rounded up: what `retry-after` says.
pub fn seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}
