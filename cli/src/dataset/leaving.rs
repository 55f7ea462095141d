//! What leaves the device: every record, and what was dropped.

use crate::output::{fields, legible};
use serde::Serialize;
use serde_json::{Map, Value};
use sheaf_kinds::dataset::import::{Import, Series};
use sheaf_protocol::HexHash;
use std::{
    collections::BTreeMap,
    fmt::{self, Display},
};

/// What would leave, or has been written to be handed in.
#[derive(Debug, Serialize)]
pub struct Leaving {
    platform: String,
    /// Hash of the consent under which it may.
    pub consent: Option<HexHash>,
    records: usize,
    classes: BTreeMap<String, usize>,
    dropped: BTreeMap<String, usize>,
    redacted_places: usize,
    files: Vec<String>,
    series: Option<Sampling>,
    /// Where it was written; nothing was when absent.
    pub out: Option<String>,
    /// Every record, byte for byte as it is written.
    pub leaving: Vec<Map<String, Value>>,
    #[serde(skip)]
    phrases: Vec<(usize, &'static str)>,
}

/// How a series was sampled.
#[derive(Debug, Serialize)]
struct Sampling {
    columns: Vec<(String, String)>,
    interval_seconds: u64,
    gaps: usize,
    incomplete: usize,
    constant: Vec<String>,
}

impl Leaving {
    /// Of an archive.
    pub fn of_import(import: Import) -> Self {
        let mut classes: BTreeMap<String, usize> = BTreeMap::new();
        for record in &import.records {
            *classes.entry(record.class.to_string()).or_default() += 1;
        }
        let word = |dropped| match serde_json::to_value(dropped) {
            Ok(Value::String(word)) => word,
            _ => String::new(),
        };
        let dropped = import.dropped.iter();
        Self {
            platform: import.platform.to_string(),
            consent: None,
            records: import.records.len(),
            classes,
            dropped: dropped.map(|(why, count)| (word(why), *count)).collect(),
            redacted_places: import.redacted_places,
            series: None,
            out: None,
            phrases: import
                .dropped
                .iter()
                .map(|(why, count)| (*count, why.phrase()))
                .collect(),
            leaving: import
                .records
                .iter()
                .map(|record| record.fields())
                .collect(),
            files: import.files,
        }
    }

    /// Of a sensor.
    pub fn of_series(series: Series) -> Self {
        Self {
            platform: "sensor".to_owned(),
            consent: None,
            records: series.records.len(),
            classes: BTreeMap::from([("sensor".to_owned(), series.records.len())]),
            dropped: BTreeMap::new(),
            redacted_places: 0,
            files: Vec::new(),
            series: Some(Sampling {
                columns: series.columns,
                interval_seconds: series.interval_seconds,
                gaps: series.gaps,
                incomplete: series.incomplete,
                constant: series.constant,
            }),
            out: None,
            phrases: Vec::new(),
            leaving: series.records,
        }
    }
}

impl Display for Leaving {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let classes: Vec<String> = self
            .classes
            .iter()
            .map(|(class, count)| format!("{count} {class}"))
            .collect();
        let classes = classes.join(", ");
        let consent = self
            .consent
            .map_or("none".to_owned(), |hash| hash.to_string());
        let out = self.out.as_deref().unwrap_or("nothing is written");
        let series = self.series.as_ref().map(|series| {
            let constant = match series.constant.as_slice() {
                [] => String::new(),
                stuck => format!("; never changing: {}", stuck.join(", ")),
            };
            format!(
                "every {} s, {} gaps, {} samples incomplete{constant}",
                series.interval_seconds, series.gaps, series.incomplete
            )
        });
        let mut lines: Vec<(&str, &dyn Display)> = vec![
            ("From", &self.platform),
            ("Consent", &consent),
            ("Leaving", &classes),
            ("Replaced", &self.redacted_places),
            ("Written to", &out),
        ];
        if let Some(series) = &series {
            lines.push(("Sampled", series));
        }
        fields(formatter, &lines)?;
        if !self.phrases.is_empty() {
            writeln!(formatter, "\nDropped")?;
            for (count, phrase) in &self.phrases {
                writeln!(formatter, "{count:>8}  {phrase}")?;
            }
        }
        // Once written, the file says it.
        if self.out.is_some() || self.leaving.is_empty() {
            return Ok(());
        }
        writeln!(formatter, "\nThis would leave the device")?;
        for record in &self.leaving {
            let field = |name: &str| record.get(name).map_or(String::new(), plain);
            let said: Vec<String> = ["text", "item", "values"]
                .iter()
                .map(|name| field(name))
                .filter(|text| !text.is_empty())
                .collect();
            let (time, class) = (field("time"), legible(&field("class")));
            writeln!(formatter, "{time:20}  {class:13}  {}", said.join(" "))?;
        }
        Ok(())
    }
}

/// A value as one line that moves no cursor.
fn plain(value: &Value) -> String {
    let text = value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned);
    let shown = text.chars().map(|character| match character {
        '\n' => '⏎',
        character if character.is_control() => '\u{fffd}',
        character => character,
    });
    shown.collect()
}
