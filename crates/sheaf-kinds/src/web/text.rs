//! The visible text of an HTML page, for comparing pages.
//!
//! Contributions come from strangers and may be built to hurt. A DOM builder is quadratic in time,
//! or in memory, on some inputs (thousands of attributes on one tag, unclosed formatting elements in
//! front of thousands of paragraphs), and validators must read every page. So this reads tags as a
//! stream, in one pass, with nothing but a position and a few counters: time and memory are linear
//! in the page. It is no browser: what matters is that the same page gives the same text.

use std::ops::Range;

/// Elements whose content is chrome or code, not what the page says.
const SKIPPED: &[&str] = &[
    "aside", "button", "canvas", "dialog", "footer", "iframe", "nav", "noscript", "object",
    "script", "select", "style", "svg", "template", "textarea",
];

/// Elements whose content is text whatever it looks like, up to their end tag.
const RAW: &[&str] = &[
    "iframe", "noembed", "noframes", "script", "style", "textarea", "title", "xmp",
];

/// The visible text of `html`. Every tag separates words. Scripts, styles, comments, attributes,
/// navigation, footers, and headers outside the main content are left out.
pub(super) fn visible_text(html: &str) -> String {
    let mut text = String::with_capacity(html.len() / 2);
    for range in visible_ranges(html) {
        decode_entities(&html[range], &mut text);
        text.push(' ');
    }
    text
}

/// Where in `html` its visible text stands, in order; character references not decoded.
pub(super) fn visible_ranges(html: &str) -> Vec<Range<usize>> {
    let mut reader = Reader {
        html,
        visible: Vec::new(),
        skipping: None,
        main: 0,
    };
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        reader.add(rest, at);
        let tag = &rest[at..];
        rest = match tag.as_bytes().get(1) {
            Some(b'!') if tag.starts_with("<!--") => after(tag, 4, "-->"),
            Some(b'!' | b'?') => after(tag, 2, ">"),
            Some(b'/') => reader.end_tag(tag),
            Some(byte) if byte.is_ascii_alphabetic() => reader.start_tag(tag),
            _ => {
                reader.add(tag, 1);
                &tag[1..]
            }
        };
    }
    reader.add(rest, rest.len());
    reader.visible
}

/// What follows the first `mark` at or behind byte `from`; nothing, when there is none.
fn after<'a>(text: &'a str, from: usize, mark: &str) -> &'a str {
    text[from..]
        .find(mark)
        .map_or("", |at| &text[from + at + mark.len()..])
}

struct Reader<'a> {
    html: &'a str,
    visible: Vec<Range<usize>>,
    /// The skipped element we are in, and how deep it is nested in itself.
    skipping: Option<(String, usize)>,
    /// How many `main` and `article` elements are open.
    main: usize,
}

impl<'a> Reader<'a> {
    /// Takes the first `length` bytes of `rest`, the end of the page, as text.
    fn add(&mut self, rest: &str, length: usize) {
        if self.skipping.is_none() && length > 0 {
            let from = self.html.len() - rest.len();
            self.visible.push(from..from + length);
        }
    }

