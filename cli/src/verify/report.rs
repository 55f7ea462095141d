//! What `sheaf verify round` prints.

use super::{RoundArgs, copy::Copy, replay::Replayed};
use crate::output::fields;
use serde::Serialize;
use sheaf_protocol::{
    text::{Amount, HexHash},
    verification::Difference,
};
use std::{fmt, path::PathBuf};

/// The answer. What does not apply is `null`.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The round.
    pub round: u64,
    /// Whether all of it is as the chain says.
    pub verified: bool,
    difference: Option<Difference>,
    result: Option<Numbers>,
    source: String,
    saved: Option<PathBuf>,
}

/// What came out the same here and on chain.
#[derive(Debug, Serialize)]
struct Numbers {
    rounds: usize,
    contributions: usize,
    score_files: usize,
    jobs: usize,
    debits: usize,
    debits_total: Amount,
    total: Amount,
    leaf_count: u32,
    root: HexHash,
    manifest_hash: HexHash,
    /// Trees whose published leaves were compared one by one, by round.
    leaves_compared: Vec<u64>,
    /// Batches that break the rules: in the manifest, but paying nothing.
    faults: Vec<Fault>,
}

#[derive(Debug, Serialize)]
struct Fault {
    round: u64,
    job: u64,
    reason: String,
}

impl Report {
    /// The answer to a replay of the rounds up to the one asked for.
    pub fn new(
        args: &RoundArgs,
        copy: &Copy,
        replayed: Result<Option<Replayed>, Difference>,
    ) -> Self {
        let (result, difference) = match replayed {
            Ok(replayed) => (replayed.map(|it| Numbers::new(args.number, copy, it)), None),
            Err(difference) => (None, Some(difference)),
        };
        Self {
            round: args.number,
            verified: result.is_some(),
            difference,
            result,
            source: args.from.as_ref().map_or_else(
                || args.pool.indexer.clone(),
                |folder| folder.display().to_string(),
            ),
            saved: args.save.clone(),
        }
    }
}

impl Numbers {
    fn new(round: u64, copy: &Copy, replayed: Replayed) -> Self {
        let result = &replayed.last.result;
        Self {
            rounds: replayed.rounds,
            contributions: replayed.contributions,
            score_files: replayed.last.manifest.scores.len(),
            jobs: copy.rounds.get(&round).map_or(0, |data| data.batches.len()),
            debits: replayed.last.debits.len(),
            debits_total: result.debits_total.into(),
            total: result.total.into(),
            leaf_count: result.leaf_count,
            root: result.root.into(),
            manifest_hash: result.manifest_hash.into(),
            leaves_compared: replayed.leaves_compared,
            faults: replayed
                .faults
                .into_iter()
                .map(|(round, job, reason)| Fault { round, job, reason })
                .collect(),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(difference) = &self.difference {
            let lines: [(&str, &dyn fmt::Display); 5] = [
                ("Different", &difference.subject),
                ("In round", &difference.round),
                ("Expected", &difference.expected),
                ("Found", &difference.found),
                ("Data from", &self.source),
            ];
            return fields(formatter, &lines);
        }
        let Some(result) = &self.result else {
            return writeln!(formatter, "Nothing to verify");
        };
        let rounds = format!("{} computed again, from the first one on", result.rounds);
        let debits = format!("{} from {} jobs", result.debits_total, result.debits);
        let tree = format!("{} leaves with {}", result.leaf_count, result.total);
        fields(
            formatter,
            &[
                ("Verified", &format!("round {}", self.round)),
                ("Rounds", &rounds),
                ("Contributions", &result.contributions),
                ("Score files", &result.score_files),
                ("Debits", &debits),
                ("Tree", &tree),
                ("Root", &result.root),
                ("Data from", &self.source),
            ],
        )?;
        for fault in &result.faults {
            writeln!(
                formatter,
                "In round {}, the batch of job {} breaks the rules and pays nothing: {}",
                fault.round, fault.job, fault.reason
            )?;
        }
        Ok(())
    }
}
