//! Batches, score files, outcomes, leaves.

use super::{
    SqlStore,
    batches::{self, frozen},
    database::{Turn, query},
    given::Given,
    outcomes::{self, leaf},
    turn::Alone,
    value::{fixed, integer, json, number},
};
use crate::store::{
    Result, RoundStore,
    intake::Waiting,
    rounds::{FrozenBatch, OutcomeChanges, StoredOutcome},
};
use async_trait::async_trait;
use sheaf_format::{Hash, Key};
use sheaf_protocol::{ledger::Leaf, scores::SignedScoreFile};
use std::collections::BTreeSet;

const INTAKE_ROUND: &str = "SELECT intake_round FROM place";

/// The round that submissions taken now go to.
pub(super) async fn intake_round(turn: &mut Turn) -> Result<u64> {
    let row = query(INTAKE_ROUND).fetch_one(turn).await?;
    number(row.try_get(0)?)
}

async fn set_intake_round(turn: &mut Turn, round: u64) -> Result<()> {
    query("UPDATE place SET intake_round = $1")
        .bind(integer(round)?)
        .execute(turn)
        .await?;
    Ok(())
}

#[async_trait]
impl RoundStore for SqlStore {
    async fn intake_round(&self) -> Result<u64> {
        let row = query(INTAKE_ROUND).fetch_one(&self.readers).await?;
        number(row.try_get(0)?)
    }

    async fn set_intake_round(&self, round: u64) -> Result<()> {
        let mut turn = self.writing(Alone::Intake).await?;
        set_intake_round(&mut turn, round).await?;
        turn.commit().await
    }

