//! `web`: pages as seen from one vantage point.
//!
//! A task is a URL of the specification; a contribution is the page as it was answered, status and
//! body. A validator fetches the page itself and compares what both say ([`similarity`]).

pub mod fetch;
pub mod guard;
mod lazy;
pub mod similarity;
mod text;
mod words;

use crate::{Claim, Kind, Misbehaviour, Review, Reviewer, Vantage, Work, WorkError};
use fetch::{FetchError, Fetcher};
use serde::{Deserialize, Serialize};
use sheaf_protocol::specification::WebSpecification;
use similarity::Sketch;

/// Longest first line of a contribution that is read.
const MAX_HEADER_BYTES: usize = 8_192;

/// First line of a contribution's plaintext, as JSON; the body follows behind `\n`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageHeader {
    /// The task's URL.
    pub url: String,
    /// HTTP status of the answer.
    pub status: u16,
    /// Self-declared region.
    pub region: String,
    /// Slot in which the page was observed.
    pub observed_slot: u64,
}

impl PageHeader {
    /// The plaintext of a contribution with this header.
    pub fn with_body(&self, body: &[u8]) -> Vec<u8> {
        // Strings and integers always become JSON.
        let mut plaintext = serde_json::to_vec(self).unwrap_or_default();
        plaintext.push(b'\n');
        plaintext.extend_from_slice(body);
        plaintext
    }

    /// Takes a plaintext apart into header and body.
    ///
    /// # Errors
    /// A reason in words.
    pub fn split(plaintext: &[u8]) -> Result<(Self, &[u8]), String> {
        let start = &plaintext[..plaintext.len().min(MAX_HEADER_BYTES)];
        let end = start
            .iter()
            .position(|byte| *byte == b'\n')
            .ok_or("it has no first line of JSON")?;
        let header = serde_json::from_slice(&plaintext[..end])
            .map_err(|error| format!("its first line is not a page's header: {error}"))?;
        Ok((header, &plaintext[end + 1..]))
    }
}

/// A `web` job's pages.
#[derive(Clone, Debug)]
pub struct Web {
    specification: WebSpecification,
    fetcher: Fetcher,
}

impl Web {
    /// The pages of a specification, seen from `vantage`.
    ///
    /// # Errors
    /// When the HTTP client cannot be set up.
    pub fn new(specification: WebSpecification, vantage: Vantage) -> Result<Self, FetchError> {
        let fetcher = Fetcher::new(vantage.policy, vantage.source)?;
        Ok(Self {
            specification,
            fetcher,
        })
    }

    async fn page(&self, task: u32) -> Result<(&str, fetch::Page), WorkError> {
        let url = self.subject(task).ok_or_else(|| WorkError {
            message: format!(
                "there is no task {task}: the specification names {} pages",
                self.specification.urls.len()
            ),
            transient: false,
        })?;
        let page = self.fetcher.fetch(url).await?;
        if page.status == 429 || page.status >= 500 {
            return Err(WorkError {
                message: format!(
                    "{url} answers {} at the moment: try again later",
                    page.status
                ),
                transient: true,
            });
        }
        Ok((url, page))
    }
}

impl From<FetchError> for WorkError {
    fn from(error: FetchError) -> Self {
        Self {
            message: error.to_string(),
            transient: error.is_transient(),
        }
    }
}

impl Kind for Web {
    fn task_count(&self) -> u32 {
        u32::try_from(self.specification.urls.len()).unwrap_or(u32::MAX)
    }

    fn tasks_per_node(&self) -> u32 {
        self.specification.pages_per_node
    }

    fn subject(&self, task: u32) -> Option<&str> {
        self.specification
            .urls
            .get(usize::try_from(task).ok()?)
            .map(String::as_str)
    }

    fn observe<'a>(&'a self, claim: &'a Claim) -> Work<'a, Vec<u8>> {
        Box::pin(async move {
            let (url, page) = self.page(claim.task).await?;
            let header = PageHeader {
                url: url.to_owned(),
                status: page.status,
                region: claim.region.clone(),
                observed_slot: claim.observed_slot,
            };
            Ok(header.with_body(&page.body))
        })
    }

    fn falsify(&self, plaintext: &[u8], how: Misbehaviour) -> Vec<u8> {
        match PageHeader::split(plaintext) {
            Ok((header, body)) => header.with_body(&lazy::falsify(body, how)),
            Err(_) => plaintext.to_vec(),
        }
    }

