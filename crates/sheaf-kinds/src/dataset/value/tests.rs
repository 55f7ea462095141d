use super::*;
use proptest::prelude::*;
use std::num::NonZeroU32;

fn k(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).expect("positive")
}

/// Rows of `(numbers, label)`, with ids counted from 1.
fn table(rows: &[(Vec<f64>, u8)]) -> Table {
    let width = rows.first().map_or(1, |(numbers, _)| numbers.len());
    let features = (0..width).map(|column| format!("x{column}")).collect();
    let mut table = Table::new(features).expect("columns");
    for (line, (numbers, label)) in (1..).zip(rows) {
        let id = Id::from(line.to_string().as_str());
        let added = table.add(line, id, &label.to_string(), numbers);
        added.expect("a row");
    }
    table
}

/// The game itself, by its definition: the utility of the records in `members`.
fn utility(records: &Table, validation: &Table, members: &[usize], k: u32) -> f64 {
    let distance = |row: usize, point: usize| -> f64 {
        let columns = records.columns.iter().zip(&validation.columns);
        columns
            .map(|(mine, theirs)| (mine[row] - theirs[point]).powi(2))
            .sum()
    };
    let mut right = 0;
    for point in 0..validation.len() {
        let mut near: Vec<usize> = members.to_vec();
        near.sort_by(|a, b| {
            let by_distance = distance(*a, point).total_cmp(&distance(*b, point));
            by_distance.then_with(|| records.ids[*a].cmp(&records.ids[*b]))
        });
        near.truncate(k as usize);
        right += near
            .iter()
            .filter(|row| records.labels[**row] == validation.labels[point])
            .count();
    }
    right as f64 / (f64::from(k) * validation.len() as f64)
}

/// Shapley values by their definition: over all subsets.
fn by_definition(records: &Table, validation: &Table, k: u32) -> Vec<f64> {
    let count = records.len();
    let members = |set: u32| -> Vec<usize> { (0..count).filter(|n| set >> n & 1 == 1).collect() };
    let utilities: Vec<f64> = (0..1u32 << count)
        .map(|set| utility(records, validation, &members(set), k))
        .collect();
    let factorial = |n: usize| (1..=n).map(|n| n as f64).product::<f64>();
    let value = |row: usize| {
        let without = (0..1u32 << count).filter(|set| set >> row & 1 == 0);
        without
            .map(|set| {
                let size = set.count_ones() as usize;
                let weight = factorial(size) * factorial(count - size - 1) / factorial(count);
                weight * (utilities[(set | 1 << row) as usize] - utilities[set as usize])
            })
            .sum()
    };
    (0..count).map(value).collect()
}

fn valued(records: &Table, validation: &Table, neighbours: u32) -> Valuation {
    value(records, validation, k(neighbours), Scale::None, 1).expect("tables of the same columns")
}

