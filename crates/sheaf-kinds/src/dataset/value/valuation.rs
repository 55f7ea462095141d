//! What the records of a table are worth to a validation table.

use super::{
    score::score_bps,
    shapley::{Points, shapley_values},
    table::Table,
};
use std::{collections::HashMap, num::NonZeroU32};

/// Most distances that are measured: records times validation points.
const MAX_DISTANCES: u64 = 1 << 36;

/// How columns are scaled before distances are measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scale {
    /// Not at all.
    #[default]
    None,
    /// To mean 0 and deviation 1 of the *validation* set, so that no contributor changes the scale.
    /// A column that is equal in the whole validation set is only shifted.
    Validation,
}

/// Why records have no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    /// The records lack a column that the validation set has.
    #[error("the records have no column {0:?}, which the validation set has: distances need both")]
    MissingFeature(String),
    /// Hours of work.
    #[error(
        "{records} records and {validation} validation points are {MAX_DISTANCES} distances or more: use a part of the validation set"
    )]
    TooLarge {
        /// Rows of the records.
        records: usize,
        /// Rows of the validation set.
        validation: usize,
    },
}

/// What records are worth.
#[derive(Clone, Debug, PartialEq)]
pub struct Valuation {
    /// The value of each record, in the order of the table.
    pub values: Vec<f64>,
    /// The score of each in bps ([`score_bps`]).
    pub scores: Vec<u16>,
    /// The utility of all records together; the values add up to it.
    pub utility: f64,
}

impl Valuation {
    /// The values' sum, in the order of the table.
    pub fn sum(&self) -> f64 {
        self.values.iter().sum()
    }
}

/// The value of each record for classifying the validation set by the `k` nearest records. Distances
/// are Euclidean over the columns of the validation set; of records at the same distance the one with
/// the smaller id is nearer. Columns that only the records have are not looked at.
///
/// # Errors
/// [`ValueError`].
pub fn value(
    records: &Table,
    validation: &Table,
    k: NonZeroU32,
    scale: Scale,
    threads: usize,
) -> Result<Valuation, ValueError> {
    let distances = (records.len() as u64).saturating_mul(validation.len() as u64);
    if distances >= MAX_DISTANCES || u32::try_from(records.len()).is_err() {
        return Err(ValueError::TooLarge {
            records: records.len(),
            validation: validation.len(),
        });
    }
    let mut order: Vec<usize> = (0..records.len()).collect();
    order.sort_by(|a, b| records.ids[*a].cmp(&records.ids[*b]));

    let (mut of_records, mut of_validation) = (Vec::new(), Vec::new());
    for (feature, column) in validation.features.iter().zip(&validation.columns) {
        let at = records.features.iter().position(|name| name == feature);
        let at = at.ok_or_else(|| ValueError::MissingFeature(feature.clone()))?;
        let scaled = Scaled::new(scale, column);
        let mine = &records.columns[at];
        of_records.push(order.iter().map(|row| scaled.of(mine[*row])).collect());
        of_validation.push(column.iter().map(|number| scaled.of(*number)).collect());
    }

    let mut names = HashMap::new();
    let mut number = |label| {
        let next = names.len() as u32;
        *names.entry(label).or_insert(next)
    };
    let labels = order.iter().map(|row| number(&records.labels[*row]));
    let labels: Vec<u32> = labels.collect();
    let truths: Vec<u32> = validation.labels.iter().map(number).collect();
    let points = Points {
        labels,
        columns: of_records,
    };
    let truths = Points {
        labels: truths,
        columns: of_validation,
    };
    let found = shapley_values(&points, &truths, k, threads);
    let mut values = vec![0.0; records.len()];
    for (row, value) in order.into_iter().zip(found.values) {
        values[row] = value;
    }
    let score = |value: &f64| score_bps(*value, 1, records.len(), k.get());
    Ok(Valuation {
        scores: values.iter().map(score).collect(),
        values,
        utility: found.utility,
    })
}

/// `(number - shift) / unit`.
struct Scaled {
    shift: f64,
    unit: f64,
}

impl Scaled {
    fn new(scale: Scale, column: &[f64]) -> Self {
        let count = column.len().max(1) as f64;
        match scale {
            Scale::None => Self {
                shift: 0.0,
                unit: 1.0,
            },
            Scale::Validation => {
                let mean = column.iter().sum::<f64>() / count;
                let squares = column
                    .iter()
                    .map(|number| (number - mean) * (number - mean));
                // The square root is exactly rounded on every machine.
                let deviation = (squares.sum::<f64>() / count).sqrt();
                Self {
                    shift: mean,
                    unit: if deviation > 0.0 { deviation } else { 1.0 },
                }
            }
        }
    }

    fn of(&self, number: f64) -> f64 {
        (number - self.shift) / self.unit
    }
}
