//! What records are worth: their measured effect on a classifier that the requester's validation set
//! examines.
//!
//! - [`read_table`]: points from CSV; [`Table`]: the same from anything that has fields;
//! - [`value`]: KNN-Shapley values of a table's records (`shapley` does the arithmetic);
//! - [`score_bps`]: what a value is worth in bps.
//!
//! Pure: equal tables give equal values to the last bit.

mod csv_table;
mod score;
mod shapley;
mod table;
mod valuation;

pub use csv_table::{CsvError, read_table};
pub use score::score_bps;
pub use table::{Id, Table, TableError};
pub use valuation::{Scale, Valuation, ValueError, value};

#[cfg(test)]
mod tests;
