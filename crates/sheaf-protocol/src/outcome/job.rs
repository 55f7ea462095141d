//! Rules 3 to 5: what one job pays, and to whom.

use super::{JobTerms, RoundBatch};
use crate::{
    assignment::Stake,
    rewards::{RewardError, apportion, gross, part, scale_down},
};
use sheaf_format::{Hash, Key};
use std::collections::BTreeMap;

/// A contribution with its quality.
pub(super) struct Judged {
    pub submission: Hash,
    pub contributor: Key,
    pub units: u32,
    pub quality_bps: u16,
}

/// What one job pays.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct JobOutcome {
    pub debit: u64,
    pub treasury: u64,
    /// By validator.
    pub validators: Vec<(Key, u64)>,
    /// By contributor.
    pub contributors: BTreeMap<Key, u64>,
    /// Gross and amount of each contribution, in the order they came.
    pub contributions: Vec<(u64, u64)>,
}

/// Rules 3 to 5. `revealed` are the validators whose score files are used; `has_leaf` tells who
/// has a leaf in the base tree.
pub(super) fn settle(
    batch: &RoundBatch,
    judged: &[Judged],
    revealed: &[Stake],
    has_leaf: &dyn Fn(&Key) -> bool,
) -> Result<JobOutcome, RewardError> {
    let terms = &batch.terms;
    let gross = grosses(batch, judged)?;
    let mut by_contributor: BTreeMap<Key, u64> = BTreeMap::new();
    for (contribution, gross) in judged.iter().zip(&gross) {
        let sum = by_contributor.entry(contribution.contributor).or_default();
        *sum = sum.checked_add(*gross).ok_or(RewardError::Overflow)?;
    }

    // Rule 5: who stays below the minimum is left out with everything it is worth, and the
    // rest is shared as if it had not been there.
    let provisional = share(terms, &by_contributor, revealed)?;
    by_contributor.retain(|contributor, _| {
        let amount = provisional
            .contributors
            .get(contributor)
            .copied()
            .unwrap_or(0);
        amount >= terms.minimum_earning || has_leaf(contributor)
    });
    let mut outcome = share(terms, &by_contributor, revealed)?;
    outcome.contributions = itemise(judged, &gross, &outcome.contributors)?;
    Ok(outcome)
}

/// Rule 3: what each contribution is worth, scaled to what was reserved.
fn grosses(batch: &RoundBatch, judged: &[Judged]) -> Result<Vec<u64>, RewardError> {
    let price = batch.terms.price_per_unit;
    let worth: Vec<(Hash, u64)> = judged
        .iter()
        .map(|one| {
            (
                one.submission,
                gross(one.units, price, one.quality_bps, batch.reserved),
            )
        })
        .collect();
    scale_down(batch.reserved, &worth)
}

/// Rule 4: the debit and its parts.
fn share(
    terms: &JobTerms,
    gross: &BTreeMap<Key, u64>,
    revealed: &[Stake],
) -> Result<JobOutcome, RewardError> {
    let sum = gross
        .values()
        .try_fold(0u64, |sum, gross| sum.checked_add(*gross))
        .ok_or(RewardError::Overflow)?;
    let treasury = part(sum, terms.treasury_bps)?;
    let validators_part = part(sum, terms.validators_bps)?;
    let rest = sum
        .checked_sub(treasury)
        .and_then(|rest| rest.checked_sub(validators_part))
        .ok_or(RewardError::PartTooLarge(
            u64::from(terms.treasury_bps) + u64::from(terms.validators_bps),
        ))?;

    let stakes: Vec<(Key, u64)> = revealed
        .iter()
        .map(|entry| (entry.validator, entry.stake))
        .collect();
    let (validators_part, validators) = if stakes.iter().any(|(_, stake)| *stake > 0) {
        let shares = apportion(validators_part, &stakes)?;
        let keys = stakes.into_iter().map(|(validator, _)| validator);
        (validators_part, keys.zip(shares).collect())
    } else {
        (0, Vec::new())
    };

    let weights: Vec<(Key, u64)> = gross.iter().map(|(key, gross)| (*key, *gross)).collect();
    let shares = apportion(rest, &weights)?;
    let debit = treasury
        .checked_add(validators_part)
        .and_then(|debit| debit.checked_add(rest))
        .ok_or(RewardError::Overflow)?;
    Ok(JobOutcome {
        debit,
        treasury,
        validators,
        contributors: gross.keys().copied().zip(shares).collect(),
        contributions: Vec::new(),
    })
}

/// One contributor's contributions: where they stand, and what each weighs.
type Items = (Vec<usize>, Vec<(Hash, u64)>);

/// Each contribution's part of what its contributor gets: by gross, largest remainder, ties to
/// the smaller submission id.
fn itemise(
    judged: &[Judged],
    gross: &[u64],
    contributors: &BTreeMap<Key, u64>,
) -> Result<Vec<(u64, u64)>, RewardError> {
    let mut items: Vec<(u64, u64)> = gross.iter().map(|gross| (*gross, 0)).collect();
    let mut by_contributor: BTreeMap<Key, Items> = BTreeMap::new();
    for (index, (contribution, gross)) in judged.iter().zip(gross).enumerate() {
        let (indices, weights) = by_contributor.entry(contribution.contributor).or_default();
        indices.push(index);
        weights.push((contribution.submission, *gross));
    }
    for (contributor, (indices, weights)) in by_contributor {
        let amount = contributors.get(&contributor).copied().unwrap_or(0);
        for (index, share) in indices.into_iter().zip(apportion(amount, &weights)?) {
            if let Some((_, amount)) = items.get_mut(index) {
                *amount = share;
            }
        }
    }
    Ok(items)
}
