//! Addresses: every account the program derives, and canonical token accounts.

use sheaf_format::{limits::DATASET_NUMBER_BIT, seeds};
use solana_sdk::pubkey::Pubkey;

/// The system program.
pub const SYSTEM_PROGRAM: Pubkey = Pubkey::from_str_const("11111111111111111111111111111111");
/// The Token program.
pub const TOKEN_PROGRAM: Pubkey =
    Pubkey::from_str_const("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA");
/// The Token-2022 program.
pub const TOKEN_2022_PROGRAM: Pubkey =
    Pubkey::from_str_const("TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb");
/// The program of canonical ("associated") token accounts.
pub const ASSOCIATED_TOKEN_PROGRAM: Pubkey =
    Pubkey::from_str_const("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL");
/// The compute-budget program.
pub const COMPUTE_BUDGET_PROGRAM: Pubkey =
    Pubkey::from_str_const("ComputeBudget111111111111111111111111111111");
/// The loader of upgradeable programs.
pub const UPGRADEABLE_LOADER: Pubkey =
    Pubkey::from_str_const("BPFLoaderUpgradeab1e11111111111111111111111");
/// The sysvar with the chain's clock.
pub const CLOCK: Pubkey = Pubkey::from_str_const("SysvarC1ock11111111111111111111111111111111");
/// The sysvar with the hashes of recent slots.
pub const SLOT_HASHES: Pubkey =
    Pubkey::from_str_const("SysvarS1otHashes111111111111111111111111111");

/// The addresses that one deployment of the program derives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Addresses {
    /// The program.
    pub program: Pubkey,
}

impl Addresses {
    /// The addresses of the program at `program`.
    pub const fn new(program: Pubkey) -> Self {
        Self { program }
    }

    fn derive(&self, parts: &[&[u8]]) -> Pubkey {
        Pubkey::find_program_address(parts, &self.program).0
    }

    /// The one network account.
    pub fn network(&self) -> Pubkey {
        self.derive(&[seeds::NETWORK])
    }

    /// The pool of a mint.
    pub fn pool(&self, mint: &Pubkey) -> Pubkey {
        self.derive(&[seeds::POOL, mint.as_ref()])
    }

    /// The vault of a pool.
    pub fn vault(&self, pool: &Pubkey) -> Pubkey {
        self.derive(&[seeds::VAULT, pool.as_ref()])
    }

    /// Job `number` of a pool.
    pub fn job(&self, pool: &Pubkey, number: u64) -> Pubkey {
        self.derive(&[seeds::JOB, pool.as_ref(), &number.to_le_bytes()])
    }

    /// A job's batch in a round.
    pub fn batch(&self, job: &Pubkey, round: u64) -> Pubkey {
        self.derive(&[seeds::BATCH, job.as_ref(), &round.to_le_bytes()])
    }

    /// A validator by its wallet.
    pub fn validator(&self, authority: &Pubkey) -> Pubkey {
        self.derive(&[seeds::VALIDATOR, authority.as_ref()])
    }

    /// The token account of a validator's stake, by the validator's account.
    pub fn stake(&self, validator: &Pubkey) -> Pubkey {
        self.derive(&[seeds::STAKE, validator.as_ref()])
    }

    /// Round `number` of a pool.
    pub fn round(&self, pool: &Pubkey, number: u64) -> Pubkey {
        self.derive(&[seeds::ROUND, pool.as_ref(), &number.to_le_bytes()])
    }

    /// Ledger page `page` of a pool.
    pub fn page(&self, pool: &Pubkey, page: u32) -> Pubkey {
        self.derive(&[seeds::PAGE, pool.as_ref(), &page.to_le_bytes()])
    }

    /// The challenge of a leaf index of a round, by the round's account.
    pub fn challenge(&self, round: &Pubkey, index: u32) -> Pubkey {
        self.derive(&[seeds::CHALLENGE, round.as_ref(), &index.to_le_bytes()])
    }

