//! How much two pages say the same, and what that is worth.
//!
//! A page is the multiset of its *shingles*: every four consecutive words ([`words_of`]). With `a`
//! and `b` shingles and `i` in common, similarity is the Jaccard index `i / (a + b - i)`. One word
//! changed destroys four shingles on each side, so changes scattered over a page cost far more than
//! one block of the same size: scattered is what other versions and tampering look like, a block is
//! what a banner looks like.
//!
//! **Benign difference.** One block is forgiven: up to [`BANNER_WORDS`] words that only one page
//! has, or that stand in place of up to [`PHRASE_WORDS`] words of the other. In shingles: one block
//! of at most 15 without counterpart on one page and at most 6 on the other, neither more than a
//! quarter of its page and no page shorter than 32, is left out of `a` and `b`. Dates, times and
//! counters are gone before.
//!
//! **Quality.** Full (10,000 bps) from 9,500 similarity on, none up to 8,500, linear between. All in
//! integers; equal bytes are always full.
//!
//! **Limits.** One inserted block of a dozen words is paid in full, whatever it says; plain
//! integers are not compared (`$12` and `12.5` are); text inside navigation and footers is not; a
//! page whose text is drawn by scripts has no words and must be equal byte for byte; a page that
//! legitimately differs much between regions or minutes earns its honest nodes little.

use super::words::words_of;
use std::collections::HashMap;

/// Words in a shingle.
const SHINGLE: usize = 4;
/// Words of a block on one page only that is forgiven.
pub const BANNER_WORDS: usize = 12;
/// Words of a differing block that is forgiven.
pub const PHRASE_WORDS: usize = 3;
/// What is forgiven is at most this part of its page.
const FORGIVEN_PART: usize = 4;
/// Shingles of the shortest page of which something is forgiven.
const FORGIVEN_FROM: usize = 32;

/// Similarity from which on a page is worth everything, in bps.
pub const FULL_FROM_BPS: u16 = 9_500;
/// Similarity up to which a page is worth nothing, in bps.
pub const NOTHING_UP_TO_BPS: u16 = 8_500;

const BPS: u64 = 10_000;

/// A page ready to be compared with others.
#[derive(Clone, Debug)]
pub struct Sketch {
    body: Vec<u8>,
    words: Vec<String>,
}

impl Sketch {
    /// Prepares a page's body.
    pub fn new(body: &[u8]) -> Self {
        Self {
            body: body.to_vec(),
            words: words_of(body),
        }
    }

    /// Number of words compared.
    pub fn word_count(&self) -> usize {
        self.words.len()
    }

    /// Similarity of two pages in bps; symmetric, 10,000 for equal bytes.
    pub fn similarity_bps(&self, other: &Self) -> u16 {
        if self.body == other.body {
            return BPS as u16;
        }
        if self.words.is_empty() || other.words.is_empty() {
            // Nothing readable to compare, and the bytes differ.
            return 0;
        }
        compare(&self.words, &other.words)
    }

    /// What `other` is worth in bps when this page is what was to be seen.
    pub fn quality_bps(&self, other: &Self) -> u16 {
        quality_bps(self.similarity_bps(other))
    }
}

/// What a similarity is worth: nothing up to [`NOTHING_UP_TO_BPS`], everything from
/// [`FULL_FROM_BPS`] on, linear between.
pub fn quality_bps(similarity: u16) -> u16 {
    let above = u64::from(similarity.saturating_sub(NOTHING_UP_TO_BPS));
    let range = u64::from(FULL_FROM_BPS - NOTHING_UP_TO_BPS);
    (above * BPS / range).min(BPS) as u16
}

type Shingle = [u32; SHINGLE];

fn compare(left: &[String], right: &[String]) -> u16 {
    let mut numbers = HashMap::new();
    let left = shingles(left, &mut numbers);
    let right = shingles(right, &mut numbers);
    let from_left = Unmatched::new(&left, &right);
    let from_right = Unmatched::new(&right, &left);
    let common = left.len() - from_left.count;
    let forgiven = largest_benign_block((&from_left, left.len()), (&from_right, right.len()));
    let all = left.len() + right.len() - forgiven - common;
    // Never zero: a page has a shingle at least, and most of it is not forgiven.
    (common as u64 * BPS / all.max(1) as u64) as u16
}

