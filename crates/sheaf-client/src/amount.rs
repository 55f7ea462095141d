//! Amounts as people write them: tokens with decimals, converted exactly, without floats.

/// Why a text is not an amount of tokens.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// Not digits with at most one decimal point.
    #[error("\"{0}\" is not an amount: write it like 12.5")]
    NotANumber(String),
    /// More decimals than the mint has.
    #[error(
        "\"{text}\" has {found} decimals, but the mint has {decimals}: it cannot be paid exactly"
    )]
    TooPrecise {
        /// What was written.
        text: String,
        /// Decimals written, trailing zeros not counted.
        found: usize,
        /// Decimals of the mint.
        decimals: u8,
    },
    /// More base units than 64 bits hold.
    #[error("\"{0}\" is more than an account can hold")]
    TooLarge(String),
}

/// Base units of an amount written in tokens ("12.5"), for a mint with `decimals`.
///
/// # Errors
/// [`AmountError`] when the text is no amount, cannot be exact, or does not fit.
pub fn parse(text: &str, decimals: u8) -> Result<u64, AmountError> {
    let not_a_number = || AmountError::NotANumber(text.to_owned());
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || (whole.is_empty() && fraction.is_empty()) {
        return Err(not_a_number());
    }
    let fraction = fraction.trim_end_matches('0');
    let scale = usize::from(decimals);
    if fraction.len() > scale {
        return Err(AmountError::TooPrecise {
            text: text.to_owned(),
            found: fraction.len(),
            decimals,
        });
    }
    let padding = std::iter::repeat_n(b'0', scale - fraction.len());
    whole
        .bytes()
        .chain(fraction.bytes())
        .chain(padding)
        .try_fold(0u64, |sum, digit| {
            sum.checked_mul(10)?.checked_add(u64::from(digit - b'0'))
        })
        .ok_or_else(|| AmountError::TooLarge(text.to_owned()))
}

/// An amount of base units in tokens, without trailing zeros: `12.5`.
pub fn format(base_units: u64, decimals: u8) -> String {
    let scale = usize::from(decimals);
    let digits = format!("{base_units:0>width$}", width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    match fraction.trim_end_matches('0') {
        "" => whole.to_owned(),
        fraction => format!("{whole}.{fraction}"),
    }
}

/// Decimals of SOL: one SOL is a billion lamports.
pub const SOL_DECIMALS: u8 = 9;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_convert_exactly() {
        assert_eq!(parse("12.5", 6), Ok(12_500_000));
        assert_eq!(parse("0.000001", 6), Ok(1));
        assert_eq!(parse(".5", 1), Ok(5));
        assert_eq!(parse("7.", 0), Ok(7));
        assert_eq!(parse("1.500000000000", 1), Ok(15));
        assert_eq!(parse("18446744073709551615", 0), Ok(u64::MAX));
        assert_eq!(parse("18446744073709.551615", 6), Ok(u64::MAX));
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in ["", ".", "-1", "+1", "1e3", "1,5", "1.2.3", " 1", "0x1", "٣"] {
            assert!(
                matches!(parse(text, 6), Err(AmountError::NotANumber(_))),
                "{text}"
            );
        }
    }

    #[test]
    fn what_cannot_be_exact_or_does_not_fit_is_refused() {
        assert!(matches!(
            parse("0.0000001", 6),
            Err(AmountError::TooPrecise { found: 7, .. })
        ));
        assert!(matches!(
            parse("18446744073709.551616", 6),
            Err(AmountError::TooLarge(_))
        ));
        assert!(matches!(parse("1", 20), Err(AmountError::TooLarge(_))));
    }

    #[test]
    fn amounts_are_written_without_needless_zeros() {
        assert_eq!(format(12_500_000, 6), "12.5");
        assert_eq!(format(0, 6), "0");
        assert_eq!(format(1, 6), "0.000001");
        assert_eq!(format(100, 0), "100");
        assert_eq!(format(u64::MAX, 6), "18446744073709.551615");
    }

    #[test]
    fn writing_and_reading_agree() {
        for decimals in 0..=19 {
            for base_units in [0, 1, 9, 10, 12_345, u64::MAX] {
                assert_eq!(
                    parse(&format(base_units, decimals), decimals),
                    Ok(base_units)
                );
            }
        }
    }
}
