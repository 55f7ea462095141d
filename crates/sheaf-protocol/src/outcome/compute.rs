//! The numbered rules, in their order.

use super::{
    ContributionOutcome, Outcome, OutcomeError, RoundBatch, RoundInputs,
    panel::{Panel, files, table},
    settlement::Settlement,
};
use crate::manifest::{Manifest, ManifestBatch, ManifestScores};
use std::collections::{BTreeMap, BTreeSet};

/// Computes a round's outcome.
///
/// # Errors
/// [`OutcomeError`] when the inputs are not the data of one round.
pub fn compute(inputs: &RoundInputs<'_>) -> Result<Outcome, OutcomeError> {
    let scope = &inputs.scope;
    if *inputs.base.program() != scope.program || *inputs.base.pool() != scope.pool {
        return Err(OutcomeError::OtherLedger);
    }
    let stakes = table(&inputs.voters)?;
    let scores = files(&inputs.score_files, &inputs.voters, &stakes, scope.round)?;
    let batches = in_order(&inputs.batches)?;
    let panel = Panel {
        seed: inputs.seed,
        stakes,
        scores: &scores,
    };
    let mut settlement = Settlement::with_panel(inputs.base, panel, inputs.treasury);
    let mut contributions: Vec<ContributionOutcome> = Vec::new();
    settlement.settle(&batches, |one| contributions.push(one))?;
    let settled = settlement.finish()?;
    let ledger = settled.apply(inputs.base)?;
    let manifest = manifest(inputs);
    Ok(Outcome {
        result: settled.result(scope, inputs.base, &ledger, manifest.hash()),
        ledger,
        manifest,
        debits: settled.debits,
        contributions,
        earnings: settled.earnings,
    })
}

/// The batches ascending by job number, each job and number once.
fn in_order(batches: &[RoundBatch]) -> Result<Vec<&RoundBatch>, OutcomeError> {
    let mut jobs = BTreeSet::new();
    let mut by_number = BTreeMap::new();
    for batch in batches {
        let number = batch.terms.number;
        if !jobs.insert(batch.terms.job) || by_number.insert(number, batch).is_some() {
            return Err(OutcomeError::RepeatedJob(number));
        }
    }
    Ok(by_number.into_values().collect())
}

fn manifest(inputs: &RoundInputs<'_>) -> Manifest {
    let batches = inputs.batches.iter().map(|batch| ManifestBatch {
        number: batch.terms.number,
        job: batch.terms.job.into(),
        contributions_root: batch.contributions_root.into(),
    });
    let scores = inputs.score_files.iter().map(|file| ManifestScores {
        validator: file.validator,
        scores_root: file.root().into(),
    });
    Manifest::new(
        inputs.scope.pool,
        inputs.scope.round,
        batches.collect(),
        scores.collect(),
    )
}
