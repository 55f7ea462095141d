//! A saved copy of two rounds, and what is found when a file of it is changed.

use super::{
    copy::Copy,
    folder,
    replay::{Ended, replay},
};
use ed25519_dalek::SigningKey;
use serde_json::{Value, json};
use sheaf_format::{
    Key,
    digest::{RoundScope, sha256},
};
use sheaf_protocol::{
    assignment::{Stake, reviewers},
    batch::{BatchFile, Contribution},
    intake::LIMITS,
    ledger::{Leaf, Ledger},
    outcome::{self, JobTerms, RoundBatch, RoundInputs, Voter},
    scores::{Score, ScoreFile},
    statement::{Delegation, Signed, Submission, region_bytes},
    verification::{
        BaseFacts, BatchFacts, Difference, ResultFacts, RoundData, RoundFacts, Subject, VoterFacts,
    },
};
use solana_sdk::pubkey::Pubkey;
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

const SPECIFICATION: &str = r#"{"kind":"web","title":"News","urls":["https://example.org/a","https://example.org/b"],"pages_per_node":2}"#;
const JOB: Key = [4; 32];
const VALIDATORS: [u8; 3] = [0xc1, 0xc2, 0xc3];

fn key(byte: u8) -> SigningKey {
    SigningKey::from_bytes(&[byte; 32])
}

fn public(byte: u8) -> Key {
    key(byte).verifying_key().to_bytes()
}

const fn scope(round: u64) -> RoundScope {
    RoundScope {
        genesis: [1; 32],
        program: [2; 32],
        pool: [3; 32],
        round,
    }
}

fn batch(scope: &RoundScope) -> BatchFile {
    let nodes = [(10, 11), (20, 21)];
    let submissions = nodes.iter().flat_map(|(contributor, node)| {
        (0..2).map(|task| {
            let body = Submission {
                genesis: scope.genesis,
                program: scope.program,
                job: JOB,
                contributor: public(*contributor),
                node: public(*node),
                content_hash: [6; 32],
                earliest_round: scope.round,
                nonce: scope.round * 10 + u64::from(task),
                expiry_slot: 2_000,
                observed_slot: 990,
                units: 1,
                task,
                content_bytes: LIMITS.max_content_bytes,
                region: region_bytes("eu-west").expect("a region"),
            };
            Signed::sign(body, &key(*node))
        })
    });
    let delegations = nodes.iter().map(|(contributor, node)| {
        let body = Delegation {
            genesis: scope.genesis,
            program: scope.program,
            contributor: public(*contributor),
            node: public(*node),
            valid_until_slot: 5_000,
        };
        Signed::sign(body, &key(*contributor))
    });
    BatchFile::new(
        JOB,
        scope.round,
        submissions.collect(),
        delegations.collect(),
    )
    .expect("a batch")
}

/// A round that starts from `base`: what the chain says, what was published, the tree after it.
fn round(scope: RoundScope, base: &Ledger) -> (RoundFacts, RoundData, Ledger) {
    let file = batch(&scope);
    let terms = JobTerms {
        job: JOB,
        number: 0,
        price_per_unit: 1_000,
        minimum_earning: 0,
        treasury_bps: 500,
        validators_bps: 1_000,
    };
    let stakes = VALIDATORS.map(|byte| Stake {
        validator: [byte; 32],
        stake: 100,
    });
    let seed = [scope.round as u8; 32];
    let files = VALIDATORS.map(|byte| {
        let scores = file.submissions.iter().filter_map(|entry| {
            let id = entry.id();
            let assigned = reviewers(&seed, &id, &stakes).contains(&[byte; 32]);
            let quality_bps = 8_000 + u16::from(id[0]);
            assigned.then(|| Score {
                submission: id.into(),
                quality_bps,
            })
        });
        ScoreFile::new([byte; 32], scope.round, scores.collect()).expect("scores")
    });
    let voters = VALIDATORS
        .iter()
        .zip(&files)
        .map(|(byte, file)| VoterFacts {
            validator: [*byte; 32],
            vote_key: public(*byte),
            stake: 100,
            scores_root: Some(file.root()),
        });
    let voters: Vec<VoterFacts> = voters.collect();
    let outcome = outcome::compute(&RoundInputs {
        scope,
        base,
        seed,
        treasury: [0xee; 32],
        voters: voters
            .iter()
            .map(|voter| Voter {
                validator: voter.validator,
                stake: voter.stake,
                scores_root: voter.scores_root,
            })
            .collect(),
        batches: vec![RoundBatch {
            terms,
            reserved: 1_000_000,
            contributions_root: file.root(),
            contributions: file
                .submissions
                .iter()
                .map(|e| Contribution::from(&e.body))
                .collect(),
        }],
        score_files: files.to_vec(),
    })
    .expect("an outcome");
    let result = outcome.result;
    let facts = RoundFacts {
        scope,
        seed,
        treasury: [0xee; 32],
        base: BaseFacts {
            root: Some(result.base_root),
            total: base.total(),
            leaf_count: Some(base.leaf_count()),
        },
        result: ResultFacts {
            root: result.root,
            total: result.total,
            leaf_count: result.leaf_count,
            debits_total: result.debits_total,
            debits_hash: Some(result.debits_hash),
            manifest_hash: result.manifest_hash,
            attestation: outcome.attestation(&scope),
        },
        voters,
        batches: vec![BatchFacts {
            terms,
            specification_hash: sha256(&[SPECIFICATION.as_bytes()]),
            contributions_root: file.root(),
            reserved: 1_000_000,
            units: file.units(),
            count: file.count(),
            debited: Some(result.debits_total),
        }],
    };
    let signed = VALIDATORS
        .iter()
        .zip(files)
        .map(|(byte, file)| ([*byte; 32], Ok(file.sign(&scope, &key(*byte)))));
    let data = RoundData {
        manifest: Some(Ok(outcome.manifest)),
        batches: BTreeMap::from([(0, Ok(file))]),
        scores: signed.collect(),
    };
    (facts, data, outcome.ledger)
}

