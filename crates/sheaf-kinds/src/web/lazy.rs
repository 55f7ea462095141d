//! How a lazy node falsifies a page: for tests and demos of what must not earn. Works on what
//! [`visible_ranges`](super::text::visible_ranges) finds, so it always changes what is compared.

use super::text::visible_ranges;
use crate::Misbehaviour;

/// A changed page: with other words all over it (altered), or without what an older version did not
/// say yet (stale).
pub(super) fn falsify(body: &[u8], how: Misbehaviour) -> Vec<u8> {
    let html = String::from_utf8_lossy(body);
    let mut falsified = String::with_capacity(html.len());
    let mut done = 0;
    let mut number = 0;
    for range in visible_ranges(&html) {
        falsified.push_str(&html[done..range.start]);
        for word in html[range.clone()].split_inclusive(char::is_whitespace) {
            if !word.contains(char::is_alphabetic) {
                falsified.push_str(word);
                continue;
            }
            match how {
                Misbehaviour::Altered if number % 6 == 0 => falsified.push_str("invented "),
                // Of every thirty words the first twelve are missing.
                Misbehaviour::Stale if number % 30 < 12 => {}
                _ => falsified.push_str(word),
            }
            number += 1;
        }
        done = range.end;
    }
    falsified.push_str(&html[done..]);
    falsified.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::similarity::Sketch;

    #[test]
    fn a_falsified_page_changes_and_earns_nothing() {
        for words in [1, 2, 5, 20, 60, 500] {
            let text: Vec<String> = (0..words).map(|n| format!("word{n}")).collect();
            let page = format!(
                "<nav>Go home now</nav><main><p class=\"a b\">{}</p></main>",
                text.join(" ")
            );
            let honest = Sketch::new(page.as_bytes());
            for how in [Misbehaviour::Altered, Misbehaviour::Stale] {
                let lazy = falsify(page.as_bytes(), how);
                assert_eq!(
                    honest.quality_bps(&Sketch::new(&lazy)),
                    0,
                    "{words} words, {how:?}"
                );
                assert!(lazy.starts_with(b"<nav>Go home now</nav><main><p class=\"a b\">"));
            }
        }
    }
}
