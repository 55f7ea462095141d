//! Who has which index: leaves by their contributors' keys.

use super::Leaf;
use rayon::prelude::*;
use sheaf_format::Key;
use std::cmp::Ordering;

/// A contributor's place: the start of its key, so that most comparisons need no leaf.
#[derive(Clone, Copy, Debug)]
struct Place {
    prefix: u64,
    index: u32,
}

/// Indices, ascending by their contributors' keys.
#[derive(Clone, Debug, Default)]
pub(super) struct Roster(Vec<Place>);

impl Place {
    fn new(contributor: &Key, index: u32) -> Self {
        Self {
            prefix: prefix(contributor),
            index,
        }
    }

    /// How the contributor here stands to a key. `leaf` knows leaves by index.
    fn cmp<'a>(&self, key: &Key, leaf: &impl Fn(u32) -> Option<&'a Leaf>) -> Ordering {
        let by_prefix = self.prefix.cmp(&prefix(key));
        by_prefix.then_with(|| match leaf(self.index) {
            Some(leaf) => leaf.contributor.cmp(key),
            None => Ordering::Less,
        })
    }
}

/// The first eight bytes: their order is the keys' order, as far as they differ.
fn prefix(key: &Key) -> u64 {
    let mut first = [0; 8];
    first.copy_from_slice(&key[..8]);
    u64::from_be_bytes(first)
}

impl Roster {
    /// The roster of these leaves, or a contributor that has two.
    pub fn new(leaves: &[Leaf]) -> Result<Self, Key> {
        let mut places: Vec<Place> = leaves
            .par_iter()
            .zip(0u32..u32::MAX)
            .map(|(leaf, index)| Place::new(&leaf.contributor, index))
            .collect();
        let key = |place: &Place| {
            let at = usize::try_from(place.index).ok();
            at.and_then(|at| leaves.get(at))
                .map(|leaf| leaf.contributor)
        };
        places.par_sort_unstable_by(|a, b| {
            let by_prefix = a.prefix.cmp(&b.prefix);
            by_prefix.then_with(|| key(a).cmp(&key(b)))
        });
        let twice = places
            .array_windows()
            .find(|[a, b]| a.prefix == b.prefix && key(a) == key(b));
        match twice.and_then(|[a, _]| key(a)) {
            Some(key) => Err(key),
            None => Ok(Self(places)),
        }
    }

    /// Contributors.
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// A contributor's index.
    pub fn find<'a>(&self, key: &Key, leaf: &impl Fn(u32) -> Option<&'a Leaf>) -> Option<u32> {
        let at = self.0.binary_search_by(|place| place.cmp(key, leaf));
        at.ok()
            .and_then(|at| self.0.get(at))
            .map(|place| place.index)
    }

    /// The roster with newcomers: ascending by key, with indices from `first` on.
    pub fn with<'a>(
        &self,
        newcomers: &[Leaf],
        first: u32,
        leaf: &impl Fn(u32) -> Option<&'a Leaf>,
    ) -> Self {
        let mut merged = Vec::with_capacity(self.len().saturating_add(newcomers.len()));
        let mut old = self.0.as_slice();
        for (newcomer, index) in newcomers.iter().zip(first..) {
            let key = &newcomer.contributor;
            let before = old.partition_point(|place| place.cmp(key, leaf) == Ordering::Less);
            let (smaller, rest) = old.split_at(before);
            merged.extend_from_slice(smaller);
            merged.push(Place::new(key, index));
            old = rest;
        }
        merged.extend_from_slice(old);
        Self(merged)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf(start: u8, end: u8) -> Leaf {
        let mut contributor = [start; 32];
        contributor[31] = end;
        Leaf {
            contributor,
            cumulative: 1,
        }
    }

    #[test]
    fn keys_that_start_alike_are_told_apart() {
        let leaves = [leaf(5, 9), leaf(5, 2), leaf(4, 1), leaf(5, 4)];
        let known = |index: u32| leaves.get(index as usize);
        let roster = Roster::new(&leaves[..2]).expect("nobody twice");
        assert_eq!(roster.find(&leaf(5, 2).contributor, &known), Some(1));
        assert_eq!(roster.find(&leaf(5, 4).contributor, &known), None);
        let grown = roster.with(&leaves[2..], 2, &known);
        for (index, leaf) in (0u32..).zip(&leaves) {
            assert_eq!(grown.find(&leaf.contributor, &known), Some(index));
        }
        assert_eq!(grown.len(), 4);
        assert_eq!(
            Roster::new(&[leaves[0], leaves[1], leaves[0]]).err(),
            Some(leaves[0].contributor)
        );
    }
}
