//! SQLite and PostgreSQL behind one face: connections, transactions and what they are asked.
//!
//! Statements are written once, in the SQL that both understand, with `$1` for the first value.

use super::given::Given;
use crate::store::{Result, StoreError};
use futures_util::TryStreamExt as _;
use sqlx::{
    Arguments as _, AssertSqlSafe, Column, ColumnIndex, Decode, PgConnection, PgPool, Postgres,
    Row as _, Sqlite, SqliteConnection, SqlitePool, Transaction, Type, TypeInfo as _, ValueRef,
    pool::PoolConnection,
    postgres::{PgArguments, PgRow},
    sqlite::{SqliteArguments, SqliteRow},
};
use std::borrow::Cow;

/// Connections to a database. Cheap to clone.
#[derive(Clone, Debug)]
pub enum Pool {
    /// To an SQLite file.
    Sqlite(SqlitePool),
    /// To a PostgreSQL server.
    Postgres(PgPool),
}

impl Pool {
    /// A transaction that sees one state of the database, whatever is written meanwhile.
    pub async fn snapshot(&self) -> Result<Turn> {
        Ok(match self {
            Self::Sqlite(pool) => Turn::Sqlite(pool.begin().await?),
            Self::Postgres(pool) => {
                let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY";
                Turn::Postgres(pool.begin_with(begin).await?)
            }
        })
    }

