//! The numbered rules, in their order.

use super::{
    ContributionOutcome, Debit, Earning, Outcome, OutcomeError, Role, RoundBatch, RoundInputs,
    Voter,
    job::{JobOutcome, Judged, settle},
};
use crate::{
    assignment::{Stake, reviewers},
    manifest::{Manifest, ManifestBatch, ManifestScores},
    scores::{ScoreFile, lower_median},
};
use sheaf_format::{
    Hash, Key,
    digest::{RoundResult, debits_hash},
};
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
    let voters = by_validator(&inputs.voters)?;
    let files = by_author(&inputs.score_files, &voters, scope.round)?;
    let stakes: Vec<Stake> = voters.values().map(|voter| Stake::from(*voter)).collect();
    let revealed: Vec<Stake> = stakes
        .iter()
        .filter(|entry| files.contains_key(&entry.validator))
        .copied()
        .collect();
    let panel = Panel {
        seed: &inputs.seed,
        stakes: &stakes,
        voters: &voters,
        files: &files,
    };
    let has_leaf = |key: &Key| inputs.base.index_of(key).is_some();

    let mut debits = Vec::new();
    let mut contributions = Vec::new();
    let mut earnings: BTreeMap<(Key, Role), u64> = BTreeMap::new();
    for batch in in_order(&inputs.batches)? {
        let number = batch.terms.number;
        let reviewed = panel.review(batch)?;
        let judged: Vec<Judged> = reviewed.iter().map(Judged::from).collect();
        let job = settle(batch, &judged, &revealed, &has_leaf)
            .map_err(|error| OutcomeError::Rewards { number, error })?;
        credit(&mut earnings, &job, &inputs.treasury)?;
        if job.debit > 0 {
            debits.push(Debit {
                job: batch.terms.job,
                number,
                amount: job.debit,
            });
        }
        contributions.extend(
            reviewed
                .into_iter()
                .zip(job.contributions)
                .map(|(reviewed, (gross, amount))| reviewed.into_outcome(number, gross, amount)),
        );
    }

    let mut by_key: BTreeMap<Key, u64> = BTreeMap::new();
    for ((key, _), amount) in &earnings {
        add(by_key.entry(*key).or_default(), *amount)?;
    }
    let ledger = inputs.base.apply(&by_key)?;
    let manifest = manifest(inputs);
    let mut debits_total = 0;
    for debit in &debits {
        add(&mut debits_total, debit.amount)?;
    }
    let root = ledger.root();
    let result = RoundResult {
        base_root: inputs.base.root().hash,
        root: root.hash,
        total: root.sum,
        leaf_count: ledger.leaf_count(),
        debits_hash: debits_hash(
            &scope.pool,
            scope.round,
            debits.iter().map(|debit| (&debit.job, debit.amount)),
        ),
        debits_total,
        manifest_hash: manifest.hash(),
    };
    let earnings = earnings
        .into_iter()
        .filter(|(_, amount)| *amount > 0)
        .map(|((key, role), amount)| Earning { key, role, amount })
        .collect();
    Ok(Outcome {
        ledger,
        result,
        manifest,
        debits,
        contributions,
        earnings,
    })
}

fn add(sum: &mut u64, amount: u64) -> Result<(), OutcomeError> {
    *sum = sum.checked_add(amount).ok_or(OutcomeError::Overflow)?;
    Ok(())
}

fn by_validator(voters: &[Voter]) -> Result<BTreeMap<Key, &Voter>, OutcomeError> {
    let mut table = BTreeMap::new();
    for voter in voters {
        if table.insert(voter.validator, voter).is_some() {
            return Err(OutcomeError::RepeatedValidator(voter.validator.into()));
        }
    }
    Ok(table)
}

/// The score files by their authors, each checked against what its author revealed.
fn by_author<'a>(
    files: &'a [ScoreFile],
    voters: &BTreeMap<Key, &Voter>,
    round: u64,
) -> Result<BTreeMap<Key, &'a ScoreFile>, OutcomeError> {
    let mut table = BTreeMap::new();
    for file in files {
        let validator = file.validator;
        let root = voters
            .get(&validator.0)
            .and_then(|voter| voter.scores_root)
            .ok_or(OutcomeError::NotRevealed(validator))?;
        file.check_revealed(round, &root)
            .map_err(|error| OutcomeError::Scores { validator, error })?;
        if table.insert(validator.0, file).is_some() {
            return Err(OutcomeError::RepeatedScores(validator));
        }
    }
    Ok(table)
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

/// Books what a job pays.
fn credit(
    earnings: &mut BTreeMap<(Key, Role), u64>,
    job: &JobOutcome,
    treasury: &Key,
) -> Result<(), OutcomeError> {
    add(
        earnings.entry((*treasury, Role::Treasury)).or_default(),
        job.treasury,
    )?;
    for (key, amount) in &job.validators {
        add(
            earnings.entry((*key, Role::Validator)).or_default(),
            *amount,
        )?;
    }
    for (key, amount) in &job.contributors {
        add(
            earnings.entry((*key, Role::Contributor)).or_default(),
            *amount,
        )?;
    }
    Ok(())
}

/// Rules 1 and 2.
struct Panel<'a> {
    seed: &'a Hash,
    stakes: &'a [Stake],
    voters: &'a BTreeMap<Key, &'a Voter>,
    files: &'a BTreeMap<Key, &'a ScoreFile>,
}

/// A contribution with its reviewers and quality.
struct Reviewed {
    submission: Hash,
    contributor: Key,
    units: u32,
    reviewers: Vec<Key>,
    reviews: u8,
    quality_bps: u16,
}

impl Panel<'_> {
    /// A batch's contributions with their quality, ascending by submission.
    fn review(&self, batch: &RoundBatch) -> Result<Vec<Reviewed>, OutcomeError> {
        let mut contributions = batch.contributions.clone();
        contributions.sort_unstable();
        let repeated = contributions
            .array_windows()
            .find(|[a, b]| a.submission == b.submission);
        if let Some([repeated, _]) = repeated {
            return Err(OutcomeError::RepeatedSubmission(repeated.submission.into()));
        }
        let reviewed = contributions.into_iter().map(|contribution| {
            let submission = contribution.submission;
            let reviewers = reviewers(self.seed, &submission, self.stakes);
            let scores: Vec<(u16, u64)> = reviewers
                .iter()
                .filter_map(|reviewer| {
                    let quality = self.files.get(reviewer)?.quality_bps(&submission)?;
                    Some((quality, self.voters.get(reviewer)?.stake))
                })
                .collect();
            Reviewed {
                submission,
                contributor: contribution.contributor,
                units: contribution.units,
                // Never more than three.
                reviews: u8::try_from(scores.len()).unwrap_or(u8::MAX),
                quality_bps: lower_median(&scores).unwrap_or(0),
                reviewers,
            }
        });
        Ok(reviewed.collect())
    }
}

impl From<&Reviewed> for Judged {
    fn from(reviewed: &Reviewed) -> Self {
        Self {
            submission: reviewed.submission,
            contributor: reviewed.contributor,
            units: reviewed.units,
            quality_bps: reviewed.quality_bps,
        }
    }
}

impl Reviewed {
    fn into_outcome(self, number: u64, gross: u64, amount: u64) -> ContributionOutcome {
        ContributionOutcome {
            number,
            submission: self.submission,
            contributor: self.contributor,
            reviewers: self.reviewers,
            reviews: self.reviews,
            quality_bps: self.quality_bps,
            gross,
            amount,
        }
    }
}
