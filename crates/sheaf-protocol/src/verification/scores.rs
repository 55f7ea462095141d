//! The manifest and the score files it names, against what validators revealed.

use super::{Difference, RoundData, RoundFacts, Subject, VoterFacts};
use crate::{
    manifest::{Manifest, ManifestBatch, ManifestScores},
    scores::{ScoreError, ScoreFile},
    text::{Base58Key, HexHash},
};
use sheaf_format::Key;

/// Checks the manifest against the chain, and gives the score files it names, each checked against
/// its revealed root and its validator's vote key.
pub(super) fn check_scores(
    facts: &RoundFacts,
    data: &RoundData,
) -> Result<Vec<ScoreFile>, Difference> {
    let manifest = manifest(facts, data)?;
    let files = manifest
        .scores
        .iter()
        .map(|entry| score_file(facts, data, entry));
    files.collect()
}

fn manifest<'a>(facts: &RoundFacts, data: &'a RoundData) -> Result<&'a Manifest, Difference> {
    let round = facts.scope.round;
    let attested = HexHash(facts.result.manifest_hash);
    let differs = |part: String, expected: String, found: String| {
        Difference::new(round, Subject::Manifest { part }, expected, found)
    };
    let manifest = match &data.manifest {
        Some(Ok(manifest)) => manifest,
        Some(Err(reason)) => {
            return Err(differs("hash".into(), attested.to_string(), reason.clone()));
        }
        None => {
            return Err(differs(
                "hash".into(),
                attested.to_string(),
                "no file".into(),
            ));
        }
    };
    let hash = HexHash(manifest.hash());
    if hash == attested && manifest.is_canonical() {
        return Ok(manifest);
    }
    // Another manifest than the one attested to: say where it leaves the chain, if it does.
    let expected = Manifest::new(
        facts.scope.pool,
        round,
        facts.batches.iter().map(expected_batch).collect(),
        facts.voters.iter().filter_map(expected_scores).collect(),
    );
    for (place, expected) in expected.batches.iter().enumerate() {
        let found = manifest.batches.get(place);
        if found != Some(expected) {
            let shown = |entry: &ManifestBatch| {
                format!(
                    "job {} with root {}",
                    entry.number, entry.contributions_root
                )
            };
            let found = found.map_or_else(|| "nothing".to_owned(), shown);
            return Err(differs(format!("batch {place}"), shown(expected), found));
        }
    }
    let foreign = manifest
        .scores
        .iter()
        .find(|entry| !expected.scores.contains(entry));
    if let Some(entry) = foreign {
        let revealed = revealed_by(facts, &entry.validator.0);
        let expected =
            revealed.map_or_else(|| "nothing revealed".to_owned(), |root| root.to_string());
        return Err(differs(
            format!("scores root of {}", entry.validator),
            expected,
            entry.scores_root.to_string(),
        ));
    }
    Err(differs(
        "hash".into(),
        attested.to_string(),
        hash.to_string(),
    ))
}

fn expected_batch(batch: &super::BatchFacts) -> ManifestBatch {
    ManifestBatch {
        number: batch.terms.number,
        job: batch.terms.job.into(),
        contributions_root: batch.contributions_root.into(),
    }
}

fn expected_scores(voter: &VoterFacts) -> Option<ManifestScores> {
    Some(ManifestScores {
        validator: voter.validator.into(),
        scores_root: voter.scores_root?.into(),
    })
}

fn revealed_by(facts: &RoundFacts, validator: &Key) -> Option<HexHash> {
    let voter = facts
        .voters
        .iter()
        .find(|voter| voter.validator == *validator)?;
    voter.scores_root.map(HexHash)
}

/// The score file that a manifest's entry names.
fn score_file(
    facts: &RoundFacts,
    data: &RoundData,
    entry: &ManifestScores,
) -> Result<ScoreFile, Difference> {
    let (round, validator) = (facts.scope.round, entry.validator);
    let differs = |expected: String, found: String| {
        Difference::new(round, Subject::ScoreFile { validator }, expected, found)
    };
    let with_root = || format!("a file with root {}", entry.scores_root);
    let signed = match data.scores.get(&validator.0) {
        Some(Ok(signed)) => signed,
        Some(Err(reason)) => return Err(differs(with_root(), reason.clone())),
        None => return Err(differs(with_root(), "no file".to_owned())),
    };
    let voter = facts
        .voters
        .iter()
        .find(|voter| voter.validator == validator.0);
    let Some((voter, root)) = voter.and_then(|voter| Some((voter, voter.scores_root?))) else {
        return Err(differs("no scores revealed".to_owned(), with_root()));
    };
    if signed.file.validator != validator {
        return Err(differs(
            format!("the file of {validator}"),
            format!("the file of {}", signed.file.validator),
        ));
    }
    signed
        .verify(&facts.scope, &voter.vote_key, &root)
        .map_err(|error| name(round, validator, error))?;
    Ok(signed.file.clone())
}

fn name(round: u64, validator: Base58Key, error: ScoreError) -> Difference {
    let whole = Subject::ScoreFile { validator };
    let score = |submission| Subject::Score {
        validator,
        submission,
    };
    match error {
        ScoreError::Quality {
            submission,
            quality_bps,
        } => Difference::new(
            round,
            score(submission),
            "at most 10000 bps",
            format!("{quality_bps} bps"),
        ),
        ScoreError::Order(submission) => Difference::new(
            round,
            score(submission),
            "scores ascending by submission, each once",
            "this one behind a later one",
        ),
        ScoreError::Round { expected, found } => Difference::new(
            round,
            whole,
            format!("scores of round {expected}"),
            format!("scores of round {found}"),
        ),
        ScoreError::Root { expected, found } => Difference::new(
            round,
            whole,
            format!("root {expected}, as revealed"),
            format!("root {found}"),
        ),
        ScoreError::Signature(error) => {
            Difference::new(round, whole, "a signature by its vote key", error)
        }
    }
}
