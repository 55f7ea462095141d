//! Scores: each contribution against what this validator saw itself.

use super::{gather::JobData, voter::Voter};
use age::x25519::Identity;
use sheaf_format::{Hash, digest::sha256};
use sheaf_kinds::{Claim, Review, Reviewer};
use sheaf_protocol::{
    encryption,
    statement::{Signed, Submission},
    text::HexHash,
};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};
use tokio::task::JoinSet;

/// Observations and downloads under way at once.
const AT_ONCE: usize = 8;

type Observation = Option<Arc<dyn Reviewer>>;
/// What came of a task that ran beside this one: nothing when there was none.
type Joined<T> = Option<Result<T, tokio::task::JoinError>>;

/// What this validator saw and what it thinks, for one round.
#[derive(Default)]
pub struct Reviews {
    /// Own observations, by job and subject; `None` when it could not look.
    observations: HashMap<(u64, String), Observation>,
    /// Scores by submission.
    scores: BTreeMap<Hash, u16>,
}

impl Reviews {
    /// The score of a submission, when it has one.
    pub fn score(&self, submission: &Hash) -> Option<u16> {
        self.scores.get(submission).copied()
    }

    /// Forgets failed looks, so that the next one tries again.
    pub fn forget_failures(&mut self) {
        self.observations
            .retain(|_, observation| observation.is_some());
    }

    /// Looks at every subject of a job's contributions that was not looked at before.
    pub async fn observe(&mut self, job: &Arc<JobData>) {
        let mut wanted = BTreeMap::new();
        for submission in job.submissions.values() {
            if let Some(subject) = job.kind.subject(submission.body.task) {
                let key = (job.number, subject.to_owned());
                if !self.observations.contains_key(&key) {
                    wanted.insert(key, submission.body.task);
                }
            }
        }
        let mut looking = JoinSet::new();
        for (key, task) in wanted {
            while looking.len() >= AT_ONCE {
                self.keep(looking.join_next().await);
            }
            let job = Arc::clone(job);
            looking.spawn(async move { (key, look(&job, task).await) });
        }
        while !looking.is_empty() {
            self.keep(looking.join_next().await);
        }
    }

    fn keep(&mut self, looked: Joined<((u64, String), Observation)>) {
        if let Some(Ok((key, observation))) = looked {
            self.observations.insert(key, observation);
        }
    }

    /// Downloads, decrypts and scores those of `wanted` that have no score yet. What cannot be
    /// judged gets none.
    pub async fn judge(
        &mut self,
        voter: &Arc<Voter>,
        job: &Arc<JobData>,
        wanted: &BTreeSet<Hash>,
        slot: u64,
    ) {
        let mut judging = JoinSet::new();
        for (id, submission) in &job.submissions {
            if !wanted.contains(id) || self.scores.contains_key(id) {
                continue;
            }
            let Some(reviewer) = self.observation(job, submission.body.task) else {
                continue;
            };
            while judging.len() >= AT_ONCE {
                self.note(judging.join_next().await);
            }
            judging.spawn(judge(Arc::clone(voter), reviewer, *submission, slot));
        }
        while !judging.is_empty() {
            self.note(judging.join_next().await);
        }
    }

    fn observation(&self, job: &JobData, task: u32) -> Observation {
        let subject = job.kind.subject(task)?.to_owned();
        self.observations.get(&(job.number, subject))?.clone()
    }

    fn note(&mut self, judged: Joined<(Hash, anyhow::Result<Review>)>) {
        let Some(Ok((id, review))) = judged else {
            return;
        };
        match review {
            Ok(review) => {
                tracing::debug!(submission = %HexHash(id), quality = review.quality_bps, reason = %review.reason, "reviewed");
                self.scores.insert(id, review.quality_bps);
            }
            Err(error) => eprintln!("submission {} gets no score: {error:#}", HexHash(id)),
        }
    }
}

async fn look(job: &JobData, task: u32) -> Observation {
    for _ in 0..2 {
        match job.kind.reviewer(task).await {
            Ok(reviewer) => return Some(Arc::from(reviewer)),
            Err(error) if error.transient => tracing::debug!(%error, "looking again"),
            Err(error) => {
                eprintln!(
                    "job {}, task {task}: contributions to it get no score: {error}",
                    job.number
                );
                return None;
            }
        }
    }
    eprintln!(
        "job {}, task {task}: it could not be looked at, contributions to it get no score",
        job.number
    );
    None
}

async fn judge(
    voter: Arc<Voter>,
    reviewer: Arc<dyn Reviewer>,
    submission: Signed<Submission>,
    slot: u64,
) -> (Hash, anyhow::Result<Review>) {
    let id = submission.id();
    let wanted = submission.body.content_hash;
    let content = match voter.indexer.content(&voter.request(wanted, slot)).await {
        Ok(content) => content,
        Err(error) => return (id, Err(error.into())),
    };
    if sha256(&[&content]) != wanted {
        return (
            id,
            Err(anyhow::anyhow!(
                "the indexer gave another content: do not trust it"
            )),
        );
    }
    let identity = Arc::clone(&voter.identity);
    let review = tokio::task::spawn_blocking(move || {
        review(&*reviewer, &submission.body, &content, &identity)
    });
    (id, review.await.map_err(Into::into))
}

/// Judges a content. One that this validator cannot decrypt was not meant for its reviewers.
fn review(
    reviewer: &dyn Reviewer,
    body: &Submission,
    content: &[u8],
    identity: &Identity,
) -> Review {
    let Ok(region) = body.region_text() else {
        return Review::worthless("its region is not readable");
    };
    let claim = Claim {
        task: body.task,
        region: region.to_owned(),
        observed_slot: body.observed_slot,
    };
    match encryption::decrypt(content, identity) {
        Ok(plaintext) => reviewer.review(&claim, &plaintext),
        Err(error) => Review::worthless(error.to_string()),
    }
}
