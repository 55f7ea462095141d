//! Goes through the rounds from the first one on.

use super::copy::Copy;
use sheaf_format::{Hash, digest::RoundScope};
use sheaf_protocol::{
    ledger::Ledger,
    outcome::Outcome,
    verification::{
        Checked, Difference, RoundData, RoundFacts, Subject, check_leaves, check_round,
    },
};
use std::collections::HashSet;

/// A round with a result on chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// What the chain says of it.
    pub facts: RoundFacts,
    /// Whether its root became active.
    pub is_final: bool,
}

/// Rounds that came out as the chain says.
#[derive(Debug)]
pub struct Replayed {
    /// How many.
    pub rounds: usize,
    /// Contributions in all of their batches.
    pub contributions: usize,
    /// The last one's outcome.
    pub last: Outcome,
    /// Trees whose published leaves were compared, by round.
    pub leaves_compared: Vec<u64>,
    /// Batches that break the rules and pay nothing: round, job number, why.
    pub faults: Vec<(u64, u64, String)>,
}

/// Computes `rounds`, ascending, each from the tree of the one before; the last one is the round in
/// question. `None` when there are none.
///
/// # Errors
/// The first difference.
pub fn replay(
    scope: &RoundScope,
    rounds: &[Ended],
    copy: &Copy,
) -> Result<Option<Replayed>, Difference> {
    let nothing = RoundData::default();
    let mut ledger = Ledger::empty(scope.program, scope.pool);
    let mut paid: HashSet<Hash> = HashSet::new();
    let mut replayed: Option<Replayed> = None;
    let (mut leaves_compared, mut faults) = (Vec::new(), Vec::new());
    leaves_compared.extend(compare_leaves(0, &ledger, copy)?);
    for round in rounds {
        let number = round.facts.scope.round;
        let Checked {
            outcome,
            batched,
            faults: found,
        } = check_round(
            &round.facts,
            copy.rounds.get(&number).unwrap_or(&nothing),
            &copy.specifications,
            &ledger,
            &|id| paid.contains(id),
        )?;
        faults.extend(found.into_iter().map(|(job, why)| (number, job, why)));
        leaves_compared.extend(compare_leaves(number, &outcome.ledger, copy)?);
        let before = replayed.as_ref();
        let (rounds, contributions) = before.map_or((0, 0), |r| (r.rounds, r.contributions));
        let contributions = contributions + batched.len();
        if round.is_final {
            paid.extend(batched);
            ledger = outcome.ledger.clone();
        }
        replayed = Some(Replayed {
            rounds: rounds + 1,
            contributions,
            last: outcome,
            leaves_compared: Vec::new(),
            faults: Vec::new(),
        });
    }
    Ok(replayed.map(|replayed| Replayed {
        leaves_compared,
        faults,
        ..replayed
    }))
}

/// Compares the leaves published for the tree after a round, if any were. Gives the round.
fn compare_leaves(round: u64, computed: &Ledger, copy: &Copy) -> Result<Option<u64>, Difference> {
    match copy.leaves.get(&round) {
        None => Ok(None),
        Some(Ok(leaves)) => check_leaves(round, computed, leaves).map(|()| Some(round)),
        Some(Err(reason)) => Err(Difference::new(
            round,
            Subject::Leaf { index: 0 },
            format!("a list of {} leaves", computed.leaf_count()),
            reason,
        )),
    }
}
