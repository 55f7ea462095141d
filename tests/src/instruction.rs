//! The program's instructions, written from the table in `programs/sheaf/README.md` and not from the
//! client: where both are tested against the program, both agree with the table.

use sheaf_client::{
    address::{Addresses, SLOT_HASHES, SYSTEM_PROGRAM, associated_token},
    layout::*,
};
use sheaf_format::digest::instruction_discriminator;
use solana_sdk::{
    instruction::{AccountMeta, Instruction},
    pubkey::Pubkey,
};

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

const fn r(key: Pubkey) -> AccountMeta {
    AccountMeta {
        pubkey: key,
        is_signer: false,
        is_writable: false,
    }
}
const fn w(key: Pubkey) -> AccountMeta {
    AccountMeta {
        pubkey: key,
        is_signer: false,
        is_writable: true,
    }
}
const fn s(key: Pubkey) -> AccountMeta {
    AccountMeta {
        pubkey: key,
        is_signer: true,
        is_writable: false,
    }
}
const fn ws(key: Pubkey) -> AccountMeta {
    AccountMeta {
        pubkey: key,
        is_signer: true,
        is_writable: true,
    }
}

fn list<const N: usize>(items: impl ExactSizeIterator<Item = [u8; N]>) -> Vec<u8> {
    let count = items.len() as u32;
    count
        .to_le_bytes()
        .into_iter()
        .chain(items.flatten())
        .collect()
}

impl Build {
    fn build(&self, name: &str, accounts: &[AccountMeta], data: &[&[u8]]) -> Instruction {
        let mut accounts = accounts.to_vec();
        accounts.extend([r(self.at.event_authority()), r(self.at.program)]);
        self.build_silent(name, accounts, data)
    }

    fn build_silent(&self, name: &str, accounts: Vec<AccountMeta>, data: &[&[u8]]) -> Instruction {
        let data = [&[&instruction_discriminator(name)[..]], data]
            .concat()
            .concat();
        Instruction {
            program_id: self.at.program,
            accounts,
            data,
        }
    }

    fn job(&self, number: u64) -> Pubkey {
        self.at.job(&self.pool, number)
    }

    fn batch(&self, job: u64, round: u64) -> Pubkey {
        self.at.batch(&self.job(job), round)
    }

    fn round(&self, number: u64) -> Pubkey {
        self.at.round(&self.pool, number)
    }

    /// The canonical token account of a wallet in the pool's mint.
    pub fn token_account(&self, wallet: &Pubkey) -> Pubkey {
        associated_token(wallet, &self.mint, &self.token_program).0
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
        let accounts = [
            ws(*authority),
            w(self.at.network()),
            r(self.stake_mint),
            r(self.at.program_data()),
            r(SYSTEM_PROGRAM),
        ];
        let aggregators = list(aggregators.iter().map(Pubkey::to_bytes));
        self.build(
            "create_network",
            &accounts,
            &[bytemuck::bytes_of(arguments), &aggregators],
        )
    }

    /// `set_parameters`
    pub fn set_parameters(
        &self,
        admin: &Pubkey,
        arguments: &SetParametersArguments,
        aggregators: &[Pubkey],
    ) -> Instruction {
        let aggregators = list(aggregators.iter().map(Pubkey::to_bytes));
        self.build(
            "set_parameters",
            &[s(*admin), w(self.at.network())],
            &[bytemuck::bytes_of(arguments), &aggregators],
        )
    }

    /// `create_pool`
    pub fn create_pool(&self, payer: &Pubkey, reserve_lamports: u64) -> Instruction {
        let accounts = [
            ws(*payer),
            r(self.at.network()),
            w(self.pool),
            w(self.at.vault(&self.pool)),
            r(self.mint),
            r(self.token_program),
            r(SYSTEM_PROGRAM),
        ];
        self.build("create_pool", &accounts, &[&reserve_lamports.to_le_bytes()])
    }

