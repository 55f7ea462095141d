//! The client's instruction builders, with the pool, the mints and the program filled in: what the
//! tests send to the program's real bytes is what `sheaf` and `sheaf-indexer` send.

use sheaf_client::{
    address::{Addresses, associated_token},
    instruction::{self, ClaimAccounts, PoolAccounts, StakeMint},
    layout::*,
};
use solana_sdk::{instruction::Instruction, pubkey::Pubkey};

/// Builds instructions for one pool and one stake mint.
#[derive(Clone, Copy, Debug)]
pub struct Build {
    /// Addresses the program derives.
    pub at: Addresses,
    /// The pool's mint.
    pub mint: Pubkey,
    /// The mint's token program.
    pub token_program: Pubkey,
    /// The pool.
    pub pool: Pubkey,
    /// The network's stake mint.
    pub stake_mint: Pubkey,
    /// The stake mint's token program.
    pub stake_token_program: Pubkey,
}

impl Build {
    const fn of_pool(&self) -> PoolAccounts {
        PoolAccounts {
            mint: self.mint,
            token_program: self.token_program,
        }
    }

    const fn of_stake(&self) -> StakeMint {
        StakeMint {
            mint: self.stake_mint,
            token_program: self.stake_token_program,
        }
    }

    /// The canonical token account of a wallet in the pool's mint.
    pub fn token_account(&self, wallet: &Pubkey) -> Pubkey {
        self.of_pool().token_account(wallet)
    }

    /// The canonical token account of a wallet in the stake mint.
    pub fn stake_account(&self, wallet: &Pubkey) -> Pubkey {
        associated_token(wallet, &self.stake_mint, &self.stake_token_program).0
    }

    /// `create_network`
    pub fn create_network(
        &self,
        authority: &Pubkey,
        arguments: &CreateNetworkArguments,
        aggregators: &[Pubkey],
    ) -> Instruction {
        instruction::create_network(
            &self.at,
            authority,
            &self.stake_mint,
            arguments,
            aggregators,
        )
    }

    /// `set_parameters`
    pub fn set_parameters(
        &self,
        admin: &Pubkey,
        arguments: &SetParametersArguments,
        aggregators: &[Pubkey],
    ) -> Instruction {
        instruction::set_parameters(&self.at, admin, arguments, aggregators)
    }

    /// `create_pool`
    pub fn create_pool(&self, payer: &Pubkey, reserve_lamports: u64) -> Instruction {
        let arguments = CreatePoolArguments { reserve_lamports };
        instruction::create_pool(&self.at, payer, &self.of_pool(), &arguments)
    }

    /// `register_validator`
    pub fn register_validator(
        &self,
        authority: &Pubkey,
        arguments: &RegisterValidatorArguments,
    ) -> Instruction {
        instruction::register_validator(&self.at, authority, &self.of_stake(), arguments)
    }

    /// `request_unstake`
    pub fn request_unstake(&self, authority: &Pubkey) -> Instruction {
        instruction::request_unstake(&self.at, authority)
    }

    /// `withdraw_stake`
    pub fn withdraw_stake(&self, authority: &Pubkey) -> Instruction {
        instruction::withdraw_stake(&self.at, authority, &self.of_stake())
    }

    /// `create_job`
    pub fn create_job(
        &self,
        requester: &Pubkey,
        number: u64,
        arguments: &CreateJobArguments,
    ) -> Instruction {
        instruction::create_job(&self.at, requester, &self.of_pool(), number, arguments)
    }

    /// `fund_job`
    pub fn fund_job(&self, funder: &Pubkey, number: u64, amount: u64) -> Instruction {
        let arguments = FundJobArguments { amount };
        instruction::fund_job(&self.at, funder, &self.of_pool(), number, &arguments)
    }

    /// `cancel_job`
    pub fn cancel_job(&self, requester: &Pubkey, number: u64) -> Instruction {
        instruction::cancel_job(&self.at, requester, &self.pool, number)
    }