    /// What somebody proved about a round, by the round's account.
    pub fn evidence(&self, round: &Pubkey, prover: &Pubkey) -> Pubkey {
        self.derive(&[seeds::EVIDENCE, round.as_ref(), prover.as_ref()])
    }

    /// The dataset of a job, by the job's account.
    pub fn dataset(&self, job: &Pubkey) -> Pubkey {
        self.derive(&[seeds::DATASET, job.as_ref()])
    }

    /// What a debit's number stands for: a job, or a dataset when
    /// [`DATASET_NUMBER_BIT`](sheaf_format::limits::DATASET_NUMBER_BIT) is set.
    pub fn payer(&self, pool: &Pubkey, number: u64) -> Pubkey {
        let job = self.job(pool, number & !DATASET_NUMBER_BIT);
        if number & DATASET_NUMBER_BIT == 0 {
            job
        } else {
            self.dataset(&job)
        }
    }

    /// The signer of the program's calls to itself that carry events.
    pub fn event_authority(&self) -> Pubkey {
        self.derive(&[seeds::EVENT_AUTHORITY])
    }

    /// The loader's account that names the program's upgrade authority.
    pub fn program_data(&self) -> Pubkey {
        Pubkey::find_program_address(&[self.program.as_ref()], &UPGRADEABLE_LOADER).0
    }
}

/// A wallet's canonical token account for a mint, with the bump of its address.
pub fn associated_token(wallet: &Pubkey, mint: &Pubkey, token_program: &Pubkey) -> (Pubkey, u8) {
    Pubkey::find_program_address(
        &[wallet.as_ref(), token_program.as_ref(), mint.as_ref()],
        &ASSOCIATED_TOKEN_PROGRAM,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_token_accounts_depend_on_wallet_mint_and_token_program() {
        let wallet = Pubkey::from_str_const("9WzDXwBbmkg8ZTbNMqUxvQRAyrZzDsGYdLVL9zYtAWWM");
        let usdc = Pubkey::from_str_const("EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v");
        let (address, bump) = associated_token(&wallet, &usdc, &TOKEN_PROGRAM);
        assert_eq!(
            Pubkey::create_program_address(
                &[
                    wallet.as_ref(),
                    TOKEN_PROGRAM.as_ref(),
                    usdc.as_ref(),
                    &[bump]
                ],
                &ASSOCIATED_TOKEN_PROGRAM
            ),
            Ok(address)
        );
        let (other, _) = associated_token(&wallet, &usdc, &TOKEN_2022_PROGRAM);
        assert_ne!(address, other, "the token program is part of the address");
    }

    #[test]
    fn numbers_in_seeds_are_little_endian_and_tell_accounts_apart() {
        let addresses = Addresses::new(Pubkey::new_from_array(sheaf_format::LOCALNET_PROGRAM_ID));
        let pool = addresses.pool(&Pubkey::new_from_array([7; 32]));
        let (expected, _) = Pubkey::find_program_address(
            &[b"job", pool.as_ref(), &[1, 0, 0, 0, 0, 0, 0, 0]],
            &addresses.program,
        );
        assert_eq!(addresses.job(&pool, 1), expected);
        assert_ne!(addresses.job(&pool, 1), addresses.job(&pool, 2));
        assert_ne!(addresses.round(&pool, 1), addresses.job(&pool, 1));
        let (page, _) = Pubkey::find_program_address(
            &[b"page", pool.as_ref(), &[2, 0, 0, 0]],
            &addresses.program,
        );
        assert_eq!(addresses.page(&pool, 2), page);
    }

    #[test]
    fn another_program_has_other_addresses() {
        let one = Addresses::new(Pubkey::new_from_array([1; 32]));
        let two = Addresses::new(Pubkey::new_from_array([2; 32]));
        assert_ne!(one.network(), two.network());
        assert_ne!(one.event_authority(), two.event_authority());
        assert_ne!(one.program_data(), two.program_data());
    }
}
