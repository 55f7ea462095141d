//! The round, phase by phase.

use crate::{
    clock::Clock,
    size::{JOBS_EACH, Size},
};
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use sheaf_format::{
    Hash, Key,
    digest::{RoundScope, attestation, debits_next, debits_start, sha256},
    limits::MAX_DEBITS_PER_SETTLE,
    tree::{ABSENT, climb, page_of, position_in_page},
};
use sheaf_protocol::{
    batch::Contribution,
    ledger::{Leaf, Ledger},
    outcome::{JobTerms, RoundBatch, Scores, Settlement, Voter},
};
use std::error::Error;

const SCOPE: RoundScope = RoundScope {
    genesis: [1; 32],
    program: [2; 32],
    pool: [3; 32],
    round: 365,
};
/// Jobs that are settled together.
const TOGETHER: usize = 8;

/// Names of the phases that the aim is about.
pub const PHASES: [&str; 5] = ["tree before", "rewards", "tree update", "proofs", "plan"];
/// The phase that makes inputs up.
pub const INPUTS: &str = "inputs";
/// The phase of bare hashing.
pub const LIMIT: &str = "limit";

/// What a round was.
#[derive(Debug)]
pub struct Played {
    /// Blocks of SHA-256 that the definition of both trees asks for.
    pub tree_blocks: u64,
    /// Contributions that earned something.
    pub paid: u64,
    /// Leaves of the new tree.
    pub leaf_count: u32,
    /// Debits.
    pub debits: usize,
    /// Transactions that settle them.
    pub settle_transactions: usize,
    /// Proofs that were made.
    pub proofs: u64,
    /// What is attested to.
    pub attestation: Hash,
    /// Threads.
    pub threads: usize,
}

/// Plays it.
pub fn play(size: &Size, clock: &mut Clock) -> Result<Played, Box<dyn Error>> {
    let leaves: Vec<Leaf> = (0..size.contributors).into_par_iter().map(leaf).collect();
    let voters: Vec<Voter> = (0..size.validators).map(voter).collect();
    clock.lap(INPUTS);
    let base = Ledger::from_leaves(SCOPE.program, SCOPE.pool, &leaves)?;
    drop(leaves);
    clock.lap(PHASES[0]);

    let mut settlement = Settlement::new(&base, [7; 32], [0xee; 32], &voters, &MadeUp)?;
    let mut paid = 0;
    let jobs: Vec<u32> = (0..size.jobs).collect();
    for jobs in jobs.chunks(TOGETHER) {
        let batches: Vec<RoundBatch> = jobs.par_iter().map(|job| batch(size, *job)).collect();
        clock.lap(INPUTS);
        let together: Vec<&RoundBatch> = batches.iter().collect();
        settlement.settle(&together, |one| paid += u64::from(one.amount > 0))?;
        clock.lap(PHASES[1]);
    }
    let settled = settlement.finish()?;
    clock.lap(PHASES[1]);
    let ledger = settled.apply(&base)?;
    let result = settled.result(&SCOPE, &base, &ledger, [9; 32]);
    clock.lap(PHASES[2]);

    let proofs = proofs(&ledger, size)?;
    clock.lap(PHASES[3]);

    // What is left of the chain of debits before each transaction, from the last one back.
    let mut rest = debits_start(&SCOPE.pool, SCOPE.round);
    let mut plan: Vec<Hash> = Vec::new();
    for debits in settled.debits.rchunks(MAX_DEBITS_PER_SETTLE) {
        plan.push(rest);
        for debit in debits.iter().rev() {
            rest = debits_next(&rest, &debit.job, debit.amount);
        }
    }
    if rest != result.debits_hash {
        return Err("the plan does not settle what is attested to".into());
    }
    let attestation = attestation(&SCOPE, &result);
    clock.lap(PHASES[4]);

    let tree_blocks = blocks(size.contributors) + blocks(ledger.leaf_count());
    bare_hashing(tree_blocks);
    clock.lap(LIMIT);
    Ok(Played {
        tree_blocks,
        paid,
        leaf_count: ledger.leaf_count(),
        debits: settled.debits.len(),
        settle_transactions: plan.len(),
        proofs,
        attestation,
        threads: rayon::current_num_threads(),
    })
}

