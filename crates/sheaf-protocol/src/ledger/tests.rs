use super::*;
use proptest::prelude::*;
use sheaf_format::tree;

const PROGRAM: Key = [2; 32];
const POOL: Key = [3; 32];

fn contributor(number: u32) -> Key {
    // Spread, so that the order of keys is not that of indices.
    sheaf_format::digest::sha256(&[&number.to_le_bytes()])
}

fn leaves(count: u32) -> Vec<Leaf> {
    (0..count)
        .map(|number| Leaf {
            contributor: contributor(number),
            cumulative: u64::from(number) * 7 + 1,
        })
        .collect()
}

fn ledger(leaves: &[Leaf]) -> Ledger {
    Ledger::from_leaves(PROGRAM, POOL, leaves).expect("a ledger")
}

/// The node over `2^height` positions from `first` on, straight from the definition.
fn naive(leaves: &[Leaf], first: u32, height: usize) -> Node {
    if height == 0 {
        return match leaves.get(first as usize) {
            Some(leaf) => tree::leaf(&PROGRAM, &POOL, first, &leaf.contributor, leaf.cumulative),
            None => ABSENT,
        };
    }
    if first as usize >= leaves.len() {
        return ABSENT;
    }
    let left = naive(leaves, first, height - 1);
    let right = naive(leaves, first + (1 << (height - 1)), height - 1);
    tree::parent(&left, &right).expect("sums fit")
}

fn climbs(ledger: &Ledger, index: u32) -> Node {
    let leaf = ledger.leaf(index).map_or(ABSENT, |leaf| {
        tree::leaf(&PROGRAM, &POOL, index, &leaf.contributor, leaf.cumulative)
    });
    let page = page_of(index);
    let page_proof = ledger.page_proof(index).expect("a proof");
    let page_root = tree::climb(leaf, position_in_page(index), &page_proof).expect("climbs");
    assert_eq!(ledger.page_root(page), Ok(page_root), "page of {index}");
    tree::climb(page_root, page, &ledger.pool_proof(page).expect("a proof")).expect("climbs")
}

#[test]
fn the_root_is_that_of_the_definition() {
    for count in [0, 1, 2, 3, 511, 512, 513, 1_024, 1_025, 1_537] {
        let leaves = leaves(count);
        let ledger = ledger(&leaves);
        assert_eq!(
            ledger.root(),
            naive(&leaves, 0, PAGE_LEVELS + POOL_LEVELS),
            "{count}"
        );
        assert_eq!(
            ledger.total(),
            leaves.iter().map(|leaf| leaf.cumulative).sum::<u64>()
        );
        assert_eq!(ledger.leaf_count(), count);
        assert!(ledger.leaves().eq(&leaves));
        for page in 0..=ledger.page_count() {
            assert_eq!(
                ledger.page_root(page),
                Ok(naive(&leaves, page << PAGE_LEVELS, PAGE_LEVELS))
            );
        }
    }
}

#[test]
fn nobody_has_earned_in_an_empty_ledger() {
    let empty = Ledger::empty(PROGRAM, POOL);
    assert_eq!(empty, ledger(&[]));
    assert_eq!(empty.root(), ABSENT);
    assert_eq!(empty.page_count(), 0);
    assert_eq!(empty.index_of(&contributor(0)), None);
    assert_eq!(climbs(&empty, 77), ABSENT);
}

#[test]
fn every_leaf_and_every_absence_is_proven() {
    let ledger = ledger(&leaves(1_030));
    let indices = [
        0, 1, 511, 512, 513, 1_023, 1_024, 1_029, 1_030, 1_535, 1_536, 600_000,
    ];
    for index in indices.into_iter().chain([MAX_LEAVES - 1]) {
        assert_eq!(climbs(&ledger, index), ledger.root(), "{index}");
    }
    assert_eq!(
        ledger.page_proof(MAX_LEAVES),
        Err(LedgerError::IndexOutOfRange(MAX_LEAVES))
    );
    assert_eq!(
        ledger.pool_proof(1 << 16),
        Err(LedgerError::PageOutOfRange(1 << 16))
    );
    assert_eq!(
        ledger.page_root(1 << 16),
        Err(LedgerError::PageOutOfRange(1 << 16))
    );
}

#[test]
fn contributors_are_found_by_key() {
    let ledger = ledger(&leaves(700));
    for number in 0..700 {
        assert_eq!(ledger.index_of(&contributor(number)), Some(number));
    }
    assert_eq!(ledger.index_of(&contributor(700)), None);
}