    /// `register_validator`
    pub fn register_validator(
        &self,
        authority: &Pubkey,
        arguments: &RegisterValidatorArguments,
    ) -> Instruction {
        let validator = self.at.validator(authority);
        let accounts = [
            ws(*authority),
            w(self.at.network()),
            w(validator),
            w(self.at.stake(&validator)),
            w(self.stake_account(authority)),
            r(self.stake_mint),
            r(self.stake_token_program),
            r(SYSTEM_PROGRAM),
        ];
        self.build(
            "register_validator",
            &accounts,
            &[bytemuck::bytes_of(arguments)],
        )
    }

    /// `request_unstake`
    pub fn request_unstake(&self, authority: &Pubkey) -> Instruction {
        let accounts = [
            s(*authority),
            w(self.at.network()),
            w(self.at.validator(authority)),
        ];
        self.build("request_unstake", &accounts, &[])
    }

    /// `withdraw_stake`
    pub fn withdraw_stake(&self, authority: &Pubkey) -> Instruction {
        let validator = self.at.validator(authority);
        let accounts = [
            ws(*authority),
            w(self.at.network()),
            w(validator),
            w(self.at.stake(&validator)),
            w(self.stake_account(authority)),
            w(self.stake_mint),
            r(self.stake_token_program),
        ];
        self.build("withdraw_stake", &accounts, &[])
    }

    /// `create_job`
    pub fn create_job(
        &self,
        requester: &Pubkey,
        number: u64,
        arguments: &CreateJobArguments,
    ) -> Instruction {
        let accounts = [
            ws(*requester),
            r(self.at.network()),
            w(self.pool),
            w(self.job(number)),
            w(self.token_account(requester)),
            w(self.at.vault(&self.pool)),
            r(self.mint),
            r(self.token_program),
            r(SYSTEM_PROGRAM),
        ];
        self.build("create_job", &accounts, &[bytemuck::bytes_of(arguments)])
    }

    /// `fund_job`
    pub fn fund_job(&self, funder: &Pubkey, number: u64, amount: u64) -> Instruction {
        let accounts = [
            s(*funder),
            w(self.pool),
            w(self.job(number)),
            w(self.token_account(funder)),
            w(self.at.vault(&self.pool)),
            r(self.mint),
            r(self.token_program),
        ];
        self.build("fund_job", &accounts, &[&amount.to_le_bytes()])
    }

    /// `cancel_job`
    pub fn cancel_job(&self, requester: &Pubkey, number: u64) -> Instruction {
        let accounts = [s(*requester), w(self.pool), w(self.job(number))];
        self.build("cancel_job", &accounts, &[])
    }

    /// `refund_job`, to any token account.
    pub fn refund_job(&self, number: u64, destination: &Pubkey) -> Instruction {
        let accounts = [
            w(self.pool),
            w(self.job(number)),
            w(*destination),
            w(self.at.vault(&self.pool)),
            r(self.mint),
            r(self.token_program),
        ];
        self.build("refund_job", &accounts, &[])
    }

    /// `post_batch`
    pub fn post_batch(
        &self,
        aggregator: &Pubkey,
        job: u64,
        arguments: &PostBatchArguments,
    ) -> Instruction {
        let accounts = [
            ws(*aggregator),
            r(self.at.network()),
            w(self.pool),
            w(self.job(job)),
            w(self.batch(job, arguments.round)),
            r(SYSTEM_PROGRAM),
        ];
        self.build("post_batch", &accounts, &[bytemuck::bytes_of(arguments)])
    }

    /// `close_intake`
    pub fn close_intake(&self, caller: &Pubkey) -> Instruction {
        let accounts = [s(*caller), r(self.at.network()), w(self.pool)];
        self.build("close_intake", &accounts, &[])
    }

    /// `open_round`
    pub fn open_round(&self, payer: &Pubkey, round: u64) -> Instruction {
        let accounts = [
            ws(*payer),
            r(self.at.network()),
            w(self.pool),
            w(self.round(round)),
            r(SLOT_HASHES),
            r(SYSTEM_PROGRAM),
        ];
        self.build("open_round", &accounts, &[])
    }

