//! What earlier rounds paid: no submission is paid twice. What was paid is proven by the manifest
//! whose hash the chain holds; a decided round does not change, so nothing of it is fetched twice.

use super::voter::Voter;
use anyhow::{bail, ensure};
use sheaf_client::layout::Round;
use sheaf_format::{Hash, Key, stage::RoundState};
use sheaf_protocol::{
    batch::BatchFile,
    intake::MAX_ROUNDS_BACK,
    statement::{Signed, Submission},
};
use solana_sdk::pubkey::Pubkey;
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

/// What is known of the pool's earlier rounds.
#[derive(Debug, Default)]
pub struct PaidBook {
    /// Decided rounds: root of each job's batch in those that are final, nothing in void ones.
    rounds: BTreeMap<u64, BTreeMap<Key, Hash>>,
    /// Submissions in a final round's batch of a job.
    ids: BTreeMap<(u64, Key), BTreeSet<Hash>>,
}

impl PaidBook {
    /// Rounds of a range that nothing is known of.
    fn unread(&self, range: Range<u64>) -> Vec<u64> {
        range
            .filter(|round| !self.rounds.contains_key(round))
            .collect()
    }

    /// Final rounds of a range that have a batch of a job which was not read, with its root.
    fn unread_batches(&self, range: Range<u64>, job: &Key) -> Vec<(u64, Hash)> {
        let batches = self.rounds.range(range).filter_map(|(round, batches)| {
            let root = batches.get(job)?;
            (!self.ids.contains_key(&(*round, *job))).then_some((*round, *root))
        });
        batches.collect()
    }

    /// All submissions of a job's batches in the final rounds of a range.
    fn paid(&self, range: Range<u64>, job: &Key) -> BTreeSet<Hash> {
        let read = range.filter_map(|round| self.ids.get(&(round, *job)));
        read.flatten().copied().collect()
    }

    /// Forgets what no submission can reach any more.
    fn forget_before(&mut self, round: u64) {
        self.rounds = self.rounds.split_off(&round);
        self.ids = self.ids.split_off(&(round, Key::default()));
    }
}

/// Rounds before `round` in which a submission of this file may have been paid. Those made for a
/// round further back are refused for that alone.
fn reach(file: &BatchFile, round: u64) -> Range<u64> {
    let earliest = file
        .submissions
        .iter()
        .map(|entry| entry.body.earliest_round)
        .min();
    let oldest = round.saturating_sub(MAX_ROUNDS_BACK).max(1);
    earliest.unwrap_or(round).max(oldest)..round
}

/// Whether a round that was opened before became final.
fn is_final(number: u64, account: &Round) -> anyhow::Result<bool> {
    match RoundState::from_byte(account.state) {
        Some(RoundState::Final) => Ok(true),
        Some(RoundState::Void) => Ok(false),
        _ => bail!("the RPC does not show yet how round {number} ended: it lags behind the chain"),
    }
}

/// Submissions of this job that final rounds before `round` batched, as far back as this file's
/// submissions can reach.
///
/// # Errors
/// When chain or indexer cannot be asked, or the indexer's data is not what was attested to. What
/// was read before stays known.
pub async fn paid_before(
    voter: &Voter,
    job: &Pubkey,
    number: u64,
    round: u64,
    file: &BatchFile,
) -> anyhow::Result<BTreeSet<Hash>> {
    let range = reach(file, round);
    let key = job.to_bytes();
    let mut book = voter.paid.lock().await;
    book.forget_before(round.saturating_sub(MAX_ROUNDS_BACK));
    let unread = book.unread(range.clone());
    let addresses: Vec<Pubkey> = unread
        .iter()
        .map(|number| voter.chain.addresses().round(&voter.pool, *number))
        .collect();
    let accounts = voter.chain.find_all::<Round>("round", &addresses).await?;
    for (earlier, account) in unread.into_iter().zip(accounts) {
        // One without an account was voided before it opened, or the RPC lags: asked again next time.
        let Some(account) = account else { continue };
        let batches = if is_final(earlier, &account)? {
            final_batches(voter, earlier, &account).await?
        } else {
            BTreeMap::new()
        };
        book.rounds.insert(earlier, batches);
    }
    for (earlier, root) in book.unread_batches(range.clone(), &key) {
        let file = voter.indexer.batch(earlier, number).await?;
        ensure!(
            file.root() == root,
            "the indexer's batch of job {number} in round {earlier} is not the one attested to: do not trust this indexer"
        );
        let ids = file.submissions.iter().map(Signed::<Submission>::id);
        book.ids.insert((earlier, key), ids.collect());
    }
    Ok(book.paid(range, &key))
}

