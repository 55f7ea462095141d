//! What validators who do not work do to a round: a simulation over the real rules, and that docs/quality.md says
//! what it gives.

#[path = "quality/document.rs"]
mod document;
#[path = "quality/scenario.rs"]
mod scenario;
#[path = "quality/simulate.rs"]
mod simulate;

use scenario::{Conduct, SCENARIOS};
use simulate::{Finding, simulate};
use std::fs;

fn findings() -> Vec<(&'static scenario::Scenario, Finding)> {
    SCENARIOS
        .iter()
        .map(|scenario| (scenario, simulate(scenario)))
        .collect()
}

fn finding(name: &str) -> Finding {
    let scenario = SCENARIOS.iter().find(|scenario| scenario.name == name);
    simulate(scenario.expect("a scenario"))
}

#[test]
fn the_document_is_what_the_simulation_gives() {
    let text = fs::read_to_string(document::path()).expect("docs/quality.md");
    let expected = document::rewritten(&text, &findings()).expect("marks in the document");
    assert!(
        text == expected,
        "docs/quality.md is stale: run `cargo xtask bench quality`"
    );
}

/// `cargo xtask bench quality` runs this.
#[test]
#[ignore = "it rewrites docs/quality.md"]
fn rewrite_the_document() {
    let text = fs::read_to_string(document::path()).expect("docs/quality.md");
    let text = document::rewritten(&text, &findings()).expect("marks in the document");
    fs::write(document::path(), text).expect("docs/quality.md can be written");
}

#[test]
fn the_simulation_gives_the_same_every_time() {
    assert_eq!(finding("all work"), finding("all work"));
}

#[test]
fn a_median_of_three_bears_a_fifth_that_does_not_work() {
    let all_work = finding("all work").round.expect("a final round");
    assert!(all_work.mean_error_bps < 100);
    let lazy = finding("a fifth always says 10,000")
        .round
        .expect("a final round");
    assert!(lazy.mean_error_bps > all_work.mean_error_bps);
    assert!(lazy.wrong_bps < 1_000, "{lazy:?}");
}

#[test]
fn a_majority_of_colluders_decides() {
    let minority = finding("a fifth favours its friends").round.expect("final");
    let majority = finding("three fifths favour their friends")
        .round
        .expect("final");
    assert!(minority.junk_paid_bps < 500, "{minority:?}");
    // Friends hand in half of what is worthless.
    assert!(majority.junk_paid_bps > 3_000, "{majority:?}");
}

#[test]
fn who_hides_earns_nothing_and_too_many_stop_the_round() {
    let absent = finding("a fifth is absent");
    assert_eq!((absent.pay_percent, absent.jailed), (0, true));
    assert!(absent.round.is_some());
    assert_eq!(finding("two fifths are absent").round, None);
}

#[test]
fn a_copied_commitment_cannot_be_revealed() {
    let copied = finding("a fifth copies commitments");
    assert_eq!((copied.pay_percent, copied.jailed), (0, true));
    let scenario = SCENARIOS
        .iter()
        .find(|scenario| scenario.conduct == Conduct::CopiesCommitment);
    assert!(scenario.is_some());
}