    /// `refund_job`, to any token account: the client names the requester's canonical one.
    pub fn refund_job(&self, number: u64, destination: &Pubkey) -> Instruction {
        let anybody = Pubkey::default();
        let mut refund = instruction::refund_job(&self.at, &anybody, &self.of_pool(), number);
        refund.accounts[2].pubkey = *destination;
        refund
    }

    /// `post_batch`
    pub fn post_batch(
        &self,
        aggregator: &Pubkey,
        job: u64,
        arguments: &PostBatchArguments,
    ) -> Instruction {
        instruction::post_batch(&self.at, aggregator, &self.pool, job, arguments)
    }

    /// `close_intake`
    pub fn close_intake(&self, caller: &Pubkey) -> Instruction {
        instruction::close_intake(&self.at, caller, &self.pool)
    }

    /// `open_round`
    pub fn open_round(&self, payer: &Pubkey, round: u64) -> Instruction {
        instruction::open_round(&self.at, payer, &self.pool, round)
    }

    /// `commit_scores` by `[voter, validator's authority]`.
    pub fn commit(
        &self,
        [voter, authority]: [&Pubkey; 2],
        round: u64,
        commitment: &[u8; 32],
    ) -> Instruction {
        let arguments = CommitArguments {
            commitment: *commitment,
        };
        instruction::commit_scores(&self.at, voter, authority, &self.pool, round, &arguments)
    }

    /// `reveal_scores` by `[voter, validator's authority]`.
    pub fn reveal(
        &self,
        [voter, authority]: [&Pubkey; 2],
        round: u64,
        arguments: &RevealArguments,
    ) -> Instruction {
        instruction::reveal_scores(&self.at, voter, authority, &self.pool, round, arguments)
    }

    /// `attest_result` by `[voter, validator's authority]`.
    pub fn attest(
        &self,
        [voter, authority]: [&Pubkey; 2],
        round: u64,
        attestation: &[u8; 32],
    ) -> Instruction {
        let arguments = AttestArguments {
            attestation: *attestation,
        };
        instruction::attest_result(&self.at, voter, authority, &self.pool, round, &arguments)
    }

    /// `tally_round`
    pub fn tally(&self, round: u64, arguments: &TallyArguments) -> Instruction {
        instruction::tally_round(&self.at, &self.pool, round, arguments)
    }

    /// `settle_round` with `(job number, amount)`.
    pub fn settle(&self, round: u64, rest_hash: &[u8; 32], debits: &[(u64, u64)]) -> Instruction {
        let arguments = SettleArguments {
            rest_hash: *rest_hash,
        };
        instruction::settle_round(&self.at, &self.pool, round, &arguments, debits)
    }

    /// `finalise_round`
    pub fn finalise(&self, round: u64) -> Instruction {
        instruction::finalise_round(&self.at, &self.pool, round)
    }

    /// `void_round`
    pub fn void(&self, round: u64) -> Instruction {
        instruction::void_round(&self.at, &self.pool, round)
    }

    /// `release_batch`
    pub fn release(&self, job: u64, round: u64) -> Instruction {
        instruction::release_batch(&self.at, &self.pool, job, round)
    }

    /// `open_page`
    pub fn open_page(&self, page: u32) -> Instruction {
        instruction::open_page(&self.at, &self.pool, page)
    }

    /// `sync_page`
    pub fn sync_page(&self, page: u32, arguments: &SyncPageArguments) -> Instruction {
        instruction::sync_page(&self.at, &self.pool, page, arguments)
    }

    /// `claim` on any page: the client takes the page of the index.
    pub fn claim(
        &self,
        page: u32,
        contributor: &Pubkey,
        arguments: &ClaimArguments,
    ) -> Instruction {
        let accounts = ClaimAccounts {
            pool: self.of_pool(),
            contributor: *contributor,
        };
        let mut claim = instruction::claim(&self.at, &accounts, arguments);
        claim.accounts[1].pubkey = self.at.page(&self.pool, page);
        claim
    }
}
