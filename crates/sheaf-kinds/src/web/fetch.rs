//! Fetching pages that strangers name: guarded addresses, bounded size, time and redirects.

use super::guard::{AddressPolicy, GuardedResolver, RefusedAddress};
use reqwest::{
    Client, Response, Url,
    header::{LOCATION, USER_AGENT},
    redirect::Policy,
};
use std::{net::IpAddr, sync::Arc, time::Duration};

/// Most bytes of a page's body. Encrypted it still fits into a submission.
pub const MAX_BODY_BYTES: usize = 3 << 19;
/// Most redirects followed for one page.
pub const MAX_REDIRECTS: usize = 5;
/// Longest time one page may take, redirects included.
pub const FETCH_TIMEOUT: Duration = Duration::from_secs(20);
/// Longest time a connection may take to stand.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// What pages' servers read about us.
const AGENT: &str = concat!(
    "Sheaf/",
    env!("CARGO_PKG_VERSION"),
    " (observer of public pages)"
);

/// Why a page could not be fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The text is no URL that is fetched.
    #[error("\"{url}\" is not fetched: {reason}")]
    Url {
        /// The text.
        url: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The host leads to an address that is not fetched from.
    #[error("{url} is not fetched: {source}")]
    Refused {
        /// The URL, perhaps one that a redirect led to.
        url: String,
        /// The address and why it is refused.
        source: RefusedAddress,
    },
    /// Redirects lead on and on.
    #[error("{url} redirects more than {MAX_REDIRECTS} times: it is given up")]
    TooManyRedirects {
        /// The URL asked for first.
        url: String,
    },
    /// The body is too large.
    #[error(
        "{url} answers with more than {MAX_BODY_BYTES} bytes: pages of this size are not taken"
    )]
    TooLarge {
        /// The URL.
        url: String,
    },
    /// No whole answer came in time.
    #[error("{url} did not answer in full within {} seconds", FETCH_TIMEOUT.as_secs())]
    Timeout {
        /// The URL.
        url: String,
    },
    /// The connection failed.
    #[error("{url} could not be fetched: {reason}")]
    Connection {
        /// The URL.
        url: String,
        /// What the connection said.
        reason: String,
    },
    /// The HTTP client could not be set up.
    #[error("the HTTP client cannot be set up: {0}")]
    Client(String),
}

impl FetchError {
    /// Whether another try may succeed.
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Timeout { .. } | Self::Connection { .. })
    }
}

/// A page as it was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// HTTP status of the last answer.
    pub status: u16,
    /// URL of the last answer, after redirects.
    pub url: String,
    /// The body as received.
    pub body: Vec<u8>,
}

/// Fetches pages. Cheap to clone; connections are shared.
#[derive(Clone, Debug)]
pub struct Fetcher {
    client: Client,
    policy: AddressPolicy,
}

impl Fetcher {
    /// A fetcher that connects to what `policy` allows, from `source` when given.
    ///
    /// # Errors
    /// [`FetchError::Client`] when the HTTP client cannot be set up.
    pub fn new(policy: AddressPolicy, source: Option<IpAddr>) -> Result<Self, FetchError> {
        // No proxy: it would resolve names itself, behind the guard's back.
        let client = Client::builder()
            .redirect(Policy::none())
            .dns_resolver(Arc::new(GuardedResolver(policy)))
            .no_proxy()
            .local_address(source)
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_max_idle_per_host(4)
            .build()
            .map_err(|error| FetchError::Client(root_cause(&error)))?;
        Ok(Self { client, policy })
    }

    /// Fetches a page, following redirects; every hop's address is checked anew.
    ///
    /// # Errors
    /// [`FetchError`], see [`FetchError::is_transient`].
    pub async fn fetch(&self, url: &str) -> Result<Page, FetchError> {
        tokio::time::timeout(FETCH_TIMEOUT, self.follow(url))
            .await
            .unwrap_or_else(|_| {
                Err(FetchError::Timeout {
                    url: url.to_owned(),
                })
            })
    }

    async fn follow(&self, first: &str) -> Result<Page, FetchError> {
        let mut url = parse_url(first)?;
        for _ in 0..=MAX_REDIRECTS {
            let response = self.ask(&url).await?;
            match redirect_target(&url, &response)? {
                Some(next) => url = next,
                None => return read(url, response).await,
            }
        }
        Err(FetchError::TooManyRedirects {
            url: first.to_owned(),
        })
    }

    async fn ask(&self, url: &Url) -> Result<Response, FetchError> {
        // The resolver below never sees hosts that are addresses already.
        let literal = url.host_str().map(|host| host.trim_matches(['[', ']']));
        if let Some(Ok(address)) = literal.map(str::parse::<IpAddr>) {
            self.policy
                .check(&address.to_string(), address)
                .map_err(|source| FetchError::Refused {
                    url: url.to_string(),
                    source,
                })?;
        }
        let sent = self
            .client
            .get(url.clone())
            .header(USER_AGENT, AGENT)
            .send()
            .await;
        sent.map_err(|error| failed(url, &error))
    }
}

/// Checks that a text is a URL that would be fetched: http or https, with a host, without user
/// name and password.
///
/// # Errors
/// [`FetchError::Url`] with the reason.
pub fn parse_url(text: &str) -> Result<Url, FetchError> {
    let refused = |reason| FetchError::Url {
        url: text.to_owned(),
        reason,
    };
    let url = Url::parse(text).map_err(|_| refused("it is not a URL"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(refused("only http and https are"));
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(refused("it names no host"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refused("it carries a user name or a password"));
    }
    Ok(url)
}

fn redirect_target(url: &Url, response: &Response) -> Result<Option<Url>, FetchError> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let Some(location) = response.headers().get(LOCATION) else {
        return Ok(None);
    };
    let joined = location
        .to_str()
        .ok()
        .and_then(|location| url.join(location).ok());
    let next = joined.ok_or(FetchError::Url {
        url: url.to_string(),
        reason: "it redirects to something that is not a URL",
    })?;
    parse_url(next.as_str()).map(Some)
}

async fn read(url: Url, mut response: Response) -> Result<Page, FetchError> {
    let too_large = || FetchError::TooLarge {
        url: url.to_string(),
    };
    if response
        .content_length()
        .is_some_and(|length| length > MAX_BODY_BYTES as u64)
    {
        return Err(too_large());
    }
    let mut body = Vec::new();
    // Counted as it comes, whatever the headers promised.
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| failed(&url, &error))?
    {
        if body.len() + chunk.len() > MAX_BODY_BYTES {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Page {
        status: response.status().as_u16(),
        url: url.into(),
        body,
    })
}

fn failed(url: &Url, error: &reqwest::Error) -> FetchError {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(current) = cause {
        if let Some(refused) = current.downcast_ref::<RefusedAddress>() {
            return FetchError::Refused {
                url: url.to_string(),
                source: refused.clone(),
            };
        }
        cause = current.source();
    }
    FetchError::Connection {
        url: url.to_string(),
        reason: root_cause(error),
    }
}

/// The innermost reason of an error, which is the one that helps.
fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
