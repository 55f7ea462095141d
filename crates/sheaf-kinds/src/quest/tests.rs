//! What aggregation promises, whatever the answers are.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Question, worker, label.
type Row = (String, String, String);

fn row(question: impl ToString, worker: impl ToString, label: impl ToString) -> Row {
    (question.to_string(), worker.to_string(), label.to_string())
}

fn table(rows: &[Row]) -> Answers {
    let mut builder = AnswersBuilder::default();
    for (line, (question, worker, label)) in (2..).zip(rows) {
        builder.add(line, question, worker, label);
    }
    builder.finish().expect("a table")
}

fn estimate(answers: &Answers) -> DawidSkene {
    dawid_skene(answers).expect("few labels")
}

/// The chosen label of each question.
fn labels(answers: &Answers, choices: &[Choice]) -> Vec<(String, String)> {
    let names = choices
        .iter()
        .map(|choice| answers.labels()[choice.label as usize].clone());
    answers.questions().iter().cloned().zip(names).collect()
}

/// Answers of up to 12 workers to up to 20 questions, up to 4 labels.
fn rows() -> impl Strategy<Value = Vec<Row>> {
    prop::collection::btree_map((0_u8..20, 0_u8..12), 0_u8..4, 1..120).prop_map(|cells| {
        cells
            .into_iter()
            .map(|((question, worker), label)| row(question, worker, label))
            .collect()
    })
}

/// Five workers answer twenty questions with yes or no: three are right, two always lie. Four more
/// questions are answered by both liars and one of the honest alone.
fn liars() -> (Vec<Row>, Truth) {
    let (mut rows, mut truth) = (Vec::new(), Truth::default());
    for question in 0_u8..24 {
        let [right, wrong] = if question % 2 == 0 {
            ["yes", "no"]
        } else {
            ["no", "yes"]
        };
        truth.add(0, &question.to_string(), right).expect("once");
        for liar in ["lies", "lies too"] {
            rows.push(row(question, liar, wrong));
        }
        let honest: &[&str] = if question < 20 {
            &["ann", "ben", "cem"]
        } else {
            &["ann"]
        };
        rows.extend(honest.iter().map(|worker| row(question, worker, right)));
    }
    (rows, truth)
}

#[test]
fn liars_are_turned_round_but_not_by_majority() {
    let (rows, truth) = liars();
    let answers = table(&rows);
    let by_majority = accuracy(&answers, &majority(&answers), &truth);
    assert_eq!((by_majority.correct, by_majority.compared), (20, 24));
    let estimate = estimate(&answers);
    let by_estimate = accuracy(&answers, &estimate.choices, &truth);
    assert_eq!((by_estimate.correct, by_estimate.compared), (24, 24));
    assert!(estimate.converged);
    let quality = |worker: &str| {
        let worker = answers.workers().iter().position(|name| name == worker);
        estimate.quality(worker.expect("a worker"))
    };
    assert!(quality("ann") > 0.9 && quality("lies") < 0.1);
}

#[test]
fn a_tie_goes_to_the_smaller_label() {
    // Smaller as text: "10" stands before "9".
    let answers = table(&[
        row("q", "v", "9"),
        row("q", "w", "10"),
        row("r", "w", "9"),
        row("r", "v", "10"),
    ]);
    for choices in [majority(&answers), estimate(&answers).choices] {
        assert_eq!(choices.len(), 2);
        for choice in choices {
            assert_eq!(answers.labels()[choice.label as usize], "10");
            assert_eq!(choice.probability, 0.5);
        }
    }
}

#[test]
fn the_most_frequent_label_wins_whatever_its_place() {
    let answers = table(&[
        row("q", "u", "b"),
        row("q", "v", "a"),
        row("q", "w", "b"),
        row("r", "u", "a"),
    ]);
    let choices = majority(&answers);
    assert_eq!(choices[0].label, 1);
    assert!((choices[0].probability - 2.0 / 3.0).abs() < 1e-12);
    assert_eq!((choices[1].label, choices[1].probability), (0, 1.0));
    let agreed: Vec<f64> = agreement(&answers, &choices)
        .into_iter()
        .map(Agreement::share)
        .collect();
    assert_eq!(agreed, [1.0, 0.0, 1.0]);
}

