//! What a job asks for: JSON that its requester publishes, and whose hash stands in the job.
//!
//! `{"kind": "web", "title": …, "urls": […], "pages_per_node": n}`, or what [`compute`] or [`dataset`] say. The hash
//! is sha256 of the bytes as published, so those are kept and passed on unchanged.

pub mod compute;
pub mod dataset;

use compute::{ComputeFault, ComputeSpecification};
use dataset::{DatasetFault, DatasetSpecification};
use serde::{Deserialize, Serialize};
use sheaf_format::{Hash, digest::sha256, stage::JobKind};
use std::collections::BTreeSet;

/// Longest specification, in bytes.
pub const MAX_SPECIFICATION_BYTES: usize = 4 << 20;
/// Longest title, in characters.
pub const MAX_TITLE_CHARACTERS: usize = 200;
/// Longest URL, in bytes.
pub const MAX_URL_BYTES: usize = 2_048;
/// Most tasks of one job.
pub const MAX_TASKS: usize = 100_000;

/// Why a specification is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SpecificationError {
    /// Too many bytes.
    #[error("the specification has {0} bytes; at most {MAX_SPECIFICATION_BYTES} are taken")]
    TooLong(usize),
    /// Not JSON of a kind that is known.
    #[error("the specification is not understood: {0}")]
    NotUnderstood(String),
    /// No title, or a very long one.
    #[error("the title must have 1 to {MAX_TITLE_CHARACTERS} characters")]
    Title,
    /// No task, or too many.
    #[error("the specification names {0} tasks; it must be 1 to {MAX_TASKS}")]
    TaskCount(usize),
    /// A URL that nobody could fetch.
    #[error(
        "task {task} is not a URL: it must start with http:// or https://, name a host, have no \
         blanks and at most {MAX_URL_BYTES} bytes"
    )]
    NotAUrl {
        /// Index of the URL.
        task: usize,
    },
    /// The same task twice would pay one piece of work twice.
    #[error("task {task} repeats an earlier one: name each once")]
    Repeated {
        /// Index of the second occurrence.
        task: usize,
    },
    /// Nodes that fetch nothing.
    #[error("pages_per_node must be at least 1")]
    PagesPerNode,
    /// A `compute` job that nobody could run.
    #[error(transparent)]
    Compute(#[from] ComputeFault),
    /// A `dataset` job that nobody could judge.
    #[error(transparent)]
    Dataset(#[from] DatasetFault),
    /// Other bytes than the job's hash stands for.
    #[error("these bytes are not the job's specification: their hash is another")]
    WrongHash,
}

/// What a job asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Specification {
    /// Pages as seen from many vantage points.
    Web(WebSpecification),
    /// A module run on given inputs, or on contributors' own files.
    Compute(ComputeSpecification),
    /// Records that people own.
    Dataset(DatasetSpecification),
}

/// A `web` job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebSpecification {
    /// Title, for people.
    pub title: String,
    /// Pages to fetch. A task is an index into this list.
    pub urls: Vec<String>,
    /// How many of the pages one node should fetch in a round, at most.
    pub pages_per_node: u32,
}

/// The hash of a specification's published bytes.
pub fn hash(bytes: &[u8]) -> Hash {
    sha256(&[bytes])
}

impl Specification {
    /// Reads and checks a specification.
    ///
    /// # Errors
    /// [`SpecificationError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, SpecificationError> {
        if bytes.len() > MAX_SPECIFICATION_BYTES {
            return Err(SpecificationError::TooLong(bytes.len()));
        }
        let specification: Self = serde_json::from_slice(bytes)
            .map_err(|error| SpecificationError::NotUnderstood(error.to_string()))?;
        specification.check()?;
        Ok(specification)
    }

    /// Reads the specification of a job that carries `expected` as its hash.
    ///
    /// # Errors
    /// [`SpecificationError`].
    pub fn parse_published(bytes: &[u8], expected: &Hash) -> Result<Self, SpecificationError> {
        if hash(bytes) != *expected {
            return Err(SpecificationError::WrongHash);
        }
        Self::parse(bytes)
    }

    /// Checks what the types do not say.
    ///
    /// # Errors
    /// [`SpecificationError`].
    pub fn check(&self) -> Result<(), SpecificationError> {
        let (title, tasks) = (self.title(), self.tasks());
        if title.trim().is_empty() || title.chars().count() > MAX_TITLE_CHARACTERS {
            return Err(SpecificationError::Title);
        }
        if tasks == 0 || tasks > MAX_TASKS {
            return Err(SpecificationError::TaskCount(tasks));
        }
        match self {
            Self::Web(web) => web.check(),
            Self::Compute(compute) => {
                compute.check()?;
                match compute.repeated() {
                    Some(task) => Err(SpecificationError::Repeated { task }),
                    None => Ok(()),
                }
            }
            Self::Dataset(dataset) => Ok(dataset.check()?),
        }
    }

    /// Bytes to publish: compact JSON. Publish them once and keep them: their hash is the job's.
    ///
    /// # Errors
    /// [`SpecificationError`] when nobody would accept them.
    pub fn to_bytes(&self) -> Result<Vec<u8>, SpecificationError> {
        self.check()?;
        let bytes = serde_json::to_vec(self)
            .map_err(|error| SpecificationError::NotUnderstood(error.to_string()))?;
        if bytes.len() > MAX_SPECIFICATION_BYTES {
            return Err(SpecificationError::TooLong(bytes.len()));
        }
        Ok(bytes)
    }

    /// Kind of work.
    pub const fn kind(&self) -> JobKind {
        match self {
            Self::Web(_) => JobKind::Web,
            Self::Compute(_) => JobKind::Compute,
            Self::Dataset(_) => JobKind::Dataset,
        }
    }

    /// Title, for people.
    pub fn title(&self) -> &str {
        match self {
            Self::Web(web) => &web.title,
            Self::Compute(compute) => &compute.title,
            Self::Dataset(dataset) => &dataset.title,
        }
    }

    /// Number of tasks; they are numbered from 0.
    pub fn task_count(&self) -> u32 {
        u32::try_from(self.tasks()).unwrap_or(u32::MAX)
    }

    fn tasks(&self) -> usize {
        match self {
            Self::Web(web) => web.urls.len(),
            Self::Compute(compute) => compute.input.tasks().len(),
            Self::Dataset(_) => 1,
        }
    }

    /// Units that a contribution to a task counts for: the one number a submission may offer.
    /// `None` when there is no such task.
    pub fn units_of(&self, task: u32) -> Option<u32> {
        (task < self.task_count()).then_some(match self {
            Self::Web(_) | Self::Compute(_) => 1,
            Self::Dataset(dataset) => dataset.records,
        })
    }
}

