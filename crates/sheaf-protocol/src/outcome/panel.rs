//! Rules 1 and 2: who reviews, and the median of what they say.

use super::{OutcomeError, RoundBatch, Voter, job::Judged};
use crate::{
    assignment::{Draws, REVIEWERS, Stake},
    scores::{ScoreFile, lower_median},
};
use rayon::prelude::*;
use sheaf_format::{Hash, Key};
use std::collections::BTreeMap;

/// Contributions of one job that one thread judges at a time, at least.
const TOGETHER: usize = 512;

/// What validators revealed, by their places in the stake table, which ascends by validator.
pub trait Scores: Sync {
    /// Whether a validator's score file is used.
    fn are_used(&self, place: usize) -> bool;

    /// The quality a validator gave a submission, if any.
    fn quality_bps(&self, place: usize, submission: &Hash) -> Option<u16>;
}

/// Score files by the places of their validators.
#[derive(Debug)]
pub(super) struct Files<'a>(pub Vec<Option<&'a ScoreFile>>);

impl Scores for Files<'_> {
    fn are_used(&self, place: usize) -> bool {
        self.0.get(place).is_some_and(Option::is_some)
    }

    fn quality_bps(&self, place: usize, submission: &Hash) -> Option<u16> {
        self.0.get(place)?.as_ref()?.quality_bps(submission)
    }
}

/// The stake table, ascending by validator.
///
/// # Errors
/// [`OutcomeError::RepeatedValidator`].
pub(super) fn table(voters: &[Voter]) -> Result<Vec<Stake>, OutcomeError> {
    let mut stakes: Vec<Stake> = voters.iter().map(Stake::from).collect();
    stakes.sort_unstable();
    match stakes
        .array_windows()
        .find(|[a, b]| a.validator == b.validator)
    {
        Some([twice, _]) => Err(OutcomeError::RepeatedValidator(twice.validator.into())),
        None => Ok(stakes),
    }
}

/// A round's seed, stake table and scores.
#[derive(Debug)]
pub(super) struct Panel<'a, S> {
    pub seed: Hash,
    pub stakes: Vec<Stake>,
    pub scores: &'a S,
}

/// A contribution with its reviewers and quality.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reviewed {
    pub judged: Judged,
    /// Places of the reviewers in the stake table, by rank.
    pub reviewers: [Option<usize>; REVIEWERS],
    pub reviews: u8,
}

impl<S: Scores> Panel<'_, S> {
    /// The validators whose score files are used.
    pub fn revealed(&self) -> Vec<Stake> {
        let places = self.stakes.iter().enumerate();
        places
            .filter(|(place, _)| self.scores.are_used(*place))
            .map(|(_, entry)| *entry)
            .collect()
    }

    /// The validator at a place.
    pub fn validator(&self, place: usize) -> Option<Key> {
        self.stakes.get(place).map(|entry| entry.validator)
    }

    /// A batch's contributions with their quality, ascending by submission.
    pub fn review(&self, batch: &RoundBatch) -> Result<Vec<Reviewed>, OutcomeError> {
        let mut contributions = batch.contributions.clone();
        contributions.sort_unstable();
        let repeated = contributions
            .array_windows()
            .find(|[a, b]| a.submission == b.submission);
        if let Some([repeated, _]) = repeated {
            return Err(OutcomeError::RepeatedSubmission(repeated.submission.into()));
        }
        let draws = Draws::new(&self.seed, &self.stakes);
        let reviewed = contributions
            .par_iter()
            .with_min_len(TOGETHER)
            .map(|contribution| {
                let submission = contribution.submission;
                let mut reviewers = [None; REVIEWERS];
                let mut scores = [(0, 0); REVIEWERS];
                let mut reviews = 0;
                for (slot, place) in reviewers.iter_mut().zip(draws.reviewers(&submission)) {
                    *slot = Some(place);
                    let quality = self.scores.quality_bps(place, &submission);
                    let stake = self.stakes.get(place).map(|entry| entry.stake);
                    if let (Some(quality), Some(stake)) = (quality, stake)
                        && let Some(score) = scores.get_mut(reviews)
                    {
                        *score = (quality, stake);
                        reviews += 1;
                    }
                }
                let given = scores.get(..reviews).unwrap_or_default();
                Reviewed {
                    judged: Judged {
                        submission,
                        contributor: contribution.contributor,
                        units: contribution.units,
                        quality_bps: lower_median(given).unwrap_or(0),
                    },
                    reviewers,
                    // Never more than three.
                    reviews: u8::try_from(reviews).unwrap_or(u8::MAX),
                }
            })
            .collect();
        Ok(reviewed)
    }
}

/// The score files by the places of their authors, each checked against what its author revealed.
pub(super) fn files<'a>(
    files: &'a [ScoreFile],
    voters: &[Voter],
    stakes: &[Stake],
    round: u64,
) -> Result<Files<'a>, OutcomeError> {
    let roots: BTreeMap<Key, Hash> = voters
        .iter()
        .filter_map(|voter| Some((voter.validator, voter.scores_root?)))
        .collect();
    let mut table = vec![None; stakes.len()];
    let checked: Vec<_> = files
        .par_iter()
        .map(|file| {
            let validator = file.validator;
            let root = roots
                .get(&validator.0)
                .ok_or(OutcomeError::NotRevealed(validator))?;
            file.check_revealed(round, root)
                .map_err(|error| OutcomeError::Scores { validator, error })
        })
        .collect();
    for (file, checked) in files.iter().zip(checked) {
        checked?;
        let place = stakes.binary_search_by_key(&file.validator.0, |entry| entry.validator);
        let slot = place.ok().and_then(|place| table.get_mut(place));
        let slot = slot.ok_or(OutcomeError::NotRevealed(file.validator))?;
        if slot.replace(file).is_some() {
            return Err(OutcomeError::RepeatedScores(file.validator));
        }
    }
    Ok(Files(table))
}