    async fn waiting(&self) -> Result<Vec<Waiting>> {
        // From job to job through the index, not row by row.
        let rows = query(
            "WITH RECURSIVE jobs (job) AS (
                 SELECT MIN(job) FROM submissions WHERE batched_round IS NULL
                 UNION ALL
                 SELECT (SELECT MIN(later.job) FROM submissions AS later
                         WHERE later.batched_round IS NULL AND later.job > jobs.job)
                 FROM jobs WHERE jobs.job IS NOT NULL
             )
             SELECT job, (SELECT MIN(earliest.received_slot) FROM submissions AS earliest
                          WHERE earliest.batched_round IS NULL AND earliest.job = jobs.job)
             FROM jobs WHERE job IS NOT NULL ORDER BY job",
        )
        .fetch_all(&self.readers)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(Waiting {
                    job: number(row.try_get(0)?)?,
                    first_slot: number(row.try_get(1)?)?,
                })
            })
            .collect()
    }

    async fn freeze(&self, round: u64, jobs: &[(u64, Key)]) -> Result<Vec<FrozenBatch>> {
        let mut frozen = Vec::new();
        // A turn for each job: others may write between them.
        for (job, address) in jobs {
            let mut turn = self.writing(Alone::Intake).await?;
            let batch = batches::freeze(&mut turn, round, *job, *address).await?;
            if batch.is_some() {
                set_intake_round(&mut turn, round.saturating_add(1)).await?;
            }
            turn.commit().await?;
            frozen.extend(batch);
        }
        Ok(frozen)
    }

    async fn abandon(&self, round: u64, job: u64) -> Result<()> {
        let mut turn = self.writing(Alone::Intake).await?;
        batches::abandon(&mut turn, round, job).await?;
        turn.commit().await
    }

    async fn frozen(&self, round: u64) -> Result<Vec<FrozenBatch>> {
        let rows = query(
            "SELECT job, root, count, units FROM batches
             WHERE round = $1 AND NOT abandoned ORDER BY job",
        )
        .bind(integer(round)?)
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(frozen).collect()
    }

    async fn frozen_rounds_after(&self, round: u64) -> Result<Vec<u64>> {
        let rows = query(
            "SELECT DISTINCT round FROM batches WHERE round > $1 AND NOT abandoned ORDER BY round",
        )
        .bind(integer(round)?)
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(|row| number(row.try_get(0)?)).collect()
    }

    async fn batch_file(&self, round: u64, job: u64) -> Result<Option<Vec<u8>>> {
        let row = query("SELECT file FROM batches WHERE round = $1 AND job = $2 AND NOT abandoned")
            .bind(integer(round)?)
            .bind(integer(job)?)
            .fetch_optional(&self.readers)
            .await?;
        row.map(|row| row.try_get(0)).transpose()
    }

    async fn paid_among(&self, submissions: &[Hash]) -> Result<BTreeSet<Hash>> {
        if submissions.is_empty() {
            return Ok(BTreeSet::new());
        }
        let wanted = submissions.iter().map(|id| id.to_vec());
        let rows = query(
            "SELECT submissions.id FROM given JOIN submissions ON submissions.id = given.wanted
             WHERE submissions.paid",
        )
        .given(Given::default().bytes("wanted", wanted))
        .fetch_all(&self.readers)
        .await?;
        rows.iter()
            .map(|row| fixed("an id", row.try_get(0)?))
            .collect()
    }

    async fn put_scores(&self, file: &SignedScoreFile) -> Result<bool> {
        let mut turn = self.writing(Alone::Outcomes).await?;
        let kept = outcomes::put_scores(&mut turn, file).await?;
        turn.commit().await?;
        Ok(kept)
    }

    async fn scores(&self, round: u64) -> Result<Vec<SignedScoreFile>> {
        let rows = query("SELECT file FROM score_files WHERE round = $1 ORDER BY validator")
            .bind(integer(round)?)
            .fetch_all(&self.readers)
            .await?;
        rows.iter()
            .map(|row| json("a score file", row.try_get(0)?))
            .collect()
    }

    async fn put_outcome(
        &self,
        outcome: &StoredOutcome,
        changes: &OutcomeChanges,
        score_files: usize,
    ) -> Result<bool> {
        let round = integer(outcome.round)?;
        let mut turn = self.writing(Alone::Outcomes).await?;
        if outcomes::is_known(&mut turn, round).await? {
            return Ok(true);
        }
        if usize::try_from(outcomes::score_files(&mut turn, round).await?) != Ok(score_files) {
            return Ok(false);
        }
        outcomes::write(&mut turn, outcome, changes).await?;
        turn.commit().await?;
        Ok(true)
    }

    async fn replace_outcome(
        &self,
        outcome: &StoredOutcome,
        changes: &OutcomeChanges,
    ) -> Result<()> {
        let mut turn = self.writing(Alone::Outcomes).await?;
        outcomes::remove(&mut turn, integer(outcome.round)?).await?;
        outcomes::write(&mut turn, outcome, changes).await?;
        turn.commit().await
    }

    async fn outcome(&self, round: u64) -> Result<Option<StoredOutcome>> {
        let row = query("SELECT outcome, manifest FROM outcomes WHERE round = $1")
            .bind(integer(round)?)
            .fetch_optional(&self.readers)
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
        outcomes::leaves(&self.readers).await
    }

    async fn final_rounds_after(&self, round: u64) -> Result<Vec<(u64, Hash)>> {
        let rows =
            query("SELECT round, root FROM outcomes WHERE round > $1 AND final ORDER BY round")
                .bind(integer(round)?)
                .fetch_all(&self.readers)
                .await?;
        rows.iter()
            .map(|row| {
                let root = fixed("a root", row.try_get(1)?)?;
                Ok((number(row.try_get(0)?)?, root))
            })
            .collect()
    }

    async fn changed_leaves(&self, round: u64) -> Result<Vec<(u32, Leaf)>> {
        let rows = query(
            "SELECT leaf, contributor, cumulative FROM outcome_leaves
             WHERE round = $1 ORDER BY leaf",
        )
        .bind(integer(round)?)
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(leaf).collect()
    }
}
