//! Series of sensors: CSV with a column of moments and columns of values, each with its unit.
//!
//! The first line is `timestamp` and then `name[unit]` for each value: `timestamp,temperature[C],humidity[%]`.
//! Moments are RFC 3339 or seconds since 1970, and rise from line to line. An empty field is a value that
//! was not measured.

use super::times::moment;
use crate::lines::{CsvProblem, Lines};
use csv::{ReaderBuilder, StringRecord, Trim};
use serde::Serialize;
use serde_json::{Map, Number, Value};
use sheaf_protocol::{statement::consent::DataClass, text::UnixTime};

/// Units that are known, as they are written.
pub const UNITS: [&str; 31] = [
    "1", "%", "C", "F", "K", "Pa", "hPa", "m", "km", "m/s", "km/h", "m/s2", "g", "kg", "s", "Hz",
    "bpm", "steps", "deg", "rad/s", "lx", "dB", "ppm", "ug/m3", "V", "A", "W", "Wh", "kWh", "uT",
    "kcal",
];

/// Steps longer than this many usual ones are gaps.
const GAP: u64 = 5;

/// Why a series is refused.
#[derive(Debug, thiserror::Error)]
pub enum SeriesError {
    /// The first line.
    #[error("its first line should be timestamp,name[unit],…: {0}")]
    Head(String),
    /// A unit nobody knows.
    #[error("the unit {unit:?} of column {column:?} is not known: it is one of {}", UNITS.join(", "))]
    Unit {
        /// The column.
        column: String,
        /// Its unit.
        unit: String,
    },
    /// Not CSV.
    #[error(transparent)]
    Csv(#[from] CsvProblem),
    /// No moment.
    #[error(
        "line {line}: {found:?} is no moment: write 2026-11-25T21:30:00Z, or seconds since 1970"
    )]
    Moment {
        /// The line, from 1.
        line: u64,
        /// What stands there.
        found: String,
    },
    /// Time does not rise.
    #[error("line {line} is not later than the line before it: sort the series, each moment once")]
    NotRising {
        /// The line, from 1.
        line: u64,
    },
    /// Not a number.
    #[error(
        "line {line}, column {column:?}: {found:?} is not a finite number; leave out what was not measured"
    )]
    NotANumber {
        /// The line, from 1.
        line: u64,
        /// The column.
        column: String,
        /// What stands there.
        found: String,
    },
    /// Nothing measured.
    #[error("it has fewer than two samples: a series needs an interval")]
    TooShort,
}

/// A sensor's series.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Series {
    /// Names and units of the values.
    pub columns: Vec<(String, String)>,
    /// The usual step between samples in seconds: the median.
    pub interval_seconds: u64,
    /// Steps longer than five usual ones.
    pub gaps: usize,
    /// Samples with a value missing.
    pub incomplete: usize,
    /// Columns that never change: a sensor that is stuck, or none.
    pub constant: Vec<String>,
    /// The samples as records.
    pub records: Vec<Map<String, Value>>,
}

/// Reads a series.
///
/// # Errors
/// [`SeriesError`].
pub fn read_series(text: &[u8]) -> Result<Series, SeriesError> {
    let mut reader = ReaderBuilder::new().trim(Trim::All).from_reader(text);
    let mut lines = Lines::new(text);
    let header = reader.headers().map_err(|error| lines.problem(error))?;
    let columns = columns(header)?;
    let mut times: Vec<u64> = Vec::new();
    let mut values: Vec<Vec<Option<f64>>> = vec![Vec::new(); columns.len()];
    let mut record = StringRecord::new();
    while reader
        .read_record(&mut record)
        .map_err(|error| lines.problem(error))?
    {
        let line = lines.of(record.position());
        let text = record.get(0).unwrap_or("");
        let time = text.parse().ok().or_else(|| moment(text).map(|at| at.0));
        let time: u64 = time.ok_or_else(|| SeriesError::Moment {
            line,
            found: text.to_owned(),
        })?;
        if times.last().is_some_and(|before| *before >= time) {
            return Err(SeriesError::NotRising { line });
        }
        times.push(time);
        for (place, (column, _)) in columns.iter().enumerate() {
            let text = record.get(place + 1).unwrap_or("");
            let number = text.parse().ok().filter(|number: &f64| number.is_finite());
            if number.is_none() && !text.is_empty() {
                return Err(SeriesError::NotANumber {
                    line,
                    column: column.clone(),
                    found: text.to_owned(),
                });
            }
            values[place].push(number);
        }
    }
    if times.len() < 2 {
        return Err(SeriesError::TooShort);
    }
    let mut steps: Vec<u64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    steps.sort_unstable();
    let interval_seconds = steps[steps.len() / 2];
    let constant = columns.iter().zip(&values).filter(|(_, values)| {
        let mut measured = values.iter().flatten();
        let first = measured.next();
        measured.all(|value| Some(value) == first)
    });
    let constant = constant.map(|((name, _), _)| name.clone()).collect();
    let records = sample_records(&times, &columns, &values);
    Ok(Series {
        gaps: steps
            .iter()
            .filter(|step| **step > interval_seconds.saturating_mul(GAP))
            .count(),
        incomplete: (0..times.len())
            .filter(|row| values.iter().any(|column| column[*row].is_none()))
            .count(),
        interval_seconds,
        constant,
        records,
        columns,
    })
}

