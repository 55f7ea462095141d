//! Scores: each contribution against what this validator saw itself.

use super::{
    gather::JobData,
    judge::{Judged, judge},
    voter::Voter,
};
use crate::output::note;
use sheaf_format::Hash;
use sheaf_kinds::Reviewer;
use sheaf_protocol::{
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
    /// judged gets none. Dropped halfway, it keeps what was scored so far.
    pub async fn judge(
        &mut self,
        voter: &Arc<Voter>,
        job: &Arc<JobData>,
        wanted: &BTreeSet<Hash>,
        permit_until_slot: u64,
    ) {
        let mut judging = JoinSet::new();
        for (wanted, task) in self.left_to_judge(job, wanted) {
            let Some(reviewer) = self.observation(job, task) else {
                continue;
            };
            while judging.len() >= AT_ONCE {
                self.keep_scores(judging.join_next().await);
            }
            let others = if job.kind.is_compared() {
                others(job, &wanted, task)
            } else {
                Vec::new()
            };
            judging.spawn(judge(
                Arc::clone(voter),
                Arc::clone(job),
                reviewer,
                wanted,
                others,
                permit_until_slot,
            ));
        }
        while !judging.is_empty() {
            self.keep_scores(judging.join_next().await);
        }
    }

    /// What has no score yet: all of a task together where contributions are compared, and else one by
    /// one. With the task.
    fn left_to_judge(
        &self,
        job: &JobData,
        wanted: &BTreeSet<Hash>,
    ) -> Vec<(Vec<Signed<Submission>>, u32)> {
        let left = job
            .submissions
            .iter()
            .filter(|(id, _)| wanted.contains(*id) && !self.scores.contains_key(*id))
            .map(|(_, submission)| *submission);
        if !job.kind.is_compared() {
            return left.map(|one| (vec![one], one.body.task)).collect();
        }
        let mut by_task: BTreeMap<u32, Vec<Signed<Submission>>> = BTreeMap::new();
        for submission in left {
            by_task
                .entry(submission.body.task)
                .or_default()
                .push(submission);
        }
        by_task.into_iter().map(|(task, all)| (all, task)).collect()
    }

    fn observation(&self, job: &JobData, task: u32) -> Observation {
        let subject = job.kind.subject(task)?.to_owned();
        self.observations.get(&(job.number, subject))?.clone()
    }

    fn keep_scores(&mut self, judged: Joined<Vec<Judged>>) {
        let Some(Ok(judged)) = judged else {
            return;
        };
        for (id, review) in judged {
            match review {
                Ok(review) => {
                    tracing::debug!(submission = %HexHash(id), quality = review.quality_bps, reason = %review.reason, "reviewed");
                    self.scores.insert(id, review.quality_bps);
                }
                Err(error) => note(&format!(
                    "submission {} gets no score: {error:#}",
                    HexHash(id)
                )),
            }
        }
    }
}

/// The contributions to a task that are not among these.
fn others(job: &JobData, these: &[Signed<Submission>], task: u32) -> Vec<Signed<Submission>> {
    let among = |id: &Hash| these.iter().any(|one| one.id() == *id);
    job.submissions
        .iter()
        .filter(|(id, submission)| submission.body.task == task && !among(id))
        .map(|(_, submission)| *submission)
        .collect()
}

async fn look(job: &JobData, task: u32) -> Observation {
    for _ in 0..2 {
        match job.kind.reviewer(task).await {
            Ok(reviewer) => return Some(Arc::from(reviewer)),
            Err(error) if error.transient => tracing::debug!(%error, "looking again"),
            Err(error) => {
                note(&format!(
                    "job {}, task {task}: contributions to it get no score: {error}",
                    job.number
                ));
                return None;
            }
        }
    }
    note(&format!(
        "job {}, task {task}: it could not be looked at, contributions to it get no score",
        job.number
    ));
    None
}

/// What a validator says of assigned contributions that it does not score, if there are any.
pub fn left_unjudged(assigned: usize, scored: usize, in_time: bool) -> Option<String> {
    let left = assigned.checked_sub(scored).filter(|left| *left > 0)?;
    let why = if in_time {
        "they could not be judged"
    } else {
        "the time to commit ends"
    };
    Some(format!(
        "{left} of {assigned} assigned contributions get no score: {why}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_unjudged_is_said_with_its_reason() {
        assert_eq!(left_unjudged(7, 7, false), None);
        assert_eq!(left_unjudged(0, 0, true), None);
        let said = |in_time| left_unjudged(7, 4, in_time).expect("something is left");
        assert!(said(false).starts_with("3 of 7 ") && said(false).contains("time"));
        assert!(said(true).ends_with("could not be judged"));
    }
}
