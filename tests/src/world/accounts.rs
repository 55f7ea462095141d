//! Reading the chain.

use super::World;
use sheaf_client::{
    instruction::{PoolAccounts, StakeMint},
    layout::*,
};
use solana_sdk::pubkey::Pubkey;

impl World {
    /// Reads an account of the program.
    ///
    /// # Panics
    /// When it does not exist or is another.
    pub fn read<T: AccountLayout>(&self, address: &Pubkey) -> T {
        let account = self.svm.get_account(address).expect("an account");
        decode(&account.data).expect("an account of the type")
    }

    /// The network.
    pub fn network(&self) -> Network {
        self.read(&self.build.at.network())
    }

    /// The pool.
    pub fn pool(&self) -> Pool {
        self.read(&self.build.pool)
    }

    /// What instructions that move the pool's tokens need.
    pub const fn pool_accounts(&self) -> PoolAccounts {
        PoolAccounts {
            mint: self.build.mint,
            token_program: self.build.token_program,
        }
    }

    /// What instructions that move stakes need.
    pub const fn stake_mint(&self) -> StakeMint {
        StakeMint {
            mint: self.build.stake_mint,
            token_program: self.build.stake_token_program,
        }
    }

    /// A job.
    pub fn job(&self, number: u64) -> Job {
        self.read(&self.build.at.job(&self.build.pool, number))
    }

    /// A batch.
    pub fn batch(&self, job: u64, round: u64) -> Batch {
        let job = self.build.at.job(&self.build.pool, job);
        self.read(&self.build.at.batch(&job, round))
    }

    /// A round.
    pub fn round(&self, number: u64) -> Round {
        self.read(&self.build.at.round(&self.build.pool, number))
    }

    /// Tokens on a token account; zero when it does not exist.
    pub fn tokens(&self, account: &Pubkey) -> u64 {
        self.svm.get_account(account).map_or(0, |account| {
            let amount = account.data[64..72].try_into().expect("eight bytes");
            u64::from_le_bytes(amount)
        })
    }

    /// Tokens on a wallet's canonical token account in the pool's mint.
    pub fn wallet_tokens(&self, wallet: &Pubkey) -> u64 {
        self.tokens(&self.build.token_account(wallet))
    }

    /// Lamports of an account.
    pub fn lamports(&self, address: &Pubkey) -> u64 {
        self.svm.get_balance(address).unwrap_or(0)
    }
}
