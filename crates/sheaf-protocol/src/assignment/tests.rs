use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// `-log2((h + 1) / 2^64) × 2^56`, rounded up, as another program computed it to 80 digits.
const LOGARITHMS: [(u64, u64); 12] = [
    (0, 64 << 56),
    (1, 63 << 56),
    (2, 4_497_477_433_985_083_769),
    (9, 4_372_315_872_342_806_997),
    (0xffff, 48 << 56),
    (0x0123_4567_89ab_cdef, 563_042_272_977_914_216),
    (0x7fff_ffff_ffff_ffff, 1 << 56),
    (0x8000_0000_0000_0000, 1 << 56),
    (0xdead_beef_cafe_f00d, 14_496_566_844_140_371),
    (u64::MAX - 2, 1),
    (u64::MAX - 1, 1),
    (u64::MAX, 0),
];

#[test]
fn logarithms_are_exact_to_the_last_bit_rounded_up() {
    for (h, expected) in LOGARITHMS {
        assert_eq!(negative_log2(h), expected, "{h:#x}");
    }
}

/// Reviewers of five submissions under eight stakes, as another program drew them.
#[test]
fn reviewers_are_as_the_contract_draws_them() {
    let stakes: Vec<Stake> = (0..8u8)
        .map(|at| Stake {
            validator: [10 + at; 32],
            stake: (u64::from(at) + 1) * 1_000,
        })
        .collect();
    let expected: [[u8; 3]; 5] = [
        [12, 13, 16],
        [17, 13, 15],
        [17, 14, 15],
        [12, 15, 14],
        [14, 15, 11],
    ];
    for (submission, expected) in (0u8..).zip(expected) {
        let found = reviewers(&[1; 32], &[submission; 32], &stakes);
        assert_eq!(found, expected.map(|byte| [byte; 32]));
        assert!(is_reviewer(&[1; 32], &[submission; 32], &stakes, &found[2]));
        assert!(!is_reviewer(
            &[1; 32],
            &[submission; 32],
            &stakes,
            &[10; 32]
        ));
    }
}

#[test]
fn all_review_when_there_are_fewer_than_three_and_never_without_stake() {
    let stakes = [
        Stake {
            validator: [1; 32],
            stake: 5,
        },
        Stake {
            validator: [2; 32],
            stake: 0,
        },
        Stake {
            validator: [3; 32],
            stake: u64::MAX,
        },
    ];
    let mut found = reviewers(&[0; 32], &[9; 32], &stakes);
    found.sort_unstable();
    assert_eq!(found, [[1; 32], [3; 32]]);
    assert!(reviewers(&[0; 32], &[9; 32], &[]).is_empty());
}

#[test]
fn the_long_run_share_of_first_places_is_proportional_to_stake() {
    let stakes: Vec<Stake> = [1_000, 2_000, 3_000, 4_000, 10_000]
        .into_iter()
        .zip(1u8..)
        .map(|(stake, byte)| Stake {
            validator: [byte; 32],
            stake,
        })
        .collect();
    const DRAWS: u32 = 40_000;
    let mut firsts: BTreeMap<Key, u32> = BTreeMap::new();
    for draw in 0..DRAWS {
        let mut submission = [0; 32];
        submission[..4].copy_from_slice(&draw.to_le_bytes());
        let first = reviewers(&[7; 32], &submission, &stakes)[0];
        *firsts.entry(first).or_default() += 1;
    }
    for Stake { validator, stake } in stakes {
        let expected = f64::from(DRAWS) * stake as f64 / 20_000.0;
        let found = f64::from(firsts[&validator]);
        assert!(
            (found / expected - 1.0).abs() < 0.06,
            "{stake}: {found} instead of {expected}"
        );
    }
}

proptest! {
    #[test]
    fn the_error_of_the_logarithm_stays_within_its_bound(h: u64) {
        // f64 itself is good for about 2^-46 here.
        let exact = 64.0 - (h as f64 + 1.0).log2();
        let found = negative_log2(h) as f64 / (1u64 << 56) as f64;
        prop_assert!((found - exact).abs() < 1e-13, "{} {}", found, exact);
    }

    #[test]
    fn a_larger_draw_never_has_a_larger_key(h in 0..u64::MAX) {
        prop_assert!(negative_log2(h + 1) <= negative_log2(h));
    }

    #[test]
    fn the_order_of_the_stake_table_does_not_matter(
        seed: [u8; 32],
        stakes in proptest::collection::btree_map(any::<[u8; 32]>(), any::<u64>(), 0..20),
    ) {
        let stakes: Vec<Stake> =
            stakes.into_iter().map(|(validator, stake)| Stake { validator, stake }).collect();
        let mut reversed = stakes.clone();
        reversed.reverse();
        prop_assert_eq!(reviewers(&seed, &[0; 32], &stakes), reviewers(&seed, &[0; 32], &reversed));
    }
}

/// The definition, without shortcuts.
fn slow_reviewers(seed: &Hash, submission: &Hash, stakes: &[Stake]) -> Vec<Key> {
    let mut keys: Vec<(u64, &Stake)> = stakes
        .iter()
        .filter(|entry| entry.stake > 0)
        .map(|entry| {
            (
                negative_log2(draw(seed, submission, &entry.validator)),
                entry,
            )
        })
        .collect();
    keys.sort_unstable_by(|(a_log, a), (b_log, b)| {
        let left = u128::from(*a_log) * u128::from(b.stake);
        let right = u128::from(*b_log) * u128::from(a.stake);
        left.cmp(&right).then(a.validator.cmp(&b.validator))
    });
    keys.truncate(REVIEWERS);
    keys.into_iter().map(|(_, entry)| entry.validator).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn shortcuts_draw_whom_the_definition_draws(
        seed: Hash,
        submission: Hash,
        stakes in proptest::collection::vec(
            prop_oneof![Just(0u64), Just(1), Just(1_000), Just(u64::MAX), 1u64..2_000, any::<u64>()],
            0..65,
        ),
    ) {
        let stakes: Vec<Stake> = (0u8..)
            .zip(stakes)
            .map(|(at, stake)| Stake { validator: [at; 32], stake })
            .collect();
        prop_assert_eq!(
            reviewers(&seed, &submission, &stakes),
            slow_reviewers(&seed, &submission, &stakes)
        );
    }

    #[test]
    fn a_few_bits_bound_the_logarithm(
        h in prop_oneof![any::<u64>(), Just(u64::MAX), Just(u64::MAX - 1), 0u64..9, (0u32..64).prop_map(|bit| (1u64 << bit) - 1)],
    ) {
        let (least, most) = bounds(h);
        let exact = negative_log2(h);
        prop_assert!(least <= exact && exact <= most, "{least} {exact} {most}");
        prop_assert!(tangent(h) <= exact, "{} {exact}", tangent(h));
        prop_assert!(most - least < 1 << (LOG2_FRACTION_BITS - COARSE_BITS));
    }
}
