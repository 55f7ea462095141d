//! YouTube in Google Takeout: `watch-history` and `search-history`, as JSON or HTML.
//!
//! Of what was watched only the video's number is kept: title and channel are others' words and names.
//! File names are Takeout's in English; the HTML writes its times in the person's language, so they are
//! left out.

use super::{
    collect::{Collector, Dropped, Part},
    json,
    times::moment,
};
use serde_json::Value;
use sheaf_protocol::{statement::consent::DataClass, text::UnixTime};

/// What a file is, by its name.
pub(super) fn part(name: &str) -> Option<Part> {
    let file = name.rsplit('/').next().unwrap_or(name);
    match file {
        "watch-history.json" | "watch-history.html" => Some(Part::Watched),
        "search-history.json" | "search-history.html" => Some(Part::Searched),
        _ => None,
    }
}

pub(super) fn watched(
    name: &str,
    bytes: &[u8],
    collector: &mut Collector<'_>,
) -> Result<(), String> {
    each(
        name,
        bytes,
        collector,
        |collector, url, time| match parameter(url, "v").filter(|id| is_video(id)) {
            Some(id) => collector.item(DataClass::WatchHistory, time, &id),
            None => collector.drop(Dropped::NotUnderstood),
        },
    )
}

pub(super) fn searched(
    name: &str,
    bytes: &[u8],
    collector: &mut Collector<'_>,
) -> Result<(), String> {
    each(
        name,
        bytes,
        collector,
        |collector, url, time| match parameter(url, "search_query") {
            Some(query) => collector.text(DataClass::Searches, time, &query, &[]),
            None => collector.drop(Dropped::NotUnderstood),
        },
    )
}

/// Gives each entry's first link and time to `take`.
fn each(
    name: &str,
    bytes: &[u8],
    collector: &mut Collector<'_>,
    mut take: impl FnMut(&mut Collector<'_>, &str, Option<UnixTime>),
) -> Result<(), String> {
    if name.ends_with(".html") {
        let text = std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8")?;
        for cell in text.split("mdl-typography--body-1\">").skip(1) {
            let cell = cell.split("</div>").next().unwrap_or("");
            match cell
                .split("href=\"")
                .nth(1)
                .and_then(|rest| rest.split('"').next())
            {
                Some(url) => take(collector, &url.replace("&amp;", "&"), None),
                // Every other cell is empty: it is the layout's.
                None if cell.trim().is_empty() => {}
                None => collector.drop(Dropped::NotUnderstood),
            }
        }
        return Ok(());
    }
    for entry in json::list(bytes)? {
        let details = json::field(&entry, "details").and_then(Value::as_array);
        let mut details = details.into_iter().flatten();
        if details.any(|detail| json::text(detail, "name") == Some("From Google Ads")) {
            collector.drop(Dropped::Advertisement);
            continue;
        }
        match json::text(&entry, "titleUrl") {
            Some(url) => take(collector, url, json::text(&entry, "time").and_then(moment)),
            None => collector.drop(Dropped::NotUnderstood),
        }
    }
    Ok(())
}

fn is_video(id: &str) -> bool {
    let proper = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    id.len() == 11 && id.bytes().all(proper)
}

/// A parameter of a URL, decoded.
fn parameter(url: &str, name: &str) -> Option<String> {
    let query = url.split_once('?')?.1.split('#').next()?;
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let value = pairs.find(|(key, _)| *key == name)?.1;
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [rest.next()?, rest.next()?];
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_decoded() {
        let url = "https://www.youtube.com/results?a=1&search_query=caf%C3%A9+au%20lait#x";
        assert_eq!(
            parameter(url, "search_query").as_deref(),
            Some("café au lait")
        );
        for url in [
            "https://h/",
            "https://h/?b=1",
            "https://h/?q=%f",
            "https://h/?q=%ff",
        ] {
            assert_eq!(parameter(url, "q"), None, "{url}");
        }
    }
}
