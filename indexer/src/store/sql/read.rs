//! Lists and counts.

use super::{
    SqlStore,
    database::{Query, Row, query},
    intake::{SUBMISSION_COLUMNS, record},
    turn::Alone,
    value::{amount, fixed, integer, json, number, to_json},
};
use crate::store::{
    ReadStore, Result, StoreError,
    intake::SubmissionRecord,
    read::{Counts, Direction, EarningRow, EventFilter, LoggedEvent, Standing, SubmissionFilter},
};
use async_trait::async_trait;
use sheaf_format::{Hash, Key};
use sheaf_protocol::api::RoundView;
use solana_sdk::signature::Signature;

/// A number to compare with: what lies beyond the database's integers is beyond every row.
fn bound(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

const fn condition(standing: Standing) -> &'static str {
    match standing {
        Standing::Waiting => " AND batched_round IS NULL",
        Standing::Batched => " AND batched_round IS NOT NULL AND quality_bps IS NULL AND NOT paid",
        Standing::Scored => {
            " AND batched_round IS NOT NULL AND quality_bps IS NOT NULL AND NOT paid"
        }
        Standing::Paid => " AND paid",
    }
}

fn logged(row: &Row) -> Result<LoggedEvent> {
    Ok(LoggedEvent {
        sequence: number(row.try_get(0)?)?,
        slot: number(row.try_get(1)?)?,
        signature: Signature::from(fixed::<64>("a signature", row.try_get(2)?)?),
        name: row.try_get(3)?,
        data: row.try_get(4)?,
    })
}

/// Adds the types to a query, each with its subject: `AND (name = … OR …)`.
fn push_filters(query: &mut Query, filters: &[EventFilter]) {
    for (place, filter) in filters.iter().enumerate() {
        query.push(if place == 0 {
            " AND ((name = "
        } else {
            " OR (name = "
        });
        query.push_bind(filter.name);
        if let Some((offset, key)) = filter.subject {
            // `substr` counts from 1.
            query.push(" AND substr(data, CAST(");
            query.push_bind(i64::from(offset) + 1);
            query.push(" AS INTEGER), 32) = ");
            query.push_bind(key.to_vec());
        }
        query.push(")");
    }
    if !filters.is_empty() {
        query.push(")");
    }
}

#[async_trait]
impl ReadStore for SqlStore {
    async fn list_submissions(
        &self,
        filter: &SubmissionFilter,
        before: Option<(u64, Hash)>,
        limit: u32,
    ) -> Result<Vec<SubmissionRecord>> {
        let mut query = query("SELECT ");
        query.push(SUBMISSION_COLUMNS);
        query.push(" FROM submissions WHERE 1 = 1");
        if let Some(contributor) = filter.contributor {
            query.push(" AND contributor = ");
            query.push_bind(contributor.to_vec());
        }
        if let Some(job) = filter.job {
            query.push(" AND job = ");
            query.push_bind(bound(job));
        }
        if let Some(round) = filter.round {
            query.push(" AND batched_round = ");
            query.push_bind(bound(round));
        }
        if let Some(standing) = filter.standing {
            query.push(condition(standing));
        }
        if let Some((slot, id)) = before {
            query.push(" AND (received_slot, id) < (");
            query.push_bind(bound(slot));
            query.push(", ");
            query.push_bind(id.to_vec());
            query.push(")");
        }
        query.push(" ORDER BY received_slot DESC, id DESC LIMIT ");
        query.push_bind(i64::from(limit));
        let rows = query.fetch_all(&self.readers).await?;
        rows.iter().map(record).collect()
    }

