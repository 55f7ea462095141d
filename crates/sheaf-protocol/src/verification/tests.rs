//! Every kind of tampering is found, by its name.

use super::*;
use crate::{
    assignment::{Stake, reviewers},
    batch::Contribution,
    fixtures::{GENESIS, JOB, POOL, PROGRAM, delegation, key, public, specification, submission},
    ledger::{Leaf, Ledger},
    outcome::{self, RoundBatch, RoundInputs, Voter},
    scores::{Score, ScoreFile},
    text::HexHash,
};
use ed25519_dalek::SigningKey;
use sheaf_format::digest::sha256;

const SCOPE: RoundScope = RoundScope {
    genesis: GENESIS,
    program: PROGRAM,
    pool: POOL,
    round: 7,
};
const SEED: Hash = [7; 32];
const VALIDATORS: [u8; 4] = [0xc1, 0xc2, 0xc3, 0xc4];

/// A round as it was published, with what the chain says of it.
#[derive(Clone)]
struct World {
    facts: RoundFacts,
    data: RoundData,
    specifications: Specifications,
    base: Ledger,
}

fn vote_key(validator: u8) -> SigningKey {
    key(validator.wrapping_add(0x10))
}

fn terms() -> JobTerms {
    JobTerms {
        job: JOB,
        number: 3,
        price_per_unit: 1_000,
        minimum_earning: 0,
        treasury_bps: 500,
        validators_bps: 1_000,
    }
}

fn batch_file() -> BatchFile {
    let submissions = vec![
        submission(10, 11, 0, 1),
        submission(10, 11, 1, 2),
        submission(20, 21, 0, 1),
        submission(20, 21, 2, 2),
    ];
    let delegations = vec![delegation(10, 11, 5_000), delegation(20, 21, 5_000)];
    BatchFile::new(JOB, 7, submissions, delegations).expect("a batch")
}

fn score_file(validator: u8, stakes: &[Stake], file: &BatchFile) -> ScoreFile {
    let scores = file.submissions.iter().filter_map(|entry| {
        let id = entry.id();
        reviewers(&SEED, &id, stakes)
            .contains(&[validator; 32])
            .then(|| Score {
                submission: HexHash(id),
                quality_bps: 5_000 + u16::from(id[0]) + 7 * u16::from(validator),
            })
    });
    ScoreFile::new([validator; 32], 7, scores.collect()).expect("scores")
}

impl World {
    fn new() -> Self {
        let published = serde_json::to_vec(&specification()).expect("json");
        let file = batch_file();
        let stakes = VALIDATORS.map(|validator| Stake {
            validator: [validator; 32],
            stake: 100 + u64::from(validator),
        });
        let scores = VALIDATORS.map(|validator| score_file(validator, &stakes, &file));
        let base = Ledger::from_leaves(
            PROGRAM,
            POOL,
            &[Leaf {
                contributor: public(&key(20)),
                cumulative: 5,
            }],
        )
        .expect("a ledger");
        let voters: Vec<VoterFacts> = stakes
            .iter()
            .zip(&scores)
            .map(|(entry, file)| VoterFacts {
                validator: entry.validator,
                vote_key: public(&vote_key(entry.validator[0])),
                stake: entry.stake,
                scores_root: Some(file.root()),
            })
            .collect();
        let contributions = file
            .submissions
            .iter()
            .map(|entry| Contribution::from(&entry.body));
        let outcome = outcome::compute(&RoundInputs {
            scope: SCOPE,
            base: &base,
            seed: SEED,
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
                terms: terms(),
                reserved: 1_000_000,
                contributions_root: file.root(),
                contributions: contributions.collect(),
            }],
            score_files: scores.to_vec(),
        })
        .expect("an outcome");
        let result = outcome.result;
        let facts = RoundFacts {
            scope: SCOPE,
            seed: SEED,
            treasury: [0xee; 32],
            base: BaseFacts {
                root: Some(result.base_root),
                total: base.total(),
                leaf_count: Some(1),
            },
            result: ResultFacts {
                root: result.root,
                total: result.total,
                leaf_count: result.leaf_count,
                debits_total: result.debits_total,
                debits_hash: Some(result.debits_hash),
                manifest_hash: result.manifest_hash,
                attestation: outcome.attestation(&SCOPE),
            },
            voters,
            batches: vec![BatchFacts {
                terms: terms(),
                specification_hash: sha256(&[&published]),
                contributions_root: file.root(),
                reserved: 1_000_000,
                units: file.units(),
                count: file.count(),
                debited: Some(result.debits_total),
            }],
        };
        let signed = VALIDATORS.iter().zip(scores).map(|(validator, file)| {
            let signed = file.sign(&SCOPE, &vote_key(*validator));
            ([*validator; 32], Ok(signed))
        });
        Self {
            facts,
            data: RoundData {
                manifest: Some(Ok(outcome.manifest)),
                batches: BTreeMap::from([(3, Ok(file))]),
                scores: signed.collect(),
            },
            specifications: BTreeMap::from([(3, published)]),
            base,
        }
    }

    fn check(&self) -> Result<Checked, Difference> {
        check_round(
            &self.facts,
            &self.data,
            &self.specifications,
            &self.base,
            &|_| false,
        )
    }

    fn batch(&mut self) -> &mut BatchFile {
        let file = self.data.batches.get_mut(&3).expect("published");
        file.as_mut().expect("readable")
    }

    fn scores(&mut self) -> &mut SignedScoreFile {
        let file = self.data.scores.get_mut(&[0xc2; 32]).expect("published");
        file.as_mut().expect("readable")
    }
}