/// Few different numbers: many distances are equal.
fn rows(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<(Vec<f64>, u8)>> {
    let row = (
        prop::collection::vec((0i8..4).prop_map(f64::from), 2),
        0u8..3,
    );
    prop::collection::vec(row, count)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn values_are_those_of_the_definition(
        records in rows(1..8), validation in rows(1..4), neighbours in 1u32..10,
    ) {
        let (records, validation) = (table(&records), table(&validation));
        let found = valued(&records, &validation, neighbours);
        let expected = by_definition(&records, &validation, neighbours);
        for (found, expected) in found.values.iter().zip(&expected) {
            prop_assert!((found - expected).abs() < 1e-12, "{found} is not {expected}");
        }
    }

    #[test]
    fn values_add_up_to_the_utility_of_all(
        records in rows(1..40), validation in rows(1..40), neighbours in 1u32..50,
    ) {
        let (records, validation) = (table(&records), table(&validation));
        let found = valued(&records, &validation, neighbours);
        let all: Vec<usize> = (0..records.len()).collect();
        let whole = utility(&records, &validation, &all, neighbours);
        prop_assert_eq!(found.utility, whole);
        prop_assert!((found.sum() - whole).abs() < 1e-12);
    }

    #[test]
    fn neither_threads_nor_the_order_of_the_file_change_a_bit(
        records in rows(2..40), validation in rows(1..130), turn in 1usize..40,
    ) {
        let (sorted, validation) = (table(&records), table(&validation));
        let one = valued(&sorted, &validation, 3);
        let many = value(&sorted, &validation, k(3), Scale::None, 3).expect("the same columns");
        prop_assert_eq!(&one, &many);
        // The same rows, the last ones first, with the ids they had.
        let mut turned = Table::new(sorted.features.clone()).expect("columns");
        let turn = turn % records.len();
        let order: Vec<usize> = (turn..records.len()).chain(0..turn).collect();
        for row in &order {
            let added = turned.add(1, sorted.ids[*row].clone(), &sorted.labels[*row], &records[*row].0);
            added.expect("a row");
        }
        let found = valued(&turned, &validation, 3);
        for (place, row) in order.into_iter().enumerate() {
            prop_assert_eq!(found.values[place].to_bits(), one.values[row].to_bits());
        }
    }

    #[test]
    fn a_score_never_falls_when_the_value_rises(
        a in -1.0f64..1.0, b in -1.0f64..1.0, all in 1usize..10_000, k in 1u32..50,
    ) {
        let (low, high) = if a < b { (a, b) } else { (b, a) };
        prop_assert!(score_bps(low, 1, all, k) <= score_bps(high, 1, all, k));
        prop_assert!(score_bps(high, 1, all, k) <= 10_000);
    }
}

#[test]
fn a_case_worked_by_hand() {
    // From the point at 0: a right one, a wrong one, a right one; K = 2. Theorem 1: s3 = 1/3,
    // s2 = 1/3 - 1/2 = -1/6, s1 = -1/6 + 1/2 = 1/3, and the two nearest are right by half.
    let records = table(&[(vec![1.0], 7), (vec![2.0], 8), (vec![3.0], 7)]);
    let found = valued(&records, &table(&[(vec![0.0], 7)]), 2);
    for (value, expected) in found.values.iter().zip([1.0 / 3.0, -1.0 / 6.0, 1.0 / 3.0]) {
        assert!(
            (value - expected).abs() < 1e-15,
            "{value} is not {expected}"
        );
    }
    assert_eq!(found.utility, 0.5);
    assert_eq!(found.scores, [10_000, 0, 10_000]);
}

#[test]
fn equal_records_have_equal_values_when_nothing_lies_between_them() {
    // Two records of one label at one place are symmetric players; so are any of one label in a row.
    let records = table(&[
        (vec![1.0], 0),
        (vec![1.0], 0),
        (vec![2.0], 0),
        (vec![3.0], 1),
    ]);
    let found = valued(&records, &table(&[(vec![0.0], 0), (vec![0.5], 0)]), 2);
    assert_eq!(found.values[0], found.values[1]);
    assert_eq!(found.values[0], found.values[2]);
}

#[test]
fn a_record_that_changes_nothing_is_worth_nothing() {
    // No validation point has a label that any record has: everybody is a null player.
    let records = table(&[(vec![1.0], 0), (vec![2.0], 1)]);
    let none = valued(&records, &table(&[(vec![0.0], 5)]), 1);
    assert_eq!((none.values, none.utility), (vec![0.0, 0.0], 0.0));
    // The farthest of wrong label changes nothing either: it never displaces a right one.
    let records = table(&[(vec![1.0], 0), (vec![2.0], 0), (vec![9.0], 1)]);
    let found = valued(&records, &table(&[(vec![0.0], 0)]), 1);
    assert_eq!(found.values, [0.5, 0.5, 0.0]);
    assert_eq!(found.scores, [10_000, 10_000, 0]);
}

#[test]
fn fewer_records_than_neighbours_count_each_for_itself() {
    let records = table(&[(vec![1.0], 0), (vec![2.0], 1)]);
    let found = valued(&records, &table(&[(vec![0.0], 0)]), 4);
    assert_eq!((found.values, found.utility), (vec![0.25, 0.0], 0.25));
    assert_eq!(found.scores, [10_000, 0]);
}

#[test]
fn a_contribution_scores_by_the_mean_of_its_records() {
    assert_eq!(score_bps(0.01, 1, 100, 5), 10_000);
    assert_eq!(score_bps(0.005, 1, 100, 5), 5_000);
    assert_eq!(score_bps(0.02, 4, 100, 5), 5_000);
    assert_eq!(score_bps(0.5, 1, 1, 5), 10_000);
    for worthless in [0.0, -0.0, -1.0, f64::NAN, f64::NEG_INFINITY] {
        assert_eq!(score_bps(worthless, 1, 100, 5), 0, "{worthless}");
    }
    assert_eq!(score_bps(1.0, 0, 100, 5), 0);
}

#[test]
fn of_equally_distant_records_the_smaller_id_is_nearer() {
    let read = |text: &str| read_table(text.as_bytes(), "y", None).expect("a table");
    let validation = read("x,y\n0,a\n");
    for (ids, expected) in [
        (["2", "10"], [1.0, 0.0]),
        (["10", "2"], [0.5, -0.5]),
        (["b", "a"], [0.5, -0.5]),
        (["9", "a"], [1.0, 0.0]),
    ] {
        // One is right, the other is not; both are as far. When the wrong one is nearer, it displaces.
        let [right, wrong] = ids;
        let records = read(&format!("id,x,y\n{right},1,a\n{wrong},-1,b\n"));
        let found = valued(&records, &validation, 1);
        let expected = if expected[1] < 0.0 {
            [0.5, -0.5]
        } else {
            [1.0, 0.0]
        };
        assert_eq!(found.values, expected, "{ids:?}");
    }
}

#[test]
fn scaling_is_the_requesters_and_makes_columns_comparable() {
    let read = |text: &str| read_table(text.as_bytes(), "y", None).expect("a table");
    // The wide column is noise, the narrow one tells the label.
    let validation = read("wide,narrow,y\n0,0,a\n1000,1,b\n1000,0,a\n0,1,b\n");
    let records = read("narrow,wide,y,more\n0,600,a,0\n1,400,b,0\n");
    let scaled = value(&records, &validation, k(1), Scale::Validation, 1).expect("columns");
    assert_eq!(scaled.utility, 1.0);
    assert_eq!(valued(&records, &validation, 1).utility, 0.5);
}

#[test]
fn tables_are_refused_with_the_line_and_what_to_do() {
    let refusal = |text: &str| match read_table(text.as_bytes(), "y", None) {
        Ok(table) => panic!("{text:?} was read: {table:?}"),
        Err(error) => error.to_string(),
    };
    for (text, said) in [
        ("", "it is empty"),
        ("x,y\n", "it has no rows"),
        ("x,z\n1,2\n", "no column \"y\", only x,z"),
        ("y\na\n", "no column of numbers"),
        ("x,x,y\n1,1,a\n", "the column \"x\" is there twice"),
        ("x,y,y\n1,1,a\n", "the column \"y\" is there twice"),
        ("x,y\n1,a\n\nred,a\n", "line 4, column \"x\": \"red\""),
        ("x,y\nNaN,a\n", "line 2, column \"x\": \"NaN\""),
        ("x,y\n1e999,a\n", "\"1e999\" is not a finite number"),
        ("x,y\n1,\n", "line 2 has no label"),
        ("id,x,y\n,1,a\n", "line 2 has no id"),
        (
            "id,x,y\n7,1,a\n7,2,a\n",
            "line 3 has the id \"7\" of an earlier",
        ),
        (
            "x,y\n1,a\n1\n",
            "line 3 has 1 fields where the first line has 2",
        ),
    ] {
        let refusal = refusal(text);
        assert!(refusal.contains(said), "{text:?}: {refusal}");
    }
    let named = read_table(b"x,y,name\n1,a,n\n", "y", Some("name")).expect("a table");
    assert_eq!(named.rows().collect::<Vec<_>>(), [(2, &Id::from("n"), "a")]);
    assert!(read_table(b"x,y\n1,a\n", "y", Some("name")).is_err());
}

#[test]
fn records_need_the_columns_of_the_validation_set() {
    let read = |text: &str| read_table(text.as_bytes(), "y", None).expect("a table");
    let refused = value(
        &read("x,y\n1,a\n"),
        &read("z,y\n1,a\n"),
        k(1),
        Scale::None,
        1,
    );
    assert_eq!(refused, Err(ValueError::MissingFeature("z".to_owned())));
}