/// Both proofs of every active contributor. Some are climbed.
fn proofs(ledger: &Ledger, size: &Size) -> Result<u64, Box<dyn Error>> {
    let root = ledger.root();
    let step = size.contributors / size.active;
    let pages: Vec<u32> = (0..ledger.page_count()).collect();
    let made = pages
        .par_iter()
        .map(|page| {
            let tree = ledger.page_tree(*page).ok()?;
            let to_root = ledger.pool_proof(*page).ok()?;
            let page_root = ledger.page_root(*page).ok()?;
            let first = page << 9;
            let active = (first..first + 512).filter(|index| {
                index.is_multiple_of(step) && index / step < size.active && page_of(*index) == *page
            });
            let mut made = 0;
            for index in active {
                let to_page = tree.proof(position_in_page(index));
                if made == 0 {
                    let leaf = ledger.leaf(index)?;
                    let node = sheaf_format::tree::leaf(
                        &SCOPE.program,
                        &SCOPE.pool,
                        index,
                        &leaf.contributor,
                        leaf.cumulative,
                    );
                    let found = climb(node, position_in_page(index), &to_page).ok()?;
                    let climbs = found == page_root && climb(found, *page, &to_root) == Ok(root);
                    climbs.then_some(())?;
                }
                made += u64::from(std::hint::black_box(to_page)[8] != ABSENT);
            }
            Some(made)
        })
        .sum::<Option<u64>>();
    made.ok_or_else(|| "a proof does not lead to the root".into())
}

/// Blocks that a tree of so many leaves hashes: two for each leaf and each node that is not absent.
fn blocks(leaf_count: u32) -> u64 {
    let mut level = u64::from(leaf_count);
    let mut hashes = level;
    for _ in 0..25 {
        level = level.div_ceil(2);
        hashes += level;
    }
    2 * hashes
}

/// Hashes so many blocks on all threads, in messages without end: no faster tree is possible.
fn bare_hashing(blocks: u64) {
    const PIECE: usize = 1 << 14;
    let threads = rayon::current_num_threads() as u64;
    let pieces = blocks * 64 / threads / PIECE as u64;
    (0..threads).into_par_iter().for_each(|thread| {
        let piece = vec![thread as u8; PIECE];
        let mut hasher = Sha256::new();
        for _ in 0..pieces {
            hasher.update(&piece);
        }
        std::hint::black_box(hasher.finalize());
    });
}

fn contributor(number: u32) -> Key {
    sha256(&[b"contributor", &number.to_le_bytes()])
}

fn leaf(number: u32) -> Leaf {
    Leaf {
        contributor: contributor(number),
        cumulative: 1_000 + u64::from(number % 9_973),
    }
}

fn voter(number: u8) -> Voter {
    Voter {
        validator: sha256(&[b"validator", &[number]]),
        stake: 1_000_000 + u64::from(number) * 50_000,
        scores_root: None,
    }
}

/// The contributions of a job: each contributor works for ten, a tenth of all its work.
pub fn batch(size: &Size, job: u32) -> RoundBatch {
    let step = size.contributors / size.active;
    let mut contributions = Vec::with_capacity(size.per_job() as usize);
    for turn in 0..JOBS_EACH {
        let rest = (job + turn * (size.jobs / JOBS_EACH)) % size.jobs;
        for active in (rest..size.active).step_by(size.jobs as usize) {
            let contributor = contributor(active * step);
            for task in 0..size.submissions / JOBS_EACH {
                let id = [active.to_le_bytes(), job.to_le_bytes(), task.to_le_bytes()];
                contributions.push(Contribution {
                    submission: sha256(&[b"submission", id.as_flattened()]),
                    contributor,
                    units: 1,
                });
            }
        }
    }
    RoundBatch {
        terms: JobTerms {
            job: sha256(&[b"job", &job.to_le_bytes()]),
            number: job.into(),
            price_per_unit: 10_000,
            minimum_earning: 0,
            treasury_bps: 500,
            validators_bps: 1_000,
        },
        reserved: u64::MAX / 1_000_000,
        contributions_root: [0; 32],
        contributions,
    }
}

/// Scores by a formula in the place of files: a contribution's own quality, and a little of each validator.
struct MadeUp;

impl Scores for MadeUp {
    fn are_used(&self, _: usize) -> bool {
        true
    }

    fn quality_bps(&self, place: usize, submission: &Hash) -> Option<u16> {
        let own = u16::from(submission[0]) * 30;
        Some(2_000 + own + u16::from(submission[1 + place % 31]) % 200)
    }
}