/// The difference after a change.
fn after(change: impl FnOnce(&mut World)) -> Difference {
    let mut world = World::new();
    change(&mut world);
    world.check().map(drop).expect_err("a difference")
}

const VALIDATOR: crate::text::Base58Key = crate::text::Base58Key([0xc2; 32]);

#[test]
fn an_untouched_round_comes_out_as_the_chain_says() {
    let world = World::new();
    let checked = world.check().expect("no difference");
    assert_eq!(checked.outcome.result.root, world.facts.result.root);
    assert_eq!(checked.batched.len(), 4);
    assert!(checked.faults.is_empty());
}

#[test]
fn a_changed_score_names_its_file_and_both_roots() {
    let found = after(|world| world.scores().file.scores[0].quality_bps -= 1);
    assert_eq!(
        found.subject,
        Subject::ScoreFile {
            validator: VALIDATOR
        }
    );
    assert!(found.expected.contains("as revealed") && found.found.starts_with("root "));
    let found = after(|world| world.scores().file.scores[0].quality_bps = 10_001);
    assert!(matches!(found.subject, Subject::Score { validator, .. } if validator == VALIDATOR));
    assert_eq!(&*found.found, "10001 bps");
}

#[test]
fn a_score_files_signature_is_its_vote_keys() {
    let found = after(|world| world.scores().signature.0[5] ^= 1);
    assert_eq!(
        found.subject,
        Subject::ScoreFile {
            validator: VALIDATOR
        }
    );
    assert_eq!(&*found.expected, "a signature by its vote key");
}

#[test]
fn changed_units_name_the_contribution() {
    let mut original = World::new();
    let place = 2;
    let found = after(|world| world.batch().submissions[place].body.units += 1);
    let mut changed = original.batch().submissions[place];
    changed.body.units += 1;
    assert_eq!(
        found.subject,
        Subject::Contribution {
            job: 3,
            place,
            submission: changed.id().into()
        }
    );
    assert_eq!(&*found.expected, "what its node signed");
}

#[test]
fn a_changed_signature_names_the_contribution() {
    let found = after(|world| world.batch().submissions[1].signature[0] ^= 1);
    assert!(matches!(
        found.subject,
        Subject::Contribution {
            job: 3,
            place: 1,
            ..
        }
    ));
}

#[test]
fn a_contribution_left_out_or_moved_is_found() {
    let found = after(|world| world.batch().submissions.truncate(3));
    assert_eq!(found.subject, Subject::Batch { job: 3 });
    assert!(found.expected.ends_with("of 4 contributions"));
    assert!(found.found.ends_with("of 3 contributions"));
    let found = after(|world| world.batch().submissions.swap(0, 1));
    assert!(matches!(
        found.subject,
        Subject::Contribution { place: 1, .. }
    ));
}

#[test]
fn a_delegation_is_checked_too() {
    let found = after(|world| world.batch().delegations[0].signature[0] ^= 1);
    assert!(matches!(found.subject, Subject::Delegation { job: 3, .. }));
    let found = after(|world| world.batch().delegations.clear());
    assert!(matches!(found.subject, Subject::Contribution { .. }));
}

#[test]
fn a_missing_file_is_named() {
    let found = after(|world| world.data.batches.clear());
    assert_eq!(
        (&found.subject, &*found.found),
        (&Subject::Batch { job: 3 }, "no file")
    );
    let found = after(|world| drop(world.data.scores.remove(&VALIDATOR.0)));
    assert_eq!(
        (&found.subject, &*found.found),
        (
            &Subject::ScoreFile {
                validator: VALIDATOR
            },
            "no file"
        )
    );
    let found = after(|world| world.data.manifest = None);
    assert!(matches!(found.subject, Subject::Manifest { .. }) && &*found.found == "no file");
    let found = after(|world| world.specifications.clear());
    assert_eq!(found.subject, Subject::Specification { job: 3 });
    let found = after(|world| world.data.manifest = Some(Err("it is no JSON".to_owned())));
    assert_eq!(&*found.found, "it is no JSON");
}

#[test]
fn a_changed_specification_is_another_hash() {
    let found = after(|world| {
        let bytes = world.specifications.get_mut(&3).expect("published");
        bytes.push(b' ');
    });
    assert_eq!(found.subject, Subject::Specification { job: 3 });
    assert_ne!(found.expected, found.found);
}

