//! The pages for people: plain files, compiled in, that read the API in the browser. They ask no
//! other host for anything, and the policy below forbids it.

use super::error::ApiError;
use axum::{
    extract::Path,
    http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY},
    response::IntoResponse,
};

/// No script, style, picture or connection but this server's own; nobody may frame the page.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
     connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HTML: &str = "text/html; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const PICTURE: &str = "image/svg+xml";

/// Name, type and text of each file in `indexer/dashboard`.
macro_rules! files {
    ($($name:literal: $kind:ident,)*) => {
        &[$(($name, $kind, include_str!(concat!("../../dashboard/", $name)))),*]
    };
}

const FILES: &[(&str, &str, &str)] = files! {
    "index.html": HTML,
    "style.css": STYLE,
    "icon.svg": PICTURE,
    "api.js": SCRIPT,
    "app.js": SCRIPT,
    "charts.js": SCRIPT,
    "contributors.js": SCRIPT,
    "format.js": SCRIPT,
    "jobs.js": SCRIPT,
    "log.js": SCRIPT,
    "overview.js": SCRIPT,
    "proof.js": SCRIPT,
    "rounds.js": SCRIPT,
    "validators.js": SCRIPT,
};

/// GET `/`
pub async fn index() -> Result<impl IntoResponse, ApiError> {
    show("index.html")
}

/// GET `/dashboard/{file}`
pub async fn file(Path(name): Path<String>) -> Result<impl IntoResponse, ApiError> {
    show(&name)
}

fn show(name: &str) -> Result<impl IntoResponse + use<>, ApiError> {
    let found = FILES.iter().find(|(file, ..)| *file == name);
    let (_, kind, text) = found.ok_or_else(|| {
        ApiError::new("unknown_path", "the dashboard has no such file: start at /")
    })?;
    let headers = [
        (CONTENT_TYPE, *kind),
        (CONTENT_SECURITY_POLICY, POLICY),
        (REFERRER_POLICY, "no-referrer"),
        // A newer indexer has newer pages.
        (CACHE_CONTROL, "no-cache"),
    ];
    Ok((headers, *text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_file_of_the_folder_is_served() -> std::io::Result<()> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/dashboard");
        let names = std::fs::read_dir(folder)?
            .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
            .collect::<std::io::Result<BTreeSet<String>>>()?;
        let served = FILES.iter().map(|(name, ..)| (*name).to_owned());
        assert_eq!(names, served.collect());
        Ok(())
    }

    #[test]
    fn no_file_asks_another_host() {
        for (name, _, text) in FILES {
            for (at, _) in text.match_indices("https://") {
                let host = &text[at..text.len().min(at + 31)];
                // A link that people may follow.
                assert!(
                    host.starts_with("https://explorer.solana.com/"),
                    "{name}: {host}"
                );
            }
            assert!(
                !text.contains("http://") || *name == "icon.svg" || *name == "charts.js",
                "{name}"
            );
        }
    }
}
