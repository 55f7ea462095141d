//! Lists of an indexer, part by part.

use super::{Indexer, IndexerError};
use serde::de::DeserializeOwned;
use sheaf_format::Key;
use sheaf_protocol::{
    api::{
        DutyView, EarningsView, EventView, JobView, LeafPage, LeafView, Page, PoolView, RoundView,
        Series, SubmissionView, UsageView, ValidatorView,
    },
    scores::SignedScoreFile,
    text::Base58Key,
};

/// How often leaves are read from the start again because the tree moved meanwhile.
const TRIES: u32 = 5;
/// Leaves asked for at once.
const LEAVES: u32 = 10_000;

/// Which submissions to list; those that match all that is given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Submissions {
    /// Of this contributor.
    pub contributor: Option<Key>,
    /// To this job.
    pub job: Option<u64>,
    /// In this round's batches.
    pub round: Option<u64>,
}

impl Indexer {
    /// All jobs of the pool, without their specifications.
    ///
    /// # Errors
    /// [`IndexerError`], here and below.
    pub async fn jobs(&self) -> Result<Vec<JobView>, IndexerError> {
        self.all("/v1/jobs?limit=1000").await
    }

    /// The rounds of the pool, newest first, as many as `most`.
    ///
    /// # Errors
    /// [`IndexerError`].
    pub async fn rounds(&self, most: usize) -> Result<Vec<RoundView>, IndexerError> {
        self.some("/v1/rounds?limit=100", most).await
    }

    /// The score files of a round.
    ///
    /// # Errors
    /// [`IndexerError`].
    pub async fn scores(&self, round: u64) -> Result<Vec<SignedScoreFile>, IndexerError> {
        self.all(&format!("/v1/rounds/{round}/scores?limit=64"))
            .await
    }

    /// The registered validators.
    ///
    /// # Errors
    /// [`IndexerError`].
    pub async fn validators(&self) -> Result<Vec<ValidatorView>, IndexerError> {
        self.all("/v1/validators?limit=100").await
    }

    /// A validator's duties, newest first, as many as `most`.
    ///
    /// # Errors
    /// [`IndexerError`].
    pub async fn duties(
        &self,
        authority: &Key,
        most: usize,
    ) -> Result<Vec<DutyView>, IndexerError> {
        let path = format!("/v1/validators/{}/duties?limit=100", Base58Key(*authority));
        self.some(&path, most).await
    }

    /// The pool's books.
    ///
    /// # Errors
    /// [`IndexerError`].
    pub async fn pool(&self) -> Result<PoolView, IndexerError> {
        self.get("/v1/pool").await
    }

    /// Submissions, newest first, as many as `most`.
    ///
    /// # Errors
    /// [`IndexerError`].
    pub async fn submissions(
        &self,
        which: &Submissions,
        most: usize,
    ) -> Result<Vec<SubmissionView>, IndexerError> {
        let mut path = "/v1/submissions?limit=100".to_owned();
        if let Some(contributor) = which.contributor {
            path.push_str(&format!("&contributor={}", Base58Key(contributor)));
        }
        if let Some(job) = which.job {
            path.push_str(&format!("&job={job}"));
        }
        if let Some(round) = which.round {
            path.push_str(&format!("&round={round}"));
        }
        self.some(&path, most).await
    }

    /// What a contributor earned, with the last rounds in which it did.
    ///
    /// # Errors
    /// [`IndexerError`].
    pub async fn earnings(&self, contributor: &Key) -> Result<EarningsView, IndexerError> {
        let path = format!("/v1/contributors/{}/earnings", Base58Key(*contributor));
        self.get(&path).await
    }

    /// What happened to datasets, newest first, as many as `most`.
    ///
    /// # Errors
    /// [`IndexerError`].
    pub async fn usage(&self, most: usize) -> Result<Vec<UsageView>, IndexerError> {
        self.some("/v1/usage?limit=100", most).await
    }

    /// Events of a series after number `after`, in order, as many as one answer holds.
    ///
    /// # Errors
    /// [`IndexerError`].
    pub async fn events(&self, series: Series, after: u64) -> Result<Vec<EventView>, IndexerError> {
        let series = match series {
            Series::Pool => "pool",
            Series::Network => "network",
        };
        let path = format!("/v1/events?series={series}&cursor={after}&limit=1000");
        Ok(self.get::<Page<EventView>>(&path).await?.items)
    }

    /// The leaves of the active tree, in order of index, all of one tree.
    ///
    /// # Errors
    /// [`IndexerError`]; [`IndexerError::NotUnderstood`] when parts do not follow one another.
    pub async fn leaves(&self) -> Result<Vec<LeafView>, IndexerError> {
        let mut tries = 1;
        loop {
            match self.leaves_of_one_tree().await {
                Err(error) if moved(&error) && tries < TRIES => tries += 1,
                outcome => return outcome,
            }
        }
    }

    async fn leaves_of_one_tree(&self) -> Result<Vec<LeafView>, IndexerError> {
        let path = format!("/v1/leaves?limit={LEAVES}");
        let mut leaves = Vec::new();
        let mut next = path.clone();
        loop {
            let page: LeafPage = self.get(&next).await?;
            if page.first_index as usize != leaves.len() {
                return Err(self.not_understood(&path, "its leaves do not follow one another"));
            }
            let added = page.items.len();
            leaves.extend(page.items);
            match page.next_cursor {
                None => return Ok(leaves),
                Some(_) if added == 0 => {
                    return Err(self.not_understood(&path, "its list does not end"));
                }
                Some(cursor) => next = self.after(&path, &cursor)?,
            }
        }
    }

    async fn all<T: DeserializeOwned>(&self, path: &str) -> Result<Vec<T>, IndexerError> {
        self.some(path, usize::MAX).await
    }

    /// The first `most` entries of a list, whose path has a query already.
    async fn some<T: DeserializeOwned>(
        &self,
        path: &str,
        most: usize,
    ) -> Result<Vec<T>, IndexerError> {
        let mut items = Vec::new();
        let mut next = path.to_owned();
        let mut before = None;
        while items.len() < most {
            let page: Page<T> = self.get(&next).await?;
            items.extend(page.items);
            let Some(cursor) = page.next_cursor else {
                break;
            };
            next = self.after(path, &cursor)?;
            if before.as_ref() == Some(&cursor) {
                return Err(self.not_understood(path, "its list does not end"));
            }
            before = Some(cursor);
        }
        items.truncate(most);
        Ok(items)
    }

    /// The path of a list's next part.
    fn after(&self, path: &str, cursor: &str) -> Result<String, IndexerError> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if cursor.is_empty() || !cursor.bytes().all(plain) {
            return Err(self.not_understood(path, "its cursor cannot be sent back"));
        }
        Ok(format!("{path}&cursor={cursor}"))
    }
}

/// Whether a list ended because what it lists is no longer the newest.
fn moved(error: &IndexerError) -> bool {
    error
        .refusal()
        .is_some_and(|refusal| refusal.name == "tree_moved")
}
