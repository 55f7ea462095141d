//! The requester downloads, decrypts, and compares with what the site serves.

use super::Scenario;
use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use sheaf_protocol::{specification::Specification, text::HexHash};
use std::{
    fmt,
    path::{Path, PathBuf},
};

/// What `sheaf job download` prints, as far as it is used.
#[derive(Debug, Deserialize)]
struct Downloaded {
    files: usize,
}

/// What the requester received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delivered {
    /// Contributions, decrypted.
    pub files: usize,
    /// Those that equal the site's page byte for byte.
    pub equal: usize,
}

impl fmt::Display for Delivered {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} pages downloaded and decrypted, {} of them equal to the site's byte for byte",
            self.files, self.equal
        )
    }
}

impl Scenario {
    /// Downloads everything that was paid, and holds it against the site.
    ///
    /// # Errors
    /// When the command fails, or what it wrote is not what was paid for.
    pub async fn deliver(&self) -> Result<Delivered> {
        let folder = self.stack.folder.join("download");
        let job = self.job.to_string();
        let download = [
            "job".as_ref(),
            "download".as_ref(),
            job.as_ref(),
            "--indexer".as_ref(),
            self.indexer.url().as_ref(),
            "--identity".as_ref(),
            self.identity.as_os_str(),
            "--out".as_ref(),
            folder.as_os_str(),
        ];
        let requester = &self.stack.localnet.wallet("requester")?.path;
        let downloaded: Downloaded = self.stack.cli.json(requester, &download).await?;
        let pages = pages_in(&folder)
            .with_context(|| format!("cannot read what was written to {}", folder.display()))?;
        ensure!(
            pages.len() == downloaded.files,
            "{} pages lie in {}, not the {} that were downloaded",
            pages.len(),
            folder.display(),
            downloaded.files
        );
        let specification = self.indexer.specification(self.job).await?;
        let Specification::Web(web) = Specification::parse(&specification)? else {
            bail!("job {} is no job of kind web", self.job);
        };
        let mut equal = 0;
        for page in &pages {
            let view = self.indexer.submission(&id_of(page)?.0).await?;
            let view = view.with_context(|| format!("nobody handed in {}", page.display()))?;
            let url = web
                .urls
                .get(view.task as usize)
                .with_context(|| format!("{} is for no task", page.display()))?;
            let body =
                std::fs::read(page).with_context(|| format!("cannot read {}", page.display()))?;
            if body == self.site.page_at(url)? {
                equal += 1;
            }
        }
        ensure!(
            equal > 0,
            "none of {} decrypted pages is what the site serves",
            pages.len()
        );
        Ok(Delivered {
            files: pages.len(),
            equal,
        })
    }
}

/// The files in the folders of all rounds.
fn pages_in(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut pages = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let round = entry?.path();
        if round.is_dir() {
            for page in std::fs::read_dir(round)? {
                pages.push(page?.path());
            }
        }
    }
    Ok(pages)
}

/// The submission whose content a file is: its name says it.
fn id_of(page: &Path) -> Result<HexHash> {
    let name = page.file_stem().and_then(|name| name.to_str());
    let id = name.and_then(|name| name.parse().ok());
    id.with_context(|| format!("{} is not named after a submission", page.display()))
}
