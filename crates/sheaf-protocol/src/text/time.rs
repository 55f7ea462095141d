//! Moments as text: `2026-11-25 21:30:00 UTC`.

use super::{TextError, shown};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{fmt, str::FromStr};

const DAY: u64 = 86_400;

/// The last second of the year 9999: later moments have no text.
const LAST: u64 = 253_402_300_799;

/// A moment in seconds since 1970, as the chain counts them. Its text is a date and a time in UTC;
/// what has no such text is written as `unix time N`.
///
/// Read are `2026-11-25` (its first second), `2026-11-25T21:30:00Z`, the same with an offset like
/// `+02:00`, with a fraction (dropped) or with a blank for the `T`, and the text that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixTime(pub u64);

impl fmt::Display for UnixTime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 > LAST {
            return write!(formatter, "unix time {}", self.0);
        }
        let (year, month, day) = date(self.0 / DAY);
        let seconds = self.0 % DAY;
        let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
        write!(
            formatter,
            "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC"
        )
    }
}

impl UnixTime {
    /// As RFC 3339 has it: `2026-11-25T21:30:00Z`.
    pub fn rfc3339(self) -> String {
        let text = self.to_string();
        text.strip_suffix(" UTC").map_or(text.clone(), |moment| {
            format!("{}Z", moment.replace(' ', "T"))
        })
    }

    /// A moment of the calendar. `None` when there is no such day or time, or none since 1970.
    pub fn from_calendar(date: (u64, u64, u64), time: (u64, u64, u64)) -> Option<Self> {
        let (year, month, day) = date;
        let (hour, minute, second) = time;
        let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        let length = match month {
            2 => 28 + u64::from(leap),
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        let exists = (1970..=9999).contains(&year) && (1..=length).contains(&day);
        // A leap second is the second before it.
        (exists && hour < 24 && minute < 60 && second <= 60).then(|| {
            let seconds = hour * 3_600 + minute * 60 + second.min(59);
            Self(days(year, month, day) * DAY + seconds)
        })
    }
}

/// Days since 1970-01-01, for dates from then on (H. Hinnant, "chrono-compatible low-level date
/// algorithms": years begin in March, 400 of them have 146,097 days).
fn days(year: u64, month: u64, day: u64) -> u64 {
    let year = year - u64::from(month <= 2);
    let (era, of_era) = (year / 400, year % 400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Year, month and day of a day since 1970-01-01.
const fn date(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = year_of_era + era * 400;
    (if month <= 2 { year + 1 } else { year }, month, day)
}

impl FromStr for UnixTime {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        parse(text).ok_or_else(|| TextError::NotAMoment(shown(text)))
    }
}

fn parse(text: &str) -> Option<UnixTime> {
    let date_text = text.get(..10)?;
    let date = numbers(date_text, '-')?;
    let rest = text.get(10..)?;
    if rest.is_empty() {
        return UnixTime::from_calendar(date, (0, 0, 0));
    }
    let time = rest.strip_prefix(['T', 't', ' '])?;
    let clock = numbers(time.get(..8)?, ':')?;
    let zone = time.get(8..)?;
    let zone = zone.strip_prefix('.').map_or(zone, |fraction| {
        fraction.trim_start_matches(|digit: char| digit.is_ascii_digit())
    });
    let moment = UnixTime::from_calendar(date, clock)?;
    if matches!(zone, "Z" | "z" | " UTC") {
        return Some(moment);
    }
    let (ahead, offset) = match zone.strip_prefix('+') {
        Some(offset) => (true, offset),
        None => (false, zone.strip_prefix('-')?),
    };
    let (hours, minutes) = offset.split_once(':')?;
    let (hours, minutes) = (digits(hours, 2)?, digits(minutes, 2)?);
    if hours > 23 || minutes > 59 {
        return None;
    }
    let seconds = hours * 3_600 + minutes * 60;
    let utc = if ahead {
        moment.0.checked_sub(seconds)?
    } else {
        moment.0 + seconds
    };
    Some(UnixTime(utc))
}

/// Three numbers of as many digits as a date or a time has.
fn numbers(text: &str, between: char) -> Option<(u64, u64, u64)> {
    let mut parts = text.split(between);
    let first = parts.next()?;
    let numbers = (
        digits(first, first.len())?,
        digits(parts.next()?, 2)?,
        digits(parts.next()?, 2)?,
    );
    parts.next().is_none().then_some(numbers)
}

fn digits(text: &str, count: usize) -> Option<u64> {
    let proper = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| proper)
}

impl Serialize for UnixTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for UnixTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Option<u64> {
        text.parse().ok().map(|UnixTime(seconds)| seconds)
    }

    #[test]
    fn known_moments_are_written_and_read() {
        // By `date -u -d @N`.
        for (seconds, text) in [
            (0, "1970-01-01 00:00:00 UTC"),
            (951_782_400, "2000-02-29 00:00:00 UTC"),
            (1_709_251_199, "2024-02-29 23:59:59 UTC"),
            (1_795_642_200, "2026-11-25 21:30:00 UTC"),
            (4_107_542_400, "2100-03-01 00:00:00 UTC"),
            (LAST, "9999-12-31 23:59:59 UTC"),
        ] {
            assert_eq!(UnixTime(seconds).to_string(), text);
            assert_eq!(read(text), Some(seconds));
        }
        assert_eq!(UnixTime(LAST + 1).to_string(), "unix time 253402300800");
        assert_eq!(UnixTime(0).rfc3339(), "1970-01-01T00:00:00Z");
    }

    #[test]
    fn dates_offsets_and_fractions_are_understood() {
        for (text, same) in [
            ("2026-11-25", "2026-11-25 00:00:00 UTC"),
            ("2026-11-25T21:30:00Z", "2026-11-25 21:30:00 UTC"),
            (
                "2026-11-25 21:30:00.123456+00:00",
                "2026-11-25 21:30:00 UTC",
            ),
            ("2026-11-25T23:30:00+02:00", "2026-11-25 21:30:00 UTC"),
            ("2026-11-25T20:00:00-01:30", "2026-11-25 21:30:00 UTC"),
            ("2016-12-31T23:59:60Z", "2016-12-31 23:59:59 UTC"),
        ] {
            assert_eq!(read(text), read(same), "{text}");
            assert!(read(text).is_some(), "{text}");
        }
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for text in [
            "",
            "tomorrow",
            "2026-02-29",
            "2026-13-01",
            "2026-00-10",
            "2026-1-1",
            "1969-12-31",
            "+026-11-25",
            "2026-11-25T24:00:00Z",
            "2026-11-25T21:30:00",
            "2026-11-25T21:30:00+25:00",
            "1970-01-01T00:00:00+01:00",
            "2026-11-25 21:30:00 CET",
            "2026-11-2\u{e9}",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_moment_is_read_as_it_was_written(seconds in 0..=LAST) {
            let written = UnixTime(seconds);
            prop_assert_eq!(written.to_string().parse(), Ok(written));
            prop_assert_eq!(written.rfc3339().parse(), Ok(written));
        }
    }
}
