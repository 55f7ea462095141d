//! A round's result, from published data that the chain vouches for.

use super::{gather::JobData, voter::Voter};
use anyhow::{Context as _, bail, ensure};
use sheaf_client::layout::Round;
use sheaf_format::{Key, stage::ballot};
use sheaf_protocol::{
    ledger::Ledger,
    manifest::{Manifest, ManifestBatch, ManifestScores},
    outcome::{self, JobTerms, Outcome, RoundBatch, RoundInputs},
    scores::ScoreFile,
};
use solana_sdk::pubkey::Pubkey;
use std::{collections::BTreeMap, sync::Arc};

/// Computes the result of a round. `own` is this validator's score file, if it revealed one.
///
/// # Errors
/// When the indexer's leaves, score files or manifest do not fit the chain, or leave out what this
/// validator holds.
pub async fn outcome(
    voter: &Voter,
    round: &Round,
    jobs: &BTreeMap<u64, Arc<JobData>>,
    own: Option<&ScoreFile>,
) -> anyhow::Result<Outcome> {
    let base = base(voter, round).await?;
    let files = score_files(voter, round, own).await?;
    let manifest = voter.indexer.manifest(round.number).await?;
    let files = check_manifest(&manifest, voter, round, jobs, files)?;
    let batches = jobs.values().map(|job| RoundBatch {
        terms: JobTerms {
            job: job.address.to_bytes(),
            number: job.number,
            price_per_unit: job.job.price_per_unit,
            minimum_earning: job.job.minimum_earning,
            treasury_bps: job.job.treasury_bps,
            validators_bps: job.job.validators_bps,
        },
        reserved: job.batch.reserved,
        contributions_root: job.batch.contributions_root,
        contributions: job.contributions.clone(),
    });
    let voters = round.stake_table().map(|(_, entry)| outcome::Voter {
        validator: entry.authority,
        stake: entry.stake,
        scores_root: (entry.ballot & ballot::REVEALED != 0).then_some(entry.scores_root),
    });
    let outcome = outcome::compute(&RoundInputs {
        scope: voter.scope(round.number),
        base: &base,
        seed: round.seed,
        treasury: round.treasury,
        voters: voters.collect(),
        batches: batches.collect(),
        score_files: files,
    })?;
    ensure!(
        outcome.result.manifest_hash == manifest.hash(),
        "the manifest computed here is not the indexer's: nothing is attested to"
    );
    Ok(outcome)
}

/// The tree the round starts from.
async fn base(voter: &Voter, round: &Round) -> anyhow::Result<Ledger> {
    let leaves = voter.indexer.leaves().await?;
    let base = Ledger::from_leaves(voter.program(), voter.pool.to_bytes(), &leaves)?;
    ensure!(
        base.root().hash == round.base_root
            && base.total() == round.base_total
            && base.leaf_count() == round.base_leaf_count,
        "the indexer's {} leaves do not make the tree this round starts from: it is behind, or not to be trusted",
        base.leaf_count(),
    );
    Ok(base)
}

/// Every score file the indexer has that is what its validator revealed, and the own one.
async fn score_files(
    voter: &Voter,
    round: &Round,
    own: Option<&ScoreFile>,
) -> anyhow::Result<BTreeMap<Key, ScoreFile>> {
    let scope = voter.scope(round.number);
    let mut files = BTreeMap::new();
    let published = voter.indexer.scores(round.number).await?;
    let registered = crate::node::place::registered_validators(&voter.chain).await?;
    for signed in published {
        let validator = signed.file.validator.0;
        let vote_key = registered
            .iter()
            .find(|entry| entry.authority == validator)
            .map(|entry| entry.vote_key);
        match (revealed_root(round, &validator), vote_key) {
            (Some(root), Some(vote_key)) => match signed.verify(&scope, &vote_key, &root) {
                Ok(()) => drop(files.insert(validator, signed.file)),
                Err(fault) => eprintln!(
                    "round {}: the indexer's score file of {} is refused: {fault}",
                    round.number, signed.file.validator
                ),
            },
            _ => eprintln!(
                "round {}: the indexer has a score file of {}, who revealed none",
                round.number, signed.file.validator
            ),
        }
    }
    if let Some(own) = own
        && revealed_root(round, &voter.authority) == Some(own.root())
    {
        files.insert(voter.authority, own.clone());
    }
    Ok(files)
}

