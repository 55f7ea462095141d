//! Figures, as JSON and between marks of `docs/performance.md`.

use crate::machine::Machine;
use anyhow::Context as _;
use serde::Serialize;
use std::{
    fmt::Write as _,
    io::Write as _,
    path::{Path, PathBuf},
};

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Unit {
    /// Things a second.
    #[serde(rename = "per second")]
    PerSecond,
    /// Milliseconds.
    #[serde(rename = "ms")]
    Milliseconds,
    /// Mebibytes.
    #[serde(rename = "MiB")]
    Mebibytes,
    /// One figure divided by another.
    #[serde(rename = "ratio")]
    Ratio,
}

/// One figure.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// What was measured.
    pub name: &'static str,
    /// Into which database, when into one.
    pub database: Option<&'static str>,
    /// The figure.
    pub value: f64,
    /// Its unit.
    pub unit: Unit,
}

/// All figures of one bench.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Name of the bench.
    pub bench: &'static str,
    /// The machine.
    pub machine: Machine,
    /// What was done, in words.
    pub load: String,
    /// The figures.
    pub rows: Vec<Row>,
}

impl Report {
    /// One without figures yet.
    pub fn new(bench: &'static str, load: String) -> Self {
        Self {
            bench,
            machine: Machine::here(),
            load,
            rows: Vec::new(),
        }
    }

    /// Adds a figure.
    pub fn add(
        &mut self,
        name: &'static str,
        database: Option<&'static str>,
        value: f64,
        unit: Unit,
    ) {
        let row = Row {
            name,
            database,
            value,
            unit,
        };
        eprintln!("    {}: {}", row.label(), row.figure());
        self.rows.push(row);
    }

    /// Writes the figures into the document, and as JSON to a file or to the terminal.
    ///
    /// # Errors
    /// When a file cannot be read or written.
    pub fn publish(&self, json: Option<&Path>) -> anyhow::Result<()> {
        let document = document();
        let text = std::fs::read_to_string(&document)
            .with_context(|| format!("cannot read {}", document.display()))?;
        let text = replaced(&text, self.bench, &self.table())?;
        std::fs::write(&document, text)
            .with_context(|| format!("cannot write {}", document.display()))?;
        let mut figures = serde_json::to_string_pretty(self)?;
        figures.push('\n');
        match json {
            Some(file) => std::fs::write(file, figures)
                .with_context(|| format!("cannot write {}", file.display())),
            None => Ok(std::io::stdout().write_all(figures.as_bytes())?),
        }
    }

    fn table(&self) -> String {
        let Machine {
            processor,
            threads,
            optimised,
        } = &self.machine;
        let build = if *optimised {
            "optimised"
        } else {
            "not optimised"
        };
        let mut text = format!(
            "{processor}, {threads} threads, {build}. {}\n\n| what | figure |\n|---|---:|\n",
            self.load
        );
        for row in &self.rows {
            let _ = writeln!(text, "| {} | {} |", row.label(), row.figure());
        }
        text
    }
}

impl Row {
    fn label(&self) -> String {
        match self.database {
            None => self.name.to_owned(),
            Some(database) => format!("{database}: {}", self.name),
        }
    }

    fn figure(&self) -> String {
        match self.unit {
            Unit::PerSecond => format!("{}/s", grouped(self.value)),
            Unit::Milliseconds => format!("{:.1} ms", self.value),
            Unit::Mebibytes => format!("{:.0} MiB", self.value),
            Unit::Ratio => format!("{:.2}", self.value),
        }
    }
}

/// A whole number with commas between thousands.
fn grouped(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn document() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/performance.md")
}

/// The text with something else between the marks of a name.
fn replaced(text: &str, name: &str, inside: &str) -> anyhow::Result<String> {
    let (open, close) = (
        format!("<!-- {name} -->\n"),
        format!("<!-- end of {name} -->"),
    );
    let missing = || format!("docs/performance.md has no marks '{name}'");
    let (before, rest) = text.split_once(&open).with_context(missing)?;
    let (_, after) = rest.split_once(&close).with_context(missing)?;
    Ok(format!("{before}{open}{inside}{close}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_marks_is_replaced() {
        let text = "a\n<!-- x -->\nold\n<!-- end of x -->\nb";
        let expected = "a\n<!-- x -->\nnew\n<!-- end of x -->\nb";
        assert_eq!(replaced(text, "x", "new\n").ok().as_deref(), Some(expected));
        assert!(replaced(text, "y", "new\n").is_err());
    }

    #[test]
    fn figures_are_written_with_their_units() {
        let figure = |value, unit| {
            Row {
                name: "a",
                database: None,
                value,
                unit,
            }
            .figure()
        };
        assert_eq!(figure(1_234_567.4, Unit::PerSecond), "1,234,567/s");
        assert_eq!(figure(999.0, Unit::PerSecond), "999/s");
        assert_eq!(figure(0.333, Unit::Ratio), "0.33");
    }

    #[test]
    fn the_document_has_a_place_for_each_bench() {
        let text = std::fs::read_to_string(document()).expect("docs/performance.md");
        for bench in ["intake", "ingest"] {
            assert!(replaced(&text, bench, "").is_ok(), "{bench}");
        }
    }
}