#[test]
fn one_answer_is_enough_to_go_on() {
    let answers = table(&[row("q", "w", "a")]);
    let estimate = estimate(&answers);
    let only = Choice {
        label: 0,
        probability: 1.0,
    };
    assert_eq!(estimate.choices, [only]);
    assert_eq!(estimate.confusion(0, 0, 0), 1.0);
    assert!(estimate.converged);
}

#[test]
fn one_answer_makes_nobody_perfect() {
    let mut rows: Vec<Row> = (0..40)
        .flat_map(|question| {
            let label = question % 2;
            ["u", "v", "w"].map(|worker| {
                // One answer in five is wrong.
                let wrong = (question + usize::from(worker.as_bytes()[0])) % 5 == 0;
                row(question, worker, (label + usize::from(wrong)) % 2)
            })
        })
        .collect();
    rows.push(row(0, "new", 0));
    let answers = table(&rows);
    let estimate = estimate(&answers);
    let new = estimate.quality(0);
    assert_eq!(answers.workers()[0], "new");
    assert!((0.7..0.9).contains(&new), "{new}");
}

#[test]
fn rare_labels_survive() {
    // One question in twenty is rare; each of many workers answers few questions, and well.
    let (mut rows, mut truth) = (Vec::new(), Truth::default());
    for question in 0..200 {
        let label = if question % 20 == 0 { "rare" } else { "usual" };
        truth.add(0, &question.to_string(), label).expect("once");
        for vote in 0..3 {
            let wrong = (question * 3 + vote) % 10 == 7;
            let given = match (wrong, label) {
                (false, label) => label,
                (true, "rare") => "usual",
                (true, _) => "rare",
            };
            rows.push(row(question, (question * 3 + vote) % 97, given));
        }
    }
    let answers = table(&rows);
    let right = accuracy(&answers, &estimate(&answers).choices, &truth);
    assert!(right.correct >= 196, "{right:?}");
}

#[test]
fn many_labels_do_not_drown_the_answers() {
    // 100 labels, 3 answers each by 30 workers; every seventh answer is wrong.
    let (mut rows, mut truth) = (Vec::new(), Truth::default());
    for question in 0_usize..300 {
        let label = question * 37 % 100;
        truth
            .add(0, &question.to_string(), &label.to_string())
            .expect("once");
        for vote in 0..3 {
            let number = question * 3 + vote;
            let given = if number % 7 == 0 {
                (label + number) % 100
            } else {
                label
            };
            rows.push(row(question, number % 30, given));
        }
    }
    let answers = table(&rows);
    let right = accuracy(&answers, &estimate(&answers).choices, &truth);
    assert!(right.correct >= 297, "{right:?}");
}

#[test]
fn too_many_labels_are_refused_before_memory_is_taken() {
    let rows: Vec<Row> = (0..9_000).map(|n| row(n, "w", n)).collect();
    let refused = dawid_skene(&table(&rows)).expect_err("9,000 labels");
    assert_eq!(
        (refused.labels, refused.questions, refused.workers),
        (9_000, 9_000, 1)
    );
    assert!(refused.to_string().contains("use the method majority"));
}

#[test]
fn a_repeated_answer_names_both_lines() {
    let mut builder = AnswersBuilder::default();
    for (line, label) in [(9, "b"), (4, "a"), (6, "a")] {
        builder.add(line, "q", "w", label);
    }
    let repeated = AnswersError::Repeated {
        line: 6,
        first: 4,
        question: "q".to_owned(),
        worker: "w".to_owned(),
    };
    assert_eq!(builder.finish(), Err(repeated));
    assert_eq!(AnswersBuilder::default().finish(), Err(AnswersError::None));
}