    fn reviewer(&self, task: u32) -> Work<'_, Box<dyn Reviewer>> {
        Box::pin(async move {
            let (url, page) = self.page(task).await?;
            let seen = PageReviewer {
                url: url.to_owned(),
                status: page.status,
                sketch: Sketch::new(&page.body),
            };
            Ok(Box::new(seen) as Box<dyn Reviewer>)
        })
    }
}

/// A page as a validator saw it.
struct PageReviewer {
    url: String,
    status: u16,
    sketch: Sketch,
}

impl Reviewer for PageReviewer {
    fn review(&self, claim: &Claim, plaintext: &[u8]) -> Review {
        let (header, body) = match PageHeader::split(plaintext) {
            Ok(split) => split,
            Err(reason) => return Review::worthless(reason),
        };
        if header.url != self.url {
            return Review::worthless("it is another page than the task's");
        }
        if header.region != claim.region || header.observed_slot != claim.observed_slot {
            return Review::worthless("its region or slot is not what was signed");
        }
        if header.status != self.status {
            return Review::worthless(format!(
                "its status is {}, not {}",
                header.status, self.status
            ));
        }
        if body.len() > fetch::MAX_BODY_BYTES {
            return Review::worthless("it is larger than pages are taken");
        }
        let similarity = self.sketch.similarity_bps(&Sketch::new(body));
        Review {
            quality_bps: similarity::quality_bps(similarity),
            reason: format!("similarity {similarity} bps"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim() -> Claim {
        Claim {
            contributor: [1; 32],
            task: 0,
            region: "eu-west".to_owned(),
            observed_slot: 77,
        }
    }

    fn header() -> PageHeader {
        PageHeader {
            url: "http://a/".to_owned(),
            status: 200,
            region: "eu-west".to_owned(),
            observed_slot: 77,
        }
    }

    #[test]
    fn the_plaintext_is_a_line_of_json_and_the_body() {
        let plaintext = header().with_body(b"one\ntwo");
        let expected = b"{\"url\":\"http://a/\",\"status\":200,\"region\":\"eu-west\",\"observed_slot\":77}\none\ntwo";
        assert_eq!(plaintext, expected);
        assert_eq!(
            PageHeader::split(&plaintext),
            Ok((header(), b"one\ntwo".as_slice()))
        );
        assert!(PageHeader::split(b"{}\nbody").is_err());
        assert!(PageHeader::split(&[b'x'; 20_000]).is_err());
    }

    #[test]
    fn a_contribution_must_be_what_it_claims_to_be() {
        let body = b"<p>the page</p>";
        let reviewer = PageReviewer {
            url: header().url,
            status: 200,
            sketch: Sketch::new(body),
        };
        let quality = |header: PageHeader| {
            reviewer
                .review(&claim(), &header.with_body(body))
                .quality_bps
        };
        assert_eq!(quality(header()), 10_000);
        assert_eq!(
            quality(PageHeader {
                url: "http://b/".to_owned(),
                ..header()
            }),
            0
        );
        assert_eq!(
            quality(PageHeader {
                status: 404,
                ..header()
            }),
            0
        );
        assert_eq!(
            quality(PageHeader {
                region: "us-east".to_owned(),
                ..header()
            }),
            0
        );
        assert_eq!(
            quality(PageHeader {
                observed_slot: 78,
                ..header()
            }),
            0
        );
        assert_eq!(reviewer.review(&claim(), b"").quality_bps, 0);
    }

    #[tokio::test]
    async fn an_unknown_task_is_refused() -> Result<(), FetchError> {
        let vantage = Vantage {
            policy: guard::AddressPolicy::public(),
            source: None,
        };
        let specification = WebSpecification {
            title: "One page".to_owned(),
            urls: vec!["http://127.0.0.1/".to_owned()],
            pages_per_node: 1,
        };
        let web = Web::new(specification, vantage)?;
        assert_eq!(web.task_count(), 1);
        let unknown = web.observe(&Claim { task: 1, ..claim() }).await;
        assert!(unknown.is_err_and(|error| !error.transient));
        let refused = web.reviewer(0).await.err();
        assert!(
            refused.is_some_and(
                |error| !error.transient && error.message.contains("this machine itself")
            )
        );
        Ok(())
    }
}
