//! A round, from the end of intake to the release of its batches.

use super::{GENESIS, PARAMETERS, Plan, World};
use crate::tree::Tree;
use sheaf_client::{
    instruction::{release_batch, settle_round},
    layout::*,
};
use sheaf_format::digest::{RoundResult, RoundScope, attestation, commitment, debits_hash};
use solana_sdk::{instruction::Instruction, pubkey::Pubkey, signature::Keypair, signer::Signer};

impl World {
    /// Waits for the end of intake and closes it.
    pub fn close_intake(&mut self) {
        let aggregator = self.aggregator.insecure_clone();
        self.warp_to(self.pool().round_started_slot + u64::from(PARAMETERS.intake_slots));
        let instruction = self.build.close_intake(&aggregator.pubkey());
        self.must("close_intake", instruction, &[&aggregator]);
    }

    /// Closes intake, waits for the seed and opens the round.
    pub fn open_round(&mut self) {
        self.close_intake();
        let pool = self.pool();
        self.warp_to(pool.round_seed_slot + 1);
        self.set_slot_hashes(
            (pool.round_seed_slot - 99..=pool.round_seed_slot)
                .rev()
                .collect::<Vec<_>>()
                .into_iter(),
        );
        let aggregator = self.aggregator.insecure_clone();
        let instruction = self.build.open_round(&aggregator.pubkey(), pool.round);
        self.must("open_round", instruction, &[&aggregator]);
    }

    /// What votes of the live round are bound to.
    pub fn scope(&self) -> RoundScope {
        RoundScope {
            genesis: GENESIS,
            program: self.build.at.program.to_bytes(),
            pool: self.build.pool.to_bytes(),
            round: self.pool().round,
        }
    }

    /// The tree of some earnings.
    pub fn tree(&self, earnings: &[(Pubkey, u64)]) -> Tree {
        Tree::new(&self.build.at.program, &self.build.pool, earnings)
    }

    /// The result that adds gains to lifetime earnings and takes debits from jobs.
    pub fn plan(&self, gains: &[(Pubkey, u64)], debits: &[(u64, u64)]) -> Plan {
        let mut earnings = self.earnings.clone();
        for (contributor, gain) in gains {
            match earnings.iter_mut().find(|(known, _)| known == contributor) {
                Some((_, cumulative)) => *cumulative += gain,
                None => earnings.push((*contributor, *gain)),
            }
        }
        self.plan_of(earnings, debits)
    }

    /// The result that makes these the lifetime earnings, honest or not, and takes debits from jobs.
    pub fn plan_of(&self, earnings: Vec<(Pubkey, u64)>, debits: &[(u64, u64)]) -> Plan {
        let (pool, root) = (self.pool(), self.tree(&earnings).root());
        let jobs: Vec<([u8; 32], u64)> = debits
            .iter()
            .map(|(job, amount)| {
                (
                    self.build.at.payer(&self.build.pool, *job).to_bytes(),
                    *amount,
                )
            })
            .collect();
        Plan {
            result: RoundResult {
                base_root: pool.active_root,
                root: root.hash,
                total: root.sum,
                leaf_count: earnings.len() as u32,
                debits_hash: self.debits_hash(&jobs),
                debits_total: debits.iter().map(|(_, amount)| amount).sum(),
                manifest_hash: [6; 32],
            },
            debits: debits.to_vec(),
            earnings,
        }
    }

    fn debits_hash(&self, debits: &[([u8; 32], u64)]) -> [u8; 32] {
        let debits = debits.iter().map(|(job, amount)| (job, *amount));
        debits_hash(&self.build.pool.to_bytes(), self.pool().round, debits)
    }

    /// Commitment, scores root and salt of a validator in the live round.
    pub fn ballot(&self, validator: usize) -> ([u8; 32], RevealArguments) {
        let reveal = RevealArguments {
            scores_root: [validator as u8 + 10; 32],
            salt: [validator as u8 + 20; 32],
        };
        let authority = self.validators[validator].authority.pubkey().to_bytes();
        (
            commitment(&self.scope(), &authority, &reveal.scores_root, &reveal.salt),
            reveal,
        )
    }

    /// The signed instruction's voter and the validator's authority.
    pub fn voter(&self, validator: usize) -> (Keypair, Pubkey) {
        let keys = &self.validators[validator];
        (keys.vote.insecure_clone(), keys.authority.pubkey())
    }

