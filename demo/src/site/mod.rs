//! The site whose pages the job asks for: a folder of HTML, served on loopback.
//!
//! - [`pages`]: which pages; [`mirror`]: what a region's mirror changes.

mod mirror;
pub mod pages;

use anyhow::{Context, Result};
use axum::{
    Router,
    extract::{ConnectInfo, State},
    http::{StatusCode, Uri, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};
use tokio::{net::TcpListener, task::JoinHandle};

/// Who is served by a region's mirror: the region, by the address the request comes from.
pub type Mirrors = BTreeMap<IpAddr, String>;

/// A running site; it ends when dropped.
#[derive(Debug)]
pub struct Site {
    folder: PathBuf,
    address: SocketAddr,
    server: JoinHandle<()>,
}

struct Served {
    folder: PathBuf,
    mirrors: Mirrors,
}

impl Site {
    /// Serves the files below `folder` on a free port of loopback; requests from the addresses in
    /// `mirrors` get pages with a date and a banner.
    ///
    /// # Errors
    /// When the folder cannot be read, or no port can be had.
    pub async fn serve(folder: &Path, mirrors: Mirrors) -> Result<Self> {
        let folder = folder.canonicalize().with_context(|| {
            format!(
                "there is no site {}: name a folder with --site DIR",
                folder.display()
            )
        })?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .context("no port on loopback can be had for the site")?;
        let address = listener.local_addr().context("the site has no address")?;
        let served = Arc::new(Served {
            folder: folder.clone(),
            mirrors,
        });
        let router = Router::new().fallback(page).with_state(served);
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let server = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, service).await {
                eprintln!("the site ended: {error}");
            }
        });
        Ok(Self {
            folder,
            address,
            server,
        })
    }

    /// The URL of a page, by its path in the folder.
    pub fn url(&self, page: &str) -> String {
        format!("http://{}/{page}", self.address)
    }

    /// The bytes of the page at a URL of this site, as whoever uses no mirror is served.
    ///
    /// # Errors
    /// When the URL is of another site, or there is no such page.
    pub fn page_at(&self, url: &str) -> Result<Vec<u8>> {
        let page = url
            .strip_prefix(&self.url(""))
            .with_context(|| format!("{url} is not a page of this site"))?;
        std::fs::read(self.folder.join(page)).with_context(|| format!("there is no page {page}"))
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn page(
    State(served): State<Arc<Served>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    uri: Uri,
) -> Response {
    let Some(body) = read(&served.folder, uri.path()).await else {
        return (StatusCode::NOT_FOUND, "there is no such page").into_response();
    };
    let body = match (served.mirrors.get(&peer.ip()), std::str::from_utf8(&body)) {
        (Some(region), Ok(text)) => mirror::mirrored(text, region, SystemTime::now()).into_bytes(),
        _ => body,
    };
    ([(CONTENT_TYPE, "text/html; charset=utf-8")], body).into_response()
}

/// A file below the folder; nothing that a link or a `..` leads out of it.
async fn read(folder: &Path, path: &str) -> Option<Vec<u8>> {
    let file = folder.join(path.trim_start_matches('/'));
    let file = tokio::fs::canonicalize(file).await.ok()?;
    if !file.starts_with(folder) {
        return None;
    }
    tokio::fs::read(file).await.ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use sheaf_kinds::{AddressPolicy, web::fetch::Fetcher};

    async fn fetch(site: &Site, page: &str, source: Option<IpAddr>) -> Result<(u16, String)> {
        let fetcher = Fetcher::new(AddressPolicy::with_loopback("a localnet")?, source)?;
        let page = fetcher.fetch(&site.url(page)).await?;
        Ok((page.status, String::from_utf8(page.body)?))
    }

    #[tokio::test]
    async fn pages_are_served_and_mirrors_differ_by_the_source_address() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let text = "<main>The page</main>";
        std::fs::write(folder.path().join("a.html"), text)?;
        let mirror = IpAddr::from([127, 0, 0, 77]);
        let mirrors = Mirrors::from([(mirror, "ap-south".to_owned())]);
        let site = Site::serve(folder.path(), mirrors).await?;
        assert_eq!(fetch(&site, "a.html", None).await?, (200, text.to_owned()));
        assert_eq!(site.page_at(&site.url("a.html"))?, text.as_bytes());
        let (_, mirrored) = fetch(&site, "a.html", Some(mirror)).await?;
        assert!(mirrored.contains("mirror for ap-south"), "{mirrored}");
        assert_eq!(fetch(&site, "b.html", None).await?.0, 404);
        Ok(())
    }

    #[tokio::test]
    async fn nothing_outside_the_folder_is_served() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let site = folder.path().join("site");
        std::fs::create_dir(&site)?;
        let secret = folder.path().join("secret.html");
        std::fs::write(&secret, "secret")?;
        std::os::unix::fs::symlink(&secret, site.join("link.html"))?;
        let site = site.canonicalize()?;
        assert_eq!(read(&site, "/../secret.html").await, None);
        assert_eq!(read(&site, "/link.html").await, None);
        assert_eq!(read(&site, "//etc/hostname").await, None);
        Ok(())
    }
}
