//! Shares of an amount: gross by quality, scaling, and division without a base unit lost.

use sheaf_format::limits::BPS;

/// Why an amount cannot be shared out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RewardError {
    /// Something to share, and nobody who weighs anything.
    #[error("{0} base units are to be shared, but nobody has a part in them")]
    NobodyToShare(u64),
    /// A part of more than the whole.
    #[error("a part of {0} bps is more than the whole")]
    PartTooLarge(u64),
    /// A sum that does not fit.
    #[error("an amount does not fit 64 bits")]
    Overflow,
}

/// `floor(units × price_per_unit × quality_bps / 10,000)`, but at most `limit`: what a
/// contribution is worth, capped at what its batch reserved.
pub fn gross(units: u32, price_per_unit: u64, quality_bps: u16, limit: u64) -> u64 {
    // Below 2^32 × 2^64 × 2^16.
    let product = u128::from(units) * u128::from(price_per_unit) * u128::from(quality_bps);
    u64::try_from(product / u128::from(BPS))
        .unwrap_or(u64::MAX)
        .min(limit)
}

/// `floor(amount × bps / 10,000)`.
///
/// # Errors
/// [`RewardError::PartTooLarge`] above 10,000 bps.
pub fn part(amount: u64, bps: u16) -> Result<u64, RewardError> {
    if u64::from(bps) > BPS {
        return Err(RewardError::PartTooLarge(bps.into()));
    }
    let part = u128::from(amount) * u128::from(bps) / u128::from(BPS);
    u64::try_from(part).map_err(|_| RewardError::Overflow)
}

