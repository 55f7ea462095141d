//! Delays that grow.

use std::time::Duration;

/// The delay before try number `times`, counted from 0: `first`, then twice as long each time, at
/// most `longest`.
pub fn delay(first: Duration, longest: Duration, times: u32) -> Duration {
    let factor = 2u32.checked_pow(times).unwrap_or(u32::MAX);
    first.saturating_mul(factor).min(longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delay_doubles_up_to_its_longest() {
        let of = |times| delay(Duration::from_secs(2), Duration::from_secs(15), times).as_secs();
        assert_eq!(
            [of(0), of(1), of(2), of(3), of(4), of(99)],
            [2, 4, 8, 15, 15, 15]
        );
    }
}
