//! TikTok ("Download your data", as JSON): `user_data.json` or `user_data_tiktok.json`, everything in one object.
//!
//! Versions nest their lists differently, so lists are found by their own name and that of what they are
//! in. Of what was watched or liked only the video's number is kept.

use super::{
    collect::{Collector, Dropped, Part},
    json,
    times::moment,
    x::is_number,
};
use serde_json::Value;
use sheaf_protocol::statement::consent::DataClass;

/// What a file is, by its name.
pub(super) fn part(name: &str) -> Option<Part> {
    let file = name.rsplit('/').next().unwrap_or(name);
    matches!(file, "user_data.json" | "user_data_tiktok.json").then_some(Part::UserData)
}

pub(super) fn user_data(bytes: &[u8], collector: &mut Collector<'_>) -> Result<(), String> {
    let data = json::read(bytes)?;
    if !data.is_object() {
        return Err("it is no object".to_owned());
    }
    walk("", &data, collector);
    Ok(())
}

/// Looks through sections; `name` is that of the section.
fn walk(name: &str, section: &Value, collector: &mut Collector<'_>) {
    for (field, value) in section.as_object().into_iter().flatten() {
        let list = value.as_array();
        match (name, field.as_str(), list) {
            ("Video Browsing History" | "Watch History", "VideoList", Some(list)) => {
                items(list, DataClass::WatchHistory, collector);
            }
            ("Like List", "ItemFavoriteList", Some(list)) => {
                items(list, DataClass::Likes, collector);
            }
            (_, "SearchList", Some(list)) => {
                texts(list, "SearchTerm", DataClass::Searches, collector);
            }
            (_, "CommentsList", Some(list)) => {
                texts(list, "Comment", DataClass::Comments, collector);
            }
            (_, "ChatHistory", _) => {
                let conversations = value.as_object().map_or(1, serde_json::Map::len);
                (0..conversations).for_each(|_| collector.drop(Dropped::DirectMessages));
            }
            _ => walk(field, value, collector),
        }
    }
}

fn items(list: &[Value], class: DataClass, collector: &mut Collector<'_>) {
    for entry in list {
        let link = json::text(entry, "Link").map(|link| link.trim_end_matches('/'));
        let id = link.and_then(|link| link.rsplit('/').next());
        let time = json::text(entry, "Date").and_then(moment);
        match id.filter(|id| is_number(id)) {
            Some(id) => collector.item(class, time, id),
            None => collector.drop(Dropped::NotUnderstood),
        }
    }
}

fn texts(list: &[Value], name: &str, class: DataClass, collector: &mut Collector<'_>) {
    for entry in list {
        let time = json::text(entry, "Date").and_then(moment);
        match json::text(entry, name) {
            Some(text) => collector.text(class, time, text, &[]),
            None => collector.drop(Dropped::NotUnderstood),
        }
    }
}