fn columns(header: &StringRecord) -> Result<Vec<(String, String)>, SeriesError> {
    let mut names = header.iter();
    if names.next() != Some("timestamp") {
        return Err(SeriesError::Head("it names no timestamp first".to_owned()));
    }
    let mut columns: Vec<(String, String)> = Vec::new();
    for name in names {
        let parts = name.strip_suffix(']').and_then(|name| name.split_once('['));
        let Some((column, unit)) = parts.filter(|(column, _)| !column.is_empty()) else {
            return Err(SeriesError::Head(format!("{name:?} has no unit")));
        };
        if !UNITS.contains(&unit) {
            return Err(SeriesError::Unit {
                column: column.to_owned(),
                unit: unit.to_owned(),
            });
        }
        if columns.iter().any(|(other, _)| other == column) {
            return Err(SeriesError::Head(format!("{column:?} is there twice")));
        }
        columns.push((column.to_owned(), unit.to_owned()));
    }
    if columns.is_empty() {
        return Err(SeriesError::Head("it names no value".to_owned()));
    }
    Ok(columns)
}

fn sample_records(
    times: &[u64],
    columns: &[(String, String)],
    values: &[Vec<Option<f64>>],
) -> Vec<Map<String, Value>> {
    let sample = |(row, time): (usize, &u64)| {
        let mut measured = Map::new();
        let mut units = Map::new();
        for ((name, unit), values) in columns.iter().zip(values) {
            if let Some(number) = values[row].and_then(Number::from_f64) {
                measured.insert(name.clone(), number.into());
                units.insert(name.clone(), unit.clone().into());
            }
        }
        Map::from_iter([
            ("class".to_owned(), DataClass::Sensor.word().into()),
            ("time".to_owned(), UnixTime(*time).rfc3339().into()),
            ("units".to_owned(), units.into()),
            ("values".to_owned(), measured.into()),
        ])
    };
    times.iter().enumerate().map(sample).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_becomes_a_record_for_each_sample() -> Result<(), SeriesError> {
        let text = "timestamp,temperature[C],door[1]\n\
            2026-11-25T21:30:00Z,21.5,0\n\
            2026-11-25T23:30:10+02:00,,0\n\
            1795642220,22,0\n\
            1795642300,22.5,0\n";
        let series = read_series(text.as_bytes())?;
        assert_eq!(
            (series.interval_seconds, series.gaps, series.incomplete),
            (10, 1, 1)
        );
        assert_eq!(series.constant, ["door"]);
        let json = |row: usize| serde_json::to_value(&series.records[row]).expect("json");
        assert_eq!(
            json(0),
            serde_json::json!({
                "class": "sensor", "time": "2026-11-25T21:30:00Z",
                "values": {"temperature": 21.5, "door": 0.0}, "units": {"temperature": "C", "door": "1"},
            })
        );
        assert_eq!(json(1)["values"], serde_json::json!({"door": 0.0}));
        assert_eq!(json(3)["time"], "2026-11-25T21:31:40Z");
        Ok(())
    }

    #[test]
    fn a_series_without_units_order_or_numbers_is_refused_with_its_line() {
        for (text, said) in [
            ("", "timestamp first"),
            ("time,x[C]\n", "timestamp first"),
            ("timestamp\n", "no value"),
            ("timestamp,x\n", "\"x\" has no unit"),
            ("timestamp,[C]\n", "\"[C]\" has no unit"),
            (
                "timestamp,x[furlong]\n",
                "the unit \"furlong\" of column \"x\"",
            ),
            ("timestamp,x[C],x[K]\n", "\"x\" is there twice"),
            ("timestamp,x[C]\nnoon,1\n", "line 2: \"noon\" is no moment"),
            ("timestamp,x[C]\n2,1\n2,1\n", "line 3 is not later"),
            ("timestamp,x[C]\n3,1\n\n2,1\n", "line 4 is not later"),
            ("timestamp,x[C]\n1,warm\n", "line 2, column \"x\": \"warm\""),
            ("timestamp,x[C]\n1,inf\n", "not a finite number"),
            ("timestamp,x[C]\n1,1\n", "fewer than two samples"),
            ("timestamp,x[C]\n1\n", "line 2 has 1 fields"),
        ] {
            let refused = read_series(text.as_bytes()).map(|_| ());
            let refused = refused.expect_err(text).to_string();
            assert!(refused.contains(said), "{text:?}: {refused}");
        }
    }
}
