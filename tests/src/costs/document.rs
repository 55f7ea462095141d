//! `docs/compute-units.md`: prose, and between marks what was measured.

use super::{
    measure::{Row, Table, Units},
    parts::{Parts, entry, parts},
};
use crate::mint::MintKind;
use std::{fmt::Write, path::PathBuf};

/// Instructions with an aim, and the aim: units over the Token program, for how many claims.
const AIMS: [(&str, u64, u64); 4] = [
    ("claim", 3_300, 1),
    ("claim_neighbours", 2_000, 8),
    ("sync_page", 5_000, 1),
    ("post_batch", 6_000, 1),
];

/// Where the document is.
pub fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/compute-units.md")
}

/// The committed table.
///
/// # Panics
/// When the document is missing or its table is not of numbers.
pub fn committed() -> Table {
    let text = std::fs::read_to_string(path()).expect("docs/compute-units.md");
    let table = between(&text, "table").1;
    table.lines().filter_map(row).collect()
}

/// The name and figures of a line of the table, unless it is a head.
fn row(line: &str) -> Option<(String, Row)> {
    let mut cells = line.trim_matches('|').split('|').map(str::trim);
    let name = cells.next()?.strip_prefix('`')?.strip_suffix('`')?;
    let mut units = || cells.next()?.replace(',', "").parse::<u64>().ok();
    let mut pair = || {
        Some(Units {
            typical: units()?,
            worst: units()?,
        })
    };
    let (spl, token_2022) = (pair()?, pair()?);
    Some((name.to_owned(), Row { spl, token_2022 }))
}

/// Writes measured figures into the document.
///
/// # Panics
/// When the document is missing, lacks its marks, or cannot be written.
pub fn rewrite(table: &Table) {
    let text = std::fs::read_to_string(path()).expect("docs/compute-units.md");
    let text = replaced(&text, "table", &table_text(table));
    let text = replaced(&text, "aims", &aims_text(table));
    let text = replaced(&text, "parts", &parts_text());
    std::fs::write(path(), text).expect("docs/compute-units.md");
}

/// The table as JSON: `{instruction: {spl: {typical, worst}, token_2022: {typical, worst}}}`.
pub fn json(table: &Table) -> String {
    let pair = |units: &Units| {
        format!(
            "{{\"typical\": {}, \"worst\": {}}}",
            units.typical, units.worst
        )
    };
    let rows: Vec<String> = table
        .iter()
        .map(|(name, row)| {
            let (spl, token_2022) = (pair(&row.spl), pair(&row.token_2022));
            format!("  \"{name}\": {{\"spl\": {spl}, \"token_2022\": {token_2022}}}")
        })
        .collect();
    format!("{{\n{}\n}}\n", rows.join(",\n"))
}

fn table_text(table: &Table) -> String {
    let mut text = "| instruction | Token, typical | worst | Token-2022, typical | worst |\n\
        |---|---:|---:|---:|---:|\n"
        .to_owned();
    for (name, row) in table {
        let [a, b, c, d] = [
            row.spl.typical,
            row.spl.worst,
            row.token_2022.typical,
            row.token_2022.worst,
        ]
        .map(grouped);
        writeln!(text, "| `{name}` | {a} | {b} | {c} | {d} |").expect("a string takes all");
    }
    text
}

fn aims_text(table: &Table) -> String {
    let mut text =
        "| instruction | aim | typical | still above |\n|---|---:|---:|---:|\n".to_owned();
    for (name, aim, claims) in AIMS {
        let typical = table[name].spl.typical / claims;
        let above = match typical.checked_sub(aim) {
            None | Some(0) => "-".to_owned(),
            Some(above) => grouped(above),
        };
        let per = if claims == 1 { "" } else { ", each of eight" };
        let (aim, typical) = (grouped(aim), grouped(typical));
        writeln!(text, "| `{name}`{per} | {aim} | {typical} | {above} |")
            .expect("a string takes all");
    }
    text
}

fn parts_text() -> String {
    let mut text = "| instruction | all | sha256 (calls) | token program | calling programs | addresses | rest |\n\
        |---|---:|---:|---:|---:|---:|---:|\n"
        .to_owned();
    for (name, _, _) in AIMS {
        let parts: Parts = parts(&MintKind::Token, name);
        let [all, sha256, token, calls, addresses, rest] = [
            parts.all,
            parts.sha256,
            parts.token,
            parts.calls,
            parts.addresses,
            parts.rest(),
        ]
        .map(grouped);
        let count = parts.sha256_calls;
        writeln!(
            text,
            "| `{name}` | {all} | {sha256} ({count}) | {token} | {calls} | {addresses} | {rest} |"
        )
        .expect("a string takes all");
    }
    writeln!(
        text,
        "\nReaching the program and being refused for unknown data takes {} units.",
        entry()
    )
    .expect("a string takes all");
    text
}

/// A number with commas between thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let first = (digits.len() - 1) % 3 + 1;
    let (head, mut tail) = digits.split_at(first);
    let mut text = head.to_owned();
    while !tail.is_empty() {
        let (three, rest) = tail.split_at(3);
        text.push(',');
        text.push_str(three);
        tail = rest;
    }
    text
}

/// What stands before, between and after the marks of a name.
fn between<'a>(text: &'a str, name: &str) -> (&'a str, &'a str, &'a str) {
    let (before, rest) = text
        .split_once(&format!("<!-- {name} -->\n"))
        .unwrap_or_else(|| panic!("docs/compute-units.md has no mark '{name}'"));
    let (inside, after) = rest
        .split_once(&format!("<!-- end of {name} -->"))
        .unwrap_or_else(|| panic!("docs/compute-units.md has no end of '{name}'"));
    (before, inside, after)
}

fn replaced(text: &str, name: &str, inside: &str) -> String {
    let (before, _, after) = between(text, name);
    format!("{before}<!-- {name} -->\n{inside}<!-- end of {name} -->{after}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let units = |typical, worst| Units { typical, worst };
        let measured = Row {
            spl: units(1_234_567, 99),
            token_2022: units(1_000, 0),
        };
        let table = Table::from([("claim".to_owned(), measured)]);
        let read: Table = table_text(&table).lines().filter_map(row).collect();
        assert_eq!(read, table);
        assert_eq!(
            json(&table),
            "{\n  \"claim\": {\"spl\": {\"typical\": 1234567, \"worst\": 99}, \
             \"token_2022\": {\"typical\": 1000, \"worst\": 0}}\n}\n"
        );
    }

    #[test]
    fn only_what_is_between_the_marks_is_replaced() {
        let text = "a\n<!-- x -->\nold\n<!-- end of x -->\nb";
        assert_eq!(
            replaced(text, "x", "new\n"),
            "a\n<!-- x -->\nnew\n<!-- end of x -->\nb"
        );
    }
}
