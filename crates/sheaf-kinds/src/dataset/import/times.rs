//! Moments as archives write them.

use sheaf_protocol::text::UnixTime;

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// A moment like `2024-03-03T10:20:30.123Z` or `2024-03-03 10:20:30`, in UTC where it says nothing else,
/// or like X's `Wed Oct 10 20:19:24 +0000 2018`.
pub(super) fn moment(text: &str) -> Option<UnixTime> {
    let text = text.trim();
    let plain = text.parse().or_else(|_| format!("{text} UTC").parse());
    plain.ok().or_else(|| of_x(text))
}

fn of_x(text: &str) -> Option<UnixTime> {
    let parts: Vec<&str> = text.split_whitespace().collect();
    let [_, month, day, clock, "+0000", year] = parts.as_slice() else {
        return None;
    };
    let month = (1..).zip(MONTHS).find(|(_, name)| name == month)?.0;
    let day: u64 = day.parse().ok()?;
    format!("{year}-{month:02}-{day:02} {clock} UTC")
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_spellings_are_understood() {
        let at = |text| moment(text).map(|UnixTime(seconds)| seconds);
        assert_eq!(at("Wed Oct 10 20:19:24 +0000 2018"), Some(1_539_202_764));
        assert_eq!(at("2018-10-10 20:19:24"), Some(1_539_202_764));
        assert_eq!(at("2018-10-10T20:19:24.123Z"), Some(1_539_202_764));
        assert_eq!(at("2018-10-10 22:19:24.123000+02:00"), Some(1_539_202_764));
        assert_eq!(at("Wed Foo 10 20:19:24 +0000 2018"), None);
        assert_eq!(at("Mar 3, 2024, 10:20:30 PM CET"), None);
    }
}
