//! The HTTP API of an indexer (`docs/api.md`), one method for each thing it can be asked; its
//! lists are read to their end.
//!
//! Nothing that comes back is believed here: what counts is checked by whoever uses it, against the
//! chain.

mod error;
mod list;
#[cfg(test)]
mod tests;

pub use error::{IndexerError, Refusal};
pub use list::Submissions;

use reqwest::{
    Client, Method, RequestBuilder, Response, Url, header::RETRY_AFTER, redirect::Policy,
};
use serde::{Serialize, de::DeserializeOwned};
use sheaf_format::{Hash, Key};
use sheaf_protocol::{
    api::{
        ContributorView, DOWNLOAD_HEADER, JobView, ManifestView, ReceiptView, RoundView,
        SIGNATURE_HEADER, SUBMISSION_HEADER, Status, Stored, SubmissionView,
    },
    batch::BatchFile,
    intake::LIMITS,
    scores::SignedScoreFile,
    statement::{Delegation, Download, Publication, Signed, Submission},
    text::{Base58Key, HexHash},
};
use std::time::Duration;

/// How long a connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long an answer may stand still.
const READ_TIMEOUT: Duration = Duration::from_secs(30);
/// How long an answer may take altogether.
const TIMEOUT: Duration = Duration::from_secs(600);

/// An indexer's API. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Indexer {
    http: Client,
    /// Scheme, host, port and whatever path stands before `/v1`, without a slash at the end.
    url: String,
}

impl Indexer {
    /// The API at `url`, which is written without `/v1`. Nothing is asked of it yet.
    ///
    /// # Errors
    /// [`IndexerError::Url`], [`IndexerError::Client`].
    pub fn new(url: &str) -> Result<Self, IndexerError> {
        let refused = || IndexerError::Url(url.to_owned());
        let parsed = Url::parse(url).map_err(|_| refused())?;
        let is_web = matches!(parsed.scheme(), "http" | "https") && parsed.host_str().is_some();
        if !is_web || parsed.query().is_some() || parsed.fragment().is_some() {
            return Err(refused());
        }
        let http = Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(READ_TIMEOUT)
            .timeout(TIMEOUT)
            // Followed, a redirected POST would arrive as a GET.
            .redirect(Policy::none())
            .build()
            .map_err(|error| IndexerError::Client(error.to_string()))?;
        Ok(Self {
            http,
            url: parsed.as_str().trim_end_matches('/').to_owned(),
        })
    }

    /// The indexer's URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where the indexer stands.
    ///
    /// # Errors
    /// [`IndexerError`], here and below.
    pub async fn status(&self) -> Result<Status, IndexerError> {
        self.get("/v1/status").await
    }

    /// Makes sure that the indexer can do its work.
    ///
    /// # Errors
    /// [`IndexerError::Unable`], which says why it cannot, and others.
    pub async fn ready(&self) -> Result<(), IndexerError> {
        let path = "/readyz";
        self.send(path, self.request(Method::GET, path)).await?;
        Ok(())
    }

    /// A job.
    ///
    /// # Errors
    /// [`IndexerError`].
    pub async fn job(&self, number: u64) -> Result<JobView, IndexerError> {
        self.get(&format!("/v1/jobs/{number}")).await
    }

    /// The bytes of a job's specification, as published; their hash is the caller's to check.
    ///
    /// # Errors
    /// [`IndexerError::NotPublished`] and others.
    pub async fn specification(&self, job: u64) -> Result<Vec<u8>, IndexerError> {
        let published = self.job(job).await?.specification;
        let text = published.ok_or_else(|| IndexerError::NotPublished {
            url: self.url.clone(),
            job,
        })?;
        Ok(text.into_bytes())
    }

    /// Publishes a job's specification.
    ///
    /// # Errors
    /// [`IndexerError`].
    pub async fn publish_specification(
        &self,
        job: u64,
        specification: &[u8],
        publication: &Signed<Publication>,
    ) -> Result<JobView, IndexerError> {
        let path = format!("/v1/jobs/{job}/specification");
        let request = self
            .request(Method::PUT, &path)
            .header(SIGNATURE_HEADER, publication.signature_base64())
            .body(specification.to_vec());
        self.ask(&path, request).await
    }

    /// Tells that a contributor lets a node key work in its name.
    ///
    /// # Errors
    /// [`IndexerError`].
    pub async fn delegate(&self, delegation: &Signed<Delegation>) -> Result<Stored, IndexerError> {
        self.post("/v1/delegations", delegation).await
    }

    /// Hands in a contribution. The same one again gets the same receipt.
    ///
    /// # Errors
    /// [`IndexerError`].
    pub async fn submit(
        &self,
        submission: &Signed<Submission>,
        content: &[u8],
    ) -> Result<ReceiptView, IndexerError> {
        let path = "/v1/submissions";
        let request = self
            .request(Method::POST, path)
            .header(SUBMISSION_HEADER, submission.body_base64())
            .header(SIGNATURE_HEADER, submission.signature_base64())
            .body(content.to_vec());
        self.ask(path, request).await
    }