#[test]
fn a_manifest_is_compared_entry_by_entry() {
    fn changed(world: &mut World) -> &mut Manifest {
        world
            .data
            .manifest
            .as_mut()
            .and_then(|part| part.as_mut().ok())
            .expect("published")
    }
    let found = after(|world| changed(world).scores[1].scores_root.0[0] ^= 1);
    let Subject::Manifest { part } = &found.subject else {
        panic!("{found}");
    };
    assert_eq!(*part, format!("scores root of {VALIDATOR}"));
    let found = after(|world| changed(world).batches[0].contributions_root.0[0] ^= 1);
    assert!(found.to_string().contains("batch 0 of the manifest"));
    let found = after(|world| changed(world).scores.truncate(3));
    assert!(found.to_string().contains("hash of the manifest"));
}

#[test]
fn every_number_of_the_chain_is_compared() {
    type Change = fn(&mut RoundFacts);
    let changes: [(&str, Change); 11] = [
        ("total of the base tree", |facts| facts.base.total += 1),
        ("leaf count of the base tree", |facts| {
            facts.base.leaf_count = Some(2);
        }),
        ("root of the base tree", |facts| {
            facts.base.root = Some([1; 32]);
        }),
        ("debit of job 3", |facts| {
            facts.batches[0].debited = Some(1);
        }),
        ("sum of debits of the result", |facts| {
            facts.result.debits_total += 1;
        }),
        ("debits hash of the result", |facts| {
            facts.result.debits_hash = Some([1; 32]);
        }),
        ("total of the result", |facts| facts.result.total += 1),
        ("leaf count of the result", |facts| {
            facts.result.leaf_count += 1;
        }),
        ("root of the result", |facts| facts.result.root = [1; 32]),
        ("attestation of the result", |facts| {
            facts.result.attestation = [1; 32];
        }),
        // Another seed draws other reviewers, so other scores count.
        ("debit of job 3", |facts| {
            facts.seed = [99; 32];
        }),
    ];
    for (name, change) in changes {
        let found = after(|world| change(&mut world.facts));
        assert_eq!(found.subject.to_string(), name, "{found}");
    }
}

#[test]
fn what_was_paid_before_makes_the_batch_pay_nothing() {
    let world = World::new();
    let found = check_round(
        &world.facts,
        &world.data,
        &world.specifications,
        &world.base,
        &|_| true,
    );
    let found = found.expect_err("the chain says it paid");
    assert_eq!(found.subject, Subject::Debit { job: 3 });
    assert_eq!(&*found.found, "0");
}

#[test]
fn a_closed_rounds_events_suffice() {
    let mut world = World::new();
    world.facts.base.root = None;
    world.facts.base.leaf_count = None;
    world.facts.result.debits_hash = None;
    world.check().expect("the attestation binds the rest");
    let other = [Leaf {
        contributor: public(&key(10)),
        cumulative: 5,
    }];
    world.base = Ledger::from_leaves(PROGRAM, POOL, &other).expect("a ledger");
    let found = world.check().expect_err("another base tree");
    assert!(matches!(found.subject, Subject::Result { .. }), "{found}");
}

#[test]
fn published_leaves_are_compared_one_by_one() {
    let world = World::new();
    let computed = world.check().expect("no difference").outcome.ledger;
    let leaves: Vec<Leaf> = computed.leaves().copied().collect();
    assert_eq!(check_leaves(7, &computed, &leaves), Ok(()));
    let mut changed = leaves.clone();
    changed[2].cumulative += 1;
    let found = check_leaves(7, &computed, &changed).expect_err("a difference");
    assert_eq!(found.subject, Subject::Leaf { index: 2 });
    assert!(
        found
            .found
            .ends_with(&format!("with {}", leaves[2].cumulative + 1))
    );
    let found = check_leaves(7, &computed, &leaves[1..]).expect_err("a difference");
    assert_eq!(found.subject, Subject::Leaf { index: 0 });
    let short = check_leaves(7, &computed, &leaves[..3]).expect_err("a difference");
    assert_eq!(
        (short.subject, &*short.found),
        (Subject::Leaf { index: 3 }, "no leaf")
    );
    changed = leaves.clone();
    changed.push(leaves[0]);
    let found = check_leaves(7, &computed, &changed).expect_err("a difference");
    assert_eq!(&*found.expected, "no leaf");
}

#[test]
fn a_difference_reads_well_and_has_json() {
    let found = after(|world| world.data.batches.clear());
    assert!(
        found
            .to_string()
            .starts_with("round 7: batch of job 3: expected a file with root ")
    );
    let json = serde_json::to_value(&found).expect("json");
    assert_eq!(
        (&json["kind"], &json["job"], &json["round"]),
        (&"batch".into(), &3.into(), &7.into())
    );
}
