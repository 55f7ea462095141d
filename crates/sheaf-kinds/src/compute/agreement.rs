//! Whether several contributors say the same: the only check of runs over files that nobody else has.

use sheaf_format::Hash;

/// How many contributions to a task of a round say the same as one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agreement {
    /// Contributions with the same result, this one included.
    pub equal: usize,
    /// Contributions to the task, this one and unreadable ones included.
    pub total: usize,
}

impl Agreement {
    /// Compares a result with those of the task's other contributions; `None` for one that could not
    /// be read.
    pub fn new(own: &Hash, others: &[Option<Hash>]) -> Self {
        let same = others.iter().filter(|other| other.as_ref() == Some(own));
        Self {
            equal: same.count() + 1,
            total: others.len() + 1,
        }
    }

    /// Whether the result counts as agreed upon: `redundancy` contributions say it, and more than half
    /// of all. So at most one result of a task is agreed upon, and strangers who hand in nonsense
    /// need as many voices as everybody else together.
    pub const fn reaches(&self, redundancy: u32) -> bool {
        self.equal >= redundancy as usize && 2 * self.equal > self.total
    }

    /// Quality in bps of a contribution whose output is worth `score` by itself.
    pub const fn quality_bps(&self, redundancy: u32, score: u16) -> u16 {
        if self.reaches(redundancy) { score } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn results(text: &str) -> Vec<Option<Hash>> {
        let result = |letter| (letter != '?').then_some([letter as u8; 32]);
        text.chars().map(result).collect()
    }

    /// The quality of each contribution to a task; `?` is one that cannot be read.
    fn judged(text: &str, redundancy: u32) -> Vec<u16> {
        let all = results(text);
        (0..all.len())
            .map(|at| {
                let mut others = all.clone();
                let Some(own) = others.remove(at) else {
                    return 0;
                };
                Agreement::new(&own, &others).quality_bps(redundancy, 10_000)
            })
            .collect()
    }

    #[test]
    fn those_who_agree_are_paid_and_the_others_are_not() {
        assert_eq!(judged("aaab", 3), [10_000, 10_000, 10_000, 0]);
        assert_eq!(judged("aab", 2), [10_000, 10_000, 0]);
        assert_eq!(judged("aa?", 2), [10_000, 10_000, 0]);
    }

    #[test]
    fn too_few_voices_or_half_of_them_are_no_agreement() {
        assert_eq!(judged("aa", 3), [0, 0]);
        assert_eq!(judged("aabb", 2), [0; 4]);
        assert_eq!(judged("aa??", 2), [0; 4]);
        assert_eq!(judged("aabbc", 2), [0; 5]);
        assert_eq!(judged("a", 2), [0]);
    }

    #[test]
    fn an_output_that_is_worth_half_by_itself_is_worth_half() {
        let own = [1; 32];
        let agreed = Agreement::new(&own, &[Some(own)]);
        assert_eq!(agreed.quality_bps(2, 5_000), 5_000);
        assert_eq!(agreed.quality_bps(3, 5_000), 0);
    }

    proptest! {
        #[test]
        fn at_most_one_result_is_agreed_upon(text in "[abc?]{1,12}", redundancy in 2_u32..5) {
            let letters: Vec<char> = text.chars().collect();
            let paid: std::collections::BTreeSet<char> = judged(&text, redundancy)
                .iter()
                .zip(letters)
                .filter(|(quality, _)| **quality > 0)
                .map(|(_, letter)| letter)
                .collect();
            prop_assert!(paid.len() <= 1);
        }
    }
}
