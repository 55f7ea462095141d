//! Rules 3 to 5: what one job pays, and to whom.

use super::{JobTerms, RoundBatch};
use crate::{
    assignment::Stake,
    rewards::{RewardError, apportion, gross, part, scale_down},
};
use sheaf_format::{Hash, Key};
use std::ops::Range;

/// A contribution with its quality.
#[derive(Clone, Copy, Debug)]
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
    /// By contributor, ascending.
    pub contributors: Vec<(Key, u64)>,
    /// Gross and amount of each contribution, in the order they came.
    pub contributions: Vec<(u64, u64)>,
}

/// One contributor's contributions: which of those in order, and what they are worth together.
struct Group {
    contributor: Key,
    gross: u64,
    members: Range<usize>,
}

/// Rules 3 to 5. `revealed` are the validators whose score files are used; `has_leaf` tells who
/// has a leaf in the base tree.
pub(super) fn settle(
    batch: &RoundBatch,
    judged: &[Judged],
    revealed: &[Stake],
    has_leaf: &(dyn Fn(&Key) -> bool + Sync),
) -> Result<JobOutcome, RewardError> {
    let terms = &batch.terms;
    let gross = grosses(batch, judged)?;
    let mut order: Vec<(Key, usize)> = judged
        .iter()
        .enumerate()
        .map(|(place, one)| (one.contributor, place))
        .collect();
    order.sort_unstable();
    let mut groups = groups(&order, &gross)?;

    // Rule 5: who stays below the minimum is left out with everything it is worth, and the
    // rest is shared as if it had not been there.
    let mut outcome = share(terms, &groups, revealed)?;
    let everybody = groups.len();
    let mut amounts = outcome.contributors.iter().map(|(_, amount)| *amount);
    groups.retain(|group| {
        let amount = amounts.next().unwrap_or(0);
        amount >= terms.minimum_earning || has_leaf(&group.contributor)
    });
    if groups.len() < everybody {
        outcome = share(terms, &groups, revealed)?;
    }
    outcome.contributions = itemise(judged, &gross, &order, &groups, &outcome.contributors)?;
    Ok(outcome)
}

/// Contributions by contributor, ascending: `order` is that of all of them.
fn groups(order: &[(Key, usize)], gross: &[u64]) -> Result<Vec<Group>, RewardError> {
    let mut groups: Vec<Group> = Vec::new();
    let mut start = 0;
    for members in order.chunk_by(|a, b| a.0 == b.0) {
        let end = start + members.len();
        if let Some((contributor, _)) = members.first() {
            let worth = members
                .iter()
                .filter_map(|(_, place)| gross.get(*place))
                .try_fold(0u64, |sum, gross| sum.checked_add(*gross))
                .ok_or(RewardError::Overflow)?;
            groups.push(Group {
                contributor: *contributor,
                gross: worth,
                members: start..end,
            });
        }
        start = end;
    }
    Ok(groups)
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
    groups: &[Group],
    revealed: &[Stake],
) -> Result<JobOutcome, RewardError> {
    let sum = groups
        .iter()
        .try_fold(0u64, |sum, group| sum.checked_add(group.gross))
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

    let weights: Vec<(Key, u64)> = groups
        .iter()
        .map(|group| (group.contributor, group.gross))
        .collect();
    let shares = apportion(rest, &weights)?;
    let debit = treasury
        .checked_add(validators_part)
        .and_then(|debit| debit.checked_add(rest))
        .ok_or(RewardError::Overflow)?;
    let keys = weights.into_iter().map(|(contributor, _)| contributor);
    Ok(JobOutcome {
        debit,
        treasury,
        validators,
        contributors: keys.zip(shares).collect(),
        contributions: Vec::new(),
    })
}

/// Each contribution's part of what its contributor gets: by gross, largest remainder, ties to
/// the smaller submission id. Those of contributors without a group get nothing.
fn itemise(
    judged: &[Judged],
    gross: &[u64],
    order: &[(Key, usize)],
    groups: &[Group],
    contributors: &[(Key, u64)],
) -> Result<Vec<(u64, u64)>, RewardError> {
    let mut items: Vec<(u64, u64)> = gross.iter().map(|gross| (*gross, 0)).collect();
    let mut weights: Vec<(Hash, u64)> = Vec::new();
    for (group, (_, amount)) in groups.iter().zip(contributors) {
        let members = order.get(group.members.clone()).unwrap_or_default();
        weights.clear();
        weights.extend(
            members.iter().filter_map(|(_, place)| {
                Some((judged.get(*place)?.submission, *gross.get(*place)?))
            }),
        );
        for ((_, place), share) in members.iter().zip(apportion(*amount, &weights)?) {
            if let Some((_, amount)) = items.get_mut(*place) {
                *amount = share;
            }
        }
    }
    Ok(items)
}
