//! Specifications, delegations, submissions.

use super::{
    SqliteStore,
    value::{amount, fixed, integer, number, statement, tiny, wide},
};
use crate::store::{
    Identity, IntakeStore, Result, StoreError,
    intake::{Acquaintance, Admission, Admitted, COUNTED, ContentStanding, SubmissionRecord},
};
use async_trait::async_trait;
use sheaf_format::{Hash, Key};
use sheaf_protocol::statement::{Delegation, Signed, Submission};
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};

pub(super) const SUBMISSION_COLUMNS: &str =
    "statement, job, received_slot, intake_round, batched_round, quality_bps, amount, paid";

pub(super) fn record(row: &SqliteRow) -> Result<SubmissionRecord> {
    let quality: Option<i64> = row.try_get(5)?;
    let paid_amount: Option<Vec<u8>> = row.try_get(6)?;
    let batched: Option<i64> = row.try_get(4)?;
    Ok(SubmissionRecord {
        submission: statement(row.try_get(0)?)?,
        job: number(row.try_get(1)?)?,
        received_slot: number(row.try_get(2)?)?,
        intake_round: number(row.try_get(3)?)?,
        batched_round: batched.map(number).transpose()?,
        quality_bps: quality.map(tiny).transpose()?,
        amount: paid_amount.as_deref().map(amount).transpose()?,
        paid: row.try_get::<i64, _>(7)? != 0,
    })
}

/// What stands for or against a submission.
async fn acquaintance(
    connection: &mut SqliteConnection,
    submission: &Signed<Submission>,
    job: u64,
    intake_round: u64,
) -> Result<Acquaintance> {
    let body = &submission.body;
    let id = submission.id();
    let receipt = sqlx::query("SELECT receipt FROM submissions WHERE id = ?")
        .bind(&id[..])
        .fetch_optional(&mut *connection)
        .await?;
    let nonce = sqlx::query("SELECT 1 FROM submissions WHERE node = ? AND nonce = ? AND id != ?")
        .bind(&body.node[..])
        .bind(wide(body.nonce))
        .bind(&id[..])
        .fetch_optional(&mut *connection)
        .await?;
    let task = sqlx::query(
        "SELECT 1 FROM submissions
         WHERE job = ? AND contributor = ? AND task = ? AND intake_round = ? AND id != ?",
    )
    .bind(integer(job)?)
    .bind(&body.contributor[..])
    .bind(body.task)
    .bind(integer(intake_round)?)
    .bind(&id[..])
    .fetch_optional(&mut *connection)
    .await?;
    let delegation =
        sqlx::query("SELECT statement FROM delegations WHERE contributor = ? AND node = ?")
            .bind(&body.contributor[..])
            .bind(&body.node[..])
            .fetch_optional(&mut *connection)
            .await?;
    let waiting = sqlx::query(
        "SELECT COUNT(*) FROM (SELECT 1 FROM submissions
             WHERE job = ? AND batched_round IS NULL LIMIT ?)",
    )
    .bind(integer(job)?)
    .bind(integer(COUNTED)?)
    .fetch_one(&mut *connection)
    .await?;
    Ok(Acquaintance {
        waiting: number(waiting.try_get(0)?)?,
        receipt: receipt.map(|row| statement(row.try_get(0)?)).transpose()?,
        nonce_seen: nonce.is_some(),
        task_taken: task.is_some(),
        delegation: delegation
            .map(|row| statement(row.try_get(0)?))
            .transpose()?,
    })
}

/// Stores one submission, if nothing stands against it.
async fn admit(
    connection: &mut SqliteConnection,
    admission: &Admission,
    round: u64,
) -> Result<Admitted> {
    let Admission {
        submission,
        job,
        receipt,
    } = admission;
    let body = &submission.body;
    let known = acquaintance(&mut *connection, submission, *job, round).await?;
    if let Some(receipt) = known.receipt {
        return Ok(Admitted::Known(Box::new(receipt)));
    }
    if round != receipt.body.round {
        return Ok(Admitted::RoundMoved(round));
    }
    if known.nonce_seen {
        return Ok(Admitted::NonceSeen);
    }
    if known.task_taken {
        return Ok(Admitted::TaskTaken);
    }
    sqlx::query(
        "INSERT INTO submissions (id, job, contributor, node, nonce, task, content_hash,
             earliest_round, intake_round, received_slot, statement, receipt)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(&submission.id()[..])
    .bind(integer(*job)?)
    .bind(&body.contributor[..])
    .bind(&body.node[..])
    .bind(wide(body.nonce))
    .bind(body.task)
    .bind(&body.content_hash[..])
    .bind(integer(body.earliest_round)?)
    .bind(integer(round)?)
    .bind(integer(receipt.body.received_slot)?)
    .bind(submission.to_bytes())
    .bind(receipt.to_bytes())
    .execute(connection)
    .await?;
    Ok(Admitted::Stored)
}