#[test]
fn a_contributor_has_one_leaf() {
    let mut leaves = leaves(5);
    leaves[4].contributor = leaves[1].contributor;
    let refused = Ledger::from_leaves(PROGRAM, POOL, &leaves);
    assert_eq!(
        refused,
        Err(LedgerError::Repeated(leaves[1].contributor.into()))
    );
}

#[test]
fn sums_that_do_not_fit_are_refused() {
    let mut leaves = leaves(2);
    leaves[0].cumulative = u64::MAX;
    assert_eq!(
        Ledger::from_leaves(PROGRAM, POOL, &leaves),
        Err(LedgerError::Overflow)
    );
    leaves.truncate(1);
    let ledger = ledger(&leaves);
    let more = BTreeMap::from([(contributor(0), 1)]);
    assert_eq!(ledger.apply(&more), Err(LedgerError::Overflow));
}

#[test]
fn new_earners_take_the_next_indices_by_key_and_nothing_opens_no_leaf() {
    let base = ledger(&leaves(2));
    let earnings = BTreeMap::from([
        ([9; 32], 5),
        ([4; 32], 6),
        ([5; 32], 0),
        (contributor(1), 10),
    ]);
    let after = base.apply(&earnings).expect("applies");
    let expected = [
        Leaf {
            contributor: contributor(0),
            cumulative: 1,
        },
        Leaf {
            contributor: contributor(1),
            cumulative: 18,
        },
        Leaf {
            contributor: [4; 32],
            cumulative: 6,
        },
        Leaf {
            contributor: [9; 32],
            cumulative: 5,
        },
    ];
    assert!(after.leaves().eq(&expected));
    assert_eq!(base, ledger(&leaves(2)), "the base stays as it was");
}

#[test]
fn a_page_on_which_nobody_earned_is_shared() {
    let base = ledger(&leaves(1_500));
    let after = base
        .apply(&BTreeMap::from([(contributor(600), 1)]))
        .expect("applies");
    let shared: Vec<bool> = base
        .pages
        .iter()
        .zip(&after.pages)
        .map(|(a, b)| Arc::ptr_eq(a, b))
        .collect();
    assert_eq!(shared, [true, false, true]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn applying_earnings_gives_the_tree_of_the_new_leaves(
        count in prop_oneof![Just(0u32), Just(1), Just(511), Just(512), Just(513), 0u32..1_200],
        rounds in proptest::collection::vec(
            proptest::collection::btree_map(0u32..1_800, 0u64..1_000, 0..60),
            1..4,
        ),
    ) {
        let mut expected = leaves(count);
        let mut ledger = ledger(&expected);
        for round in rounds {
            let earnings: BTreeMap<Key, u64> =
                round.into_iter().map(|(number, amount)| (contributor(number), amount)).collect();
            for (key, amount) in &earnings {
                match expected.iter_mut().find(|leaf| leaf.contributor == *key) {
                    Some(leaf) => leaf.cumulative += amount,
                    None if *amount > 0 => expected.push(Leaf { contributor: *key, cumulative: *amount }),
                    None => {}
                }
            }
            ledger = ledger.apply(&earnings).expect("applies");
            prop_assert!(ledger.leaves().eq(&expected));
            prop_assert_eq!(ledger.root(), naive(&expected, 0, PAGE_LEVELS + POOL_LEVELS));
            for (index, leaf) in (0u32..).zip(&expected) {
                prop_assert_eq!(ledger.index_of(&leaf.contributor), Some(index));
            }
        }
    }

    #[test]
    fn any_proof_of_any_tree_leads_to_its_root(count in 0u32..1_100, index in 0..MAX_LEAVES, near in 0u32..1_200) {
        let ledger = ledger(&leaves(count));
        prop_assert_eq!(climbs(&ledger, index), ledger.root());
        prop_assert_eq!(climbs(&ledger, near), ledger.root());
    }
}

#[test]
#[ignore = "large: cargo test -p sheaf-protocol three_million -- --ignored"]
fn three_million_leaves_are_feasible() {
    let base = ledger(&leaves(3_000_000));
    let earnings: BTreeMap<Key, u64> = (0..300_000)
        .map(|number| (contributor(number * 11), 1))
        .collect();
    let after = base.apply(&earnings).expect("applies");
    assert_eq!(after.total(), base.total() + 300_000);
    assert_eq!(climbs(&after, 2_999_999), after.root());
}
