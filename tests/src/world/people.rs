//! What admin, validators, requester and aggregator do before a round.

use super::{GENESIS, PARAMETERS, PURSE, ValidatorKeys, World};
use sheaf_client::layout::*;
use sheaf_format::stage::PoolStage;
use solana_sdk::{signature::Keypair, signer::Signer};

impl World {
    /// Arguments that create the network.
    pub fn network_arguments(&self) -> CreateNetworkArguments {
        CreateNetworkArguments {
            genesis_hash: GENESIS,
            treasury: self.treasury.to_bytes(),
            parameters: PARAMETERS,
        }
    }

    /// Creates the network.
    pub fn create_network(&mut self) {
        let admin = self.admin.insecure_clone();
        let instruction = self.build.create_network(
            &admin.pubkey(),
            &self.network_arguments(),
            &[self.aggregator.pubkey()],
        );
        self.must("create_network", instruction, &[&admin]);
    }

    /// Creates the pool with a reserve for three pages.
    pub fn create_pool(&mut self) {
        let payer = self.stranger.insecure_clone();
        let instruction = self.build.create_pool(&payer.pubkey(), 200_000_000);
        self.must("create_pool", instruction, &[&payer]);
    }

    /// Makes a funded wallet with tokens.
    pub fn person(&mut self) -> Keypair {
        let person = self.keys.wallet();
        self.svm
            .airdrop(&person.pubkey(), 10_000_000_000)
            .expect("lamports");
        self.give_tokens(&person.pubkey(), PURSE);
        person
    }

    /// Registers one more validator. Returns its place in `validators`.
    pub fn register_validator(&mut self, amount: u64) -> usize {
        let place = self.invite_validator();
        let ValidatorKeys { authority, vote } = &self.validators[place];
        let arguments = RegisterValidatorArguments {
            vote_key: vote.pubkey().to_bytes(),
            encryption_key: [3; 32],
            amount,
        };
        let authority = authority.insecure_clone();
        let instruction = self
            .build
            .register_validator(&authority.pubkey(), &arguments);
        self.must("register_validator", instruction, &[&authority]);
        place
    }

    /// Gives somebody the keys of a validator, who does not register. Returns the place in `validators`.
    ///
    /// # Panics
    /// When LiteSVM gives no lamports.
    pub fn invite_validator(&mut self) -> usize {
        let (authority, vote) = (self.person(), self.keys.key());
        self.svm
            .airdrop(&vote.pubkey(), 10_000_000_000)
            .expect("lamports");
        self.validators.push(ValidatorKeys { authority, vote });
        self.validators.len() - 1
    }

    /// Arguments of an ordinary job.
    pub fn job_arguments(&self, amount: u64) -> CreateJobArguments {
        CreateJobArguments {
            encryption_key: [1; 32],
            specification_hash: [2; 32],
            aggregator: self.aggregator.pubkey().to_bytes(),
            amount,
            price_per_unit: 10,
            round_cap: 1_000_000,
            minimum_earning: 0,
            deadline: self.unix_time() + 86_400,
            kind: 0,
            _padding: [0; 7],
        }
    }

    /// Creates a job with this funding. Returns its number.
    pub fn create_job(&mut self, amount: u64) -> u64 {
        let (number, requester) = (self.pool().next_job, self.requester.insecure_clone());
        let arguments = self.job_arguments(amount);
        let instruction = self
            .build
            .create_job(&requester.pubkey(), number, &arguments);
        self.must("create_job", instruction, &[&requester]);
        number
    }

    /// Cancels a job.
    pub fn cancel_job(&mut self, job: u64) {
        let requester = self.requester.insecure_clone();
        let cancel = self.build.cancel_job(&requester.pubkey(), job);
        self.must("cancel_job", cancel, &[&requester]);
    }

    /// Waits until a cancelled job takes no more batches.
    pub fn pass_grace(&mut self, job: u64) {
        let job = self.job(job);
        self.warp_to(job.cancelled_slot + u64::from(job.grace_slots));
    }

    /// Arguments of a job's batch in a round.
    pub fn batch_arguments(&self, job: u64, round: u64) -> PostBatchArguments {
        PostBatchArguments {
            contributions_root: [job as u8 ^ 0x80 ^ (round as u8) << 4; 32],
            round,
            units: 100,
            count: 10,
            _padding: [0; 4],
        }
    }

    /// Posts a job's batch to the round that takes them. Returns the round.
    pub fn post_batch(&mut self, job: u64) -> u64 {
        let pool = self.pool();
        let idle = pool.round_stage == PoolStage::Idle as u8;
        let round = pool.round + u64::from(idle);
        let aggregator = self.aggregator.insecure_clone();
        let arguments = self.batch_arguments(job, round);
        let instruction = self.build.post_batch(&aggregator.pubkey(), job, &arguments);
        self.must("post_batch", instruction, &[&aggregator]);
        round
    }
}