#[async_trait]
impl IntakeStore for SqliteStore {
    async fn bind(&self, identity: &Identity) -> Result<()> {
        let mut turn = self.writing().await?;
        let row = sqlx::query("SELECT genesis, program, pool FROM place")
            .fetch_optional(&mut *turn)
            .await?;
        if let Some(row) = row {
            let found = Identity {
                genesis: fixed("a genesis hash", row.try_get(0)?)?,
                program: fixed("an address", row.try_get(1)?)?,
                pool: fixed("an address", row.try_get(2)?)?,
            };
            return if found == *identity {
                Ok(())
            } else {
                Err(StoreError::OtherPlace)
            };
        }
        sqlx::query(
            "INSERT INTO place (one, genesis, program, pool, intake_round, active_round)
             VALUES (1, ?, ?, ?, 1, 0)",
        )
        .bind(&identity.genesis[..])
        .bind(&identity.program[..])
        .bind(&identity.pool[..])
        .execute(&mut *turn)
        .await?;
        Ok(turn.commit().await?)
    }

    async fn put_specification(&self, job: u64, bytes: &[u8]) -> Result<()> {
        sqlx::query("INSERT INTO specifications (job, bytes) VALUES (?, ?) ON CONFLICT DO NOTHING")
            .bind(integer(job)?)
            .bind(bytes)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn specifications(&self) -> Result<Vec<(u64, Vec<u8>)>> {
        let rows = sqlx::query("SELECT job, bytes FROM specifications ORDER BY job")
            .fetch_all(&self.readers)
            .await?;
        rows.iter()
            .map(|row| Ok((number(row.try_get(0)?)?, row.try_get(1)?)))
            .collect()
    }

    async fn put_delegation(&self, delegation: &Signed<Delegation>) -> Result<()> {
        let body = &delegation.body;
        sqlx::query(
            "INSERT INTO delegations (contributor, node, valid_until_slot, statement)
             VALUES (?, ?, ?, ?)
             ON CONFLICT (contributor, node) DO UPDATE
             SET valid_until_slot = excluded.valid_until_slot, statement = excluded.statement
             WHERE excluded.valid_until_slot > delegations.valid_until_slot",
        )
        .bind(&body.contributor[..])
        .bind(&body.node[..])
        // Only for comparing: what lies beyond the integers holds longest.
        .bind(i64::try_from(body.valid_until_slot).unwrap_or(i64::MAX))
        .bind(delegation.to_bytes())
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    async fn acquaintance(
        &self,
        submission: &Signed<Submission>,
        job: u64,
        intake_round: u64,
    ) -> Result<Acquaintance> {
        let mut connection = self.readers.acquire().await?;
        acquaintance(&mut connection, submission, job, intake_round).await
    }

    async fn admit_all(&self, admissions: &[Admission]) -> Result<Vec<Admitted>> {
        let mut turn = self.writing().await?;
        let round = super::rounds::intake_round(&mut turn).await?;
        let mut answers = Vec::with_capacity(admissions.len());
        for admission in admissions {
            answers.push(admit(&mut turn, admission, round).await?);
        }
        turn.commit().await?;
        Ok(answers)
    }

    async fn submission(&self, id: &Hash) -> Result<Option<SubmissionRecord>> {
        let text = format!("SELECT {SUBMISSION_COLUMNS} FROM submissions WHERE id = ?");
        let row = sqlx::query(sqlx::AssertSqlSafe(text))
            .bind(&id[..])
            .fetch_optional(&self.readers)
            .await?;
        row.as_ref().map(record).transpose()
    }

    async fn content_standing(&self, content: &Hash) -> Result<ContentStanding> {
        let bought = sqlx::query(
            "SELECT DISTINCT job FROM submissions
             WHERE content_hash = ? AND paid = 1 AND amount > zeroblob(8)",
        )
        .bind(&content[..])
        .fetch_all(&self.readers)
        .await?;
        let batches = sqlx::query(
            "SELECT DISTINCT batched_round, job FROM submissions
             WHERE content_hash = ? AND batched_round IS NOT NULL",
        )
        .bind(&content[..])
        .fetch_all(&self.readers)
        .await?;
        Ok(ContentStanding {
            bought_by: bought
                .iter()
                .map(|row| number(row.try_get(0)?))
                .collect::<Result<_>>()?,
            batches: batches
                .iter()
                .map(|row| Ok((number(row.try_get(0)?)?, number(row.try_get(1)?)?)))
                .collect::<Result<_>>()?,
        })
    }
}

/// The stored delegations of these pairs of contributor and node.
pub(super) async fn delegations(
    connection: &mut SqliteConnection,
    pairs: &[(Key, Key)],
) -> Result<Vec<Signed<Delegation>>> {
    let mut found = Vec::new();
    for (contributor, node) in pairs {
        let row =
            sqlx::query("SELECT statement FROM delegations WHERE contributor = ? AND node = ?")
                .bind(&contributor[..])
                .bind(&node[..])
                .fetch_optional(&mut *connection)
                .await?;
        if let Some(row) = row {
            found.push(statement(row.try_get(0)?)?);
        }
    }
    Ok(found)
}