/// Two rounds in a folder.
struct Saved {
    rounds: Vec<Ended>,
    copy: Copy,
    folder: TempDir,
}

impl Saved {
    fn new() -> anyhow::Result<Self> {
        let mut ledger = Ledger::empty(scope(0).program, scope(0).pool);
        let mut copy = Copy {
            specifications: BTreeMap::from([(0, SPECIFICATION.as_bytes().to_vec())]),
            ..Copy::default()
        };
        let mut rounds = Vec::new();
        for number in [1, 2] {
            let (facts, data, after) = round(scope(number), &ledger);
            rounds.push(Ended {
                facts,
                is_final: true,
            });
            copy.rounds.insert(number, data);
            ledger = after;
        }
        let leaves: Vec<Leaf> = ledger.leaves().copied().collect();
        copy.leaves.insert(2, Ok(leaves));
        let folder = tempfile::tempdir()?;
        folder::write(&folder.path().join("copy"), &scope(2), &copy)?;
        Ok(Self {
            rounds,
            copy,
            folder,
        })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("copy").join(name)
    }

    fn check(&self) -> anyhow::Result<Result<usize, Difference>> {
        let saved = folder::read(&self.folder.path().join("copy"))?;
        saved.check_scope(&scope(2))?;
        let replayed = replay(&scope(2), &self.rounds, &saved.copy);
        Ok(replayed.map(|replayed| replayed.map_or(0, |replayed| replayed.rounds)))
    }

    /// The difference after a change to a JSON file.
    fn after(&self, name: &str, change: impl FnOnce(&mut Value)) -> anyhow::Result<Difference> {
        let path = self.path(name);
        let original = fs::read(&path)?;
        let mut value: Value = serde_json::from_slice(&original)?;
        change(&mut value);
        self.with(&path, &serde_json::to_vec(&value)?, &original)
    }

    fn with(&self, path: &Path, bytes: &[u8], original: &[u8]) -> anyhow::Result<Difference> {
        fs::write(path, bytes)?;
        let found = self.check()?.expect_err("a difference");
        fs::write(path, original)?;
        Ok(found)
    }
}

#[test]
fn what_is_saved_is_read_and_verifies() -> anyhow::Result<()> {
    let saved = Saved::new()?;
    assert_eq!(folder::read(&saved.path(""))?.copy, saved.copy);
    assert_eq!(saved.check()?, Ok(2));
    // Again into the same folder, but never over something else.
    folder::write(&saved.path(""), &scope(2), &saved.copy)?;
    fs::remove_file(saved.path("copy.json"))?;
    assert!(folder::write(&saved.path(""), &scope(2), &saved.copy).is_err());
    assert!(folder::read(&saved.path("")).is_err());
    Ok(())
}