/// Roots of a final round's batches by job, as attested to.
async fn final_batches(
    voter: &Voter,
    number: u64,
    account: &Round,
) -> anyhow::Result<BTreeMap<Key, Hash>> {
    let manifest = voter.indexer.manifest(number).await?;
    ensure!(
        manifest.hash() == account.manifest_hash,
        "the indexer's manifest of round {number} is not the one attested to: do not trust this indexer"
    );
    let batches = manifest.batches.iter();
    Ok(batches
        .map(|entry| (entry.job.0, entry.contributions_root.0))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytemuck::Zeroable;

    const JOB: Key = [1; 32];
    const OTHER: Key = [2; 32];

    fn file(earliest_rounds: &[u64]) -> BatchFile {
        let submissions = earliest_rounds.iter().map(|round| Signed {
            body: Submission {
                genesis: [0; 32],
                program: [0; 32],
                job: JOB,
                contributor: [0; 32],
                node: [0; 32],
                content_hash: [0; 32],
                earliest_round: *round,
                nonce: 0,
                expiry_slot: 0,
                observed_slot: 0,
                units: 1,
                task: 0,
                content_bytes: 0,
                region: [0; 12],
            },
            signature: [0; 64],
        });
        BatchFile::new(JOB, 1, submissions.collect(), Vec::new()).expect("a batch")
    }

    #[test]
    fn a_file_reaches_back_as_far_as_a_submission_may() {
        assert_eq!(reach(&file(&[7, 5, 6]), 7), 5..7);
        assert_eq!(reach(&file(&[0]), 7), 1..7);
        assert_eq!(reach(&file(&[1]), 5_000), 4_900..5_000);
        assert!(reach(&file(&[7]), 7).is_empty());
        assert!(reach(&file(&[9]), 7).is_empty());
        assert!(reach(&file(&[]), 7).is_empty());
    }

    #[test]
    fn what_is_known_is_not_asked_again() {
        let mut book = PaidBook::default();
        assert_eq!(book.unread(3..6), [3, 4, 5]);
        let batches = BTreeMap::from([(JOB, [9; 32]), (OTHER, [8; 32])]);
        book.rounds.insert(3, BTreeMap::new());
        book.rounds.insert(4, batches);
        assert_eq!(book.unread(3..6), [5]);
        assert_eq!(book.unread_batches(3..6, &JOB), [(4, [9; 32])]);
        book.ids.insert((4, JOB), BTreeSet::from([[7; 32]]));
        assert_eq!(book.unread_batches(3..6, &JOB), []);
        assert_eq!(book.unread_batches(3..6, &OTHER), [(4, [8; 32])]);
        assert_eq!(book.paid(3..6, &JOB), BTreeSet::from([[7; 32]]));
        assert_eq!(book.paid(5..6, &JOB), BTreeSet::new());
        book.forget_before(5);
        assert_eq!(book.unread(3..6), [3, 4, 5]);
        assert_eq!(book.paid(3..6, &JOB), BTreeSet::new());
    }

    #[test]
    fn only_a_final_round_paid_and_an_undecided_one_is_waited_for() {
        let in_state = |state: RoundState| Round {
            state: state as u8,
            ..Round::zeroed()
        };
        assert!(is_final(4, &in_state(RoundState::Final)).is_ok_and(|paid| paid));
        assert!(is_final(4, &in_state(RoundState::Void)).is_ok_and(|paid| !paid));
        for undecided in [RoundState::Voting, RoundState::Pending] {
            assert!(is_final(4, &in_state(undecided)).is_err(), "{undecided:?}");
        }
    }
}
