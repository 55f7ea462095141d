//! Kinds of work: what a contribution is, how a node makes one, and how a validator judges it.
//!
//! Each kind is one module behind [`Kind`]. A fifth kind is a folder beside [`web`] and one arm in
//! [`open`]; nothing else in the project asks which kind a job is. Of [`quest`] only the aggregation of
//! answers is here so far.

pub mod compute;
pub mod dataset;
pub mod lines;
pub mod quest;
pub mod web;

pub use web::guard::{AddressPolicy, NotALocalnet, require_localnet};

use sheaf_format::{Hash, Key};
use sheaf_protocol::specification::Specification;
use std::{future::Future, net::IpAddr, path::Path, pin::Pin};

/// Work under way.
pub type Work<'a, T> = Pin<Box<dyn Future<Output = Result<T, WorkError>> + Send + 'a>>;

/// What a contribution claims about itself; the signed submission says the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Wallet that earns.
    pub contributor: Key,
    /// Which task of the specification.
    pub task: u32,
    /// Self-declared region.
    pub region: String,
    /// Slot in which the content was observed.
    pub observed_slot: u64,
}

/// What a reviewer says of a contribution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// Quality in bps.
    pub quality_bps: u16,
    /// Why, for people.
    pub reason: String,
}

impl Review {
    /// Worthless, for this reason.
    pub fn worthless(reason: impl Into<String>) -> Self {
        Self {
            quality_bps: 0,
            reason: reason.into(),
        }
    }
}

/// What a lazy node does instead of its work: for tests and demos, on a localnet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misbehaviour {
    /// The content is changed all over.
    Altered,
    /// The content is an older version's.
    Stale,
}

/// Work that could not be done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct WorkError {
    /// What, why, what next.
    pub message: String,
    /// Whether another try may succeed.
    pub transient: bool,
}

/// One job's work.
pub trait Kind: Send + Sync {
    /// Number of tasks; they are numbered from 0.
    fn task_count(&self) -> u32;

    /// How many tasks one node should do in a round, at most.
    fn tasks_per_node(&self) -> u32;

    /// What two tasks have in common when one observation serves the reviews of both: tasks with
    /// equal subjects are observed once. `None` when there is no such task.
    fn subject(&self, task: u32) -> Option<&str>;

    /// Whether a node that did a task should do it again in a later round.
    fn is_repeated(&self) -> bool {
        true
    }

    /// Whether a contribution is judged beside the others to its task in the round, by
    /// [`Reviewer::review_among`].
    fn is_compared(&self) -> bool {
        false
    }

    /// Longest plaintext a contribution may have, in bytes. A longer one is worth nothing, and reviewers
    /// need not look at it.
    fn longest(&self) -> usize {
        usize::MAX
    }

    /// Does a task: the plaintext of a contribution.
    fn observe<'a>(&'a self, claim: &'a Claim) -> Work<'a, Vec<u8>>;

    /// What a lazy node would hand in instead of this plaintext, for tests and demos.
    fn falsify(&self, plaintext: &[u8], how: Misbehaviour) -> Vec<u8>;

    /// Prepares a reviewer for a task, from the reviewer's own observation.
    fn reviewer(&self, task: u32) -> Work<'_, Box<dyn Reviewer>>;
}

/// Judges contributions to one task against an observation of its own.
pub trait Reviewer: Send + Sync {
    /// Judges a contribution by its claim and its plaintext. The same input gives the same answer.
    fn review(&self, claim: &Claim, plaintext: &[u8]) -> Review;

    /// Judges a contribution that is one of several to its task in the round; `others` are the
    /// plaintexts of the others, `None` for one that reviewers cannot read.
    fn review_among(&self, claim: &Claim, plaintext: &[u8], _others: &[Option<&[u8]>]) -> Review {
        self.review(claim, plaintext)
    }
}

/// Where and how a machine looks at the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vantage {
    /// Addresses it may connect to.
    pub policy: AddressPolicy,
    /// Local address it connects from; the system's choice when `None`.
    pub source: Option<IpAddr>,
}

/// The job that work is for, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Genesis hash of the cluster.
    pub genesis: Hash,
    /// The program's address.
    pub program: Key,
    /// Who asks for the work.
    pub requester: Key,
    /// The job's address.
    pub job: Key,
    /// Unix time of the chain: consents hold or do not.
    pub unix_time: u64,
}

/// Looks, before a job is paid for, whether anybody could do its work: what a specification carries
/// with it is tried out.
///
/// # Errors
/// What is wrong with it.
pub fn check(specification: &Specification) -> Result<(), WorkError> {
    match specification {
        Specification::Web(_) => Ok(()),
        Specification::Compute(compute) => compute::check(compute),
        Specification::Dataset(dataset) => dataset::check(dataset),
    }
}

/// The kind of work a specification asks for, done from `vantage`. Work on a contributor's own data
/// may read what lies below `folder`; reviewers need none. `setting` is what consents are held against.
///
/// # Errors
/// When the means for it cannot be set up.
pub fn open(
    specification: Specification,
    vantage: Vantage,
    folder: Option<&Path>,
    setting: &Setting,
) -> Result<Box<dyn Kind>, WorkError> {
    match specification {
        Specification::Web(web) => Ok(Box::new(web::Web::new(web, vantage)?)),
        Specification::Compute(compute) => {
            let folder = folder.map(Path::to_owned);
            Ok(Box::new(compute::Compute::new(compute, vantage, folder)?))
        }
        Specification::Dataset(dataset) => {
            let folder = folder.map(Path::to_owned);
            Ok(Box::new(dataset::Dataset::new(&dataset, folder, *setting)?))
        }
    }
}
