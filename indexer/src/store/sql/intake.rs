//! Specifications, delegations, submissions.

use super::{
    SqlStore,
    acquaint::acquaint_all,
    admit::admit_all,
    database::{Row, Turn, query},
    given::Given,
    turn::Alone,
    value::{amount, fixed, integer, number, statement, tiny, wide},
};
use crate::store::{
    Identity, IntakeStore, Result, StoreError,
    intake::{Acquaintance, Admission, Admitted, ContentStanding, SubmissionRecord},
};
use async_trait::async_trait;
use sheaf_format::{Hash, Key};
use sheaf_protocol::statement::{Delegation, Signed, Submission};

/// The columns of [`record`].
pub(super) const SUBMISSION_COLUMNS: &str =
    "statement, job, received_slot, intake_round, batched_round, quality_bps, amount, paid";

pub(super) fn record(row: &Row) -> Result<SubmissionRecord> {
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
        paid: row.try_get(7)?,
    })
}

#[async_trait]
impl IntakeStore for SqlStore {
    async fn bind(&self, identity: &Identity) -> Result<()> {
        let mut turn = self.writing(Alone::Rows).await?;
        query(
            "INSERT INTO place (one, genesis, program, pool, intake_round, active_round)
             VALUES (1, $1, $2, $3, 1, 0) ON CONFLICT DO NOTHING",
        )
        .bind(&identity.genesis[..])
        .bind(&identity.program[..])
        .bind(&identity.pool[..])
        .execute(&mut turn)
        .await?;
        let row = query("SELECT genesis, program, pool FROM place")
            .fetch_one(&mut turn)
            .await?;
        let found = Identity {
            genesis: fixed("a genesis hash", row.try_get(0)?)?,
            program: fixed("an address", row.try_get(1)?)?,
            pool: fixed("an address", row.try_get(2)?)?,
        };
        if found != *identity {
            return Err(StoreError::OtherPlace);
        }
        turn.commit().await
    }

    async fn put_specification(&self, job: u64, bytes: &[u8]) -> Result<()> {
        query("INSERT INTO specifications (job, bytes) VALUES ($1, $2) ON CONFLICT DO NOTHING")
            .bind(integer(job)?)
            .bind(bytes)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn specifications(&self) -> Result<Vec<(u64, Vec<u8>)>> {
        let rows = query("SELECT job, bytes FROM specifications ORDER BY job")
            .fetch_all(&self.readers)
            .await?;
        rows.iter()
            .map(|row| Ok((number(row.try_get(0)?)?, row.try_get(1)?)))
            .collect()
    }

    async fn specified_jobs(&self) -> Result<Vec<u64>> {
        let rows = query("SELECT job FROM specifications ORDER BY job")
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(|row| number(row.try_get(0)?)).collect()
    }

    async fn specification(&self, job: u64) -> Result<Option<Vec<u8>>> {
        let row = query("SELECT bytes FROM specifications WHERE job = $1")
            .bind(integer(job)?)
            .fetch_optional(&self.readers)
            .await?;
        row.map(|row| row.try_get(0)).transpose()
    }

    async fn put_delegation(&self, delegation: &Signed<Delegation>) -> Result<()> {
        let body = &delegation.body;
        query(
            "INSERT INTO delegations (contributor, node, valid_until_slot, statement)
             VALUES ($1, $2, $3, $4)
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
        let known = acquaint_all(self, &[(*submission, job)], intake_round).await?;
        let missing = || StoreError::corrupt("a submission", "there is no answer about it");
        known.into_iter().next().ok_or_else(missing)
    }

    async fn acquaint_all(
        &self,
        submissions: &[(Signed<Submission>, u64)],
        intake_round: u64,
    ) -> Result<Vec<Acquaintance>> {
        acquaint_all(self, submissions, intake_round).await
    }

    async fn admit_all(&self, admissions: &[Admission]) -> Result<Vec<Admitted>> {
        admit_all(self, admissions).await
    }

    async fn submission(&self, id: &Hash) -> Result<Option<SubmissionRecord>> {
        let mut wanted = query("SELECT ");
        wanted.push(SUBMISSION_COLUMNS);
        wanted.push(" FROM submissions WHERE id = ");
        wanted.push_bind(&id[..]);
        let row = wanted.fetch_optional(&self.readers).await?;
        row.as_ref().map(record).transpose()
    }

    async fn content_standing(&self, content: &Hash) -> Result<ContentStanding> {
        let bought = query(
            "SELECT DISTINCT job FROM submissions
             WHERE content_hash = $1 AND paid AND amount > $2 ORDER BY job",
        )
        .bind(&content[..])
        .bind(wide(0))
        .fetch_all(&self.readers)
        .await?;
        let batches = query(
            "SELECT DISTINCT batched_round, job FROM submissions
             WHERE content_hash = $1 AND batched_round IS NOT NULL ORDER BY batched_round, job",
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

/// The stored delegations of these pairs of contributor and node, in the pairs' order.
pub(super) async fn delegations(
    turn: &mut Turn,
    pairs: &[(Key, Key)],
) -> Result<Vec<Signed<Delegation>>> {
    let given = Given::default()
        .bytes("contributor", pairs.iter().map(|(key, _)| key.to_vec()))
        .bytes("node", pairs.iter().map(|(_, key)| key.to_vec()));
    let rows = query(
        "SELECT delegations.statement FROM given JOIN delegations
             ON delegations.contributor = given.contributor AND delegations.node = given.node
         ORDER BY given.contributor, given.node",
    )
    .given(given)
    .fetch_all(turn)
    .await?;
    rows.iter().map(|row| statement(row.try_get(0)?)).collect()
}
