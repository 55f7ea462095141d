//! Published data of a pool's rounds, as it came.

use sheaf_protocol::{
    ledger::Leaf,
    verification::{Part, RoundData, Specifications},
};
use std::collections::BTreeMap;

/// Published data. Nothing in it was checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Copy {
    /// By round.
    pub rounds: BTreeMap<u64, RoundData>,
    /// By job number, as published.
    pub specifications: Specifications,
    /// Leaves of the trees after some rounds, by round.
    pub leaves: BTreeMap<u64, Part<Vec<Leaf>>>,
}
