//! Batches, score files, outcomes, leaves.

use super::{
    SqliteStore,
    intake::delegations,
    value::{amount, fixed, integer, json, number, small, statement, to_json, wide},
};
use crate::store::{
    Result, RoundStore, StoreError,
    intake::Waiting,
    rounds::{FrozenBatch, OutcomeChanges, StoredOutcome},
};
use async_trait::async_trait;
use sheaf_format::{Hash, Key};
use sheaf_protocol::{
    batch::BatchFile,
    ledger::Leaf,
    scores::SignedScoreFile,
    statement::{Signed, Submission},
};
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};
use std::collections::BTreeSet;

/// Ids that one statement asks for.
const IDS_PER_QUERY: usize = 500;

/// The round that submissions taken now go to.
pub(super) async fn intake_round(connection: &mut SqliteConnection) -> Result<u64> {
    let row = sqlx::query("SELECT intake_round FROM place")
        .fetch_one(connection)
        .await?;
    number(row.try_get(0)?)
}

async fn set_intake_round(connection: &mut SqliteConnection, round: u64) -> Result<()> {
    sqlx::query("UPDATE place SET intake_round = ?")
        .bind(integer(round)?)
        .execute(connection)
        .await?;
    Ok(())
}

fn frozen(row: &SqliteRow) -> Result<FrozenBatch> {
    Ok(FrozenBatch {
        job: number(row.try_get(0)?)?,
        root: fixed("a root", row.try_get(1)?)?,
        count: small(row.try_get(2)?)?,
        units: number(row.try_get(3)?)?,
    })
}

fn leaf(row: &SqliteRow) -> Result<(u32, Leaf)> {
    let leaf = Leaf {
        contributor: fixed("an address", row.try_get(1)?)?,
        cumulative: amount(row.try_get(2)?)?,
    };
    Ok((small(row.try_get(0)?)?, leaf))
}

/// What waits for a job and may be batched in `round`: of each contributor's submissions to one
/// task the first that came.
async fn candidates(
    connection: &mut SqliteConnection,
    round: u64,
    job: u64,
) -> Result<Vec<Signed<Submission>>> {
    let rows = sqlx::query(
        "SELECT statement FROM submissions
         WHERE job = ? AND batched_round IS NULL AND earliest_round <= ?
         ORDER BY received_slot, id",
    )
    .bind(integer(job)?)
    .bind(integer(round)?)
    .fetch_all(connection)
    .await?;
    let mut tasks = BTreeSet::new();
    let mut chosen = Vec::with_capacity(rows.len());
    for row in rows {
        let submission: Signed<Submission> = statement(row.try_get(0)?)?;
        if tasks.insert((submission.body.contributor, submission.body.task)) {
            chosen.push(submission);
        }
    }
    Ok(chosen)
}

/// Writes one job's batch and marks its submissions.
async fn freeze_job(
    connection: &mut SqliteConnection,
    round: u64,
    job: u64,
    address: Key,
) -> Result<Option<FrozenBatch>> {
    let submissions = candidates(connection, round, job).await?;
    if submissions.is_empty() {
        return Ok(None);
    }
    let pairs: BTreeSet<(Key, Key)> = submissions
        .iter()
        .map(|entry| (entry.body.contributor, entry.body.node))
        .collect();
    let pairs: Vec<(Key, Key)> = pairs.into_iter().collect();
    let delegations = delegations(connection, &pairs).await?;
    let file = BatchFile::new(address, round, submissions, delegations)
        .map_err(|error| StoreError::corrupt("a batch", error))?;
    let batch = FrozenBatch {
        job,
        root: file.root(),
        count: file.count(),
        units: file.units(),
    };
    // One that was given up may be frozen again.
    sqlx::query(
        "INSERT INTO batches (round, job, root, count, units, file) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (round, job) DO UPDATE
         SET root = excluded.root, count = excluded.count, units = excluded.units,
             file = excluded.file, abandoned = 0
         WHERE batches.abandoned = 1",
    )
    .bind(integer(round)?)
    .bind(integer(job)?)
    .bind(&batch.root[..])
    .bind(batch.count)
    .bind(integer(batch.units)?)
    .bind(to_json("a batch", &file)?)
    .execute(&mut *connection)
    .await?;
    for submission in &file.submissions {
        sqlx::query("UPDATE submissions SET batched_round = ? WHERE id = ?")
            .bind(integer(round)?)
            .bind(&submission.id()[..])
            .execute(&mut *connection)
            .await?;
    }
    Ok(Some(batch))
}

