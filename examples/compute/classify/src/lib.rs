//! Labels the contributor's notes on the contributor's machine: what leaves is how many there are of
//! each label.
//!
//! Naive Bayes over hashed words: each word's hash picks a row of fixed integer weights ([`weights`]),
//! a note's label is the one with the largest sum. Integers only, so that it is the same everywhere.
//!
//! Output: a line for each label, its name and how many notes have it.
#![cfg_attr(target_arch = "wasm32", no_std)]

mod weights;

use sheaf_module::{Input, Output, words};
use weights::{LABELS, weights_of};

/// The label of notes in which no known word stands, or as many for one label as for another.
const OTHER: &str = "other";

sheaf_module::export!(run: run, score: score);

/// Counts the labels of all files.
fn run(input: &Input<'_>, output: &mut Output<'_>) -> Option<()> {
    let mut counts = [0_u64; LABELS.len() + 1];
    for file in input.files() {
        counts[label(file.content).unwrap_or(LABELS.len())] += 1;
    }
    for (name, count) in names().zip(counts) {
        output.write(name.as_bytes())?;
        output.write(b" ")?;
        output.write_number(count)?;
        output.write(b"\n")?;
    }
    Some(())
}

/// Full marks for an output of the right form.
fn score(output: &[u8]) -> u32 {
    let mut lines = output.split_inclusive(|byte| *byte == b'\n');
    let formed = names().all(|name| {
        let count = lines
            .next()
            .and_then(|line| line.strip_suffix(b"\n"))
            .and_then(|line| line.strip_prefix(name.as_bytes()))
            .and_then(|rest| rest.strip_prefix(b" "));
        count.is_some_and(is_number)
    });
    if formed && lines.next().is_none() {
        10_000
    } else {
        0
    }
}

/// Whether these are the digits of a number as `run` writes it.
fn is_number(digits: &[u8]) -> bool {
    let plain = digits.iter().all(u8::is_ascii_digit);
    plain && (1..=10).contains(&digits.len()) && (digits[0] != b'0' || digits.len() == 1)
}

fn names() -> impl Iterator<Item = &'static str> {
    LABELS.into_iter().chain([OTHER])
}

/// The label with the largest sum, when there is one.
fn label(note: &[u8]) -> Option<usize> {
    let mut sums = [0_i64; LABELS.len()];
    for word in words(note) {
        for (sum, weight) in sums.iter_mut().zip(weights_of(word)) {
            *sum += i64::from(weight);
        }
    }
    let largest = *sums.iter().max()?;
    let mut with_it = (0..sums.len()).filter(|label| sums[*label] == largest);
    let first = with_it.next();
    if with_it.next().is_some() {
        None
    } else {
        first
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_get_the_label_that_a_reader_would_give_them() {
        for (note, expected) in [
            (
                "Project meeting moved: send the client report before the deadline.",
                "work",
            ),
            ("Buy milk and bread, then clean the kitchen", "home"),
            (
                "dentist on monday; ask for the pills against headache",
                "health",
            ),
            (
                "Review the budget with the team, invoice the client",
                "work",
            ),
        ] {
            let found = label(note.as_bytes()).map(|label| LABELS[label]);
            assert_eq!(found, Some(expected), "{note}");
        }
        assert_eq!(label(b"zxqv"), None);
        assert_eq!(label(b""), None);
        assert_eq!(
            label(b"meeting milk"),
            None,
            "as much for one as for the other"
        );
    }

    #[test]
    fn outputs_of_another_form_are_worth_nothing() {
        assert_eq!(score(b"work 3\nhome 0\nhealth 12\nother 1\n"), 10_000);
        for wrong in [
            b"".as_slice(),
            b"work 3\nhome 0\nhealth 12\n",
            b"work 3\nhome 0\nhealth 12\nother 1\nmore 1\n",
            b"work 3\nhome 0\nhealth 12\nother 1",
            b"work 03\nhome 0\nhealth 12\nother 1\n",
            b"work -3\nhome 0\nhealth 12\nother 1\n",
            b"work \nhome 0\nhealth 12\nother 1\n",
            b"work 99999999999\nhome 0\nhealth 12\nother 1\n",
            b"home 3\nwork 0\nhealth 12\nother 1\n",
        ] {
            assert_eq!(score(wrong), 0);
        }
    }
}
