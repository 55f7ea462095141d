//! What contributors and requesters hand in.

use super::{Identity, Result};
use async_trait::async_trait;
use sheaf_format::Hash;
use sheaf_protocol::statement::{Delegation, Receipt, Signed, Submission};

/// A submission to be stored with the receipt that will be given for it.
#[derive(Clone, Debug)]
pub struct Admission {
    /// The submission.
    pub submission: Signed<Submission>,
    /// Number of its job.
    pub job: u64,
    /// Its receipt; it names the round and the slot.
    pub receipt: Signed<Receipt>,
}

/// What became of an admission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admitted {
    /// It is stored.
    Stored,
    /// It was there already, with this receipt.
    Known(Box<Signed<Receipt>>),
    /// The node used the nonce for another submission.
    NonceSeen,
    /// The contributor has done the task in this round.
    TaskTaken,
    /// The round of its receipt no longer takes submissions: give another receipt.
    RoundMoved(u64),
}

/// What is known when a submission comes.
#[derive(Clone, Debug, Default)]
pub struct Acquaintance {
    /// Receipt of the very same submission.
    pub receipt: Option<Signed<Receipt>>,
    /// Whether another submission of this node had this nonce.
    pub nonce_seen: bool,
    /// Whether this contributor has another submission to this task in this round.
    pub task_taken: bool,
    /// The delegation that lets its node work for its contributor.
    pub delegation: Option<Signed<Delegation>>,
    /// Submissions to its job that wait for a round; counted up to [`COUNTED`].
    pub waiting: u64,
}

/// Waiting submissions are counted no further.
pub const COUNTED: u64 = 100_000;

/// Who has a part in a content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContentStanding {
    /// Numbers of the jobs that paid more than nothing for it in a final round.
    pub bought_by: Vec<u64>,
    /// Batches it is in: round and job number.
    pub batches: Vec<(u64, u64)>,
}

/// A submission as stored.
#[derive(Clone, Debug)]
pub struct SubmissionRecord {
    /// What was signed.
    pub submission: Signed<Submission>,
    /// Number of its job.
    pub job: u64,
    /// Slot in which it came.
    pub received_slot: u64,
    /// Round it was taken for.
    pub intake_round: u64,
    /// Round of its batch; none while it waits.
    pub batched_round: Option<u64>,
    /// Quality, once the round's outcome was computed.
    pub quality_bps: Option<u16>,
    /// Amount, likewise.
    pub amount: Option<u64>,
    /// Whether the round of its batch is final.
    pub paid: bool,
}

/// Submissions of a job that wait for a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Number of the job.
    pub job: u64,
    /// Slot in which the first of them came.
    pub first_slot: u64,
}

/// Storage of what is handed in.
#[async_trait]
pub trait IntakeStore: Send + Sync {
    /// Makes the database one of this pool, or checks that it is.
    async fn bind(&self, identity: &Identity) -> Result<()>;

    /// Keeps a job's published specification.
    async fn put_specification(&self, job: u64, bytes: &[u8]) -> Result<()>;

    /// Every published specification, by job number.
    async fn specifications(&self) -> Result<Vec<(u64, Vec<u8>)>>;

    /// The jobs whose specification is published, ascending.
    async fn specified_jobs(&self) -> Result<Vec<u64>>;

    /// A job's published specification.
    async fn specification(&self, job: u64) -> Result<Option<Vec<u8>>>;

    /// Keeps a delegation, unless one from the same contributor to the same node holds longer.
    async fn put_delegation(&self, delegation: &Signed<Delegation>) -> Result<()>;

    /// What is known about a submission to job number `job`, taken for `intake_round`.
    async fn acquaintance(
        &self,
        submission: &Signed<Submission>,
        job: u64,
        intake_round: u64,
    ) -> Result<Acquaintance>;

    /// Likewise for many submissions, each with the number of its job: one answer for each, in
    /// their order.
    async fn acquaint_all(
        &self,
        submissions: &[(Signed<Submission>, u64)],
        intake_round: u64,
    ) -> Result<Vec<Acquaintance>>;

    /// Stores submissions with their receipts in one database transaction, each if nothing stands
    /// against it. Gives one answer for each, in their order: they are on disk when it returns.
    async fn admit_all(&self, admissions: &[Admission]) -> Result<Vec<Admitted>>;

    /// A submission by its id.
    async fn submission(&self, id: &Hash) -> Result<Option<SubmissionRecord>>;

    /// Who has a part in a content.
    async fn content_standing(&self, content: &Hash) -> Result<ContentStanding>;
}
