//! Records that were there before: the same, or nearly the same.
//!
//! The same: equal canonical hashes. Nearly the same: the texts in both records have the Jaccard index
//! [`NEAR_BPS`] or more over their *shingles* (every three consecutive words, lower-case). Records with
//! fewer than [`NEAR_FROM_SHINGLES`] shingles are compared exactly only: rows of numbers are alike by nature.
//!
//! Every pair that is so alike is found, not most of them. With `t = NEAR_BPS` and shingles in one order
//! (that of their hashes), two sets that alike have a common element among the first `n - ⌈t n⌉ + 1` of each
//! (the prefix filter of S. Chaudhuri, V. Ganti and R. Kaushik, ICDE 2006); so only those are indexed,
//! and whoever shares one is compared in full. A sketch like MinHash would be smaller, but its hash
//! functions are public here: who changes the right few words of a text gets past each of its bands.

use super::record_hash;
use serde::Serialize;
use serde_json::{Map, Value};
use sheaf_format::{Hash, digest::sha256};
use std::collections::{BTreeSet, HashMap, HashSet};

/// Share of common shingles from which on two records are nearly the same.
pub const NEAR_BPS: u16 = 8_000;

/// Shingles of the shortest record that is compared for nearness.
pub const NEAR_FROM_SHINGLES: usize = 8;

/// Words in a shingle.
const SHINGLE: usize = 3;

const BPS: usize = 10_000;

/// Where a record stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Origin {
    /// Which contribution, in the order in which they are looked at; or [`Origin::GIVEN`].
    pub contribution: u32,
    /// Its line there, from 1.
    pub line: u64,
}

impl Origin {
    /// Instead of a contribution: the record was known before all of them.
    pub const GIVEN: u32 = u32::MAX;
}

/// An earlier record that says the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    /// The same.
    Exact(Origin),
    /// Nearly the same.
    Near {
        /// Where the earlier one stands.
        of: Origin,
        /// Share of common shingles in bps.
        similarity_bps: u16,
    },
}

/// The records seen so far.
#[derive(Clone, Debug, Default)]
pub struct Known {
    exact: HashMap<Hash, Origin>,
    texts: Vec<(Origin, Vec<u64>)>,
    /// Texts by the shingles of their prefixes.
    prefixes: HashMap<u64, Vec<usize>>,
}

impl Known {
    /// Adds a record, unless an earlier one says the same.
    ///
    /// # Errors
    /// The earlier one; of several that are near the nearest, of those the first.
    pub fn add(&mut self, origin: Origin, record: &Map<String, Value>) -> Result<(), Match> {
        let hash = record_hash(record);
        if let Some(of) = self.exact.get(&hash) {
            return Err(Match::Exact(*of));
        }
        let shingles = shingles(record);
        let compared = shingles.len() >= NEAR_FROM_SHINGLES;
        let prefix = &shingles[..if compared {
            prefix_length(shingles.len())
        } else {
            0
        }];
        let candidates: BTreeSet<usize> = prefix
            .iter()
            .filter_map(|shingle| self.prefixes.get(shingle))
            .flatten()
            .copied()
            .collect();
        let mut nearest: Option<(u16, usize)> = None;
        for text in candidates {
            let similarity = similarity_bps(&shingles, &self.texts[text].1);
            if similarity >= NEAR_BPS && nearest.is_none_or(|(best, _)| similarity > best) {
                nearest = Some((similarity, text));
            }
        }
        if let Some((similarity_bps, text)) = nearest {
            let of = self.texts[text].0;
            return Err(Match::Near { of, similarity_bps });
        }
        self.exact.insert(hash, origin);
        if compared {
            for shingle in prefix {
                let texts = self.prefixes.entry(*shingle).or_default();
                texts.push(self.texts.len());
            }
            self.texts.push((origin, shingles));
        }
        Ok(())
    }
}

/// Elements of a set, in order, among which any set that is as alike as [`NEAR_BPS`] has a common one.
const fn prefix_length(count: usize) -> usize {
    count - (count * NEAR_BPS as usize).div_ceil(BPS) + 1
}

/// Jaccard index of two ascending sets, in bps, rounded down.
fn similarity_bps(left: &[u64], right: &[u64]) -> u16 {
    let (shorter, longer) = (left.len().min(right.len()), left.len().max(right.len()));
    if shorter * BPS < longer * NEAR_BPS as usize {
        // Not even if the shorter one were a part of the longer.
        return 0;
    }
    let (mut a, mut b, mut common) = (0, 0, 0);
    while let (Some(one), Some(other)) = (left.get(a), right.get(b)) {
        common += usize::from(one == other);
        let (next_a, next_b) = (one <= other, other <= one);
        a += usize::from(next_a);
        b += usize::from(next_b);
    }
    (common * BPS / (left.len() + right.len() - common).max(1)) as u16
}

