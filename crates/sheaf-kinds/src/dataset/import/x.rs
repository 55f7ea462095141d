//! X ("Your archive"): `data/tweets.js` and `data/like.js`, JavaScript that assigns a list of objects.

use super::{
    collect::{Collector, Dropped, Part},
    json,
    times::moment,
};
use serde_json::Value;
use sheaf_protocol::statement::consent::DataClass;

/// What a file is, by its name. Older archives have `tweet.js`, large ones `tweets-part1.js`. Deleted
/// posts are in a file of their own, which is not read: the person took them back.
pub(super) fn part(name: &str) -> Option<Part> {
    let (folder, file) = name.rsplit_once('/').unwrap_or(("data", name));
    let stem = file.strip_suffix(".js")?;
    if folder != "data" && !folder.ends_with("/data") {
        return None;
    }
    let base = stem.split_once("-part").map_or(stem, |(base, _)| base);
    match base {
        "tweets" | "tweet" => Some(Part::Tweets),
        "like" => Some(Part::Likes),
        _ if base.starts_with("direct-message") => Some(Part::DirectMessages),
        _ => None,
    }
}

/// `window.YTD.tweets.part0 = [ … ]`.
fn list(bytes: &[u8]) -> Result<Vec<Value>, String> {
    let start = bytes.iter().position(|byte| *byte == b'[');
    let start = start.ok_or("it assigns no list")?;
    let list = bytes[start..].trim_ascii_end();
    json::list(list.strip_suffix(b";").unwrap_or(list))
}

pub(super) fn tweets(bytes: &[u8], collector: &mut Collector<'_>) -> Result<(), String> {
    for entry in list(bytes)? {
        let tweet = json::field(&entry, "tweet").unwrap_or(&entry);
        let text = json::text(tweet, "full_text").or_else(|| json::text(tweet, "text"));
        let Some(text) = text else {
            collector.drop(Dropped::NotUnderstood);
            continue;
        };
        if text.starts_with("RT @") || json::field(tweet, "retweeted_status").is_some() {
            collector.drop(Dropped::OthersWords);
            continue;
        }
        let entities = json::field(tweet, "entities");
        let mentions = entities.and_then(|entities| json::field(entities, "user_mentions"));
        let mentions = mentions.and_then(Value::as_array).into_iter().flatten();
        let others: Vec<&str> = mentions
            .flat_map(|mention| ["name", "screen_name"].map(|name| json::text(mention, name)))
            .flatten()
            .collect();
        let time = json::text(tweet, "created_at").and_then(moment);
        collector.text(DataClass::Posts, time, &unescaped(text), &others);
    }
    Ok(())
}

/// Likes carry the liked text, which is another's: only its number is kept.
pub(super) fn likes(bytes: &[u8], collector: &mut Collector<'_>) -> Result<(), String> {
    for entry in list(bytes)? {
        let like = json::field(&entry, "like").unwrap_or(&entry);
        match json::text(like, "tweetId").filter(|id| is_number(id)) {
            Some(id) => collector.item(DataClass::Likes, None, id),
            None => collector.drop(Dropped::NotUnderstood),
        }
    }
    Ok(())
}

/// Whether it is a platform's number.
pub(super) fn is_number(id: &str) -> bool {
    (1..=25).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_digit())
}

/// Archives write these three as HTML does.
fn unescaped(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">");
    text.replace("&amp;", "&")
}
