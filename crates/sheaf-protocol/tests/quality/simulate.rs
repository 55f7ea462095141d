//! One round under the real rules, with made-up truths. Everything random comes out of SHA-256, so that it is the same
//! everywhere.

use crate::scenario::{Conduct, NOISE_BPS, Scenario, VALIDATORS};
use sheaf_format::{
    Hash, Key,
    digest::{RoundScope, commitment, sha256},
    limits::{BPS, MIN_QUORUM_BPS},
};
use sheaf_protocol::{
    assignment::{Draws, Stake},
    batch::Contribution,
    ledger::Ledger,
    outcome::{JobTerms, Outcome, Role, RoundBatch, RoundInputs, Voter, compute},
    scores::{Score, ScoreFile},
};

/// Contributors, each with [`EACH`] contributions.
const CONTRIBUTORS: u32 = 100;
const EACH: u32 = 20;
/// A contributor in so many is a friend of those who favour.
const FRIENDS: u32 = 10;
const STAKE: u64 = 1_000_000;
const PRICE: u64 = 1_000_000;
const SEED: Hash = [0x5e; 32];
const TREASURY: Key = [0xee; 32];
const SCOPE: RoundScope = RoundScope {
    genesis: [1; 32],
    program: [2; 32],
    pool: [3; 32],
    round: 9,
};

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// A final round, or none.
    pub round: Option<Final>,
    /// Pay of those who do not work, in percent of what each would get if all worked.
    pub pay_percent: u64,
    /// Whether they miss a duty: a few such rounds in a row jail them.
    pub jailed: bool,
}

/// A final round's figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Final {
    /// Mean distance of qualities from the truth.
    pub mean_error_bps: u64,
    /// Distance that one contribution in a hundred exceeds.
    pub far_off_bps: u64,
    /// Contributions whose quality is off by more than 1,000 bps, in bps of all.
    pub wrong_bps: u64,
    /// What worthless contributions got, in bps of what they would get at full quality.
    pub junk_paid_bps: u64,
    /// What the others got, in bps of what the truth would give them.
    pub work_paid_bps: u64,
}

/// A number below `bound`, by what it is for.
fn random(what: &str, numbers: &[u32], bound: u64) -> u64 {
    let bytes: Vec<u8> = numbers
        .iter()
        .flat_map(|number| number.to_le_bytes())
        .collect();
    let hash = sha256(&[what.as_bytes(), &bytes]);
    let mut first = [0; 8];
    first.copy_from_slice(&hash[..8]);
    u64::from_le_bytes(first) % bound
}

/// A contribution with its true quality.
struct Truth {
    id: Hash,
    contributor: Key,
    number: u32,
    quality_bps: u16,
    is_friends: bool,
}

/// A tenth of the contributors are friends of those who favour and hand in nothing of worth; of the others' contributions one in
/// ten is worthless, two are middling, seven good.
fn truths() -> Vec<Truth> {
    let all = (0..CONTRIBUTORS * EACH).map(|number| {
        let owner = number / EACH;
        let is_friends = owner.is_multiple_of(FRIENDS);
        let quality = match random("kind", &[number], 10) {
            _ if is_friends => 0,
            0 => 0,
            1 | 2 => 3_000 + random("middling", &[number], 4_000),
            _ => 8_000 + random("good", &[number], 2_001),
        };
        Truth {
            id: sha256(&[b"submission", &number.to_le_bytes()]),
            contributor: sha256(&[b"contributor", &owner.to_le_bytes()]),
            number,
            quality_bps: quality as u16,
            is_friends,
        }
    });
    all.collect()
}

fn validator(number: u8) -> Key {
    sha256(&[b"validator", &[number]])
}

/// What one who works finds.
fn honest(number: u8, truth: &Truth) -> u16 {
    let noise = random(
        "noise",
        &[number.into(), truth.number],
        2 * u64::from(NOISE_BPS) + 1,
    );
    let found =
        (i64::from(truth.quality_bps) + noise as i64 - i64::from(NOISE_BPS)).clamp(0, BPS as i64);
    found as u16
}

fn score(number: u8, conduct: Conduct, truth: &Truth, copied_scored: bool) -> u16 {
    match conduct {
        Conduct::Constant(quality) => quality,
        Conduct::Random => random("any", &[number.into(), truth.number], BPS + 1) as u16,
        Conduct::Favours if truth.is_friends => 10_000,
        Conduct::Ruins => u16::from(truth.is_friends) * 10_000,
        Conduct::CopiesScores if copied_scored => honest(VALIDATORS - 1, truth),
        Conduct::CopiesScores => 9_000,
        Conduct::Works | Conduct::Favours | Conduct::Absent | Conduct::CopiesCommitment => {
            honest(number, truth)
        }
    }
}

/// The score file that a validator reveals, if its commitment lets it.
fn revealed(number: u8, conduct: Conduct, file: ScoreFile) -> Option<ScoreFile> {
    let (mine, salt) = (validator(number), sha256(&[b"salt", &[number]]));
    let other = (
        validator(VALIDATORS - 1),
        sha256(&[b"salt", &[VALIDATORS - 1]]),
    );
    let committed = match conduct {
        Conduct::Absent => return None,
        Conduct::CopiesCommitment => commitment(&SCOPE, &other.0, &file.root(), &other.1),
        _ => commitment(&SCOPE, &mine, &file.root(), &salt),
    };
    // The best a copier can do is to reveal what the other revealed.
    let salt = match conduct {
        Conduct::CopiesCommitment => other.1,
        _ => salt,
    };
    (commitment(&SCOPE, &mine, &file.root(), &salt) == committed).then_some(file)
}

