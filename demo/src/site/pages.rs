//! Which pages of a folder a job asks for: real text, of a real size, the same ones each time.

use anyhow::{Context, Result, ensure};
use sheaf_kinds::web::similarity::Sketch;
use std::path::{Path, PathBuf};

/// Sizes of a page's file that are taken, in bytes.
const BYTES: std::ops::RangeInclusive<u64> = 8_192..=131_072;
/// Words a page must show: short ones leave no room for a banner.
const WORDS: usize = 200;
/// Folders looked into, at most this deep.
const DEPTH: usize = 12;

/// `count` pages below `site`, spread evenly over all that are long enough, as relative paths.
///
/// # Errors
/// When the folder cannot be read or has too few such pages.
pub fn choose(site: &Path, count: usize) -> Result<Vec<String>> {
    let mut found = Vec::new();
    collect(site, Path::new(""), DEPTH, &mut found)
        .with_context(|| format!("cannot read the pages of {}", site.display()))?;
    found.sort();
    // Every n-th page first; then, in place of those that are too short, the pages behind them.
    let step = (found.len() / count.max(1)).max(1);
    let order = (0..step).flat_map(|first| (first..found.len()).step_by(step));
    let long = order.filter(|place| is_long(&site.join(&found[*place])));
    let mut places: Vec<usize> = long.take(count).collect();
    places.sort_unstable();
    let chosen: Vec<String> = places.iter().map(|place| found[*place].clone()).collect();
    ensure!(
        chosen.len() == count,
        "{} has {} HTML pages of {} KiB to {} KiB with {WORDS} words or more, not {count}: name \
         another folder with --site DIR",
        site.display(),
        chosen.len(),
        BYTES.start() / 1024,
        BYTES.end() / 1024,
    );
    Ok(chosen)
}

fn collect(
    site: &Path,
    folder: &Path,
    depth: usize,
    found: &mut Vec<String>,
) -> std::io::Result<()> {
    for entry in std::fs::read_dir(site.join(folder))? {
        let entry = entry?;
        let path: PathBuf = folder.join(entry.file_name());
        // Neither follows symbolic links.
        let (kind, metadata) = (entry.file_type()?, entry.metadata()?);
        if kind.is_dir() && depth > 0 {
            collect(site, &path, depth - 1, found)?;
        } else if kind.is_file()
            && BYTES.contains(&metadata.len())
            && let Some(path) = path.to_str().filter(|path| is_plain(path))
        {
            found.push(path.to_owned());
        }
    }
    Ok(())
}

/// A page's path that stands in a URL as it is.
fn is_plain(path: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._/".contains(&byte);
    path.ends_with(".html") && path.bytes().all(plain)
}

fn is_long(file: &Path) -> bool {
    std::fs::read(file).is_ok_and(|page| {
        std::str::from_utf8(&page).is_ok() && Sketch::new(&page).word_count() >= WORDS
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(pages: &[(&str, usize)]) -> Result<tempfile::TempDir> {
        let folder = tempfile::tempdir()?;
        for (name, words) in pages {
            let file = folder.path().join(name);
            std::fs::create_dir_all(file.parent().context("a folder")?)?;
            let text: String = (0..*words).map(|word| format!("word{word} ")).collect();
            std::fs::write(file, format!("<p>{text}</p>{}", " ".repeat(9_000)))?;
        }
        Ok(folder)
    }

    #[test]
    fn the_same_long_pages_are_chosen_each_time() -> Result<()> {
        let site = site(&[
            ("a.html", 300),
            ("b/c.html", 300),
            ("b/short.html", 20),
            ("d e.html", 300),
            ("f.txt", 300),
            ("z.html", 300),
        ])?;
        let chosen = choose(site.path(), 3)?;
        assert_eq!(chosen, ["a.html", "b/c.html", "z.html"]);
        assert_eq!(choose(site.path(), 3)?, chosen);
        let refused = choose(site.path(), 4).map_err(|error| error.to_string());
        assert!(refused.is_err_and(|message| message.contains("name another folder")));
        Ok(())
    }

    #[test]
    fn pages_are_spread_over_the_whole_folder() -> Result<()> {
        let names: Vec<String> = (0..30).map(|page| format!("{page:02}.html")).collect();
        let pages: Vec<(&str, usize)> = names.iter().map(|name| (name.as_str(), 250)).collect();
        let chosen = choose(site(&pages)?.path(), 3)?;
        assert_eq!(chosen, ["00.html", "10.html", "20.html"]);
        Ok(())
    }
}
