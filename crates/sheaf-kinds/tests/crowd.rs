//! Aggregation of real answers, where they are at hand.
//!
//! The sets stand beside the clone, in `../shared/data/crowd`; without them these tests say that they
//! are skipped, and pass.

use sheaf_kinds::quest::{
    Accuracy, Answers, Truth, accuracy, dawid_skene, majority, read_answers, read_truth,
};
use std::{fs, io::Write as _, path::Path};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/crowd");

fn open(set: &str) -> Option<(Answers, Truth)> {
    let folder = Path::new(FOLDER).join(set);
    if !folder.is_dir() {
        // Not `eprintln!`, which the test harness keeps to itself while tests pass.
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED: the set {set} is not beside this clone (../shared/data/crowd/{set})"
        );
        return None;
    }
    let file = |name| fs::read(folder.join(name)).expect("a readable file");
    let answers = read_answers(&file("answer.csv")).expect("answers");
    Some((answers, read_truth(&file("truth.csv")).expect("truths")))
}

fn share(found: Accuracy) -> f64 {
    found.share().expect("compared labels")
}

/// Accuracy in units of 1/10,000, by majority and by Dawid-Skene.
fn both(answers: &Answers, truth: &Truth) -> [f64; 2] {
    let estimate = dawid_skene(answers).expect("few labels");
    assert!(
        estimate.converged,
        "after {} iterations",
        estimate.iterations
    );
    [majority(answers), estimate.choices]
        .map(|choices| (share(accuracy(answers, &choices, truth)) * 10_000.0).round())
}

#[test]
fn ducks_are_told_from_other_birds() {
    let Some((answers, truth)) = open("duck") else {
        return;
    };
    assert_eq!((answers.all().len(), answers.workers().len()), (4_212, 39));
    let [by_majority, by_estimate] = both(&answers, &truth);
    assert_eq!(by_majority, 7_593.0);
    assert!(by_estimate >= 8_889.0, "{by_estimate}");
}

#[test]
fn breeds_of_dogs_are_told_apart() {
    let Some((answers, truth)) = open("dog") else {
        return;
    };
    assert_eq!((answers.all().len(), answers.workers().len()), (8_070, 109));
    let [by_majority, by_estimate] = both(&answers, &truth);
    assert_eq!(by_majority, 8_178.0);
    assert!(by_estimate >= 8_426.0, "{by_estimate}");
}