/// Plays a round.
pub fn simulate(scenario: &Scenario) -> Finding {
    let truths = truths();
    let stakes: Vec<Stake> = (0..VALIDATORS)
        .map(|number| Stake {
            validator: validator(number),
            stake: STAKE,
        })
        .collect();
    let draws = Draws::new(&SEED, &stakes);
    let drawn: Vec<Vec<usize>> = truths
        .iter()
        .map(|truth| draws.reviewers(&truth.id).collect())
        .collect();
    let conduct = |number: u8| match number < scenario.some {
        true => scenario.conduct,
        false => Conduct::Works,
    };
    let copied = usize::from(VALIDATORS - 1);
    let files = (0..VALIDATORS).map(|number| {
        let mine = |(_, reviewers): &(&Truth, &Vec<usize>)| reviewers.contains(&number.into());
        let assigned = truths.iter().zip(&drawn).filter(mine);
        let scores = assigned.map(|(truth, reviewers)| Score {
            submission: truth.id.into(),
            quality_bps: score(number, conduct(number), truth, reviewers.contains(&copied)),
        });
        let file = ScoreFile::new(validator(number), SCOPE.round, scores.collect());
        revealed(number, conduct(number), file.expect("valid scores"))
    });
    let files: Vec<Option<ScoreFile>> = files.collect();

    let attesting = files.iter().flatten().count() as u64;
    // A missed reveal is a missed duty.
    let jailed = files.iter().take(scenario.some.into()).any(Option::is_none);
    if attesting * BPS < u64::from(MIN_QUORUM_BPS) * u64::from(VALIDATORS) {
        return Finding {
            round: None,
            pay_percent: 0,
            jailed,
        };
    }
    let outcome = outcome(&truths, &stakes, &files);
    let pay = pay_percent(scenario, &outcome);
    Finding {
        round: Some(figures(&truths, &outcome)),
        pay_percent: pay,
        jailed,
    }
}

fn outcome(truths: &[Truth], stakes: &[Stake], files: &[Option<ScoreFile>]) -> Outcome {
    let voters = stakes.iter().zip(files).map(|(entry, file)| Voter {
        validator: entry.validator,
        stake: entry.stake,
        scores_root: file.as_ref().map(ScoreFile::root),
    });
    let contributions = truths.iter().map(|truth| Contribution {
        submission: truth.id,
        contributor: truth.contributor,
        units: 1,
    });
    let batch = RoundBatch {
        terms: JobTerms {
            job: [4; 32],
            number: 0,
            price_per_unit: PRICE,
            minimum_earning: 0,
            treasury_bps: 500,
            validators_bps: 1_000,
        },
        reserved: PRICE * u64::from(CONTRIBUTORS * EACH),
        contributions_root: [5; 32],
        contributions: contributions.collect(),
    };
    let inputs = RoundInputs {
        scope: SCOPE,
        base: &Ledger::empty(SCOPE.program, SCOPE.pool),
        seed: SEED,
        treasury: TREASURY,
        voters: voters.collect(),
        batches: vec![batch],
        score_files: files.iter().flatten().cloned().collect(),
    };
    compute(&inputs).expect("an outcome")
}

/// What one who does not work gets, in percent of an equal part of the validators' share.
fn pay_percent(scenario: &Scenario, outcome: &Outcome) -> u64 {
    if scenario.some == 0 {
        return 100;
    }
    let pay = |key: Key| {
        let earned = outcome
            .earnings
            .iter()
            .find(|earning| earning.key == key && earning.role == Role::Validator);
        earned.map_or(0, |earning| earning.amount)
    };
    let all: u64 = (0..VALIDATORS).map(|number| pay(validator(number))).sum();
    let equal = all / u64::from(VALIDATORS);
    (pay(validator(0)) * 100 + equal / 2) / equal
}

fn figures(truths: &[Truth], outcome: &Outcome) -> Final {
    let mut errors = Vec::with_capacity(truths.len());
    let (mut junk_paid, mut junk_full) = (0, 0);
    let (mut work_paid, mut work_due) = (0, 0);
    // What is left of the price after fees.
    let after_fees = |gross: u64| gross * 8_500 / BPS;
    for truth in truths {
        let found = outcome
            .contributions
            .iter()
            .find(|one| one.submission == truth.id)
            .expect("its outcome");
        errors.push(u64::from(found.quality_bps.abs_diff(truth.quality_bps)));
        if truth.quality_bps == 0 {
            junk_paid += found.amount;
            junk_full += after_fees(PRICE);
        } else {
            work_paid += found.amount;
            work_due += after_fees(PRICE * u64::from(truth.quality_bps) / BPS);
        }
    }
    errors.sort_unstable();
    let count = errors.len() as u64;
    let wrong = errors.iter().filter(|error| **error > 1_000).count() as u64;
    Final {
        mean_error_bps: errors.iter().sum::<u64>() / count,
        far_off_bps: errors[errors.len() * 99 / 100],
        wrong_bps: wrong * BPS / count,
        junk_paid_bps: junk_paid * BPS / junk_full,
        work_paid_bps: work_paid * BPS / work_due,
    }
}
