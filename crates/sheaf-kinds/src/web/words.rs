//! A page's words, without what changes from one minute and visitor to the next.

use super::text::visible_text;

/// The words of a page as compared: visible text (of HTML; anything else is taken as it is),
/// lower case, without punctuation at their ends, without dates, times and counters.
pub(super) fn words_of(body: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(body);
    let start = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    if start.starts_with('<') {
        split(&visible_text(&text))
    } else {
        split(&text)
    }
}

fn split(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for chunk in text.split_whitespace() {
        // Scripts without spaces between words: every character counts as one.
        for part in chunk.split_inclusive(is_ideographic) {
            let last = part
                .chars()
                .next_back()
                .filter(|last| is_ideographic(*last));
            let (before, alone) = match last {
                Some(last) => part.split_at(part.len() - last.len_utf8()),
                None => (part, ""),
            };
            words.extend([before, alone].into_iter().filter_map(word));
        }
    }
    words
}

fn word(raw: &str) -> Option<String> {
    let trimmed = raw.trim_matches(|c: char| !c.is_alphanumeric() && !is_money(c));
    let word: String = trimmed
        .chars()
        .filter(|c| *c != '\u{ad}')
        .flat_map(char::to_lowercase)
        .collect();
    (!word.is_empty() && !is_fleeting(&word)).then_some(word)
}

fn is_ideographic(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Characters that make a number a price or a share, which is content.
fn is_money(c: char) -> bool {
    matches!(c, '$' | '%' | '£' | '¥' | '¢' | '\u{20a0}'..='\u{20cf}')
}

/// Months, days and the small words around times. "May" and "march" go too: what is dropped is
/// dropped from both pages.
const CALENDAR: &[&str] = &[
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "jan",
    "feb",
    "mar",
    "apr",
    "jun",
    "jul",
    "aug",
    "sep",
    "sept",
    "oct",
    "nov",
    "dec",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "mon",
    "tue",
    "tues",
    "wed",
    "thu",
    "thur",
    "thurs",
    "fri",
    "sat",
    "sun",
    "am",
    "pm",
    "a.m",
    "p.m",
    "utc",
    "gmt",
    "cet",
    "cest",
    "est",
    "edt",
    "pst",
    "pdt",
    "today",
    "yesterday",
    "tomorrow",
    "ago",
];

/// Whether a word looks like part of a date, a time or a counter.
fn is_fleeting(word: &str) -> bool {
    CALENDAR.contains(&word) || is_counter(word) || is_date(word) || is_time(word)
}

/// Digits only, perhaps grouped by commas or apostrophes: `7`, `12,345`. Ordinals: `21st`.
fn is_counter(word: &str) -> bool {
    let number = ["st", "nd", "rd", "th"]
        .into_iter()
        .find_map(|end| word.strip_suffix(end))
        .unwrap_or(word);
    starts_with_digit(number)
        && number
            .bytes()
            .all(|b| b.is_ascii_digit() || b == b',' || b == b'\'')
}

/// Three numbers with one separator, one of them a year: `2026-11-24`, `24.11.2026`, `11/24/2026`;
/// a time may follow: `2026-11-24t10:30:00z`. `1.95.0` is a version and stays.
fn is_date(word: &str) -> bool {
    let day = match word.split_once('t') {
        Some((day, time)) if is_time(time) => day,
        _ => word,
    };
    ['-', '.', '/'].into_iter().any(|separator| {
        let parts: Vec<&str> = day.split(separator).take(4).collect();
        let numbers = parts.iter().all(|part| {
            (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        });
        let year =
            |part: &&&str| part.len() == 4 && (part.starts_with("19") || part.starts_with("20"));
        parts.len() == 3 && numbers && parts.iter().filter(year).count() == 1
    })
}

/// `10:30`, `10:30:05`, `10:30:05.123z`, `10:30+02:00`, `10:30pm`.
fn is_time(word: &str) -> bool {
    let clock = ["am", "pm", "z"]
        .into_iter()
        .find_map(|end| word.strip_suffix(end))
        .unwrap_or(word);
    starts_with_digit(clock)
        && clock.contains(':')
        && clock
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.' | b'+' | b'-'))
}

fn starts_with_digit(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(text: &str) -> String {
        words_of(text.as_bytes()).join(" ")
    }

    #[test]
    fn words_are_lower_case_without_punctuation() {
        assert_eq!(
            joined("  \"Hello,\"\n WORLD (again)... -- Ünïcode! "),
            "hello world again ünïcode"
        );
        assert_eq!(
            joined("soft\u{ad}hyphen Vec<T> a.b"),
            "softhyphen vec<t a.b"
        );
    }

    #[test]
    fn dates_times_and_counters_are_dropped() {
        for text in [
            "2026-11-24",
            "24.11.2026",
            "11/24/2026",
            "2026-11-24T10:30:00Z",
            "10:30",
            "10:30:05.123Z",
            "10:30pm",
            "Tuesday, 24 November 2026",
            "Nov. 24th, 2026",
            "12,345",
            "(7)",
            "1'000",
            "10:30 a.m. UTC",
            "3 ago",
            "2026-11-24T10:30:00+02:00",
        ] {
            assert_eq!(joined(text), "", "{text}");
        }
    }

    #[test]
    fn versions_prices_and_shares_stay() {
        for text in [
            "1.95.0",
            "12.50",
            "$1,299",
            "5%",
            "v2",
            "x86_64",
            "1.2.3.4",
            "€5",
            "2x",
            "th",
            "std::vec",
            "1900.5.2001.7",
        ] {
            assert_eq!(joined(text), text, "{text}");
        }
    }

    #[test]
    fn characters_without_spaces_between_count_each() {
        assert_eq!(joined("日本語abcか。"), "日 本 語 abc か");
    }

    #[test]
    fn html_is_recognised_by_its_start() {
        assert_eq!(joined("\u{feff} \n<p>one</p><script>two</script>"), "one");
        assert_eq!(joined("one < two <b>"), "one two b");
    }
}
