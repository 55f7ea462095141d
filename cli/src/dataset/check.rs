//! `sheaf dataset check`: which records would be taken, and why the others would not.

use crate::output::fields;
use anyhow::Context as _;
use clap::Args;
use serde::Serialize;
use sheaf_kinds::dataset::record::{Form, Refusal, Schema, Screen};
use std::{
    fmt::{self, Display},
    fs,
    path::{Path, PathBuf},
};

/// Refusals that people are shown.
const SHOWN: usize = 20;

/// Arguments of `sheaf dataset check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Files of records: CSV by a name that ends in .csv, else JSON Lines. Of equal records the first is taken
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// JSON Schema that each record must follow
    #[arg(long, value_name = "FILE")]
    pub schema: Option<PathBuf>,
}

/// What became of the records of some files.
#[derive(Debug, Serialize)]
pub struct Report {
    accepted: usize,
    refused: usize,
    files: Vec<Checked>,
}

/// One file; a refusal's `contribution` counts them from 0.
#[derive(Debug, Serialize)]
struct Checked {
    file: String,
    accepted: usize,
    refused: Vec<Refusal>,
}

/// How a file writes its records, by its name.
fn form(path: &Path) -> Form {
    match path.extension() {
        Some(extension) if extension.eq_ignore_ascii_case("csv") => Form::Csv,
        _ => Form::JsonLines,
    }
}

/// Checks the files.
///
/// # Errors
/// When one cannot be read at all, or the schema is none.
pub fn check(args: &CheckArgs) -> anyhow::Result<Report> {
    let schema = args.schema.as_deref().map(|path| {
        let what = || format!("--schema {}", path.display());
        let bytes = fs::read(path).with_context(what)?;
        Schema::parse(&bytes).with_context(what)
    });
    let schema = schema.transpose()?;
    let mut screen = Screen::new(schema.as_ref());
    let mut files = Vec::new();
    for path in &args.files {
        let what = || path.display().to_string();
        let text = fs::read(path).with_context(what)?;
        let found = screen.take(&text, form(path)).with_context(what)?;
        files.push(Checked {
            file: what(),
            accepted: found.accepted.len(),
            refused: found.refused,
        });
    }
    Ok(Report {
        accepted: files.iter().map(|file| file.accepted).sum(),
        refused: files.iter().map(|file| file.refused.len()).sum(),
        files,
    })
}

impl Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (accepted, refused) = (&self.accepted, &self.refused);
        fields(formatter, &[("Taken", accepted), ("Refused", refused)])?;
        for file in self.files.iter().filter(|file| !file.refused.is_empty()) {
            writeln!(formatter, "\n{}", file.file)?;
            for refusal in file.refused.iter().take(SHOWN) {
                writeln!(formatter, "  {refusal}")?;
            }
            if let Some(more) = file.refused.len().checked_sub(SHOWN).filter(|n| *n > 0) {
                writeln!(formatter, "  and {more} more; --output json tells all")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_held_against_the_schema_and_each_other() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = |name: &str| folder.path().join(name);
        fs::write(path("a.jsonl"), "{\"x\":1}\n{\"x\":\"one\"}\n")?;
        fs::write(path("b.csv"), "x\n1\n2\n")?;
        fs::write(path("s.json"), r#"{"properties":{"x":{"type":"integer"}}}"#)?;
        let mut args = CheckArgs {
            files: vec![path("a.jsonl"), path("b.csv")],
            schema: Some(path("s.json")),
        };
        let report = check(&args)?;
        let json = serde_json::to_value(&report)?;
        assert_eq!([&json["accepted"], &json["refused"]], [2, 2]);
        assert_eq!(json["files"][0]["refused"][0]["reason"], "schema");
        assert_eq!(json["files"][0]["refused"][0]["line"], 2);
        let again = &json["files"][1]["refused"][0];
        assert_eq!(again["reason"], "duplicate");
        assert_eq!([&again["line"], &again["of"]["line"]], [2, 1]);
        assert!(
            report
                .to_string()
                .contains("line 2: it is the same as line 1 of contribution 0")
        );

        args.schema = Some(path("a.jsonl"));
        let refused = check(&args).map(|report| report.to_string());
        let refused = format!("{:#}", refused.expect_err("no schema"));
        assert!(
            refused.starts_with("--schema ") && refused.contains("not JSON"),
            "{refused}"
        );
        Ok(())
    }
}
