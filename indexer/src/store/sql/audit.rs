//! What an audit asks for.

use super::{
    SqlStore,
    database::query,
    value::{integer, number, small},
};
use crate::store::{
    AuditStore, Result,
    events::{EventRow, Position},
};
use async_trait::async_trait;
use sheaf_format::Key;

#[async_trait]
impl AuditStore for SqlStore {
    async fn events_after(&self, series: &Key, after: u64, count: u32) -> Result<Vec<EventRow>> {
        let rows = query(
            "SELECT sequence, name, data, instruction, inner_index FROM events
             WHERE series = $1 AND sequence > $2 ORDER BY sequence LIMIT $3",
        )
        .bind(&series[..])
        .bind(integer(after)?)
        .bind(i64::from(count))
        .fetch_all(&self.readers)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(EventRow {
                    series: *series,
                    sequence: number(row.try_get(0)?)?,
                    name: row.try_get(1)?,
                    data: row.try_get(2)?,
                    position: Position {
                        instruction: small(row.try_get(3)?)?,
                        inner: small(row.try_get(4)?)?,
                    },
                })
            })
            .collect()
    }

    async fn acted(&self, series: &Key) -> Result<u64> {
        let row = query("SELECT frontier FROM series WHERE series = $1")
            .bind(&series[..])
            .fetch_optional(&self.readers)
            .await?;
        row.map_or(Ok(0), |row| number(row.try_get(0)?))
    }

    async fn unread(&self) -> Result<u64> {
        let row = query("SELECT COUNT(*) FROM dead_letters")
            .fetch_one(&self.readers)
            .await?;
        number(row.try_get(0)?)
    }
}
