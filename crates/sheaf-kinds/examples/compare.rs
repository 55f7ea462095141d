//! Measures the comparison of pages on real ones: `cargo run --example compare -- SITE [OTHER_VERSION]`.
//!
//! SITE is a folder of HTML pages. Each is compared with itself under benign differences (a date and
//! a banner of a region), with what lazy nodes would hand in, with one in ten of its paragraphs
//! exchanged, and with the page of the same name in OTHER_VERSION, where one is given.

use sheaf_kinds::{
    AddressPolicy, Kind, Misbehaviour, Vantage,
    web::{
        PageHeader, Web,
        similarity::{Sketch, quality_bps},
    },
};
use sheaf_protocol::specification::WebSpecification;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// Every how many pages of the folder one is taken.
const STRIDE: usize = 25;
/// Pages with fewer words are counted apart.
const SHORT: usize = 50;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let site = PathBuf::from(
        arguments
            .next()
            .ok_or("usage: compare SITE [OTHER_VERSION]")?,
    );
    let other = arguments.next().map(PathBuf::from);
    let mut pages = Vec::new();
    collect(&site, &mut pages)?;
    pages.sort();
    let vantage = Vantage {
        policy: AddressPolicy::public(),
        source: None,
    };
    let web = Web::new(nothing(), vantage)?;
    let mut rows: BTreeMap<(bool, &str), Vec<u16>> = BTreeMap::new();
    for page in pages.iter().step_by(STRIDE) {
        let body = std::fs::read(page)?;
        let seen = Sketch::new(&body);
        let mut variants = vec![
            ("benign", benign(&body)),
            ("altered", falsified(&web, &body, Misbehaviour::Altered)?),
            ("stale", falsified(&web, &body, Misbehaviour::Stale)?),
            ("one paragraph in ten", paragraphs_exchanged(&body)),
        ];
        if let Some(other) = &other {
            let older = std::fs::read(other.join(page.strip_prefix(&site)?));
            variants.extend(older.ok().map(|older| ("other version", older)));
        }
        for (name, variant) in variants {
            let similarities = rows.entry((seen.word_count() < SHORT, name)).or_default();
            similarities.push(seen.similarity_bps(&Sketch::new(&variant)));
        }
    }
    println!(
        "{} pages, every {STRIDE}th; similarity in bps, and how many pages are paid",
        pages.len()
    );
    let columns = [
        "pages", "lowest", "5 %", "median", "highest", "nothing", "in part", "in full",
    ];
    println!(
        "{:<38}{}",
        "",
        columns.map(|column| format!("{column:>9}")).concat()
    );
    for ((short, name), mut similarities) in rows {
        similarities.sort_unstable();
        let count = similarities.len();
        let at = |part: usize| usize::from(similarities[(count - 1) * part / 100]);
        let paid = |quality: u16| {
            similarities
                .iter()
                .filter(|found| quality_bps(**found) == quality)
                .count()
        };
        let (nothing, full) = (paid(0), paid(10_000));
        let cells = [
            count,
            at(0),
            at(5),
            at(50),
            at(100),
            nothing,
            count - nothing - full,
            full,
        ];
        let name = format!("{name}{}", if short { ", fewer than 50 words" } else { "" });
        println!(
            "{name:<38}{}",
            cells.map(|cell| format!("{cell:>9}")).concat()
        );
    }
    Ok(())
}

/// A specification without pages: falsifying needs none.
fn nothing() -> WebSpecification {
    WebSpecification {
        title: String::new(),
        urls: Vec::new(),
        pages_per_node: 1,
    }
}

fn collect(folder: &Path, pages: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, pages)?;
        } else if path
            .extension()
            .is_some_and(|extension| extension == "html")
            && path.metadata()?.len() < 1_500_000
        {
            pages.push(path);
        }
    }
    Ok(())
}

/// A banner and a date, as a region's server might add them at the top of the content.
fn benign(body: &[u8]) -> Vec<u8> {
    let html = String::from_utf8_lossy(body);
    let banner =
        "<div>You are visiting the mirror for Frankfurt, served on 24 November 2026 at 10:31</div>";
    let at = html
        .find("<main")
        .and_then(|main| Some(main + html[main..].find('>')? + 1))
        .unwrap_or(0);
    format!("{}{banner}{}", &html[..at], &html[at..]).into_bytes()
}

fn falsified(web: &Web, body: &[u8], how: Misbehaviour) -> Result<Vec<u8>, String> {
    let header = PageHeader {
        url: String::new(),
        status: 200,
        region: String::new(),
        observed_slot: 0,
    };
    let plaintext = web.falsify(&header.with_body(body), how);
    PageHeader::split(&plaintext).map(|(_, body)| body.to_vec())
}

/// Every tenth paragraph says something else.
fn paragraphs_exchanged(body: &[u8]) -> Vec<u8> {
    let html = String::from_utf8_lossy(body);
    let paragraphs = html.split("<p>").enumerate().map(|(number, paragraph)| {
        match paragraph.split_once("</p>") {
            Some((text, rest)) if number % 10 == 1 => {
                let words = text.split_whitespace().count().max(1);
                let other: Vec<String> = (0..words).map(|word| format!("other{word}")).collect();
                format!("{}</p>{rest}", other.join(" "))
            }
            _ => paragraph.to_owned(),
        }
    });
    paragraphs.collect::<Vec<_>>().join("<p>").into_bytes()
}
