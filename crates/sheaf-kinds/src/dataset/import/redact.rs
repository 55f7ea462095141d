//! What belongs to others, taken out of a text.
//!
//! Mentions (`@name`, Discord's `<@123>`), e-mail addresses, links and long numbers such as telephone numbers
//! are replaced by what they are; lines that quote (`> …`) are dropped, and names that the archive says
//! are others' are replaced. What a person says about others in plain words cannot be told by a program:
//! the dry run is there to be read.

/// A text without what belongs to others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Redacted {
    /// What is left; empty when nothing was the person's own.
    pub text: String,
    /// How many places were replaced or dropped.
    pub places: usize,
}

/// Fewest digits of a number that is taken for a telephone number or the like.
const LONG_NUMBER: usize = 7;

/// Takes out of a text what belongs to others; `names` are people that the archive names.
pub fn redact(text: &str, names: &[&str]) -> Redacted {
    let mut redacted = Redacted::default();
    let mut lines = Vec::new();
    for line in text.lines() {
        if line.trim_start().starts_with("> ") || line.trim_start().starts_with(">>> ") {
            redacted.places += 1;
            continue;
        }
        let mut line = line.to_owned();
        for name in names {
            redacted.places += replace_name(&mut line, name);
        }
        let words: Vec<String> = line
            .split(' ')
            .map(|word| {
                let (kept, places) = redact_word(word);
                redacted.places += places;
                kept
            })
            .collect();
        lines.push(words.join(" "));
    }
    let text = lines.join("\n").trim().to_owned();
    // Where nothing is left but marks, nothing was the person's own.
    if text.split_whitespace().any(|word| !is_mark(word)) {
        redacted.text = text;
    }
    redacted
}

const PERSON: &str = "[person]";
const ADDRESS: &str = "[address]";
const LINK: &str = "[link]";
const NUMBER: &str = "[number]";

fn is_mark(word: &str) -> bool {
    [PERSON, ADDRESS, LINK, NUMBER].contains(&word) || !word.contains(char::is_alphanumeric)
}

/// Replaces a name where it stands as words of its own, whatever its case. Names of one or two
/// characters would take the text apart, and are left.
fn replace_name(line: &mut String, name: &str) -> usize {
    let name: Vec<char> = name.trim().chars().collect();
    if name.len() < 3 {
        return 0;
    }
    let text: Vec<char> = line.chars().collect();
    let same = |a: char, b: char| a == b || a.to_lowercase().eq(b.to_lowercase());
    let (mut kept, mut at, mut places) = (String::new(), 0, 0);
    while at < text.len() {
        let end = at + name.len();
        let found = end <= text.len()
            && text[at..end].iter().zip(&name).all(|(a, b)| same(*a, *b))
            && (at == 0 || !text[at - 1].is_alphanumeric())
            && text.get(end).is_none_or(|next| !next.is_alphanumeric());
        if found {
            // A mention by the name that follows.
            if kept.ends_with('@') {
                kept.pop();
            }
            kept.push_str(PERSON);
            (at, places) = (end, places + 1);
        } else {
            kept.push(text[at]);
            at += 1;
        }
    }
    if places > 0 {
        *line = kept;
    }
    places
}

/// A word without what belongs to others, and how many places that were.
fn redact_word(word: &str) -> (String, usize) {
    let is_edge = |character: char| {
        !character.is_alphanumeric()
            && !matches!(
                character,
                '@' | '<' | '>' | '+' | '_' | '#' | '[' | ']' | '/'
            )
    };
    let core = word.trim_matches(is_edge);
    if core.is_empty() {
        return (word.to_owned(), 0);
    }
    let lower = core.to_lowercase();
    let is_link = lower.contains("://") || lower.starts_with("www.") || lower.contains("t.co/");
    let discord = core.contains("<@") || core.contains("<#");
    let mark = if is_link {
        LINK
    } else if discord {
        PERSON
    } else if let Some(at) = core.find(['@', '\u{ff20}']) {
        let (before, after) = core.split_at(at);
        let mut after = after.chars().skip(1);
        let named = after
            .next()
            .is_some_and(|c| c.is_alphanumeric() || c == '_');
        match (named, before.chars().any(char::is_alphanumeric)) {
            (true, true) => ADDRESS,
            (true, false) => PERSON,
            (false, _) => return (word.to_owned(), 0),
        }
    } else if is_long_number(core) {
        NUMBER
    } else {
        return (word.to_owned(), 0);
    };
    (word.replacen(core, mark, 1), 1)
}

fn is_long_number(word: &str) -> bool {
    let digits = word.chars().filter(char::is_ascii_digit).count();
    let others = word.chars().filter(|character| !character.is_ascii_digit());
    let mut others = others.peekable();
    digits >= LONG_NUMBER && others.all(|character| "+-/.()".contains(character))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(text: &str) -> String {
        redact(text, &["Jane Doe", "Bo"]).text
    }

    #[test]
    fn mentions_addresses_links_and_numbers_are_replaced() {
        for (text, expected) in [
            ("hello @ann_b, how are you?", "hello [person], how are you?"),
            ("(@ann) said hi", "([person]) said hi"),
            ("hi <@123456> and <@!99>!", "hi [person] and [person]!"),
            ("in <#77> we talk", "in [person] we talk"),
            ("write to ann.b+x@mail.example.", "write to [address]."),
            ("see https://t.co/abc now", "see [link] now"),
            (
                "see t.co/abc and www.example.org/x",
                "see [link] and [link]",
            ),
            ("call +49-170-1234567 today", "call [number] today"),
            (
                "in 2026 we sold 123456 of them",
                "in 2026 we sold 123456 of them",
            ),
            ("that is 5 @ 3 euros", "that is 5 @ 3 euros"),
            ("nothing here", "nothing here"),
        ] {
            assert_eq!(left(text), expected, "{text}");
        }
    }

    #[test]
    fn names_that_the_archive_gives_are_replaced_as_whole_words() {
        assert_eq!(left("Lunch with jane doe!"), "Lunch with [person]!");
        assert_eq!(left("@Jane Doe, hi"), "[person], hi");
        assert_eq!(left("Jane Doering and Bo"), "Jane Doering and Bo");
        assert_eq!(redact("JANE DOE met Jane Doe", &["Jane Doe"]).places, 2);
    }

    #[test]
    fn quoted_lines_go_and_a_text_of_nothing_else_is_empty() {
        assert_eq!(left("> what you said\nI agree"), "I agree");
        assert_eq!(left("  > what you said"), "");
        assert_eq!(left("@ann https://t.co/x !"), "");
        assert_eq!(left("5 > 3"), "5 > 3");
        assert_eq!(redact("> a\n> b", &[]).places, 2);
    }

    #[test]
    fn texts_of_any_script_survive() {
        assert_eq!(left("größe 漢字 🎉 ok"), "größe 漢字 🎉 ok");
        assert_eq!(left("🎉@ann🎉"), "🎉[person]🎉");
    }
}
