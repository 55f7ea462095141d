//! Amounts as people write them on the command line: whole tokens or SOL, like 12.5.

use sheaf_client::amount::{self, AmountError, SOL_DECIMALS};
use std::str::FromStr;

/// An amount whose base units are known once the mint's decimals are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tokens(String);

impl FromStr for Tokens {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Self, AmountError> {
        match amount::parse(text, 0) {
            Err(error @ AmountError::NotANumber(_)) => Err(error),
            // Whether it is too precise or too large depends on the mint.
            _ => Ok(Self(text.to_owned())),
        }
    }
}

impl Tokens {
    /// Base units, for a mint with `decimals`.
    ///
    /// # Errors
    /// When it cannot be exact or does not fit 64 bits.
    pub fn base_units(&self, decimals: u8) -> Result<u64, AmountError> {
        amount::parse(&self.0, decimals)
    }

    /// Lamports, when the amount is of SOL.
    ///
    /// # Errors
    /// When it cannot be exact or does not fit 64 bits.
    pub fn lamports(&self) -> Result<u64, AmountError> {
        self.base_units(SOL_DECIMALS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_waits_for_its_decimals() -> Result<(), AmountError> {
        let amount: Tokens = "12.5".parse()?;
        assert_eq!(amount.base_units(6), Ok(12_500_000));
        assert_eq!(amount.lamports(), Ok(12_500_000_000));
        assert!(matches!(
            amount.base_units(0),
            Err(AmountError::TooPrecise { .. })
        ));
        Ok(())
    }

    #[test]
    fn what_is_no_amount_is_refused_at_once() {
        for text in ["", "1,5", "-1", "1e3", "all"] {
            assert!(text.parse::<Tokens>().is_err(), "{text}");
        }
    }
}
