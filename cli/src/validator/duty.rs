//! A validator's duties in a round, each done once: commit, reveal, publish, attest.

use super::{
    gather::{JobData, gather},
    record::Record,
    result,
    review::Reviews,
    voter::Voter,
};
use anyhow::{Context as _, ensure};
use sheaf_client::{
    instruction,
    layout::{AttestArguments, CommitArguments, RevealArguments, Round},
    send::Terms,
};
use sheaf_format::{Hash, digest};
use sheaf_protocol::{
    assignment::{Stake, is_reviewer},
    scores::{Score, ScoreFile},
    text::HexHash,
};
use solana_sdk::{instruction::Instruction, pubkey::Pubkey, signature::Signer};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Fewer validators than this all review everything, whatever the seed.
const ALL_REVIEW: usize = sheaf_protocol::assignment::REVIEWERS;

/// What is known of one round.
pub struct RoundWork {
    /// The round.
    pub number: u64,
    /// Its batches, by job number.
    pub jobs: BTreeMap<u64, Arc<JobData>>,
    reviews: Reviews,
    record: Option<Record>,
}

impl RoundWork {
    /// Work on a round, with what an earlier run of this validator wrote down.
    ///
    /// # Errors
    /// When the record cannot be understood.
    pub fn resume(voter: &Voter, number: u64) -> anyhow::Result<Self> {
        let record = voter.records.read(number)?;
        Ok(Self {
            number,
            jobs: BTreeMap::new(),
            reviews: Reviews::default(),
            record,
        })
    }

    /// Brings in the round's batches; all `count` of them must be there.
    async fn gather_all(&mut self, voter: &Voter, count: u32) -> anyhow::Result<()> {
        if self.jobs.len() < count as usize {
            gather(voter, self.number, &mut self.jobs).await?;
        }
        ensure!(
            self.jobs.len() == count as usize,
            "the indexer shows {} of {count} batches: without the others nothing can be reviewed or attested to",
            self.jobs.len(),
        );
        Ok(())
    }

    /// Works ahead while intake is open or just closed: looks at what was contributed to, and, when
    /// there are so few validators that each reviews everything, reviews it.
    ///
    /// # Errors
    /// When data cannot be had yet.
    pub async fn prepare(&mut self, voter: &Arc<Voter>, slot: u64) -> anyhow::Result<()> {
        if self.record.is_some() {
            return Ok(());
        }
        let known = self.jobs.len();
        gather(voter, self.number, &mut self.jobs).await?;
        if self.jobs.len() == known {
            return Ok(());
        }
        let network = voter.chain.network().await?;
        let everything = network
            .active_validators()
            .filter(|entry| entry.stake > 0)
            .count()
            <= ALL_REVIEW;
        for job in self.jobs.values() {
            self.reviews.observe(job).await;
            if everything {
                let all = job.submissions.keys().copied().collect();
                self.reviews.judge(voter, job, &all, slot).await;
            }
        }
        Ok(())
    }

    /// Scores what is assigned, writes scores and salt down, and commits to them.
    ///
    /// # Errors
    /// When data is missing or the chain refuses; another try may succeed.
    pub async fn commit(
        &mut self,
        voter: &Arc<Voter>,
        round: &Round,
        slot: u64,
    ) -> anyhow::Result<String> {
        let record = match self
            .record
            .take()
            .filter(|record| record.seed == HexHash(round.seed).to_string())
        {
            Some(record) => record,
            None => self.review(voter, round, slot).await?,
        };
        let (file, salt) = scores_of(voter, &record)?;
        self.record = Some(record);
        let root = file.root();
        let commitment =
            digest::commitment(&voter.scope(self.number), &voter.authority, &root, &salt);
        let arguments = CommitArguments { commitment };
        let (vote, authority) = (voter.vote.pubkey(), Pubkey::new_from_array(voter.authority));
        send(
            voter,
            instruction::commit_scores(
                voter.chain.addresses(),
                &vote,
                &authority,
                &voter.pool,
                self.number,
                &arguments,
            ),
        )
        .await?;
        let worthless = file
            .scores
            .iter()
            .filter(|score| score.quality_bps == 0)
            .count();
        Ok(format!(
            "committed to {} scores, {worthless} of them 0",
            file.scores.len()
        ))
    }