    /// Closes every connection after what is under way.
    pub async fn close(&self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// A transaction. Dropping it undoes what it did.
#[derive(Debug)]
pub enum Turn {
    /// Of an SQLite file.
    Sqlite(Transaction<'static, Sqlite>),
    /// Of a PostgreSQL server.
    Postgres(Transaction<'static, Postgres>),
}

impl Turn {
    /// Makes all of it true; it is on disk when this returns.
    pub async fn commit(self) -> Result<()> {
        match self {
            Self::Sqlite(turn) => turn.commit().await?,
            Self::Postgres(turn) => turn.commit().await?,
        }
        Ok(())
    }

    /// Undoes what it did.
    pub async fn rollback(self) -> Result<()> {
        match self {
            Self::Sqlite(turn) => turn.rollback().await?,
            Self::Postgres(turn) => turn.rollback().await?,
        }
        Ok(())
    }
}

/// Where a statement runs.
#[derive(Debug)]
pub enum On<'a> {
    /// On any connection, by itself.
    Pool(&'a Pool),
    /// In a transaction.
    Turn(&'a mut Turn),
}

impl<'a> From<&'a Pool> for On<'a> {
    fn from(pool: &'a Pool) -> Self {
        Self::Pool(pool)
    }
}

impl<'a> From<&'a mut Turn> for On<'a> {
    fn from(turn: &'a mut Turn) -> Self {
        Self::Turn(turn)
    }
}

/// A connection for one statement.
enum Held<'a> {
    SqlitePooled(PoolConnection<Sqlite>),
    Sqlite(&'a mut SqliteConnection),
    PostgresPooled(PoolConnection<Postgres>),
    Postgres(&'a mut PgConnection),
}

impl<'a> On<'a> {
    async fn hold(self) -> Result<Held<'a>> {
        Ok(match self {
            Self::Pool(Pool::Sqlite(pool)) => Held::SqlitePooled(pool.acquire().await?),
            Self::Pool(Pool::Postgres(pool)) => Held::PostgresPooled(pool.acquire().await?),
            Self::Turn(Turn::Sqlite(turn)) => Held::Sqlite(turn),
            Self::Turn(Turn::Postgres(turn)) => Held::Postgres(turn),
        })
    }
}

/// A value of a statement.
#[derive(Clone, Debug)]
pub enum Value {
    /// An integer, or nothing.
    Integer(Option<i64>),
    /// Yes or no.
    Flag(bool),
    /// Bytes.
    Bytes(Vec<u8>),
    /// Text.
    Text(String),
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Integer(Some(value))
    }
}

impl From<Option<i64>> for Value {
    fn from(value: Option<i64>) -> Self {
        Self::Integer(value)
    }
}

impl From<u32> for Value {
    fn from(value: u32) -> Self {
        Self::Integer(Some(value.into()))
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Flag(value)
    }
}

impl From<&[u8]> for Value {
    fn from(value: &[u8]) -> Self {
        Self::Bytes(value.to_vec())
    }
}

impl From<Vec<u8>> for Value {
    fn from(value: Vec<u8>) -> Self {
        Self::Bytes(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(plain(value))
    }
}

/// Text as both databases take it: PostgreSQL has no text with zero bytes.
pub fn plain(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// A statement with its values.
#[derive(Clone, Debug)]
pub struct Query {
    text: Cow<'static, str>,
    values: Vec<Value>,
    given: Option<Given>,
}

/// A statement; its values follow with [`Query::bind`].
pub const fn query(text: &'static str) -> Query {
    Query {
        text: Cow::Borrowed(text),
        values: Vec::new(),
        given: None,
    }
}

impl Query {
    /// The next value.
    #[must_use]
    pub fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// More text of the statement.
    pub fn push(&mut self, text: &'static str) -> &mut Self {
        self.text.to_mut().push_str(text);
        self
    }

    /// The next value, where the statement's text ends so far.
    pub fn push_bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.values.push(value.into());
        let number = format!("${}", self.values.len());
        self.text.to_mut().push_str(&number);
        self
    }

    /// Rows that the statement finds in a table named `given`.
    #[must_use]
    pub fn given(mut self, rows: Given) -> Self {
        self.given = Some(rows);
        self
    }

    /// Runs it and gives every row.
    pub async fn fetch_all(self, on: impl Into<On<'_>>) -> Result<Vec<Row>> {
        let mut rows = Vec::new();
        let keep = |row| {
            rows.push(row);
            Ok(())
        };
        self.for_each(on, keep).await?;
        Ok(rows)
    }

    /// Runs it and hands over row after row, as they come.
    pub async fn for_each(
        self,
        on: impl Into<On<'_>>,
        take: impl FnMut(Row) -> Result<()> + Send,
    ) -> Result<()> {
        match on.into().hold().await? {
            Held::SqlitePooled(mut held) => self.sqlite_rows(&mut held, take).await,
            Held::Sqlite(held) => self.sqlite_rows(held, take).await,
            Held::PostgresPooled(mut held) => self.postgres_rows(&mut held, take).await,
            Held::Postgres(held) => self.postgres_rows(held, take).await,
        }
    }

    /// Runs it and gives its row, if there is one.
    pub async fn fetch_optional(self, on: impl Into<On<'_>>) -> Result<Option<Row>> {
        Ok(self.fetch_all(on).await?.into_iter().next())
    }

    /// Runs it and gives its row.
    pub async fn fetch_one(self, on: impl Into<On<'_>>) -> Result<Row> {
        let row = self.fetch_optional(on).await?;
        Ok(row.ok_or(sqlx::Error::RowNotFound)?)
    }

    /// Runs it and says how many rows it changed.
    pub async fn execute(self, on: impl Into<On<'_>>) -> Result<u64> {
        match on.into().hold().await? {
            Held::SqlitePooled(mut held) => self.sqlite_changes(&mut held).await,
            Held::Sqlite(held) => self.sqlite_changes(held).await,
            Held::PostgresPooled(mut held) => self.postgres_changes(&mut held).await,
            Held::Postgres(held) => self.postgres_changes(held).await,
        }
    }

    async fn sqlite_rows(
        self,
        held: &mut SqliteConnection,
        mut take: impl FnMut(Row) -> Result<()> + Send,
    ) -> Result<()> {
        for (text, arguments) in self.for_sqlite()? {
            let statement = sqlx::query_with(AssertSqlSafe(text), arguments);
            let mut rows = statement.fetch(&mut *held);
            while let Some(row) = rows.try_next().await? {
                take(Row::Sqlite(row))?;
            }
        }
        Ok(())
    }

    async fn postgres_rows(
        self,
        held: &mut PgConnection,
        mut take: impl FnMut(Row) -> Result<()> + Send,
    ) -> Result<()> {
        let (text, arguments) = self.for_postgres()?;
        let statement = sqlx::query_with(AssertSqlSafe(text), arguments);
        let mut rows = statement.fetch(held);
        while let Some(row) = rows.try_next().await? {
            take(Row::Postgres(row))?;
        }
        Ok(())
    }

    async fn sqlite_changes(self, held: &mut SqliteConnection) -> Result<u64> {
        let mut changes = 0;
        for (text, arguments) in self.for_sqlite()? {
            let statement = sqlx::query_with(AssertSqlSafe(text), arguments);
            changes += statement.execute(&mut *held).await?.rows_affected();
        }
        Ok(changes)
    }

    async fn postgres_changes(self, held: &mut PgConnection) -> Result<u64> {
        let (text, arguments) = self.for_postgres()?;
        let statement = sqlx::query_with(AssertSqlSafe(text), arguments);
        Ok(statement.execute(held).await?.rows_affected())
    }

    /// One statement, or one for each group of the given rows.
    fn for_sqlite(self) -> Result<Vec<(String, SqliteArguments)>> {
        let mut arguments = SqliteArguments::default();
        for value in &self.values {
            let added = match value {
                Value::Integer(value) => arguments.add(*value),
                Value::Flag(value) => arguments.add(*value),
                Value::Bytes(value) => arguments.add(value.clone()),
                Value::Text(value) => arguments.add(value.clone()),
            };
            added.map_err(sqlx::Error::Encode)?;
        }
        match self.given {
            None => Ok(vec![(self.text.into_owned(), arguments)]),
            Some(given) => given.for_sqlite(&self.text, &arguments, self.values.len()),
        }
    }

    fn for_postgres(self) -> Result<(String, PgArguments)> {
        let mut arguments = PgArguments::default();
        let count = self.values.len();
        for value in self.values {
            let added = match value {
                Value::Integer(value) => arguments.add(value),
                Value::Flag(value) => arguments.add(value),
                Value::Bytes(value) => arguments.add(value),
                Value::Text(value) => arguments.add(value),
            };
            added.map_err(sqlx::Error::Encode)?;
        }
        match self.given {
            None => Ok((self.text.into_owned(), arguments)),
            Some(given) => given.for_postgres(&self.text, arguments, count),
        }
    }
}

/// A row of an answer.
#[derive(Debug)]
pub enum Row {
    /// From SQLite.
    Sqlite(SqliteRow),
    /// From PostgreSQL.
    Postgres(PgRow),
}

impl Row {
    /// The value of a column, counted from 0.
    pub fn try_get<'r, T>(&'r self, column: usize) -> Result<T>
    where
        T: Decode<'r, Sqlite> + Type<Sqlite> + Decode<'r, Postgres> + Type<Postgres>,
        usize: ColumnIndex<SqliteRow> + ColumnIndex<PgRow>,
    {
        Ok(match self {
            Self::Sqlite(row) => row.try_get(column)?,
            Self::Postgres(row) => row.try_get(column)?,
        })
    }

    /// The names of its columns.
    pub fn columns(&self) -> Vec<&str> {
        match self {
            Self::Sqlite(row) => row.columns().iter().map(Column::name).collect(),
            Self::Postgres(row) => row.columns().iter().map(Column::name).collect(),
        }
    }

    /// The value of a column, whatever it is. A flag is an integer, as SQLite has it.
    pub fn value(&self, column: usize) -> Result<Value> {
        let kind = match self {
            Self::Sqlite(row) => kind(&row.try_get_raw(column)?),
            Self::Postgres(row) => kind(&row.try_get_raw(column)?),
        };
        Ok(match kind.as_str() {
            "NULL" => Value::Integer(None),
            "BOOL" | "BOOLEAN" => Value::Integer(Some(i64::from(self.try_get::<bool>(column)?))),
            "INT8" | "INTEGER" => Value::Integer(Some(self.try_get(column)?)),
            "BYTEA" | "BLOB" => Value::Bytes(self.try_get(column)?),
            "TEXT" => Value::Text(self.try_get(column)?),
            other => return Err(StoreError::corrupt("a value", format!("it is {other}"))),
        })
    }
}

/// What a database calls the kind of a value.
fn kind<'r>(value: &impl ValueRef<'r>) -> String {
    if value.is_null() {
        "NULL".to_owned()
    } else {
        value.type_info().name().to_owned()
    }
}