#[test]
fn every_kind_of_tampering_is_named() -> anyhow::Result<()> {
    let saved = Saved::new()?;
    let scores = format!(
        "rounds/2/scores/{}.json",
        Pubkey::new_from_array([0xc2; 32])
    );
    let whole = |found: &Difference| {
        found.round == 2
            && found.subject
                == Subject::ScoreFile {
                    validator: [0xc2; 32].into(),
                }
    };
    let found = saved.after(&scores, |file| {
        file["file"]["scores"][0]["quality_bps"] = json!(1)
    })?;
    assert!(
        whole(&found) && found.expected.contains("as revealed"),
        "{found}"
    );
    let found = saved.after(&scores, |file| {
        let other = bs58::encode([7; 64]).into_string();
        file["signature"] = json!(other);
    })?;
    assert!(
        whole(&found) && found.expected.contains("vote key"),
        "{found}"
    );

    let batch = "rounds/1/batches/0.json";
    let contribution = |found: &Difference, at: usize| matches!(found.subject, Subject::Contribution { job: 0, place, .. } if place == at);
    let found = saved.after(batch, |file| {
        // A unit more, and everything else as it was.
        let text = file["submissions"][1]["body"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let unsigned = format!("{}==", "A".repeat(86));
        let mut signed = Signed::<Submission>::from_headers(&text, &unsigned).expect("a body");
        signed.body.units += 1;
        file["submissions"][1]["body"] = json!(signed.body_base64());
    })?;
    assert!(found.round == 1 && contribution(&found, 1), "{found}");
    let found = saved.after(batch, |file| {
        file["submissions"][3]["signature"] = json!(bs58::encode([7; 64]).into_string());
    })?;
    assert!(contribution(&found, 3), "{found}");
    let found = saved.after(batch, |file| {
        let submissions = file["submissions"].as_array_mut();
        submissions.map(|submissions| submissions.remove(0));
    })?;
    assert_eq!(found.subject, Subject::Batch { job: 0 });

    let found = saved.after("leaves/2.json", |leaves| {
        leaves[1]["cumulative"] = json!("9")
    })?;
    assert_eq!(
        (found.round, &found.subject),
        (2, &Subject::Leaf { index: 1 })
    );
    assert!(found.found.ends_with(" with 9"), "{found}");

    let found = saved.after("rounds/2/manifest.json", |manifest| {
        manifest["scores"].as_array_mut().map(Vec::pop);
    })?;
    assert!(matches!(found.subject, Subject::Manifest { .. }), "{found}");

    let specification = saved.path("specifications/0.json");
    let changed = SPECIFICATION.replace("News", "Olds");
    let found = saved.with(&specification, changed.as_bytes(), SPECIFICATION.as_bytes())?;
    assert_eq!(found.subject, Subject::Specification { job: 0 });

    let unreadable = fs::read(saved.path(batch))?;
    let found = saved.with(&saved.path(batch), b"{}", &unreadable)?;
    assert!(found.found.contains("not understood"), "{found}");
    assert_eq!(saved.check()?, Ok(2), "everything is as it was again");
    Ok(())
}

#[test]
fn a_missing_file_is_named() -> anyhow::Result<()> {
    let saved = Saved::new()?;
    let validator = Pubkey::new_from_array([0xc1; 32]);
    let files = [
        (
            format!("rounds/1/scores/{validator}.json"),
            Subject::ScoreFile {
                validator: [0xc1; 32].into(),
            },
        ),
        (
            "rounds/2/batches/0.json".to_owned(),
            Subject::Batch { job: 0 },
        ),
        (
            "rounds/1/manifest.json".to_owned(),
            Subject::Manifest {
                part: "hash".to_owned(),
            },
        ),
        (
            "specifications/0.json".to_owned(),
            Subject::Specification { job: 0 },
        ),
    ];
    for (name, subject) in files {
        let path = saved.path(&name);
        let original = fs::read(&path)?;
        fs::remove_file(&path)?;
        let found = saved.check()?.expect_err("a difference");
        assert_eq!(
            (&found.subject, &*found.found),
            (&subject, "no file"),
            "{name}"
        );
        fs::write(&path, original)?;
    }
    // Leaves are compared where they were published; nothing depends on them.
    fs::remove_file(saved.path("leaves/2.json"))?;
    assert_eq!(saved.check()?, Ok(2));
    Ok(())
}

#[test]
fn a_copy_of_another_place_or_of_fewer_rounds_is_refused() -> anyhow::Result<()> {
    let saved = Saved::new()?;
    let read = folder::read(&saved.path(""))?;
    let refused = |scope: RoundScope| {
        let checked = read.check_scope(&scope);
        checked
            .map_err(|error| error.to_string())
            .expect_err("refused")
    };
    assert!(refused(scope(3)).contains("up to round 2"));
    let cluster = RoundScope {
        genesis: [9; 32],
        ..scope(2)
    };
    assert!(refused(cluster).contains("genesis hash"));
    let pool = RoundScope {
        pool: [9; 32],
        ..scope(2)
    };
    assert!(refused(pool).contains("--mint"));
    Ok(())
}

#[test]
fn a_contribution_that_was_paid_before_is_not_paid_again() -> anyhow::Result<()> {
    let mut saved = Saved::new()?;
    // The chain says that round 2 batched round 1's contributions and paid for them.
    let base = Ledger::empty(scope(0).program, scope(0).pool);
    let (mut facts, mut data, _) = round(scope(1), &base);
    facts.scope.round = 2;
    if let Some(Ok(file)) = data.batches.get_mut(&0) {
        file.round = 2;
    }
    facts.base = saved.rounds[1].facts.base;
    saved.rounds[1].facts = facts;
    saved.copy.rounds.insert(2, data);
    saved.copy.leaves.clear();
    let found = replay(&scope(2), &saved.rounds, &saved.copy).map(drop);
    let found = found.expect_err("a difference");
    // Nothing of it counts, so the first thing that differs is what the chain says of the rest.
    assert_eq!(found.round, 2);
    assert!(
        !matches!(
            found.subject,
            Subject::Batch { .. } | Subject::Contribution { .. }
        ),
        "{found}"
    );
    Ok(())
}
