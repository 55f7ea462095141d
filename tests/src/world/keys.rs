//! Keys in a fixed order, so that what a test sees repeats, and compute units with it.
//!
//! Finding an address costs the program some 665 units for each bump that it tries in vain. The pool's
//! mint and the wallets are therefore chosen such that what is derived from them is found at once.

use rand::{RngCore, SeedableRng, rngs::StdRng};
use sheaf_format::{LOCALNET_PROGRAM_ID, seeds};
use solana_sdk::{pubkey::Pubkey, signature::Keypair, signer::Signer};

/// Seed of every world's keys.
const SEED: u64 = 0x5eaf;
/// Seed of the pool's mint: `the_mint_was_searched` found it.
const MINT_SEED: u64 = 13_872;
/// Bump of an address that is found at once.
const FIRST_BUMP: u8 = u8::MAX;

/// The keys of one world, in order.
pub struct Keys(StdRng);

impl Keys {
    /// The same keys for every world.
    pub fn new() -> Self {
        Self(StdRng::seed_from_u64(SEED))
    }

    /// The keys of people elsewhere.
    pub fn elsewhere() -> Self {
        Self(StdRng::seed_from_u64(!SEED))
    }

    /// The next key.
    pub fn key(&mut self) -> Keypair {
        key_of(&mut self.0)
    }

    /// The next address of which nobody needs the key.
    pub fn address(&mut self) -> Pubkey {
        let mut bytes = [0; 32];
        self.0.fill_bytes(&mut bytes);
        Pubkey::new_from_array(bytes)
    }

    /// The next key whose validator and stake are found at once.
    pub fn wallet(&mut self) -> Keypair {
        let program = Pubkey::new_from_array(LOCALNET_PROGRAM_ID);
        loop {
            let key = self.key();
            if is_first(&program, &[seeds::VALIDATOR, key.pubkey().as_ref()])
                .and_then(|validator| is_first(&program, &[seeds::STAKE, validator.as_ref()]))
                .is_some()
            {
                return key;
            }
        }
    }
}

/// The pool's mint: pool, vault, and what the first rounds create are found at once.
pub fn mint() -> Pubkey {
    mint_of(MINT_SEED)
}

fn mint_of(seed: u64) -> Pubkey {
    let mut bytes = [0; 32];
    StdRng::seed_from_u64(seed).fill_bytes(&mut bytes);
    Pubkey::new_from_array(bytes)
}

fn key_of(random: &mut StdRng) -> Keypair {
    let mut secret = [0; 32];
    random.fill_bytes(&mut secret);
    Keypair::new_from_array(secret)
}

/// The address of these seeds, if no bump is tried in vain.
fn is_first(program: &Pubkey, seeds: &[&[u8]]) -> Option<Pubkey> {
    let with_bump = [seeds, &[&[FIRST_BUMP]]].concat();
    Pubkey::create_program_address(&with_bump, program).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use sheaf_client::address::Addresses;

    /// Whether what the first rounds of a mint's pool derive is found at once.
    fn is_good(mint: &Pubkey) -> bool {
        let at = Addresses::new(Pubkey::new_from_array(LOCALNET_PROGRAM_ID));
        let first = |seeds: &[&[u8]]| is_first(&at.program, seeds);
        let Some(pool) = first(&[seeds::POOL, mint.as_ref()]) else {
            return false;
        };
        let job = at.job(&pool, 0);
        let numbers = [0u64, 1, 2].map(u64::to_le_bytes);
        first(&[seeds::VAULT, pool.as_ref()]).is_some()
            && [&numbers[0], &numbers[1]]
                .iter()
                .all(|number| first(&[seeds::JOB, pool.as_ref(), &number[..]]).is_some())
            && [&numbers[1], &numbers[2]].iter().all(|number| {
                first(&[seeds::ROUND, pool.as_ref(), &number[..]]).is_some()
                    && first(&[seeds::BATCH, job.as_ref(), &number[..]]).is_some()
            })
            && [0u32, 1]
                .iter()
                .all(|page| first(&[seeds::PAGE, pool.as_ref(), &page.to_le_bytes()]).is_some())
            && first(&[seeds::DATASET, job.as_ref()])
                .and_then(|dataset| first(&[seeds::BATCH, dataset.as_ref(), &numbers[1][..]]))
                .is_some()
            && first(&[seeds::CHALLENGE, at.round(&pool, 1).as_ref(), &[0; 4]]).is_some()
    }

    #[test]
    fn the_mint_was_searched() {
        assert!(
            is_good(&mint()),
            "MINT_SEED has to be {:?}",
            (0..).find(|seed| is_good(&mint_of(*seed)))
        );
    }
}