/// Divides `total` in proportion to weights by largest remainder: each gets
/// `floor(total × weight / sum)`, and the units left over go one each to the largest remainders,
/// ties to the smaller key. The result stands in the order of `weights` and sums to `total`; a
/// weight of zero gets nothing. Keys must be distinct for the result not to depend on the order.
///
/// # Errors
/// [`RewardError::NobodyToShare`] when `total` is not zero and all weights are.
pub fn apportion<K: Ord>(total: u64, weights: &[(K, u64)]) -> Result<Vec<u64>, RewardError> {
    let sum: u128 = weights.iter().map(|(_, weight)| u128::from(*weight)).sum();
    if sum == 0 {
        return match total {
            0 => Ok(vec![0; weights.len()]),
            _ => Err(RewardError::NobodyToShare(total)),
        };
    }
    let mut shares = Vec::with_capacity(weights.len());
    let mut remainders = Vec::with_capacity(weights.len());
    let mut left = total;
    for (index, (key, weight)) in weights.iter().enumerate() {
        let product = u128::from(total) * u128::from(*weight);
        let quotient = product / sum;
        let share = u64::try_from(quotient).map_err(|_| RewardError::Overflow)?;
        left = left.checked_sub(share).ok_or(RewardError::Overflow)?;
        shares.push(share);
        remainders.push((product - quotient * sum, key, index));
    }
    if left == 0 {
        return Ok(shares);
    }
    // Remainders sum to `left × sum` and each is below `sum`, so more than `left` of them are not zero.
    let last = usize::try_from(left - 1)
        .ok()
        .filter(|last| *last < remainders.len())
        .ok_or(RewardError::Overflow)?;
    remainders.select_nth_unstable_by(last, |a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    for (_, _, index) in remainders.iter().take(last + 1) {
        if let Some(share) = shares.get_mut(*index) {
            *share = share.checked_add(1).ok_or(RewardError::Overflow)?;
        }
    }
    Ok(shares)
}

/// Scales weights down to sum to exactly `limit` when they exceed it, and leaves them otherwise.
///
/// # Errors
/// Those of [`apportion`].
pub fn scale_down<K: Ord>(limit: u64, weights: &[(K, u64)]) -> Result<Vec<u64>, RewardError> {
    let sum: u128 = weights.iter().map(|(_, weight)| u128::from(*weight)).sum();
    if sum <= u128::from(limit) {
        return Ok(weights.iter().map(|(_, weight)| *weight).collect());
    }
    apportion(limit, weights)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn gross_is_rounded_down_and_capped() {
        assert_eq!(gross(3, 7, 5_000, 100), 10);
        assert_eq!(gross(3, 7, 0, 100), 0);
        assert_eq!(gross(3, 7, 10_000, 20), 20);
        assert_eq!(gross(u32::MAX, u64::MAX, u16::MAX, u64::MAX), u64::MAX);
    }

    #[test]
    fn a_part_never_exceeds_the_whole() {
        assert_eq!(part(999, 500), Ok(49));
        assert_eq!(part(u64::MAX, 10_000), Ok(u64::MAX));
        assert_eq!(part(1, 10_001), Err(RewardError::PartTooLarge(10_001)));
    }

    #[test]
    fn the_largest_remainders_get_what_is_left() {
        // 10 × 1/6 = 1.67, 10 × 2/6 = 3.33, 10 × 3/6 = 5.
        assert_eq!(
            apportion(10, &[('c', 1), ('b', 2), ('a', 3)]),
            Ok(vec![2, 3, 5])
        );
    }

    #[test]
    fn equal_remainders_go_to_the_smaller_key() {
        assert_eq!(apportion(1, &[(2, 1), (1, 1), (3, 1)]), Ok(vec![0, 1, 0]));
        assert_eq!(apportion(5, &[(2, 1), (1, 1), (3, 1)]), Ok(vec![2, 2, 1]));
    }

    #[test]
    fn nothing_is_shared_among_nobody() {
        assert_eq!(apportion::<u8>(0, &[]), Ok(vec![]));
        assert_eq!(apportion(0, &[(1, 0)]), Ok(vec![0]));
        assert_eq!(apportion(5, &[(1, 0)]), Err(RewardError::NobodyToShare(5)));
    }

    #[test]
    fn scaling_reaches_the_limit_exactly_and_only_when_needed() {
        assert_eq!(scale_down(10, &[(1, 4), (2, 6)]), Ok(vec![4, 6]));
        assert_eq!(scale_down(9, &[(1, 4), (2, 6)]), Ok(vec![4, 5]));
        assert_eq!(scale_down(0, &[(1, 4)]), Ok(vec![0]));
    }

    proptest! {
        #[test]
        fn shares_sum_to_the_total_and_stay_within_one_of_the_exact(
            total: u64,
            weights in proptest::collection::vec(any::<u64>(), 1..40),
        ) {
            prop_assume!(weights.iter().any(|weight| *weight > 0));
            let keyed: Vec<_> = weights.iter().copied().enumerate().collect();
            let shares = apportion(total, &keyed).expect("somebody shares");
            prop_assert_eq!(shares.iter().map(|share| u128::from(*share)).sum::<u128>(), u128::from(total));
            let sum: u128 = weights.iter().map(|weight| u128::from(*weight)).sum();
            for (share, weight) in shares.iter().zip(&weights) {
                let floor = u128::from(total) * u128::from(*weight) / sum;
                prop_assert!(u128::from(*share) == floor || u128::from(*share) == floor + 1);
                prop_assert!(*weight > 0 || *share == 0);
            }
        }

        #[test]
        fn the_units_left_over_go_to_the_largest_remainders(
            total in 0u64..10_000,
            weights in proptest::collection::vec(0u64..30, 1..40),
        ) {
            prop_assume!(weights.iter().any(|weight| *weight > 0));
            let keyed: Vec<_> = weights.iter().copied().enumerate().collect();
            let sum: u64 = weights.iter().sum();
            let mut order: Vec<usize> = (0..weights.len()).collect();
            order.sort_by_key(|at| (std::cmp::Reverse(total * weights[*at] % sum), *at));
            let mut expected: Vec<u64> = weights.iter().map(|weight| total * weight / sum).collect();
            let left = total - expected.iter().sum::<u64>();
            for at in order.into_iter().take(left as usize) {
                expected[at] += 1;
            }
            prop_assert_eq!(apportion(total, &keyed), Ok(expected));
        }

        #[test]
        fn the_order_of_weights_does_not_matter(
            total: u64,
            weights in proptest::collection::btree_map(any::<u16>(), 1u64..50, 1..40),
        ) {
            let forwards: Vec<_> = weights.clone().into_iter().collect();
            let backwards: Vec<_> = weights.into_iter().rev().collect();
            let mut reversed = apportion(total, &backwards).expect("shares");
            reversed.reverse();
            prop_assert_eq!(apportion(total, &forwards).expect("shares"), reversed);
        }
    }
}
