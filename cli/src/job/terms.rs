//! A job's money: what its requester offers, in tokens and in base units.

use crate::tokens::Tokens;
use anyhow::{Context as _, ensure};
use clap::Args;

/// A job's money, as it is written on the command line.
#[derive(Clone, Debug, Args)]
pub struct TermArgs {
    /// First funding, in tokens
    #[arg(long, value_name = "T")]
    pub amount: Tokens,
    /// Price of one unit at full quality, in tokens
    #[arg(long, value_name = "T")]
    pub price: Tokens,
    /// Most that one round may take, in tokens
    #[arg(long, value_name = "T")]
    pub round_cap: Tokens,
    /// Least amount that opens a leaf for a new earner, in tokens
    #[arg(long, value_name = "T", default_value = "0")]
    pub minimum_earning: Tokens,
}

/// A job's money, in base units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// First funding.
    pub amount: u64,
    /// Price of one unit at full quality.
    pub price: u64,
    /// Most that one round may take.
    pub round_cap: u64,
    /// Least amount that opens a leaf for a new earner.
    pub minimum_earning: u64,
}

impl TermArgs {
    /// The amounts for a mint with `decimals`.
    ///
    /// # Errors
    /// When one cannot be exact, or the job would pay nobody.
    pub fn read(&self, decimals: u8) -> anyhow::Result<Terms> {
        let units = |name: &'static str, tokens: &Tokens| tokens.base_units(decimals).context(name);
        let terms = Terms {
            amount: units("--amount", &self.amount)?,
            price: units("--price", &self.price)?,
            round_cap: units("--round-cap", &self.round_cap)?,
            minimum_earning: units("--minimum-earning", &self.minimum_earning)?,
        };
        for (name, value) in [
            ("--amount", terms.amount),
            ("--price", terms.price),
            ("--round-cap", terms.round_cap),
        ] {
            ensure!(
                value > 0,
                "{name} must be more than 0: the job would pay nobody"
            );
        }
        ensure!(
            terms.round_cap >= terms.price,
            "--round-cap is below --price: not one unit could be paid in full. Raise the cap"
        );
        Ok(terms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(amount: &str, price: &str, round_cap: &str) -> anyhow::Result<TermArgs> {
        Ok(TermArgs {
            amount: amount.parse()?,
            price: price.parse()?,
            round_cap: round_cap.parse()?,
            minimum_earning: "0".parse()?,
        })
    }

    #[test]
    fn terms_are_exact_or_refused_by_option() -> anyhow::Result<()> {
        let terms = args("100", "0.05", "25")?.read(6)?;
        assert_eq!(
            (terms.amount, terms.price, terms.round_cap),
            (100_000_000, 50_000, 25_000_000)
        );
        for (amount, price, cap, name) in [
            ("0", "1", "1", "--amount"),
            ("1", "0", "1", "--price"),
            ("1", "1", "0", "--round-cap"),
            ("9", "2", "1", "--round-cap"),
            ("1", "0.0000001", "1", "--price"),
        ] {
            let refused = args(amount, price, cap)?.read(6);
            let message = format!("{:#}", refused.expect_err("refused"));
            assert!(message.starts_with(name), "{message}");
        }
        Ok(())
    }
}
