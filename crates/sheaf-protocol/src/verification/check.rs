//! A whole round.

use super::{
    BatchFacts, Difference, RoundData, RoundFacts, Specifications, Subject, batches::check_batch,
    difference::same, scores::check_scores,
};
use crate::{
    ledger::Ledger,
    outcome::{self, Outcome, RoundInputs, Voter},
    text::HexHash,
};
use sheaf_format::Hash;

/// A round that came out as the chain says.
#[derive(Clone, Debug)]
pub struct Checked {
    /// Its outcome.
    pub outcome: Outcome,
    /// Every submission its batches hold: a final round counts them as paid.
    pub batched: Vec<Hash>,
    /// Batches that break the rules and therefore pay nothing: job number and why.
    pub faults: Vec<(u64, String)>,
}

/// Computes a round again and compares. `base` is the tree after the last final round before it,
/// `was_paid` tells what earlier final rounds batched.
///
/// # Errors
/// The first difference.
pub fn check_round(
    facts: &RoundFacts,
    data: &RoundData,
    specifications: &Specifications,
    base: &Ledger,
    was_paid: &dyn Fn(&Hash) -> bool,
) -> Result<Checked, Difference> {
    check_base(facts, base)?;
    let mut by_number: Vec<_> = facts.batches.iter().collect();
    by_number.sort_unstable_by_key(|batch| batch.terms.number);
    let (mut batches, mut batched, mut faults) = (Vec::new(), Vec::new(), Vec::new());
    for batch in &by_number {
        let checked = check_batch(facts, batch, data, specifications, was_paid)?;
        faults.extend(checked.fault.map(|fault| (batch.terms.number, fault)));
        batched.extend(checked.submissions);
        batches.push(checked.input);
    }
    let voters = facts.voters.iter().map(|voter| Voter {
        validator: voter.validator,
        stake: voter.stake,
        scores_root: voter.scores_root,
    });
    let inputs = RoundInputs {
        scope: facts.scope,
        base,
        seed: facts.seed,
        treasury: facts.treasury,
        voters: voters.collect(),
        batches,
        score_files: check_scores(facts, data)?,
    };
    let outcome = outcome::compute(&inputs).map_err(|error| {
        let subject = Subject::Result { number: "outcome" };
        Difference::new(facts.scope.round, subject, "an outcome", error)
    })?;
    check_debits(facts.scope.round, &by_number, &outcome)?;
    check_result(facts, &outcome)?;
    Ok(Checked {
        outcome,
        batched,
        faults,
    })
}

fn check_base(facts: &RoundFacts, base: &Ledger) -> Result<(), Difference> {
    let round = facts.scope.round;
    let number = |number| move || Subject::BaseTree { number };
    let expected = &facts.base;
    same(round, number("total"), expected.total, base.total())?;
    if let Some(count) = expected.leaf_count {
        same(round, number("leaf count"), count, base.leaf_count())?;
    }
    if let Some(root) = expected.root {
        let (expected, found) = (HexHash(root), HexHash(base.root().hash));
        same(round, number("root"), expected, found)?;
    }
    Ok(())
}

/// What settlement took from each job so far.
fn check_debits(round: u64, batches: &[&BatchFacts], outcome: &Outcome) -> Result<(), Difference> {
    for batch in batches {
        let job = batch.terms.number;
        let computed = outcome.debits.iter().find(|debit| debit.number == job);
        let computed = computed.map_or(0, |debit| debit.amount);
        if let Some(debited) = batch.debited {
            same(round, || Subject::Debit { job }, debited, computed)?;
        }
    }
    Ok(())
}

fn check_result(facts: &RoundFacts, outcome: &Outcome) -> Result<(), Difference> {
    let round = facts.scope.round;
    let (expected, found) = (&facts.result, &outcome.result);
    let number = |number| move || Subject::Result { number };
    let hash = |name, expected: Hash, found: Hash| {
        same(round, number(name), HexHash(expected), HexHash(found))
    };
    hash("manifest hash", expected.manifest_hash, found.manifest_hash)?;
    same(
        round,
        number("sum of debits"),
        expected.debits_total,
        found.debits_total,
    )?;
    if let Some(debits_hash) = expected.debits_hash {
        hash("debits hash", debits_hash, found.debits_hash)?;
    }
    same(round, number("total"), expected.total, found.total)?;
    same(
        round,
        number("leaf count"),
        expected.leaf_count,
        found.leaf_count,
    )?;
    hash("root", expected.root, found.root)?;
    hash(
        "attestation",
        expected.attestation,
        outcome.attestation(&facts.scope),
    )
}
