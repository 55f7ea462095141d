//! Rows of numbers with a label each.

use std::{cmp::Ordering, collections::HashSet, fmt};

/// What a record is called; ties in distance go to the smaller one. Whole numbers come first, by
/// size; other texts follow, byte by byte.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Id(String);

impl Id {
    fn number(&self) -> Option<u64> {
        let plain = self.0 == "0" || !self.0.starts_with(['0', '+']);
        self.0.parse().ok().filter(|_| plain)
    }
}

impl From<&str> for Id {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl Ord for Id {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.number(), other.number()) {
            (Some(a), Some(b)) => a.cmp(&b),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => self.0.cmp(&other.0),
        }
    }
}

impl PartialOrd for Id {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Id {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Why rows make no table.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// Columns of equal names.
    #[error("the column {0:?} is there twice: rename one")]
    RepeatedColumn(String),
    /// Only label and id.
    #[error(
        "it has no column of numbers beside label and id: there is nothing to measure distances by"
    )]
    NoFeature,
    /// A field that is no finite number.
    #[error(
        "line {line}, column {column:?}: {found:?} is not a finite number; values are measured by numbers, take other columns out"
    )]
    NotANumber {
        /// The line, from 1.
        line: u64,
        /// The column.
        column: String,
        /// What stands there.
        found: String,
    },
    /// No label.
    #[error("line {line} has no label: fill the column {column:?} in, or take the line out")]
    NoLabel {
        /// The line, from 1.
        line: u64,
        /// The column.
        column: String,
    },
    /// No id where the others have one.
    #[error("line {line} has no id: fill the column {column:?} in, or take the line out")]
    NoId {
        /// The line, from 1.
        line: u64,
        /// The column.
        column: String,
    },
    /// An id twice.
    #[error("line {line} has the id {id:?} of an earlier line: ids are there once")]
    RepeatedId {
        /// The second line, from 1.
        line: u64,
        /// The id.
        id: String,
    },
    /// No rows.
    #[error("it has no rows: add some below the first line")]
    Empty,
}

/// Rows of numbers with a label each, in the order of their file.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Names of the columns of numbers.
    pub(super) features: Vec<String>,
    pub(super) ids: Vec<Id>,
    pub(super) labels: Vec<String>,
    pub(super) lines: Vec<u64>,
    /// By column, then by row.
    pub(super) columns: Vec<Vec<f64>>,
    seen: HashSet<Id>,
}

impl Table {
    /// A table without rows.
    ///
    /// # Errors
    /// [`TableError::RepeatedColumn`], [`TableError::NoFeature`].
    pub fn new(features: Vec<String>) -> Result<Self, TableError> {
        let mut names = HashSet::new();
        for name in &features {
            if !names.insert(name) {
                return Err(TableError::RepeatedColumn(name.clone()));
            }
        }
        if features.is_empty() {
            return Err(TableError::NoFeature);
        }
        Ok(Self {
            columns: vec![Vec::new(); features.len()],
            features,
            ids: Vec::new(),
            labels: Vec::new(),
            lines: Vec::new(),
            seen: HashSet::new(),
        })
    }

    /// Adds a row: its line, its id, its label and a number for each column.
    ///
    /// # Errors
    /// [`TableError::RepeatedId`], [`TableError::NotANumber`] when a number is not finite or missing.
    pub fn add(
        &mut self,
        line: u64,
        id: Id,
        label: &str,
        numbers: &[f64],
    ) -> Result<(), TableError> {
        for (place, column) in self.features.iter().enumerate() {
            let number = numbers.get(place).copied();
            if !number.is_some_and(f64::is_finite) {
                return Err(TableError::NotANumber {
                    line,
                    column: column.clone(),
                    found: number.map_or_else(String::new, |number| number.to_string()),
                });
            }
        }
        if !self.seen.insert(id.clone()) {
            return Err(TableError::RepeatedId {
                line,
                id: id.to_string(),
            });
        }
        for (column, number) in self.columns.iter_mut().zip(numbers) {
            column.push(*number);
        }
        self.ids.push(id);
        self.labels.push(label.to_owned());
        self.lines.push(line);
        Ok(())
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Names of the columns of numbers.
    pub fn features(&self) -> &[String] {
        &self.features
    }

    /// Each row's line, id and label.
    pub fn rows(&self) -> impl Iterator<Item = (u64, &Id, &str)> {
        let names = self.ids.iter().zip(&self.labels);
        let rows = self.lines.iter().zip(names);
        rows.map(|(line, (id, label))| (*line, id, label.as_str()))
    }
}