    /// Every validator commits; then the reveal stage begins.
    pub fn commit_all(&mut self) {
        let round = self.pool().round;
        for validator in 0..self.validators.len() {
            let (voter, authority) = self.voter(validator);
            let keys = [&voter.pubkey(), &authority];
            let commit = self.build.commit(keys, round, &self.ballot(validator).0);
            self.must("commit_scores", commit, &[&voter]);
        }
        self.warp_to(self.round(round).commit_until_slot);
    }

    /// Every validator reveals; then the attest stage begins.
    pub fn reveal_all(&mut self) {
        let round = self.pool().round;
        for validator in 0..self.validators.len() {
            let (voter, authority) = self.voter(validator);
            let keys = [&voter.pubkey(), &authority];
            let reveal = self.build.reveal(keys, round, &self.ballot(validator).1);
            self.must("reveal_scores", reveal, &[&voter]);
        }
        self.warp_to(self.round(round).reveal_until_slot);
    }

    /// One validator attests to a result.
    pub fn attest(&mut self, validator: usize, result: &RoundResult) {
        let (voter, authority) = self.voter(validator);
        let hash = attestation(&self.scope(), result);
        let round = self.pool().round;
        let attest = self
            .build
            .attest([&voter.pubkey(), &authority], round, &hash);
        self.must("attest_result", attest, &[&voter]);
    }

    /// Commit, reveal, and attestations of every validator.
    pub fn vote(&mut self, plan: &Plan) {
        self.commit_all();
        self.reveal_all();
        for validator in 0..self.validators.len() {
            self.attest(validator, &plan.result);
        }
    }

    /// Preimage of a result, as the tally takes it.
    pub fn tally_arguments(result: &RoundResult) -> TallyArguments {
        TallyArguments {
            root: result.root,
            debits_hash: result.debits_hash,
            manifest_hash: result.manifest_hash,
            total: result.total,
            debits_total: result.debits_total,
            leaf_count: result.leaf_count,
            _padding: [0; 4],
        }
    }

    /// Makes the result pending.
    pub fn make_pending(&mut self, plan: &Plan) {
        let round = self.pool().round;
        let tally = self
            .build
            .tally(round, &Self::tally_arguments(&plan.result));
        self.must("tally_round", tally, &[]);
    }

    /// Makes the result pending and waits for the end of the window.
    pub fn tally(&mut self, plan: &Plan) {
        self.make_pending(plan);
        let round = self.pool().round;
        self.warp_to(self.round(round).window_until_slot);
    }

    /// The instruction that settles debits `from..to` of a plan.
    pub fn settle_instruction(&self, plan: &Plan, from: usize, to: usize) -> Instruction {
        let job = |number: u64| self.build.at.payer(&self.build.pool, number).to_bytes();
        let rest: Vec<_> = plan.debits[to..]
            .iter()
            .map(|(number, amount)| (job(*number), *amount))
            .collect();
        settle_round(
            &self.build.at,
            &self.build.pool,
            self.pool().round,
            &SettleArguments {
                rest_hash: self.debits_hash(&rest),
            },
            &plan.debits[from..to],
        )
    }

    /// Settles every debit, at most three at a time.
    pub fn settle(&mut self, plan: &Plan) {
        for from in (0..plan.debits.len()).step_by(3) {
            let to = plan.debits.len().min(from + 3);
            let settle = self.settle_instruction(plan, from, to);
            self.must("settle_round", settle, &[]);
        }
    }

    /// Makes the pending result final.
    pub fn finalise(&mut self, plan: &Plan) {
        let finalise = self.build.finalise(self.pool().round);
        self.must("finalise_round", finalise, &[]);
        self.earnings = plan.earnings.clone();
    }

    /// Releases a job's batch.
    pub fn release(&mut self, job: u64, round: u64) {
        let release = release_batch(&self.build.at, &self.build.pool, job, round);
        self.must("release_batch", release, &[]);
    }

    /// A whole round: batches of the debited jobs, votes, settlement, release.
    pub fn run_round(&mut self, gains: &[(Pubkey, u64)], debits: &[(u64, u64)]) {
        for (job, _) in debits {
            self.post_batch(*job);
        }
        self.open_round();
        let plan = self.plan(gains, debits);
        self.vote(&plan);
        self.tally(&plan);
        self.settle(&plan);
        self.finalise(&plan);
        for (job, _) in debits {
            self.release(*job, self.pool().round);
        }
    }
}