impl WebSpecification {
    fn check(&self) -> Result<(), SpecificationError> {
        if self.pages_per_node == 0 {
            return Err(SpecificationError::PagesPerNode);
        }
        let mut seen = BTreeSet::new();
        for (task, url) in self.urls.iter().enumerate() {
            if !is_url(url) {
                return Err(SpecificationError::NotAUrl { task });
            }
            if !seen.insert(url) {
                return Err(SpecificationError::Repeated { task });
            }
        }
        Ok(())
    }
}

/// Whether a text is a URL that a node could fetch. What lies behind it is the fetcher's to judge.
fn is_url(url: &str) -> bool {
    let host = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"))
        .and_then(|rest| rest.split(['/', '?', '#']).next());
    let clean = !url
        .chars()
        .any(|character| character.is_whitespace() || character.is_control());
    host.is_some_and(|host| !host.is_empty()) && clean && url.len() <= MAX_URL_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEB: &str = r#"{"kind":"web","title":"News","urls":["https://a.example/","http://b.example"],"pages_per_node":2}"#;

    fn web(urls: &[&str], pages_per_node: u32) -> Specification {
        Specification::Web(WebSpecification {
            title: "News".to_owned(),
            urls: urls.iter().map(|url| (*url).to_owned()).collect(),
            pages_per_node,
        })
    }

    #[test]
    fn a_web_job_reads_and_writes_as_documented() {
        let specification = Specification::parse(WEB.as_bytes()).expect("reads");
        assert_eq!(
            specification,
            web(&["https://a.example/", "http://b.example"], 2)
        );
        assert_eq!(specification.to_bytes().as_deref(), Ok(WEB.as_bytes()));
        assert_eq!(specification.kind(), JobKind::Web);
        assert_eq!(specification.title(), "News");
        assert_eq!(specification.task_count(), 2);
        assert_eq!(specification.units_of(1), Some(1));
        assert_eq!(specification.units_of(2), None);
    }

    #[test]
    fn the_hash_is_over_the_published_bytes_and_not_their_meaning() {
        let spaced = WEB
            .replace(':', ": ")
            .replace("https: //", "https://")
            .replace("http: //", "http://");
        assert_eq!(
            Specification::parse(spaced.as_bytes()),
            Specification::parse(WEB.as_bytes())
        );
        let expected = hash(WEB.as_bytes());
        assert!(Specification::parse_published(WEB.as_bytes(), &expected).is_ok());
        assert_eq!(
            Specification::parse_published(spaced.as_bytes(), &expected),
            Err(SpecificationError::WrongHash)
        );
    }

    #[test]
    fn what_nobody_could_fulfil_is_refused() {
        assert_eq!(web(&[], 1).check(), Err(SpecificationError::TaskCount(0)));
        assert_eq!(
            web(&["https://a/"], 0).check(),
            Err(SpecificationError::PagesPerNode)
        );
        for url in [
            "ftp://a/",
            "https://",
            "https:///path",
            "a.example",
            "https://a/b c",
            "https://a/\n",
        ] {
            assert_eq!(
                web(&[url], 1).check(),
                Err(SpecificationError::NotAUrl { task: 0 }),
                "{url}"
            );
        }
        let repeated = web(&["https://a/", "https://b/", "https://a/"], 1);
        assert_eq!(
            repeated.check(),
            Err(SpecificationError::Repeated { task: 2 })
        );
        assert!(repeated.to_bytes().is_err());
    }

    #[test]
    fn unknown_kinds_and_misspelt_fields_are_refused_by_name() {
        for json in [
            WEB.replace("web", "telepathy"),
            WEB.replace("pages_per_node", "page_per_node"),
            WEB.replace("\"title\"", "\"bonus\":1,\"title\""),
            "[]".to_owned(),
        ] {
            let refused = Specification::parse(json.as_bytes());
            assert!(
                matches!(refused, Err(SpecificationError::NotUnderstood(_))),
                "{json}"
            );
        }
    }
}
