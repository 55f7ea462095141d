//! What a place in a block is worth: a priority fee from what others paid lately (pure).

use solana_sdk::{instruction::Instruction, pubkey::Pubkey};

/// Most accounts that an RPC takes in one question about fees.
const MOST_ACCOUNTS: usize = 128;

/// How priority fees are chosen. Prices are micro-lamports per compute unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeePolicy {
    /// Which part of the last blocks was cheaper, in percent.
    pub percentile: u8,
    /// Never less.
    pub floor: u64,
    /// Never more.
    pub ceiling: u64,
}

impl FeePolicy {
    /// The price to offer. `samples` are what the last blocks took, in any order; `deaths` says how
    /// many transactions of this action died unseen just before: each doubles the price.
    pub fn price(&self, samples: &[u64], deaths: u32) -> u64 {
        let measured = percentile(samples, self.percentile).max(self.floor);
        let factor = 2u64.checked_pow(deaths).unwrap_or(u64::MAX);
        // Of nothing nothing is the double: an unseen transaction is worth a lamport at least.
        let base = if deaths > 0 {
            measured.max(1)
        } else {
            measured
        };
        base.saturating_mul(factor).min(self.ceiling)
    }
}

/// The smallest sample that at least `percent` of all samples do not exceed; 0 of none.
fn percentile(samples: &[u64], percent: u8) -> u64 {
    let mut sorted = samples.to_vec();
    sorted.sort_unstable();
    let rank = (sorted.len() * usize::from(percent.min(100))).div_ceil(100);
    sorted
        .get(rank.saturating_sub(1))
        .copied()
        .unwrap_or_default()
}

/// The accounts that instructions write: who else writes them competes for the same place.
pub fn written(instructions: &[Instruction]) -> Vec<Pubkey> {
    let metas = instructions.iter().flat_map(|one| &one.accounts);
    let mut accounts: Vec<Pubkey> = metas
        .filter(|meta| meta.is_writable)
        .map(|meta| meta.pubkey)
        .collect();
    accounts.sort_unstable();
    accounts.dedup();
    accounts.truncate(MOST_ACCOUNTS);
    accounts
}

#[cfg(test)]
mod tests {
    use super::*;
    use sheaf_client::instruction::transfer_lamports;

    const POLICY: FeePolicy = FeePolicy {
        percentile: 75,
        floor: 10,
        ceiling: 1_000,
    };

    #[test]
    fn the_price_is_a_percentile_between_floor_and_ceiling() {
        assert_eq!(POLICY.price(&[400, 100, 200, 300], 0), 300);
        assert_eq!(POLICY.price(&[5, 5, 5, 5], 0), 10);
        assert_eq!(POLICY.price(&[], 0), 10);
        assert_eq!(POLICY.price(&[7_000; 3], 0), 1_000);
    }

    #[test]
    fn percentiles_reach_from_the_least_to_the_most() {
        let samples = [30, 10, 20];
        assert_eq!(percentile(&samples, 0), 10);
        assert_eq!(percentile(&samples, 33), 10);
        assert_eq!(percentile(&samples, 34), 20);
        assert_eq!(percentile(&samples, 100), 30);
        assert_eq!(percentile(&samples, 255), 30);
    }

    #[test]
    fn what_died_unseen_is_worth_more_next_time() {
        assert_eq!(POLICY.price(&[100], 1), 200);
        assert_eq!(POLICY.price(&[100], 3), 800);
        assert_eq!(POLICY.price(&[100], 4), 1_000);
        assert_eq!(POLICY.price(&[100], 200), 1_000);
        let free = FeePolicy { floor: 0, ..POLICY };
        assert_eq!(free.price(&[], 0), 0);
        assert_eq!(free.price(&[], 2), 4);
    }

    #[test]
    fn only_accounts_that_are_written_compete() {
        let (from, to) = (Pubkey::new_unique(), Pubkey::new_unique());
        let mut both = transfer_lamports(&from, &to, 1);
        both.accounts[1].is_writable = false;
        assert_eq!(written(&[both.clone(), both]), [from]);
    }
}