    async fn count_waiting(&self, most: u64) -> Result<u64> {
        let row = query(
            "SELECT COUNT(*) FROM (SELECT 1 FROM submissions
                 WHERE batched_round IS NULL LIMIT $1) AS waiting",
        )
        .bind(integer(most)?)
        .fetch_one(&self.readers)
        .await?;
        number(row.try_get(0)?)
    }

    async fn list_earnings(
        &self,
        contributor: &Key,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<EarningRow>> {
        let rows = query(
            "SELECT outcomes.round, outcome_leaves.cumulative FROM outcome_leaves
             JOIN outcomes ON outcomes.round = outcome_leaves.round
             WHERE outcome_leaves.contributor = $1 AND outcome_leaves.round < $2
               AND outcomes.final
             ORDER BY outcome_leaves.round DESC LIMIT $3",
        )
        .bind(&contributor[..])
        .bind(bound(before.unwrap_or(u64::MAX)))
        .bind(i64::from(limit))
        .fetch_all(&self.readers)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(EarningRow {
                    round: number(row.try_get(0)?)?,
                    cumulative: amount(row.try_get(1)?)?,
                })
            })
            .collect()
    }

    async fn list_events(
        &self,
        series: &Key,
        filters: &[EventFilter],
        direction: Direction,
        limit: u32,
    ) -> Result<Vec<LoggedEvent>> {
        let mut query =
            query("SELECT sequence, slot, signature, name, data FROM events WHERE series = ");
        query.push_bind(series.to_vec());
        query.push(" AND sequence <= COALESCE((SELECT frontier FROM series WHERE series = ");
        query.push_bind(series.to_vec());
        query.push("), 0)");
        push_filters(&mut query, filters);
        let order = match direction {
            Direction::After(sequence) => {
                query.push(" AND sequence > ");
                query.push_bind(bound(sequence));
                " ORDER BY sequence LIMIT "
            }
            Direction::Before(sequence) => {
                query.push(" AND sequence < ");
                query.push_bind(bound(sequence));
                " ORDER BY sequence DESC LIMIT "
            }
        };
        query.push(order);
        query.push_bind(i64::from(limit));
        let rows = query.fetch_all(&self.readers).await?;
        rows.iter().map(logged).collect()
    }

    async fn put_ended_round(&self, round: &RoundView) -> Result<()> {
        query("INSERT INTO ended_rounds (round, view) VALUES ($1, $2) ON CONFLICT DO NOTHING")
            .bind(integer(round.number)?)
            .bind(to_json("a round", round)?)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn ended_rounds(&self, first: u64, last: u64) -> Result<Vec<RoundView>> {
        let rows =
            query("SELECT view FROM ended_rounds WHERE round BETWEEN $1 AND $2 ORDER BY round")
                .bind(bound(first))
                .bind(bound(last))
                .fetch_all(&self.readers)
                .await?;
        rows.iter()
            .map(|row| json("a round", row.try_get(0)?))
            .collect()
    }

    async fn first_round_not_kept(&self, first: u64, last: u64) -> Result<Option<u64>> {
        if first > last {
            return Ok(None);
        }
        // The round itself, or the first after a kept one.
        let row = query(
            "SELECT MIN(candidate) FROM (
                 SELECT CAST($1 AS BIGINT) AS candidate
                 UNION ALL
                 SELECT round + 1 FROM ended_rounds WHERE round >= $2 AND round < $3
             ) AS candidates
             WHERE NOT EXISTS (SELECT 1 FROM ended_rounds WHERE ended_rounds.round = candidate)",
        )
        .bind(integer(first)?)
        .bind(integer(first)?)
        .bind(integer(last)?)
        .fetch_one(&self.readers)
        .await?;
        let found: Option<i64> = row.try_get(0)?;
        found.map(number).transpose()
    }

    async fn is_final(&self, round: u64) -> Result<bool> {
        let row = query("SELECT 1 FROM outcomes WHERE round = $1 AND final")
            .bind(bound(round))
            .fetch_optional(&self.readers)
            .await?;
        Ok(row.is_some())
    }

    async fn counts(&self) -> Result<Counts> {
        let states = query("SELECT state, COUNT(*) FROM journal GROUP BY state")
            .fetch_all(&self.readers)
            .await?;
        let letters = query("SELECT COUNT(*) FROM dead_letters")
            .fetch_one(&self.readers)
            .await?;
        Ok(Counts {
            journal: states
                .iter()
                .map(|row| Ok((row.try_get(0)?, number(row.try_get(1)?)?)))
                .collect::<Result<_>>()?,
            dead_letters: number(letters.try_get(0)?)?,
        })
    }

    async fn check_writable(&self) -> Result<()> {
        let mut turn = self.writing(Alone::Rows).await?;
        let written = query("UPDATE place SET intake_round = intake_round")
            .execute(&mut turn)
            .await?;
        turn.rollback().await?;
        if written == 1 {
            Ok(())
        } else {
            Err(StoreError::corrupt("a place", "there is no row of it"))
        }
    }
}
