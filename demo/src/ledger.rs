//! The money equations. Amounts are base units, and every equation must hold to the last one.

use std::fmt;

/// What the accounts on chain say, each number read from where it stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Accounts {
    /// The jobs, summed up.
    pub jobs: Jobs,
    /// The pool's own totals.
    pub pool: PoolTotals,
    /// The leaves of the active tree.
    pub leaves: Leaves,
    /// Claims, summed up over the slots of all ledger pages.
    pub pages_claimed: u64,
    /// Tokens in the vault's token account.
    pub vault: u64,
    /// Tokens that the wallets of all leaves received through claims.
    pub received: u64,
}

/// Sums over the pool's jobs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Jobs {
    /// Everything that ever arrived for them.
    pub funded: u64,
    /// What is left in them.
    pub balance: u64,
    /// Everything that went back.
    pub refunded: u64,
    /// Everything that final rounds took.
    pub settled: u64,
}

/// The pool's totals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PoolTotals {
    /// Everything that ever arrived in the vault.
    pub arrived: u64,
    /// Sum of the jobs' balances.
    pub escrow: u64,
    /// Debits that are settled and not yet final.
    pub in_round: u64,
    /// Everything ever refunded.
    pub refunded: u64,
    /// Sum of the active tree.
    pub active: u64,
    /// Everything ever claimed.
    pub claimed: u64,
}

/// Sums over the leaves, by role.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Leaves {
    /// Lifetime earnings of contributors.
    pub contributors: u64,
    /// Lifetime earnings of the validators.
    pub validators: u64,
    /// Lifetime earnings of the treasury.
    pub treasury: u64,
    /// What all of them have not claimed yet, leaf by leaf.
    pub unclaimed: u64,
}

/// One equation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Equation {
    /// What it says.
    pub says: &'static str,
    /// Its left side.
    pub left: u128,
    /// Its right side.
    pub right: u128,
}

impl Equation {
    /// Whether it holds, to the last unit.
    pub const fn holds(&self) -> bool {
        self.left == self.right
    }
}

impl fmt::Display for Equation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.holds() { "=" } else { "≠" };
        write!(
            formatter,
            "{}: {} {sign} {}",
            self.says, self.left, self.right
        )
    }
}

fn equation(says: &'static str, left: u64, right: impl IntoIterator<Item = u64>) -> Equation {
    Equation {
        says,
        left: left.into(),
        right: right.into_iter().map(u128::from).sum(),
    }
}

impl Accounts {
    /// Every equation that must hold once no round is live.
    pub fn equations(&self) -> Vec<Equation> {
        let Self {
            jobs, pool, leaves, ..
        } = self;
        vec![
            equation(
                "funded = in escrow + refunded + settled",
                jobs.funded,
                [jobs.balance, jobs.refunded, jobs.settled],
            ),
            equation(
                "settled = claimed + unclaimed",
                jobs.settled,
                [self.pages_claimed, leaves.unclaimed],
            ),
            equation(
                "settled = contributors + validators + treasury",
                jobs.settled,
                [leaves.contributors, leaves.validators, leaves.treasury],
            ),
            equation(
                "tokens in the vault = in escrow + unclaimed",
                self.vault,
                [jobs.balance, leaves.unclaimed],
            ),
            equation(
                "tokens received by wallets = claimed",
                self.received,
                [self.pages_claimed],
            ),
            equation("the pool's arrived = funded", pool.arrived, [jobs.funded]),
            equation("the pool's escrow = in escrow", pool.escrow, [jobs.balance]),
            equation(
                "the pool's refunded = refunded",
                pool.refunded,
                [jobs.refunded],
            ),
            equation(
                "the active tree's sum = settled",
                pool.active,
                [jobs.settled],
            ),
            equation(
                "the pool's claimed = claimed",
                pool.claimed,
                [self.pages_claimed],
            ),
            equation("nothing is half settled", pool.in_round, [0]),
        ]
    }

    /// Whether all of them hold.
    pub fn balanced(&self) -> bool {
        self.equations().iter().all(Equation::holds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn balanced() -> Accounts {
        Accounts {
            jobs: Jobs {
                funded: 1_000,
                balance: 600,
                refunded: 50,
                settled: 350,
            },
            pool: PoolTotals {
                arrived: 1_000,
                escrow: 600,
                in_round: 0,
                refunded: 50,
                active: 350,
                claimed: 340,
            },
            leaves: Leaves {
                contributors: 298,
                validators: 35,
                treasury: 17,
                unclaimed: 10,
            },
            pages_claimed: 340,
            vault: 610,
            received: 340,
        }
    }

    #[test]
    fn books_that_agree_balance() {
        assert!(balanced().balanced(), "{:?}", balanced().equations());
        assert!(Accounts::default().balanced());
    }

    #[test]
    fn one_unit_anywhere_is_noticed() {
        let fields: [fn(&mut Accounts) -> &mut u64; 17] = [
            |books| &mut books.jobs.funded,
            |books| &mut books.jobs.balance,
            |books| &mut books.jobs.refunded,
            |books| &mut books.jobs.settled,
            |books| &mut books.pool.arrived,
            |books| &mut books.pool.escrow,
            |books| &mut books.pool.in_round,
            |books| &mut books.pool.refunded,
            |books| &mut books.pool.active,
            |books| &mut books.pool.claimed,
            |books| &mut books.leaves.contributors,
            |books| &mut books.leaves.validators,
            |books| &mut books.leaves.treasury,
            |books| &mut books.leaves.unclaimed,
            |books| &mut books.pages_claimed,
            |books| &mut books.vault,
            |books| &mut books.received,
        ];
        for (place, field) in fields.into_iter().enumerate() {
            let mut books = balanced();
            *field(&mut books) += 1;
            assert!(!books.balanced(), "field {place}");
        }
    }

    #[test]
    fn a_broken_equation_shows_both_sides() {
        let mut books = balanced();
        books.vault -= 1;
        let broken: Vec<String> = books
            .equations()
            .iter()
            .filter(|equation| !equation.holds())
            .map(Equation::to_string)
            .collect();
        assert_eq!(
            broken,
            ["tokens in the vault = in escrow + unclaimed: 609 ≠ 610"]
        );
    }
}