    /// What became of a submission; `None` when the indexer does not know it.
    ///
    /// # Errors
    /// [`IndexerError`].
    pub async fn submission(&self, id: &Hash) -> Result<Option<SubmissionView>, IndexerError> {
        let found = self.get(&format!("/v1/submissions/{}", HexHash(*id))).await;
        match found {
            Err(error) if error.is_unknown() => Ok(None),
            found => found.map(Some),
        }
    }

    /// A round.
    ///
    /// # Errors
    /// [`IndexerError`].
    pub async fn round(&self, number: u64) -> Result<RoundView, IndexerError> {
        self.get(&format!("/v1/rounds/{number}")).await
    }

    /// Numbers of the jobs that have a batch in a round.
    ///
    /// # Errors
    /// [`IndexerError`].
    pub async fn batches(&self, round: u64) -> Result<Vec<u64>, IndexerError> {
        let batches = self.round(round).await?.batches;
        Ok(batches.iter().map(|batch| batch.job_number).collect())
    }

    /// The file of a job's contributions in a round.
    ///
    /// # Errors
    /// [`IndexerError`].
    pub async fn batch(&self, round: u64, job: u64) -> Result<BatchFile, IndexerError> {
        self.get(&format!("/v1/rounds/{round}/batches/{job}")).await
    }

    /// The ciphertext that a signed request asks for; its hash is the caller's to check.
    ///
    /// # Errors
    /// [`IndexerError`]; [`IndexerError::NotUnderstood`] when it is longer than any content.
    pub async fn content(&self, request: &Signed<Download>) -> Result<Vec<u8>, IndexerError> {
        let path = format!("/v1/content/{}", HexHash(request.body.content_hash));
        let asked = self
            .request(Method::GET, &path)
            .header(DOWNLOAD_HEADER, request.to_base64());
        let mut answer = self.send(&path, asked).await?;
        let most = usize::try_from(LIMITS.max_content_bytes).unwrap_or(usize::MAX);
        let mut content = Vec::new();
        while let Some(chunk) = self.reached(answer.chunk().await)? {
            if content.len().saturating_add(chunk.len()) > most {
                return Err(self.not_understood(&path, "it is longer than any content"));
            }
            content.extend_from_slice(&chunk);
        }
        Ok(content)
    }

    /// Publishes the score file behind a revealed root.
    ///
    /// # Errors
    /// [`IndexerError`].
    pub async fn publish_scores(
        &self,
        round: u64,
        scores: &SignedScoreFile,
    ) -> Result<Stored, IndexerError> {
        self.post(&format!("/v1/rounds/{round}/scores"), scores)
            .await
    }

    /// The aggregator's manifest of a round.
    ///
    /// # Errors
    /// [`IndexerError`].
    pub async fn manifest(&self, round: u64) -> Result<ManifestView, IndexerError> {
        self.get(&format!("/v1/rounds/{round}/manifest")).await
    }

    /// A contributor's leaf in the active tree, with its proofs.
    ///
    /// # Errors
    /// [`IndexerError`].
    pub async fn contributor(&self, wallet: &Key) -> Result<ContributorView, IndexerError> {
        self.get(&format!("/v1/contributors/{}", Base58Key(*wallet)))
            .await
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, IndexerError> {
        self.ask(path, self.request(Method::GET, path)).await
    }

    async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, IndexerError> {
        let request = self.request(Method::POST, path).json(body);
        self.ask(path, request).await
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url))
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        path: &str,
        request: RequestBuilder,
    ) -> Result<T, IndexerError> {
        let answer = self.send(path, request).await?;
        let body = self.reached(answer.bytes().await)?;
        serde_json::from_slice(&body).map_err(|error| self.not_understood(path, &error.to_string()))
    }

    /// Sends a request; gives the answer when it is a success.
    async fn send(&self, path: &str, request: RequestBuilder) -> Result<Response, IndexerError> {
        let answer = self.reached(request.send().await)?;
        let status = answer.status();
        if status.is_success() {
            return Ok(answer);
        }
        let retry_after = retry_after(&answer);
        let body = self.reached(answer.bytes().await)?;
        Err(IndexerError::from_answer(
            &self.url,
            path,
            status.as_u16(),
            retry_after,
            &body,
        ))
    }

    fn reached<T>(&self, outcome: reqwest::Result<T>) -> Result<T, IndexerError> {
        outcome.map_err(|error| IndexerError::unreachable(&self.url, &error))
    }

    fn not_understood(&self, path: &str, reason: &str) -> IndexerError {
        IndexerError::NotUnderstood {
            url: self.url.clone(),
            path: path.to_owned(),
            reason: reason.to_owned(),
        }
    }
}

/// The whole seconds that an answer asks to wait.
fn retry_after(answer: &Response) -> Option<Duration> {
    let seconds = answer.headers().get(RETRY_AFTER)?.to_str().ok()?;
    seconds.parse().ok().map(Duration::from_secs)
}