#[async_trait]
impl RoundStore for SqliteStore {
    async fn intake_round(&self) -> Result<u64> {
        let mut connection = self.pool.acquire().await?;
        intake_round(&mut connection).await
    }

    async fn set_intake_round(&self, round: u64) -> Result<()> {
        let mut turn = self.writing().await?;
        set_intake_round(&mut turn, round).await?;
        Ok(turn.commit().await?)
    }

    async fn waiting(&self) -> Result<Vec<Waiting>> {
        let rows = sqlx::query(
            "SELECT job, COUNT(*), MIN(received_slot) FROM submissions
             WHERE batched_round IS NULL GROUP BY job ORDER BY job",
        )
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(Waiting {
                    job: number(row.try_get(0)?)?,
                    count: number(row.try_get(1)?)?,
                    first_slot: number(row.try_get(2)?)?,
                })
            })
            .collect()
    }

    async fn freeze(&self, round: u64, jobs: &[(u64, Key)]) -> Result<Vec<FrozenBatch>> {
        let mut turn = self.writing().await?;
        let mut batches = Vec::new();
        for (job, address) in jobs {
            batches.extend(freeze_job(&mut turn, round, *job, *address).await?);
        }
        if !batches.is_empty() {
            set_intake_round(&mut turn, round.saturating_add(1)).await?;
        }
        turn.commit().await?;
        Ok(batches)
    }

    async fn abandon(&self, round: u64, job: u64) -> Result<()> {
        let mut turn = self.writing().await?;
        sqlx::query("UPDATE batches SET abandoned = 1 WHERE round = ? AND job = ?")
            .bind(integer(round)?)
            .bind(integer(job)?)
            .execute(&mut *turn)
            .await?;
        sqlx::query(
            "UPDATE submissions SET batched_round = NULL
             WHERE batched_round = ? AND job = ? AND paid = 0",
        )
        .bind(integer(round)?)
        .bind(integer(job)?)
        .execute(&mut *turn)
        .await?;
        Ok(turn.commit().await?)
    }

    async fn frozen(&self, round: u64) -> Result<Vec<FrozenBatch>> {
        let rows = sqlx::query(
            "SELECT job, root, count, units FROM batches
             WHERE round = ? AND abandoned = 0 ORDER BY job",
        )
        .bind(integer(round)?)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(frozen).collect()
    }

    async fn frozen_rounds_after(&self, round: u64) -> Result<Vec<u64>> {
        let rows = sqlx::query(
            "SELECT DISTINCT round FROM batches WHERE round > ? AND abandoned = 0 ORDER BY round",
        )
        .bind(integer(round)?)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(|row| number(row.try_get(0)?)).collect()
    }

    async fn batch_file(&self, round: u64, job: u64) -> Result<Option<Vec<u8>>> {
        let row =
            sqlx::query("SELECT file FROM batches WHERE round = ? AND job = ? AND abandoned = 0")
                .bind(integer(round)?)
                .bind(integer(job)?)
                .fetch_optional(&self.pool)
                .await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }

    async fn paid_among(&self, submissions: &[Hash]) -> Result<BTreeSet<Hash>> {
        let mut paid = BTreeSet::new();
        for ids in submissions.chunks(IDS_PER_QUERY) {
            let mut query =
                sqlx::QueryBuilder::new("SELECT id FROM submissions WHERE paid = 1 AND id IN (");
            let mut list = query.separated(", ");
            for id in ids {
                list.push_bind(id.to_vec());
            }
            query.push(")");
            for row in query.build().fetch_all(&self.pool).await? {
                paid.insert(fixed("an id", row.try_get(0)?)?);
            }
        }
        Ok(paid)
    }

    async fn put_scores(&self, file: &SignedScoreFile) -> Result<()> {
        sqlx::query(
            "INSERT INTO score_files (round, validator, root, file) VALUES (?, ?, ?, ?)
             ON CONFLICT DO NOTHING",
        )
        .bind(integer(file.file.round)?)
        .bind(&file.file.validator.0[..])
        .bind(&file.file.root()[..])
        .bind(to_json("a score file", file)?)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    async fn scores(&self, round: u64) -> Result<Vec<SignedScoreFile>> {
        let rows = sqlx::query("SELECT file FROM score_files WHERE round = ? ORDER BY validator")
            .bind(integer(round)?)
            .fetch_all(&self.pool)
            .await?;
        rows.iter()
            .map(|row| json("a score file", row.try_get(0)?))
            .collect()
    }

    async fn put_outcome(&self, outcome: &StoredOutcome, changes: &OutcomeChanges) -> Result<()> {
        let round = integer(outcome.round)?;
        let mut turn = self.writing().await?;
        let added = sqlx::query(
            "INSERT INTO outcomes (round, root, outcome, manifest) VALUES (?, ?, ?, ?)
             ON CONFLICT DO NOTHING",
        )
        .bind(round)
        .bind(&outcome.outcome.root.0[..])
        .bind(to_json("an outcome", &outcome.outcome)?)
        .bind(to_json("a manifest", &outcome.manifest)?)
        .execute(&mut *turn)
        .await?;
        if added.rows_affected() == 0 {
            return Ok(());
        }
        for (index, leaf) in &changes.leaves {
            sqlx::query(
                "INSERT INTO outcome_leaves (round, leaf, contributor, cumulative)
                 VALUES (?, ?, ?, ?)",
            )
            .bind(round)
            .bind(index)
            .bind(&leaf.contributor[..])
            .bind(wide(leaf.cumulative))
            .execute(&mut *turn)
            .await?;
        }
        for (submission, quality_bps, amount) in &changes.contributions {
            sqlx::query(
                "UPDATE submissions SET quality_bps = ?, amount = ?
                 WHERE id = ? AND batched_round = ?",
            )
            .bind(quality_bps)
            .bind(wide(*amount))
            .bind(&submission[..])
            .bind(round)
            .execute(&mut *turn)
            .await?;
        }
        Ok(turn.commit().await?)
    }

    async fn outcome(&self, round: u64) -> Result<Option<StoredOutcome>> {
        let row = sqlx::query("SELECT outcome, manifest FROM outcomes WHERE round = ?")
            .bind(integer(round)?)
            .fetch_optional(&self.pool)
            .await?;
        row.map(|row| {
            Ok(StoredOutcome {
                round,
                outcome: json("an outcome", row.try_get(0)?)?,
                manifest: json("a manifest", row.try_get(1)?)?,
            })
        })
        .transpose()
    }

    async fn leaves(&self) -> Result<(u64, Vec<Leaf>)> {
        // One snapshot: round and leaves belong together.
        let mut turn = self.pool.begin().await?;
        let round = sqlx::query("SELECT active_round FROM place")
            .fetch_one(&mut *turn)
            .await?;
        let rows = sqlx::query("SELECT leaf, contributor, cumulative FROM leaves ORDER BY leaf")
            .fetch_all(&mut *turn)
            .await?;
        let leaves = rows
            .iter()
            .zip(0u32..)
            .map(|(row, expected)| match leaf(row)? {
                (index, leaf) if index == expected => Ok(leaf),
                (index, _) => Err(StoreError::corrupt(
                    "the tree",
                    format!("leaf {expected} is missing, {index} follows"),
                )),
            })
            .collect::<Result<_>>()?;
        Ok((number(round.try_get(0)?)?, leaves))
    }

    async fn final_rounds_after(&self, round: u64) -> Result<Vec<(u64, Hash)>> {
        let rows = sqlx::query(
            "SELECT round, root FROM outcomes WHERE round > ? AND final = 1 ORDER BY round",
        )
        .bind(integer(round)?)
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                let root = fixed("a root", row.try_get(1)?)?;
                Ok((number(row.try_get(0)?)?, root))
            })
            .collect()
    }

    async fn changed_leaves(&self, round: u64) -> Result<Vec<(u32, Leaf)>> {
        let rows = sqlx::query(
            "SELECT leaf, contributor, cumulative FROM outcome_leaves
             WHERE round = ? ORDER BY leaf",
        )
        .bind(integer(round)?)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(leaf).collect()
    }
}
