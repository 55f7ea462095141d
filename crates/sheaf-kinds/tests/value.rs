//! Values of real records, against another program's and against leaving records out.

use sheaf_kinds::dataset::value::{Scale, Table, Valuation, read_table, value};
use std::{collections::BTreeSet, fs, num::NonZeroU32, path::Path};

const K: NonZeroU32 = NonZeroU32::new(5).expect("positive");

/// The lines of a set: its first, the records, and every third as validation.
fn split(name: &str) -> (String, Vec<String>, Vec<String>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/records");
    let text = fs::read_to_string(folder.join(name)).expect("the set is committed");
    let mut lines = text.lines().map(str::to_owned);
    let head = lines.next().expect("a first line");
    let (validation, records): (Vec<_>, Vec<_>) =
        lines.enumerate().partition(|(row, _)| row % 3 == 2);
    let rows = |side: Vec<(usize, String)>| side.into_iter().map(|(_, line)| line).collect();
    (head, rows(records), rows(validation))
}

fn table(head: &str, rows: &[String]) -> Table {
    let label = head.rsplit(',').next().expect("a last column");
    let text = format!("{head}\n{}\n", rows.join("\n"));
    read_table(text.as_bytes(), label, None).expect("a table")
}

fn valued(head: &str, records: &[String], validation: &Table, scale: Scale) -> Valuation {
    value(&table(head, records), validation, K, scale, 2).expect("the same columns")
}

/// Figures of a few lines of numpy (`argsort(kind="stable")`, `cumsum`).
#[test]
fn values_of_flowers_and_wines_are_those_of_another_program() {
    for (name, utility, first, squares) in [
        (
            "iris.csv",
            0.944,
            [0.009_370_02, 0.009_313_19, 0.009_313_19],
            0.009_163_022_898_772_38,
        ),
        (
            "wine.csv",
            0.674_576_271_186_440_4,
            [0.010_842_67, 0.011_576_35, 0.005_605_71],
            0.005_613_880_864_677_027,
        ),
    ] {
        let (head, records, validation) = split(name);
        let validation = table(&head, &validation);
        let found = valued(&head, &records, &validation, Scale::None);
        assert!((found.utility - utility).abs() < 1e-15, "{name}: {found:?}");
        assert!((found.sum() - utility).abs() < 1e-12, "{name}");
        for (value, expected) in found.values.iter().zip(first) {
            assert!((value - expected).abs() < 1e-8, "{name}: {value}");
        }
        let sum: f64 = found.values.iter().map(|value| value * value).sum();
        assert!((sum - squares).abs() < 1e-14, "{name}: {sum}");
    }
}

/// Every ninth record gets the label of another class.
fn mislabelled(records: &[String]) -> (Vec<String>, BTreeSet<usize>) {
    let label = |line: &String| line.rsplit(',').next().expect("a label").to_owned();
    let classes: BTreeSet<String> = records.iter().map(label).collect();
    let classes: Vec<String> = classes.into_iter().collect();
    let mut changed = BTreeSet::new();
    let relabel = |(row, line): (usize, &String)| {
        if row % 9 != 4 {
            return line.clone();
        }
        changed.insert(row);
        let mine = label(line);
        let at = classes.iter().position(|class| *class == mine);
        let other = &classes[(at.expect("known") + 1) % classes.len()];
        format!("{}{other}", line.strip_suffix(&mine).expect("at the end"))
    };
    let lines = records.iter().enumerate().map(relabel).collect();
    (lines, changed)
}

fn lowest(values: &[f64], count: usize) -> BTreeSet<usize> {
    let mut rows: Vec<usize> = (0..values.len()).collect();
    rows.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    rows.truncate(count);
    rows.into_iter().collect()
}

fn without(records: &[String], rows: &BTreeSet<usize>) -> Vec<String> {
    let kept = records.iter().enumerate();
    kept.filter(|(row, _)| !rows.contains(row))
        .map(|(_, line)| line.clone())
        .collect()
}

#[test]
fn wrong_labels_are_found_better_than_by_leaving_one_out() {
    for name in ["iris.csv", "wine.csv"] {
        let (head, records, validation) = split(name);
        let validation = table(&head, &validation);
        let (records, wrong) = mislabelled(&records);
        let utility =
            |records: &[String]| valued(&head, records, &validation, Scale::Validation).utility;
        let found = valued(&head, &records, &validation, Scale::Validation);

        // Leave-one-out: what is lost when the classifier is made again without the record.
        let left_out: Vec<f64> = (0..records.len())
            .map(|row| found.utility - utility(&without(&records, &BTreeSet::from([row]))))
            .collect();

        let share = |values: &[f64]| {
            let low = lowest(values, wrong.len());
            low.intersection(&wrong).count() as f64 / wrong.len() as f64
        };
        let (by_shapley, by_leaving_out) = (share(&found.values), share(&left_out));
        assert!(by_shapley >= 0.9, "{name}: {by_shapley}");
        assert!(by_shapley >= by_leaving_out, "{name}: {by_leaving_out}");

        // Made again without the least valuable records, the classifier is better; without the most
        // valuable ones it is worse.
        let better = utility(&without(&records, &lowest(&found.values, wrong.len())));
        let negated: Vec<f64> = found.values.iter().map(|value| -value).collect();
        let worse = utility(&without(&records, &lowest(&negated, wrong.len())));
        assert!(
            better > found.utility && found.utility > worse,
            "{name}: {worse} {} {better}",
            found.utility
        );
        // Nobody is paid for harm.
        for row in &wrong {
            assert!(found.values[*row] > 0.0 || found.scores[*row] == 0, "{row}");
        }
        println!(
            "{name}: {by_shapley} {by_leaving_out} {worse} {} {better}",
            found.utility
        );
    }
}
