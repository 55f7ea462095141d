//! Many rows for one statement: a table named `given`, made of values.
//!
//! PostgreSQL takes each column as one array, however many rows there are. SQLite takes rows in
//! groups whose sizes are powers of two, so that a few prepared statements serve every number.

use super::database::plain;
use crate::store::Result;
use sqlx::{Arguments as _, postgres::PgArguments, sqlite::SqliteArguments};
use std::fmt::Write as _;

/// Most rows of a group for SQLite.
const GROUP: usize = 128;

#[derive(Clone, Debug)]
enum Column {
    Integers(Vec<i64>),
    Bytes(Vec<Vec<u8>>),
    Texts(Vec<String>),
}

impl Column {
    fn len(&self) -> usize {
        match self {
            Self::Integers(values) => values.len(),
            Self::Bytes(values) => values.len(),
            Self::Texts(values) => values.len(),
        }
    }

    const fn array_type(&self) -> &'static str {
        match self {
            Self::Integers(_) => "BIGINT[]",
            Self::Bytes(_) => "BYTEA[]",
            Self::Texts(_) => "TEXT[]",
        }
    }
}

/// Rows, column by column. All columns are of one length.
#[derive(Clone, Debug, Default)]
pub struct Given {
    names: Vec<&'static str>,
    columns: Vec<Column>,
}

impl Given {
    /// A column of integers.
    #[must_use]
    pub fn integers(self, name: &'static str, values: impl IntoIterator<Item = i64>) -> Self {
        self.with(name, Column::Integers(values.into_iter().collect()))
    }

    /// A column of bytes.
    #[must_use]
    pub fn bytes(self, name: &'static str, values: impl IntoIterator<Item = Vec<u8>>) -> Self {
        self.with(name, Column::Bytes(values.into_iter().collect()))
    }

    /// A column of texts.
    #[must_use]
    pub fn texts<'a>(self, name: &'static str, values: impl IntoIterator<Item = &'a str>) -> Self {
        let values = values.into_iter().map(plain).collect();
        self.with(name, Column::Texts(values))
    }

    fn with(mut self, name: &'static str, column: Column) -> Self {
        debug_assert!(self.columns.iter().all(|other| other.len() == column.len()));
        self.names.push(name);
        self.columns.push(column);
        self
    }

    fn rows(&self) -> usize {
        self.columns.first().map_or(0, Column::len)
    }

    /// The statement for each group of rows. `others` are the statement's own values, `count` of them.
    pub(super) fn for_sqlite(
        &self,
        statement: &str,
        others: &SqliteArguments,
        count: usize,
    ) -> Result<Vec<(String, SqliteArguments)>> {
        let mut statements = Vec::new();
        let mut first = 0;
        while first < self.rows() {
            let left = (self.rows() - first).min(GROUP);
            // The highest power of two that is left.
            let size = 1 << left.ilog2();
            let mut arguments = others.clone();
            for row in first..first + size {
                self.add_row(row, &mut arguments)?;
            }
            statements.push((self.values_before(statement, size, count), arguments));
            first += size;
        }
        Ok(statements)
    }

    fn add_row(&self, row: usize, arguments: &mut SqliteArguments) -> Result<()> {
        for column in &self.columns {
            let added = match column {
                Column::Integers(values) => arguments.add(values[row]),
                Column::Bytes(values) => arguments.add(values[row].clone()),
                Column::Texts(values) => arguments.add(values[row].clone()),
            };
            added.map_err(sqlx::Error::Encode)?;
        }
        Ok(())
    }

    fn values_before(&self, statement: &str, rows: usize, count: usize) -> String {
        let mut text = format!("WITH given ({}) AS (VALUES ", self.names.join(", "));
        let mut number = count;
        for row in 0..rows {
            text.push_str(if row == 0 { "(" } else { ", (" });
            for column in 0..self.columns.len() {
                number += 1;
                let comma = if column == 0 { "" } else { ", " };
                // Writing to a string does not fail.
                let _ = write!(text, "{comma}${number}");
            }
            text.push(')');
        }
        text.push_str(") ");
        text.push_str(statement);
        text
    }

    /// The statement for all rows. `arguments` are the statement's own values, `count` of them.
    pub(super) fn for_postgres(
        self,
        statement: &str,
        mut arguments: PgArguments,
        count: usize,
    ) -> Result<(String, PgArguments)> {
        let arrays: Vec<String> = self
            .columns
            .iter()
            .zip(count + 1..)
            .map(|(column, number)| format!("${number}::{}", column.array_type()))
            .collect();
        let text = format!(
            "WITH given ({}) AS (SELECT * FROM UNNEST({})) {statement}",
            self.names.join(", "),
            arrays.join(", ")
        );
        for column in self.columns {
            let added = match column {
                Column::Integers(values) => arguments.add(values),
                Column::Bytes(values) => arguments.add(values),
                Column::Texts(values) => arguments.add(values),
            };
            added.map_err(sqlx::Error::Encode)?;
        }
        Ok((text, arguments))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_number_of_rows_takes_a_few_shapes_of_statements() {
        let rows = Given::default()
            .integers("number", 0..301)
            .texts("name", std::iter::repeat_n("n", 301));
        let statements = rows
            .for_sqlite("SELECT 1", &SqliteArguments::default(), 1)
            .expect("made");
        let sizes: Vec<usize> = statements
            .iter()
            .map(|(_, arguments)| arguments.len() / 2)
            .collect();
        assert_eq!(sizes, [128, 128, 32, 8, 4, 1]);
        assert_eq!(
            statements[5].0,
            "WITH given (number, name) AS (VALUES ($2, $3)) SELECT 1"
        );
    }

    #[test]
    fn postgresql_takes_a_column_as_one_array() {
        let rows = Given::default()
            .integers("number", [1, 2])
            .bytes("id", [vec![1], vec![2]]);
        let (text, arguments) = rows
            .for_postgres("SELECT 1", PgArguments::default(), 0)
            .expect("made");
        assert_eq!(
            text,
            "WITH given (number, id) AS (SELECT * FROM UNNEST($1::BIGINT[], $2::BYTEA[])) SELECT 1"
        );
        assert_eq!(arguments.len(), 2);
    }
}
