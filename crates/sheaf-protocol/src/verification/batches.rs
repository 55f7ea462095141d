//! Batch files against the batches on chain.

use super::{
    BatchFacts, Difference, RoundData, RoundFacts, Specifications, Subject, difference::same,
};
use crate::{
    batch::{BatchContext, BatchError, BatchFile, Contribution},
    intake::LIMITS,
    outcome::RoundBatch,
    specification::Specification,
    statement::{Signed, Submission},
    text::HexHash,
};
use sheaf_format::{Hash, digest::sha256};

/// A batch that was checked.
pub(super) struct CheckedBatch {
    /// What enters the outcome.
    pub input: RoundBatch,
    /// Every submission in the file.
    pub submissions: Vec<Hash>,
    /// Why it pays nothing although the chain has its root: it breaks the rules.
    pub fault: Option<String>,
}

/// Checks one job's specification and batch file, every signature included.
pub(super) fn check_batch(
    facts: &RoundFacts,
    batch: &BatchFacts,
    data: &RoundData,
    specifications: &Specifications,
    was_paid: &dyn Fn(&Hash) -> bool,
) -> Result<CheckedBatch, Difference> {
    let (round, job) = (facts.scope.round, batch.terms.number);
    let specification = specification(round, batch, specifications)?;
    let whole = |expected: String, found: String| {
        Difference::new(round, Subject::Batch { job }, expected, found)
    };
    let posted = || format!("a file with root {}", HexHash(batch.contributions_root));
    let file = match data.batches.get(&job) {
        Some(Ok(file)) => file,
        Some(Err(reason)) => return Err(whole(posted(), reason.clone())),
        None => return Err(whole(posted(), "no file".to_owned())),
    };
    let context = BatchContext {
        genesis: facts.scope.genesis,
        program: facts.scope.program,
        job: batch.terms.job,
        round,
        specification: &specification,
        contributions_root: batch.contributions_root,
        count: batch.count,
        units: batch.units,
        was_paid,
        limits: LIMITS,
    };
    let (contributions, fault) = match file.verify(&context) {
        Ok(contributions) => (contributions, None),
        Err(fault) if fault.is_proven() => (Vec::<Contribution>::new(), Some(fault.to_string())),
        Err(error) => return Err(name(round, batch, file, error)),
    };
    Ok(CheckedBatch {
        input: RoundBatch {
            terms: batch.terms,
            reserved: batch.reserved,
            contributions_root: batch.contributions_root,
            contributions,
        },
        submissions: file
            .submissions
            .iter()
            .map(Signed::<Submission>::id)
            .collect(),
        fault,
    })
}

fn specification(
    round: u64,
    batch: &BatchFacts,
    specifications: &Specifications,
) -> Result<Specification, Difference> {
    let job = batch.terms.number;
    let expected = HexHash(batch.specification_hash);
    let subject = || Subject::Specification { job };
    let differs = |found: String| Difference::new(round, subject(), expected, found);
    let bytes = specifications
        .get(&job)
        .ok_or_else(|| differs("no file".to_owned()))?;
    same(round, subject, expected, HexHash(sha256(&[bytes])))?;
    Specification::parse_published(bytes, &batch.specification_hash)
        .map_err(|error| differs(error.to_string()))
}

/// What in this copy is at fault. When the root is another, the submission that gives it away.
fn name(round: u64, batch: &BatchFacts, file: &BatchFile, error: BatchError) -> Difference {
    let job = batch.terms.number;
    match error {
        BatchError::Root { expected, found } => culprit(round, job, file).unwrap_or_else(|| {
            let with =
                |root: HexHash, count: usize| format!("root {root} of {count} contributions");
            Difference::new(
                round,
                Subject::Batch { job },
                with(expected, batch.count as usize),
                with(found, file.submissions.len()),
            )
        }),
        BatchError::Delegation {
            contributor,
            node,
            reason,
        } => Difference::new(
            round,
            Subject::Delegation {
                job,
                contributor,
                node,
            },
            "a delegation that holds",
            reason,
        ),
        BatchError::Submission { id, refusal } => Difference::new(
            round,
            contribution(job, file, &id.0),
            "a contribution within the rules",
            refusal,
        ),
        other => Difference::new(
            round,
            Subject::Batch { job },
            format!("the file of job {job} in round {round}"),
            other,
        ),
    }
}

/// The first submission that is out of place or whose signature does not verify.
fn culprit(round: u64, job: u64, file: &BatchFile) -> Option<Difference> {
    let mut before: Option<Hash> = None;
    for submission in &file.submissions {
        let id = submission.id();
        if let Err(error) = submission.verify_named() {
            return Some(Difference::new(
                round,
                contribution(job, file, &id),
                "what its node signed",
                error,
            ));
        }
        if before.is_some_and(|before| before >= id) {
            return Some(Difference::new(
                round,
                contribution(job, file, &id),
                "contributions ascending by id, each once",
                "this one behind a later one",
            ));
        }
        before = Some(id);
    }
    None
}

fn contribution(job: u64, file: &BatchFile, id: &Hash) -> Subject {
    let place = file.submissions.iter().position(|entry| entry.id() == *id);
    Subject::Contribution {
        job,
        place: place.unwrap_or(file.submissions.len()),
        submission: (*id).into(),
    }
}
