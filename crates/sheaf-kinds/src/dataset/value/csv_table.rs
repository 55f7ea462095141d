//! Tables from CSV: the first line names the columns; all but label and id are numbers.

use super::table::{Id, Table, TableError};
use crate::lines::{CsvProblem, Lines};
use csv::{ReaderBuilder, StringRecord, Trim};

/// Name of the column with the ids, where none is named.
const ID: &str = "id";

/// A CSV file that is no table: what, why, what next. The file itself is not named.
#[derive(Debug, thiserror::Error)]
pub enum CsvError {
    /// Not even a first line.
    #[error("it is empty: its first line names the columns")]
    Empty,
    /// A column is missing.
    #[error("its first line names no column {column:?}, only {found}")]
    MissingColumn {
        /// The column.
        column: String,
        /// The columns it has.
        found: String,
    },
    /// Not CSV.
    #[error(transparent)]
    Csv(#[from] CsvProblem),
    /// Not a table.
    #[error(transparent)]
    Table(#[from] TableError),
}

/// Reads a table. Ids stand in the column `id`, else in one called "id", else rows are numbered from 1.
///
/// # Errors
/// What is wrong, and in which line.
pub fn read_table(text: &[u8], label: &str, id: Option<&str>) -> Result<Table, CsvError> {
    let mut reader = ReaderBuilder::new().trim(Trim::All).from_reader(text);
    let mut lines = Lines::new(text);
    let header = reader.headers().map_err(|error| lines.problem(error))?;
    let header: Vec<String> = header.iter().map(str::to_owned).collect();
    if header.iter().all(String::is_empty) {
        return Err(CsvError::Empty);
    }
    let find = |name: &str| header.iter().position(|column| column == name);
    let missing = |column: &str| CsvError::MissingColumn {
        column: column.to_owned(),
        found: header.join(","),
    };
    let label_at = find(label).ok_or_else(|| missing(label))?;
    let id_at = match id {
        Some(id) => Some(find(id).ok_or_else(|| missing(id))?),
        None => find(ID).filter(|at| *at != label_at),
    };
    let features: Vec<(usize, String)> = header
        .iter()
        .cloned()
        .enumerate()
        .filter(|(at, _)| *at != label_at && Some(*at) != id_at)
        .collect();
    if let Some((_, twice)) = features.iter().find(|(_, name)| name == label) {
        return Err(TableError::RepeatedColumn(twice.clone()).into());
    }
    let mut table = Table::new(features.iter().map(|(_, name)| name.clone()).collect())?;
    let mut record = StringRecord::new();
    let mut numbers = Vec::with_capacity(features.len());
    while reader
        .read_record(&mut record)
        .map_err(|error| lines.problem(error))?
    {
        let line = lines.of(record.position());
        let field = |at: usize| record.get(at).unwrap_or("");
        numbers.clear();
        for (at, column) in &features {
            let text = field(*at);
            let number = text.parse().ok().filter(|number: &f64| number.is_finite());
            numbers.push(number.ok_or_else(|| TableError::NotANumber {
                line,
                column: column.clone(),
                found: text.to_owned(),
            })?);
        }
        if field(label_at).is_empty() {
            let column = label.to_owned();
            return Err(TableError::NoLabel { line, column }.into());
        }
        let id = match id_at.map(field) {
            Some("") => {
                let column = id.unwrap_or(ID).to_owned();
                return Err(TableError::NoId { line, column }.into());
            }
            Some(id) => Id::from(id),
            None => Id::from((table.len() + 1).to_string().as_str()),
        };
        table.add(line, id, field(label_at), &numbers)?;
    }
    if table.is_empty() {
        return Err(TableError::Empty.into());
    }
    Ok(table)
}