/// The shingles in order, words as numbers. A page shorter than a shingle is one, filled up.
fn shingles<'a>(words: &'a [String], numbers: &mut HashMap<&'a str, u32>) -> Vec<Shingle> {
    let mut ids: Vec<u32> = words
        .iter()
        .map(|word| {
            let next = numbers.len() as u32;
            *numbers.entry(word).or_insert(next)
        })
        .collect();
    ids.resize(ids.len().max(SHINGLE), u32::MAX);
    ids.windows(SHINGLE)
        .map(|window| [window[0], window[1], window[2], window[3]])
        .collect()
}

/// The shingles of one page without a counterpart in the other.
struct Unmatched {
    count: usize,
    /// Length of each run of them, by the shingle before the run: the same block starts behind
    /// the same shingle on both pages.
    runs: HashMap<Option<Shingle>, usize>,
}

impl Unmatched {
    fn new(page: &[Shingle], other: &[Shingle]) -> Self {
        let mut left: HashMap<&Shingle, usize> = HashMap::with_capacity(other.len());
        for shingle in other {
            *left.entry(shingle).or_default() += 1;
        }
        let mut found = Self {
            count: 0,
            runs: HashMap::new(),
        };
        let mut before = None;
        for shingle in page {
            match left.get_mut(shingle) {
                Some(count) if *count > 0 => {
                    *count -= 1;
                    before = Some(*shingle);
                }
                _ => {
                    found.count += 1;
                    *found.runs.entry(before).or_default() += 1;
                }
            }
        }
        found
    }
}

/// Shingles of the largest block that is forgiven, both sides together.
fn largest_benign_block(
    (left, left_length): (&Unmatched, usize),
    (right, right_length): (&Unmatched, usize),
) -> usize {
    let benign = |left: usize, right: usize| {
        left.max(right) < BANNER_WORDS + SHINGLE
            && left.min(right) < PHRASE_WORDS + SHINGLE
            && left <= forgivable(left_length)
            && right <= forgivable(right_length)
    };
    let places = left.runs.keys().chain(right.runs.keys());
    places
        .map(|place| {
            let run = |side: &Unmatched| side.runs.get(place).copied().unwrap_or(0);
            (run(left), run(right))
        })
        .filter(|(left, right)| benign(*left, *right))
        .map(|(left, right)| left + right)
        .max()
        .unwrap_or(0)
}