#[test]
fn what_was_not_answered_is_not_compared() {
    let answers = table(&[row("q", "w", "a"), row("r", "w", "b")]);
    let mut truth = Truth::default();
    for (question, label) in [("q", "a"), ("r", "never given"), ("s", "a")] {
        truth.add(2, question, label).expect("once");
    }
    assert!(truth.add(5, "q", "b").is_err());
    let found = accuracy(&answers, &majority(&answers), &truth);
    assert_eq!((found.compared, found.correct, found.unanswered), (2, 1, 1));
    assert_eq!(found.share(), Some(0.5));
    assert_eq!(
        accuracy(&answers, &majority(&answers), &Truth::default()).share(),
        None
    );
}

proptest! {
    #[test]
    fn the_order_of_rows_changes_nothing(
        (ordered, shuffled) in rows().prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle())),
    ) {
        let [ordered, shuffled] = [table(&ordered), table(&shuffled)];
        prop_assert_eq!(&ordered, &shuffled);
        prop_assert_eq!(estimate(&ordered), estimate(&shuffled));
    }

    #[test]
    fn the_names_of_workers_change_nothing(
        rows in rows(), names in Just((0..12).collect::<Vec<u8>>()).prop_shuffle(),
    ) {
        let name = |worker: &str| names[worker.parse::<usize>().expect("a number")].to_string();
        let renamed: Vec<Row> = rows.iter().map(|(q, w, l)| row(q, name(w), l)).collect();
        let [before, after] = [table(&rows), table(&renamed)];
        prop_assert_eq!(majority(&before), majority(&after));
        // To the last bit, although the sums run in another order.
        let [old, new] = [estimate(&before), estimate(&after)];
        prop_assert_eq!(&old.choices, &new.choices);
        prop_assert_eq!(&old.class_priors, &new.class_priors);
        prop_assert_eq!(old.iterations, new.iterations);
        let qualities = |answers: &Answers, estimate: &DawidSkene| -> BTreeMap<String, f64> {
            let names = answers.workers().iter().cloned();
            names.enumerate().map(|(index, name)| (name, estimate.quality(index))).collect()
        };
        let found: BTreeMap<String, f64> = qualities(&before, &old)
            .into_iter()
            .map(|(worker, quality)| (name(&worker), quality))
            .collect();
        prop_assert_eq!(found, qualities(&after, &new));
    }

    #[test]
    fn who_agrees_is_believed(cells in prop::collection::btree_set((0_u8..20, 0_u8..12), 1..120)) {
        let label = |question: u8| question * 7 % 4;
        let rows: Vec<Row> = cells.iter().map(|(q, w)| row(q, w, label(*q))).collect();
        let answers = table(&rows);
        let unanimous: BTreeMap<String, String> =
            rows.into_iter().map(|(question, _, label)| (question, label)).collect();
        let unanimous: Vec<_> = unanimous.into_iter().collect();
        prop_assert_eq!(&labels(&answers, &majority(&answers)), &unanimous);
        prop_assert_eq!(&labels(&answers, &estimate(&answers).choices), &unanimous);
    }

    #[test]
    fn probabilities_are_probabilities(rows in rows()) {
        let answers = table(&rows);
        let estimate = estimate(&answers);
        let labels = answers.labels().len();
        let is_one = |sum: f64| (sum - 1.0).abs() < 1e-6;
        prop_assert!(is_one(estimate.class_priors.iter().sum()));
        for choice in &estimate.choices {
            let least = 1.0 / labels as f64 - 1e-6;
            prop_assert!((least..=1.0).contains(&choice.probability), "{choice:?}");
        }
        for worker in 0..answers.workers().len() {
            for truth in 0..labels {
                let row = (0..labels).map(|answer| estimate.confusion(worker, truth, answer));
                prop_assert!(is_one(row.sum()));
            }
        }
    }
}