fn revealed_root(round: &Round, validator: &Key) -> Option<[u8; 32]> {
    let entry = round
        .stake_table()
        .find(|(_, entry)| entry.authority == *validator)?
        .1;
    (entry.ballot & ballot::REVEALED != 0).then_some(entry.scores_root)
}

/// Refuses a manifest that is not of this round's batches, names what nobody can see, or leaves
/// out what this validator holds. Gives the score files it names.
fn check_manifest(
    manifest: &Manifest,
    voter: &Voter,
    round: &Round,
    jobs: &BTreeMap<u64, Arc<JobData>>,
    mut files: BTreeMap<Key, ScoreFile>,
) -> anyhow::Result<Vec<ScoreFile>> {
    let batches = jobs.values().map(|job| ManifestBatch {
        number: job.number,
        job: job.address.to_bytes().into(),
        contributions_root: job.batch.contributions_root.into(),
    });
    let held: Vec<ManifestScores> = files
        .iter()
        .map(|(validator, file)| ManifestScores {
            validator: (*validator).into(),
            scores_root: file.root().into(),
        })
        .collect();
    compare(
        manifest,
        &voter.pool,
        round.number,
        &batches.collect::<Vec<_>>(),
        &held,
    )?;
    manifest
        .scores
        .iter()
        .map(|entry| {
            files.remove(&entry.validator.0).with_context(|| {
                format!(
                    "the manifest names scores of {} that the indexer does not show",
                    entry.validator
                )
            })
        })
        .collect()
}

fn compare(
    manifest: &Manifest,
    pool: &Pubkey,
    round: u64,
    batches: &[ManifestBatch],
    held: &[ManifestScores],
) -> anyhow::Result<()> {
    ensure!(
        manifest.pool.0 == pool.to_bytes() && manifest.round == round && manifest.is_canonical(),
        "the indexer's manifest is not one of this round"
    );
    ensure!(
        manifest.batches == batches,
        "the indexer's manifest does not name the batches that are on chain"
    );
    if let Some(missing) = manifest.left_out(held).first() {
        bail!(
            "the indexer's manifest leaves out the scores of {}, which were revealed and are known",
            missing.validator
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use sheaf_protocol::text::{Base58Key, HexHash};

    const POOL: Pubkey = Pubkey::new_from_array([9; 32]);

    fn batch(number: u64) -> ManifestBatch {
        ManifestBatch {
            number,
            job: Base58Key([1; 32]),
            contributions_root: HexHash([2; 32]),
        }
    }

    fn scores(byte: u8) -> ManifestScores {
        ManifestScores {
            validator: Base58Key([byte; 32]),
            scores_root: HexHash([byte; 32]),
        }
    }

    fn manifest(batches: Vec<ManifestBatch>, scores: Vec<ManifestScores>) -> Manifest {
        Manifest::new(POOL.to_bytes(), 4, batches, scores)
    }

    #[test]
    fn a_manifest_must_name_all_batches_and_all_scores_held() {
        let held = [scores(5), scores(6)];
        let complete = manifest(vec![batch(1)], held.to_vec());
        assert!(compare(&complete, &POOL, 4, &[batch(1)], &held).is_ok());
        assert!(compare(&complete, &POOL, 4, &[batch(1)], &held[..1]).is_ok());
        assert!(compare(&complete, &POOL, 5, &[batch(1)], &held).is_err());
        assert!(compare(&complete, &Pubkey::default(), 4, &[batch(1)], &held).is_err());
        assert!(compare(&complete, &POOL, 4, &[batch(1), batch(2)], &held).is_err());
        assert!(compare(&complete, &POOL, 4, &[], &held).is_err());
        let partial = manifest(vec![batch(1)], vec![scores(5)]);
        let refused = compare(&partial, &POOL, 4, &[batch(1)], &held);
        assert!(refused.is_err_and(|error| error.to_string().contains("leaves out")));
    }
}
