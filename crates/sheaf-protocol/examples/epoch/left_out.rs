//! What the run leaves out, because files of a round this large do not fit into memory: measured on one job's batch
//! and one validator's scores of the full size, on one thread, and multiplied.

use crate::{round::batch, size::Size};
use ed25519_dalek::SigningKey;
use sheaf_protocol::{
    assignment::REVIEWERS,
    batch::BatchFile,
    ledger::Leaf,
    scores::{Score, ScoreFile},
    statement::{Signed, Submission},
};
use std::{error::Error, time::Instant};

/// Signatures that are checked for the figure.
const SIGNATURES: usize = 2_000;

/// Seconds of one processor for the whole round, and bytes of its files as JSON.
#[derive(Debug)]
pub struct LeftOut {
    /// Checking every submission's signature, one by one.
    pub signatures: f64,
    /// Ids and roots of all batch files.
    pub batch_roots: f64,
    /// Order and roots of all score files.
    pub score_roots: f64,
    /// Looking every score up.
    pub score_lookups: f64,
    /// All batch files.
    pub batch_bytes: u64,
    /// All score files.
    pub score_bytes: u64,
    /// The leaves.
    pub leaf_bytes: u64,
    /// Scores of one validator.
    pub scores_each: u64,
}

/// Measures.
pub fn measure(size: &Size) -> Result<LeftOut, Box<dyn Error>> {
    let contributions = size.contributions();
    let file = batch_file(size)?;
    let per_job = f64::from(size.per_job());

    let begun = Instant::now();
    let checked = file.submissions.iter().take(SIGNATURES);
    for submission in checked.clone() {
        submission.verify_named()?;
    }
    let each = begun.elapsed().as_secs_f64() / checked.count() as f64;
    let signatures = each * contributions as f64;

    let begun = Instant::now();
    std::hint::black_box(file.root());
    let batch_roots = begun.elapsed().as_secs_f64() / per_job * contributions as f64;
    let batch_bytes = serde_json::to_vec(&file)?.len() as f64 / per_job * contributions as f64;
    drop(file);

    let reviewers = REVIEWERS.min(usize::from(size.validators)) as u64;
    let scores_each = contributions * reviewers / u64::from(size.validators);
    let scores = scores(size, scores_each)?;
    let validators = f64::from(size.validators);
    let begun = Instant::now();
    scores.check()?;
    std::hint::black_box(scores.root());
    let score_roots = begun.elapsed().as_secs_f64() * validators;
    // In the order in which jobs ask: each goes through all of the file.
    let begun = Instant::now();
    let found = (0..997usize)
        .flat_map(|first| scores.scores.iter().skip(first).step_by(997))
        .filter(|score| scores.quality_bps(&score.submission.0).is_some())
        .count();
    let score_lookups = begun.elapsed().as_secs_f64() * validators;
    if found as u64 != scores_each {
        return Err("a score is not found".into());
    }
    let sample = ScoreFile {
        scores: scores.scores.iter().take(10_000).copied().collect(),
        ..scores
    };
    let length = sample.scores.len().max(1) as f64;
    let score_bytes =
        serde_json::to_vec(&sample)?.len() as f64 / length * scores_each as f64 * validators;
    let leaf = Leaf {
        contributor: [0xab; 32],
        cumulative: 1_234_567,
    };
    let leaf_bytes = (serde_json::to_vec(&leaf)?.len() as u64 + 1) * u64::from(size.contributors);
    Ok(LeftOut {
        signatures,
        batch_roots,
        score_roots,
        score_lookups,
        batch_bytes: batch_bytes as u64,
        score_bytes: score_bytes as u64,
        leaf_bytes,
        scores_each,
    })
}

/// The first job's batch file. Only as many submissions as are checked are signed.
fn batch_file(size: &Size) -> Result<BatchFile, Box<dyn Error>> {
    let key = SigningKey::from_bytes(&[9; 32]);
    let body = |nonce: u64| Submission {
        genesis: [1; 32],
        program: [2; 32],
        job: [3; 32],
        contributor: [4; 32],
        node: key.verifying_key().to_bytes(),
        content_hash: [5; 32],
        earliest_round: 365,
        nonce,
        expiry_slot: 400_000_000,
        observed_slot: 399_990_000,
        units: 1,
        task: nonce as u32,
        content_bytes: 12_345,
        region: [b'e'; 12],
    };
    let unsigned = |nonce| Signed {
        body: body(nonce),
        signature: [0xa5; 64],
    };
    let mut submissions: Vec<_> = (0..u64::from(size.per_job())).map(unsigned).collect();
    submissions.sort_by_cached_key(Signed::<Submission>::id);
    for submission in submissions.iter_mut().take(SIGNATURES) {
        *submission = Signed::sign(submission.body, &key);
    }
    Ok(BatchFile::new([3; 32], 365, submissions, Vec::new())?)
}

/// A validator's file of so many scores.
fn scores(size: &Size, count: u64) -> Result<ScoreFile, Box<dyn Error>> {
    let mut scores = Vec::with_capacity(count as usize);
    'jobs: for job in 0..size.jobs {
        for contribution in batch(size, job).contributions {
            if scores.len() as u64 == count {
                break 'jobs;
            }
            scores.push(Score {
                submission: contribution.submission.into(),
                quality_bps: 9_000,
            });
        }
    }
    Ok(ScoreFile::new([6; 32], 365, scores)?)
}