/// The different shingles of all texts in a record, as ascending hashes.
fn shingles(record: &Map<String, Value>) -> Vec<u64> {
    let mut words = Vec::new();
    let mut fields: Vec<(&String, &Value)> = record.iter().collect();
    fields.sort_by_key(|(name, _)| *name);
    for (_, value) in fields {
        collect_words(value, &mut words);
    }
    let hash = |window: &[String]| {
        let [a, b, c, d, e, f, g, h, ..] = sha256(&[window.join(" ").as_bytes()]);
        u64::from_le_bytes([a, b, c, d, e, f, g, h])
    };
    let hashes: HashSet<u64> = words.windows(SHINGLE).map(hash).collect();
    let mut hashes: Vec<u64> = hashes.into_iter().collect();
    hashes.sort_unstable();
    hashes
}

fn collect_words(value: &Value, words: &mut Vec<String>) {
    match value {
        Value::String(text) => {
            let found = text.split(|character: char| !character.is_alphanumeric());
            let found = found.filter(|word| !word.is_empty());
            words.extend(found.map(str::to_lowercase));
        }
        Value::Array(values) => values.iter().for_each(|value| collect_words(value, words)),
        Value::Object(object) => {
            let mut fields: Vec<(&String, &Value)> = object.iter().collect();
            fields.sort_by_key(|(name, _)| *name);
            for (_, value) in fields {
                collect_words(value, words);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn record(text: &str) -> Map<String, Value> {
        Map::from_iter([("text".to_owned(), Value::from(text))])
    }

    fn at(line: u64) -> Origin {
        Origin {
            contribution: 0,
            line,
        }
    }

    fn words(numbers: &[u8]) -> String {
        let words: Vec<String> = numbers.iter().map(|number| format!("w{number}")).collect();
        words.join(" ")
    }

    #[test]
    fn a_sentence_with_a_word_changed_is_nearly_the_same() {
        let text: Vec<u8> = (0..60).collect();
        let mut changed = text.clone();
        changed[59] = 99;
        let mut known = Known::default();
        assert_eq!(known.add(at(1), &record(&words(&text))), Ok(()));
        let spelt = words(&text).to_uppercase().replace(' ', ", ");
        for (again, similarity_bps) in [(spelt, 10_000), (words(&changed), 9_661)] {
            let of = at(1);
            let near = Match::Near { of, similarity_bps };
            assert_eq!(known.add(at(2), &record(&again)), Err(near));
        }
        let same = known.add(at(2), &record(&words(&text)));
        assert_eq!(same, Err(Match::Exact(at(1))));
        assert_eq!(known.add(at(2), &record(&words(&text[30..]))), Ok(()));
    }

    #[test]
    fn short_texts_and_numbers_are_compared_exactly_only() {
        let mut known = Known::default();
        assert_eq!(
            known.add(at(1), &record("good morning to all of you")),
            Ok(())
        );
        assert_eq!(
            known.add(at(2), &record("good morning to all of you!")),
            Ok(())
        );
        let row = |x: f64| Map::from_iter([("x".to_owned(), Value::from(x))]);
        assert_eq!(known.add(at(3), &row(1.5)), Ok(()));
        assert_eq!(known.add(at(4), &row(1.5)), Err(Match::Exact(at(3))));
        assert_eq!(known.add(at(5), &row(1.25)), Ok(()));
    }

    proptest! {
        #[test]
        fn every_near_pair_is_found(
            texts in prop::collection::vec((0u8..4, prop::collection::vec((0usize..40, 0u8..50), 0..6)), 2..12),
        ) {
            // Variants of four texts, with a few words changed each.
            let texts = texts.into_iter().map(|(base, changes)| {
                let mut text: Vec<u8> = (0..40).map(|word| word + base * 50).collect();
                for (place, word) in changes {
                    text[place] = word;
                }
                record(&words(&text))
            });
            let mut known = Known::default();
            let mut taken: Vec<(u64, Vec<u64>)> = Vec::new();
            let mut hashes: HashMap<Hash, u64> = HashMap::new();
            for (line, text) in (1..).zip(texts) {
                // By definition: compared with each.
                let mine = shingles(&text);
                let jaccard = |other: &[u64]| {
                    let common = mine.iter().filter(|shingle| other.contains(shingle)).count();
                    common * 10_000 / (mine.len() + other.len() - common)
                };
                let best = taken.iter().map(|(_, other)| jaccard(other)).max().unwrap_or(0);
                let found = known.add(at(line), &text);
                match hashes.get(&record_hash(&text)) {
                    Some(same) => prop_assert_eq!(found, Err(Match::Exact(at(*same)))),
                    None if best >= usize::from(NEAR_BPS) => {
                        let is_best = matches!(found, Err(Match::Near { similarity_bps, .. })
                            if usize::from(similarity_bps) == best);
                        prop_assert!(is_best, "{:?} {}", found, best);
                    }
                    None => {
                        prop_assert_eq!(found, Ok(()));
                        hashes.insert(record_hash(&text), line);
                        taken.push((line, mine));
                    }
                }
            }
        }
    }
}