    fn end_tag(&mut self, tag: &'a str) -> &'a str {
        let name = name_of(&tag[2..]);
        let rest = behind_tag(&tag[2..]);
        if let Some((skipped, depth)) = &mut self.skipping {
            if *skipped == name {
                *depth -= 1;
                if *depth == 0 {
                    self.skipping = None;
                }
            }
        } else if is_main(&name) {
            self.main = self.main.saturating_sub(1);
        }
        rest
    }

    fn start_tag(&mut self, tag: &'a str) -> &'a str {
        let name = name_of(&tag[1..]);
        let rest = behind_tag(&tag[1..]);
        if RAW.contains(&name.as_str()) {
            let (length, behind) = raw_content(rest, &name);
            if !SKIPPED.contains(&name.as_str()) {
                self.add(rest, length);
            }
            return behind;
        }
        let closes_itself = name == "svg" && tag[..tag.len() - rest.len()].ends_with("/>");
        match &mut self.skipping {
            _ if closes_itself => {}
            Some((skipped, depth)) if *skipped == name => *depth += 1,
            Some(_) => {}
            None if SKIPPED.contains(&name.as_str()) || (name == "header" && self.main == 0) => {
                self.skipping = Some((name, 1));
            }
            None if is_main(&name) => self.main += 1,
            None => {}
        }
        rest
    }
}

fn is_main(name: &str) -> bool {
    matches!(name, "main" | "article")
}

fn name_of(text: &str) -> String {
    // No element that matters here has a longer name.
    let name = text.bytes().take(16).take_while(u8::is_ascii_alphanumeric);
    name.map(|byte| char::from(byte.to_ascii_lowercase()))
        .collect()
}

/// What follows a tag's `>`, quotes in attribute values respected.
fn behind_tag(tag: &str) -> &str {
    let mut quote = None;
    let mut in_value = false;
    for (at, byte) in tag.bytes().enumerate() {
        match (quote, byte) {
            (Some(open), _) => {
                if byte == open {
                    quote = None;
                    in_value = false;
                }
            }
            (None, b'>') => return &tag[at + 1..],
            (None, b'"' | b'\'') if in_value => quote = Some(byte),
            (None, b'=') => in_value = true,
            (None, byte) => in_value &= byte.is_ascii_whitespace(),
        }
    }
    ""
}

/// Length of a raw element's content up to its end tag, and what follows that tag.
fn raw_content<'a>(text: &'a str, name: &str) -> (usize, &'a str) {
    let mut from = 0;
    while let Some(at) = text[from..].find("</") {
        let end = from + at;
        if name_of(&text[end + 2..]) == name {
            return (end, behind_tag(&text[end + 2..]));
        }
        from = end + 2;
    }
    (text.len(), "")
}

/// Appends `text` with the usual character references decoded; unknown ones stay as they are.
fn decode_entities(text: &str, into: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        into.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(12).position(|byte| byte == b';');
        let decoded = end.and_then(|end| Some((end, entity(&rest[1..end])?)));
        match decoded {
            Some((end, character)) => {
                into.push(character);
                rest = &rest[end + 1..];
            }
            None => {
                into.push('&');
                rest = &rest[1..];
            }
        }
    }
    into.push_str(rest);
}

fn entity(name: &str) -> Option<char> {
    let number = |digits: &str, radix| char::from_u32(u32::from_str_radix(digits, radix).ok()?);
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some(' '),
        "shy" => Some('\u{ad}'),
        _ => {
            let code = name.strip_prefix('#')?;
            match code.strip_prefix(['x', 'X']) {
                Some(hex) => number(hex, 16),
                None => number(code, 10),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(html: &str) -> String {
        visible_text(html)
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn text_is_kept_and_code_chrome_and_comments_are_not() {
        let html = r#"<!DOCTYPE html><html><head><title>A &amp; B</title><style>p{a>b}</style>
            <script>if (a < b) { document.write("<p>no</p>") }</script></head>
            <body><header>Banner</header><nav><ul><li>Menu<nav>deep</nav>still menu</li></ul></nav>
            <main><header><h1>Title</h1></header><!-- <p>hidden</p> --><p class="x > y">One<br>two&nbsp;&#x41;</p></main>
            <footer>Built today</footer></body></html>"#;
        assert_eq!(words(html), "A & B Title One two A");
    }

    #[test]
    fn attributes_do_not_leak() {
        assert_eq!(words(r#"<p title='a > "b"' x=">" y>in</p>out"#), "in out");
        assert_eq!(words(r#"<p it's>in</p>"#), "in");
        assert_eq!(
            words(r#"<svg a="b"/>in<svg><path/><text>no</text></svg>"#),
            "in"
        );
    }

    #[test]
    fn broken_markup_is_read_to_its_end() {
        assert_eq!(words("a < b <3 c"), "a < b < 3 c");
        assert_eq!(words("text <p"), "text");
        assert_eq!(words("text <!-- open"), "text");
        assert_eq!(words("text <script> x </scripty> y"), "text");
        assert_eq!(words("text </nav> more <"), "text more <");
        assert_eq!(
            words("&bogus; &#xffffffff; &#65; &"),
            "&bogus; &#xffffffff; A &"
        );
        assert_eq!(words("é&amp;ü<p>日本&</p>"), "é&ü 日本&");
    }

    #[test]
    fn hostile_pages_take_linear_time() {
        let size = 1_500_000;
        for unit in [
            "<b a=1>",
            "<nav>",
            "<p x y z>",
            "</",
            "<!--",
            "<script></scrip",
            "&",
            "<a b=\"",
            "<",
            "&#",
        ] {
            let page = unit.repeat(size / unit.len());
            let started = std::time::Instant::now();
            let _ = visible_text(&page);
            assert!(started.elapsed().as_secs() < 5, "{unit}");
        }
        let attributes: String = (0..200_000).map(|n| format!(" a{n}")).collect();
        let _ = visible_text(&format!("<p{attributes}>"));
    }
}
