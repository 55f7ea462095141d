//! Fixed integer weights: for each hash of a word, how much it speaks for each label.
//!
//! A weight is 8 times the binary logarithm of how much more often a word stands in notes of a label than
//! in notes at large. A requester would take them from its own labelled notes; these are round numbers.

use sheaf_module::word_hash;

/// The labels.
pub const LABELS: [&str; 3] = ["work", "home", "health"];

/// Rows of the table. Words that share a row share their weights: the price of a small table.
const ROWS: usize = 1_024;
/// Eight times more often than elsewhere.
const STRONG: i16 = 24;
/// Half as often as elsewhere.
const AGAINST: i16 = -8;

/// Words that speak for each label.
const WORDS: [&[&str]; LABELS.len()] = [
    &[
        "meeting",
        "deadline",
        "project",
        "client",
        "report",
        "budget",
        "release",
        "review",
        "invoice",
        "office",
        "team",
        "presentation",
        "contract",
        "customer",
        "manager",
    ],
    &[
        "milk",
        "bread",
        "garden",
        "kitchen",
        "laundry",
        "dinner",
        "kids",
        "birthday",
        "groceries",
        "rent",
        "clean",
        "cook",
        "furniture",
        "plants",
        "neighbour",
    ],
    &[
        "doctor", "dentist", "pain", "sleep", "gym", "medicine", "pills", "headache", "blood",
        "vaccine", "allergy", "weight", "calories", "exercise", "therapy",
    ],
];

static TABLE: [[i16; LABELS.len()]; ROWS] = table();

/// What a word speaks for.
pub fn weights_of(word: &[u8]) -> [i16; LABELS.len()] {
    TABLE[row(word)]
}

const fn row(word: &[u8]) -> usize {
    (word_hash(word) % ROWS as u64) as usize
}

const fn table() -> [[i16; LABELS.len()]; ROWS] {
    let mut table = [[0; LABELS.len()]; ROWS];
    let mut speaks_for = 0;
    while speaks_for < LABELS.len() {
        let mut at = 0;
        while at < WORDS[speaks_for].len() {
            let weights = &mut table[row(WORDS[speaks_for][at].as_bytes())];
            let mut label = 0;
            while label < LABELS.len() {
                weights[label] += if label == speaks_for { STRONG } else { AGAINST };
                label += 1;
            }
            at += 1;
        }
        speaks_for += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_has_a_row_of_its_own() {
        for (label, words) in WORDS.iter().enumerate() {
            for word in *words {
                let mut expected = [AGAINST; LABELS.len()];
                expected[label] = STRONG;
                assert_eq!(weights_of(word.as_bytes()), expected, "{word}");
            }
        }
        assert_eq!(weights_of(b"zxqv"), [0; LABELS.len()]);
    }
}
