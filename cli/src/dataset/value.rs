//! `sheaf dataset value`: what each record is worth.

use crate::output::{Format, fields, legible};
use anyhow::Context as _;
use clap::{Args, ValueEnum};
use serde::Serialize;
use sheaf_kinds::dataset::value::{self, CsvError, Table, Valuation, read_table};
use std::{
    fmt::{self, Display},
    fs,
    num::NonZeroU32,
    path::{Path, PathBuf},
    thread,
};

/// Records of each end that people are shown.
const SHOWN: usize = 5;

/// Arguments of `sheaf dataset value`.
#[derive(Debug, Args)]
pub struct ValueArgs {
    /// CSV of the records: a label, numbers, perhaps an id
    #[arg(long, value_name = "FILE")]
    pub records: PathBuf,
    /// CSV of the requester's validation set, with the same columns
    #[arg(long, value_name = "FILE")]
    pub validation: PathBuf,
    /// Column with the label
    #[arg(long, value_name = "COLUMN")]
    pub label: String,
    /// Column with the records' ids; equally distant records are ordered by them [default: a column called id, else the rows are counted]
    #[arg(long, value_name = "COLUMN")]
    pub id: Option<String>,
    /// Neighbours that vote
    #[arg(long, default_value = "5")]
    pub k: NonZeroU32,
    /// How to scale columns before distances are measured
    #[arg(long, value_enum, value_name = "SCALE", default_value_t)]
    pub scale: Scale,
}

/// How columns are scaled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scale {
    /// Not at all.
    #[default]
    None,
    /// To mean 0 and deviation 1 of the validation set.
    Validation,
}

impl From<Scale> for value::Scale {
    fn from(scale: Scale) -> Self {
        match scale {
            Scale::None => Self::None,
            Scale::Validation => Self::Validation,
        }
    }
}

/// Values and scores of records.
#[derive(Debug, Serialize)]
pub struct Report {
    records: usize,
    validation: usize,
    k: u32,
    scale: Scale,
    features: Vec<String>,
    utility: f64,
    sum: f64,
    values: Vec<Row>,
}

/// One record.
#[derive(Debug, Serialize)]
struct Row {
    id: String,
    line: u64,
    label: String,
    value: f64,
    score_bps: u16,
}

/// Does what was asked.
///
/// # Errors
/// What, why, what next.
pub fn run(args: &ValueArgs, format: Format) -> anyhow::Result<()> {
    let report = report(args)?;
    match format {
        Format::Csv => format.print_text(&report.csv()),
        _ => format.print(&report),
    }
}

fn report(args: &ValueArgs) -> anyhow::Result<Report> {
    let id = args.id.as_deref();
    let records = read("--records", &args.records, |text| {
        read_table(text, &args.label, id)
    })?;
    let validation = read("--validation", &args.validation, |text| {
        // Its rows need no ids; where the records' column is there, it is not measured by either.
        match read_table(text, &args.label, id) {
            Err(CsvError::MissingColumn { column, .. }) if Some(column.as_str()) == id => {
                read_table(text, &args.label, None)
            }
            read => read,
        }
    })?;
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let found = value::value(&records, &validation, args.k, args.scale.into(), threads)
        .with_context(|| format!("--records {}", args.records.display()))?;
    Ok(Report::new(args, &records, &validation, &found))
}

fn read(
    option: &str,
    path: &Path,
    read: impl FnOnce(&[u8]) -> Result<Table, CsvError>,
) -> anyhow::Result<Table> {
    let what = || format!("{option} {}", path.display());
    let text = fs::read(path).with_context(what)?;
    read(&text).with_context(what)
}

impl Report {
    fn new(args: &ValueArgs, records: &Table, validation: &Table, found: &Valuation) -> Self {
        let worth = found.values.iter().zip(&found.scores);
        let row =
            |((line, id, label), (value, score)): ((u64, &value::Id, &str), (&f64, &u16))| Row {
                id: id.to_string(),
                line,
                label: label.to_owned(),
                value: *value,
                score_bps: *score,
            };
        Self {
            records: records.len(),
            validation: validation.len(),
            k: args.k.get(),
            scale: args.scale,
            features: validation.features().to_vec(),
            utility: found.utility,
            sum: found.sum(),
            values: records.rows().zip(worth).map(row).collect(),
        }
    }

    /// A line for each record. Numbers are written so that reading them gives the same bits.
    fn csv(&self) -> String {
        let mut text = String::from("id,line,label,value,score_bps\n");
        for row in &self.values {
            let [id, label] = [&row.id, &row.label].map(|text| quoted(text));
            let (line, value, score) = (row.line, row.value, row.score_bps);
            text.push_str(&format!("{id},{line},{label},{value:?},{score}\n"));
        }
        text
    }
}