    async fn review(
        &mut self,
        voter: &Arc<Voter>,
        round: &Round,
        slot: u64,
    ) -> anyhow::Result<Record> {
        self.gather_all(voter, round.batch_count).await?;
        let stakes: Vec<Stake> = round
            .stake_table()
            .map(|(_, entry)| Stake {
                validator: entry.authority,
                stake: entry.stake,
            })
            .collect();
        let mut scores = Vec::new();
        self.reviews.forget_failures();
        for job in self.jobs.values() {
            let assigned: BTreeSet<Hash> = job
                .submissions
                .keys()
                .filter(|id| is_reviewer(&round.seed, id, &stakes, &voter.authority))
                .copied()
                .collect();
            self.reviews.observe(job).await;
            self.reviews.judge(voter, job, &assigned, slot).await;
            let judged = assigned
                .iter()
                .filter_map(|id| Some((HexHash(*id).to_string(), self.reviews.score(id)?)));
            scores.extend(judged);
        }
        let record = Record {
            round: self.number,
            seed: HexHash(round.seed).to_string(),
            salt: HexHash(rand::random()).to_string(),
            scores,
        };
        voter.records.write(&record)?;
        Ok(record)
    }

    fn committed(&self, voter: &Voter) -> anyhow::Result<(ScoreFile, Hash)> {
        let record = self.record.as_ref().context(
            "there is a commitment on chain, but its scores are not in --data: it cannot be revealed, and the next round counts again",
        )?;
        scores_of(voter, record)
    }

    /// Reveals the scores' root.
    ///
    /// # Errors
    /// When the record does not fit the commitment, or the chain refuses.
    pub async fn reveal(&self, voter: &Voter, round: &Round) -> anyhow::Result<String> {
        let (file, salt) = self.committed(voter)?;
        let scores_root = file.root();
        let commitment = digest::commitment(
            &voter.scope(self.number),
            &voter.authority,
            &scores_root,
            &salt,
        );
        let ballot = voter
            .ballot(round)
            .context("this validator is not in the round's stake table")?;
        ensure!(
            ballot.commitment == commitment,
            "the scores in --data are not those committed to: was this vote key used from another folder?"
        );
        let arguments = RevealArguments { scores_root, salt };
        let (vote, authority) = (voter.vote.pubkey(), Pubkey::new_from_array(voter.authority));
        send(
            voter,
            instruction::reveal_scores(
                voter.chain.addresses(),
                &vote,
                &authority,
                &voter.pool,
                self.number,
                &arguments,
            ),
        )
        .await?;
        Ok(format!("revealed scores root {}", HexHash(scores_root)))
    }

    /// Publishes the score file behind the revealed root.
    ///
    /// # Errors
    /// When the indexer does not take it (yet): it must have seen the reveal.
    pub async fn publish(&self, voter: &Voter) -> anyhow::Result<String> {
        let (file, _) = self.committed(voter)?;
        let count = file.scores.len();
        let signed = file.sign(&voter.scope(self.number), &voter.vote_key);
        voter.indexer.publish_scores(self.number, &signed).await?;
        Ok(format!("published {count} scores"))
    }

    /// Computes the round's result from published data, checks it against the chain, attests to it.
    ///
    /// # Errors
    /// When data is missing, is not what the chain says, or the chain refuses.
    pub async fn attest(&mut self, voter: &Voter, round: &Round) -> anyhow::Result<String> {
        self.gather_all(voter, round.batch_count).await?;
        let own = self.committed(voter).ok().map(|(file, _)| file);
        let outcome = result::outcome(voter, round, &self.jobs, own.as_ref()).await?;
        let attestation = outcome.attestation(&voter.scope(self.number));
        let arguments = AttestArguments { attestation };
        let (vote, authority) = (voter.vote.pubkey(), Pubkey::new_from_array(voter.authority));
        send(
            voter,
            instruction::attest_result(
                voter.chain.addresses(),
                &vote,
                &authority,
                &voter.pool,
                self.number,
                &arguments,
            ),
        )
        .await?;
        Ok(format!(
            "attested to {}: {} base units for {} earners",
            HexHash(attestation),
            outcome.result.debits_total,
            outcome.earnings.len(),
        ))
    }
}

/// A record's score file and salt.
fn scores_of(voter: &Voter, record: &Record) -> anyhow::Result<(ScoreFile, Hash)> {
    let scores = record
        .scores
        .iter()
        .map(|(submission, quality_bps)| {
            Ok(Score {
                submission: submission.parse()?,
                quality_bps: *quality_bps,
            })
        })
        .collect::<anyhow::Result<Vec<_>>>()?;
    let salt: HexHash = record.salt.parse()?;
    Ok((
        ScoreFile::new(voter.authority, record.round, scores)?,
        salt.0,
    ))
}

async fn send(voter: &Voter, instruction: Instruction) -> anyhow::Result<()> {
    voter
        .chain
        .send(&[instruction], &[&voter.vote], &Terms::default())
        .await?;
    Ok(())
}