    fn vote(&self, name: &str, keys: [&Pubkey; 2], round: u64, data: &[u8]) -> Instruction {
        let [voter, authority] = keys;
        let accounts = [
            s(*voter),
            r(self.at.network()),
            w(self.at.validator(authority)),
            w(self.pool),
            w(self.round(round)),
        ];
        self.build(name, &accounts, &[data])
    }

    /// `commit_scores` by `[voter, validator's authority]`.
    pub fn commit(&self, keys: [&Pubkey; 2], round: u64, commitment: &[u8; 32]) -> Instruction {
        self.vote("commit_scores", keys, round, commitment)
    }

    /// `reveal_scores` by `[voter, validator's authority]`.
    pub fn reveal(
        &self,
        keys: [&Pubkey; 2],
        round: u64,
        arguments: &RevealArguments,
    ) -> Instruction {
        self.vote("reveal_scores", keys, round, bytemuck::bytes_of(arguments))
    }

    /// `attest_result` by `[voter, validator's authority]`.
    pub fn attest(&self, keys: [&Pubkey; 2], round: u64, attestation: &[u8; 32]) -> Instruction {
        self.vote("attest_result", keys, round, attestation)
    }

    /// `tally_round`
    pub fn tally(&self, round: u64, arguments: &TallyArguments) -> Instruction {
        let accounts = [r(self.at.network()), w(self.pool), w(self.round(round))];
        self.build("tally_round", &accounts, &[bytemuck::bytes_of(arguments)])
    }

    /// `settle_round` with `(job number, amount)`.
    pub fn settle(&self, round: u64, rest_hash: &[u8; 32], debits: &[(u64, u64)]) -> Instruction {
        let amounts = list(debits.iter().map(|(_, amount)| amount.to_le_bytes()));
        let accounts = [w(self.pool), w(self.round(round))];
        let mut instruction = self.build("settle_round", &accounts, &[rest_hash, &amounts]);
        for (job, _) in debits {
            instruction
                .accounts
                .extend([w(self.job(*job)), w(self.batch(*job, round))]);
        }
        instruction
    }

    /// `finalise_round`
    pub fn finalise(&self, round: u64) -> Instruction {
        self.build("finalise_round", &[w(self.pool), w(self.round(round))], &[])
    }

    /// `void_round`
    pub fn void(&self, round: u64) -> Instruction {
        self.build("void_round", &[w(self.pool), w(self.round(round))], &[])
    }

    /// `release_batch`
    pub fn release(&self, job: u64, round: u64) -> Instruction {
        let accounts = [
            w(self.pool),
            w(self.job(job)),
            w(self.batch(job, round)),
            r(self.round(round)),
        ];
        self.build("release_batch", &accounts, &[])
    }

    /// `open_page`
    pub fn open_page(&self, page: u32) -> Instruction {
        let accounts = [
            w(self.pool),
            w(self.at.page(&self.pool, page)),
            r(SYSTEM_PROGRAM),
        ];
        self.build("open_page", &accounts, &[&page.to_le_bytes()])
    }

    /// `sync_page`
    pub fn sync_page(&self, page: u32, arguments: &SyncPageArguments) -> Instruction {
        let accounts = [w(self.pool), w(self.at.page(&self.pool, page))];
        self.build("sync_page", &accounts, &[bytemuck::bytes_of(arguments)])
    }

    /// `claim` on a page.
    pub fn claim(
        &self,
        page: u32,
        contributor: &Pubkey,
        arguments: &ClaimArguments,
    ) -> Instruction {
        let accounts = vec![
            w(self.pool),
            w(self.at.page(&self.pool, page)),
            r(*contributor),
            w(self.token_account(contributor)),
            w(self.at.vault(&self.pool)),
            r(self.mint),
            r(self.token_program),
        ];
        self.build_silent("claim", accounts, &[bytemuck::bytes_of(arguments)])
    }
}