/// Most shingles of a page that are forgiven.
const fn forgivable(page_length: usize) -> usize {
    if page_length < FORGIVEN_FROM {
        0
    } else {
        page_length / FORGIVEN_PART
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// `count` different words, numbered from `from`.
    fn text(from: usize, count: usize) -> Vec<String> {
        (from..from + count).map(|n| format!("word{n}")).collect()
    }

    fn page(words: &[String]) -> Sketch {
        let body = format!(
            "<html><body><main><p>{}</p></main></body></html>",
            words.join(" ")
        );
        Sketch::new(body.as_bytes())
    }

    fn with_inserted(words: &[String], at: usize, inserted: &[String]) -> Vec<String> {
        let mut all = words.to_vec();
        all.splice(at..at, inserted.iter().cloned());
        all
    }

    #[test]
    fn quality_is_linear_between_its_bounds() {
        let expected = [
            (0, 0),
            (8_500, 0),
            (8_501, 10),
            (9_000, 5_000),
            (9_499, 9_990),
            (9_500, 10_000),
            (10_000, 10_000),
        ];
        for (similarity, quality) in expected {
            assert_eq!(quality_bps(similarity), quality, "{similarity}");
        }
    }

    #[test]
    fn a_banner_is_forgiven_on_either_page_and_a_second_one_costs() {
        let original = text(0, 300);
        let one = with_inserted(&original, 20, &text(1_000, BANNER_WORDS));
        assert_eq!(page(&original).similarity_bps(&page(&one)), 10_000);
        assert_eq!(page(&one).similarity_bps(&page(&original)), 10_000);
        let two = with_inserted(&one, 200, &text(2_000, BANNER_WORDS));
        assert_eq!(page(&original).similarity_bps(&page(&two)), 9_417);
        let long = with_inserted(&original, 20, &text(1_000, BANNER_WORDS + 1));
        assert!(page(&original).similarity_bps(&page(&long)) < 10_000);
    }

    #[test]
    fn a_regional_phrase_is_forgiven_and_a_changed_sentence_is_not() {
        let original = text(0, 300);
        let mut phrase = original.clone();
        phrase.splice(50..53, text(1_000, 3));
        assert_eq!(page(&original).similarity_bps(&page(&phrase)), 10_000);
        let mut sentence = original.clone();
        sentence.splice(50..62, text(1_000, 12));
        assert_eq!(page(&original).similarity_bps(&page(&sentence)), 9_038);
        for at in [120, 200] {
            sentence.splice(at..at + 12, text(at * 100, 12));
        }
        assert_eq!(page(&original).quality_bps(&page(&sentence)), 0);
    }

    #[test]
    fn repeating_or_cutting_a_page_earns_nothing() {
        let original = text(0, 300);
        let twice = [original.clone(), original.clone()].concat();
        assert_eq!(page(&original).quality_bps(&page(&twice)), 0);
        assert_eq!(page(&original).quality_bps(&page(&original[..150])), 0);
        assert_eq!(page(&original).quality_bps(&page(&original[..250])), 0);
    }

    #[test]
    fn pages_without_words_must_be_equal() {
        let scripted = |n| Sketch::new(format!("<html><script>{n}</script></html>").as_bytes());
        assert_eq!(scripted(1).quality_bps(&scripted(1)), 10_000);
        assert_eq!(scripted(1).quality_bps(&scripted(2)), 0);
        assert_eq!(scripted(1).quality_bps(&page(&text(0, 50))), 0);
        assert_eq!(Sketch::new(b"").quality_bps(&Sketch::new(b"")), 10_000);
    }

    #[test]
    fn short_pages_are_compared_too() {
        assert_eq!(page(&text(0, 2)).quality_bps(&page(&text(0, 2))), 10_000);
        assert_eq!(page(&text(0, 2)).quality_bps(&page(&text(0, 3))), 0);
        assert_eq!(page(&text(0, 3)).quality_bps(&page(&text(1, 3))), 0);
    }

    proptest! {
        #[test]
        fn similarity_is_symmetric_and_at_most_full(
            left in prop::collection::vec(0usize..30, 0..120),
            right in prop::collection::vec(0usize..30, 0..120),
        ) {
            let sketch = |ids: &[usize]| page(&ids.iter().map(|n| format!("w{n}")).collect::<Vec<_>>());
            let (left, right) = (sketch(&left), sketch(&right));
            let similarity = left.similarity_bps(&right);
            prop_assert!(similarity <= 10_000);
            prop_assert_eq!(similarity, right.similarity_bps(&left));
            prop_assert_eq!(left.similarity_bps(&left), 10_000);
        }

        #[test]
        fn a_date_and_one_banner_never_cost(
            length in 60usize..400, banner in 1usize..=BANNER_WORDS, place in 0usize..1_000, date in 0u32..28,
        ) {
            let original = text(0, length);
            let mut other = with_inserted(&original, place % length, &text(5_000, banner));
            other.insert(place % 7, format!("2026-01-{date:02} 10:{date:02}"));
            prop_assert_eq!(page(&original).quality_bps(&page(&other)), 10_000);
        }

        #[test]
        fn changes_all_over_a_page_earn_nothing(length in 1usize..400, step in 1usize..=8) {
            let original = text(0, length);
            let changed: Vec<String> = original
                .iter()
                .enumerate()
                .map(|(at, word)| if at % step == 0 { format!("other{at}") } else { word.clone() })
                .collect();
            prop_assert_eq!(page(&original).quality_bps(&page(&changed)), 0);
        }
    }
}