/// A field of CSV.
fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) || text.trim() != text {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

impl Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let validation = format!(
            "{} points, {} columns",
            self.validation,
            self.features.len()
        );
        let harmful = self.values.iter().filter(|row| row.value < 0.0).count();
        let harmful = format!("{harmful} of {}", self.records);
        fields(
            formatter,
            &[
                ("Records", &self.records),
                ("Validation", &validation),
                ("Neighbours", &self.k),
                ("Utility", &format!("{:.6}", self.utility)),
                ("Sum of values", &format!("{:.6}", self.sum)),
                ("Harmful", &harmful),
            ],
        )?;
        let mut rows: Vec<&Row> = self.values.iter().collect();
        rows.sort_by(|a, b| b.value.total_cmp(&a.value));
        let least = rows.len().saturating_sub(SHOWN).max(SHOWN);
        for (title, rows) in [
            ("Most valuable", &rows[..rows.len().min(SHOWN)]),
            ("Least valuable", &rows[least.min(rows.len())..]),
        ] {
            if rows.is_empty() {
                continue;
            }
            writeln!(formatter, "\n{title:32}  {:>12}  Score", "Value")?;
            for row in rows {
                let (id, value, score) = (legible(&row.id), row.value, row.score_bps);
                writeln!(formatter, "{id:32}  {value:>12.6}  {score}")?;
            }
        }
        writeln!(formatter, "\n--output json or csv tells all of it")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORDS: &str = "id,x,y\nr1,1,a\nr2,2,b\n\"r,3\",3,a\n";
    const VALIDATION: &str = "x,y\n0,a\n";

    fn run_on(records: &str, validation: &str) -> anyhow::Result<Report> {
        let folder = tempfile::tempdir()?;
        let path = |name: &str| folder.path().join(name);
        fs::write(path("r.csv"), records)?;
        fs::write(path("v.csv"), validation)?;
        report(&ValueArgs {
            records: path("r.csv"),
            validation: path("v.csv"),
            label: "y".to_owned(),
            id: None,
            k: NonZeroU32::new(2).context("positive")?,
            scale: Scale::None,
        })
    }

    #[test]
    fn json_tells_every_value_its_sum_and_the_utility() -> anyhow::Result<()> {
        let json = serde_json::to_value(run_on(RECORDS, VALIDATION)?)?;
        assert_eq!(json["utility"], 0.5);
        assert_eq!(
            [&json["records"], &json["validation"], &json["k"]],
            [3, 1, 2]
        );
        let sum = json["sum"].as_f64().context("a number")?;
        assert!((sum - 0.5).abs() < 1e-12, "{sum}");
        let second = &json["values"][1];
        assert_eq!([&second["id"], &second["label"]], ["r2", "b"]);
        assert_eq!([&second["line"], &second["score_bps"]], [3, 0]);
        let value = second["value"].as_f64().context("a number")?;
        assert!((value + 1.0 / 6.0).abs() < 1e-15, "{value}");
        Ok(())
    }

    #[test]
    fn csv_has_the_same_numbers_to_the_last_bit() -> anyhow::Result<()> {
        let report = run_on(RECORDS, VALIDATION)?;
        let csv = report.csv();
        let lines: Vec<&str> = csv.lines().collect();
        assert_eq!(lines[0], "id,line,label,value,score_bps");
        assert!(lines[3].starts_with("\"r,3\",4,a,"), "{csv}");
        for (line, row) in lines[1..].iter().zip(&report.values) {
            let value: f64 = line.rsplit(',').nth(1).context("a field")?.parse()?;
            assert_eq!(value.to_bits(), row.value.to_bits());
        }
        Ok(())
    }

    #[test]
    fn people_read_a_short_table() -> anyhow::Result<()> {
        let shown = run_on(RECORDS, VALIDATION)?.to_string();
        for line in [
            "Utility        0.500000",
            "Harmful        1 of 3",
            "Most valuable",
        ] {
            assert!(shown.contains(line), "{line}\n{shown}");
        }
        Ok(())
    }

    #[test]
    fn a_refusal_names_the_file() {
        let refused = run_on("x,y\nred,a\n", VALIDATION).map(|report| report.to_string());
        let refused = format!("{:#}", refused.expect_err("a refusal"));
        assert!(
            refused.starts_with("--records ") && refused.contains("r.csv: line 2, column \"x\""),
            "{refused}"
        );
    }
}
