//! What the documentation names is there: files, and functions in them.

use std::path::{Path, PathBuf};

/// Folders whose paths the documents write from the project's root.
const FOLDERS: [&str; 12] = [
    "programs/",
    "crates/",
    "examples/",
    "indexer/",
    "cli/",
    "localnet/",
    "demo/",
    "tests/",
    "tools/",
    "xtask/",
    "docs/",
    ".cargo/",
];

const DOCUMENTS: &[&str] = &[
    "README.md",
    "SECURITY.md",
    "docs/architecture.md",
    "docs/compute.md",
    "docs/consent.md",
    "docs/dataset.md",
    "docs/protocol.md",
    "docs/api.md",
    "docs/decisions.md",
    "docs/deploy.md",
    "docs/indexer.md",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(document: &str) -> String {
    std::fs::read_to_string(root().join(document)).expect("the document is there")
}

/// The texts between backticks, outside of blocks of code, each with the text that follows it.
fn quoted(text: &str) -> Vec<(&str, &str)> {
    let prose = text.split("```").step_by(2);
    prose
        .flat_map(|prose| {
            let parts: Vec<&str> = prose.split('`').collect();
            let pairs: Vec<(&str, &str)> = parts
                .chunks_exact(2)
                .zip(parts.iter().skip(2).step_by(2))
                .map(|(chunk, after)| (chunk[1], *after))
                .collect();
            pairs
        })
        .collect()
}

fn is_path(text: &str) -> bool {
    FOLDERS.iter().any(|folder| text.starts_with(folder)) && !text.contains(['*', ' ', '<'])
}

/// What is named and not there.
fn missing(text: &str) -> Vec<String> {
    let quoted = quoted(text);
    let mut missing = Vec::new();
    for (place, (path, after)) in quoted.iter().enumerate() {
        if !is_path(path) {
            continue;
        }
        let Ok(metadata) = std::fs::metadata(root().join(path)) else {
            missing.push((*path).to_owned());
            continue;
        };
        // A function named in parentheses right behind its file.
        if after.trim() == "("
            && metadata.is_file()
            && let Some((function, ")")) = quoted
                .get(place + 1)
                .map(|(function, after)| (*function, &after[..after.len().min(1)]))
        {
            let source = std::fs::read_to_string(root().join(path)).unwrap_or_default();
            if !source.contains(&format!("fn {function}(")) {
                missing.push(format!("{path} ({function})"));
            }
        }
    }
    missing
}

/// Targets of links to files.
fn links(text: &str) -> impl Iterator<Item = &str> {
    text.split("](").skip(1).filter_map(|rest| {
        let target = rest.split(')').next()?.split('#').next()?;
        (!target.is_empty() && !target.contains("://")).then_some(target)
    })
}

#[test]
fn every_file_and_function_that_is_named_is_there() {
    for document in DOCUMENTS {
        assert_eq!(missing(&read(document)), [""; 0], "{document}");
    }
}

#[test]
fn every_link_leads_somewhere() {
    for document in DOCUMENTS {
        let folder = root().join(document);
        let folder = folder.parent().expect("a folder");
        for link in links(&read(document)) {
            assert!(folder.join(link).exists(), "{document} links to {link}");
        }
    }
}

#[test]
fn what_is_gone_is_noticed() {
    let text = "Here `indexer/src/none.rs` and `indexer/src/content.rs` (`nothing`) and\n```\n`cli/gone`\n```\n\
        and `indexer/src/content.rs` (`open`), and `anything`.";
    assert_eq!(
        missing(text),
        ["indexer/src/none.rs", "indexer/src/content.rs (nothing)"]
    );
    assert_eq!(
        links("[a](b.md) [c](https://d)").collect::<Vec<_>>(),
        ["b.md"]
    );
}
