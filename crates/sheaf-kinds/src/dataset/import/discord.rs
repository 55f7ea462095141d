//! Discord ("Request all of my data"): `messages/c<number>/messages.json` or `.csv`, with what the person wrote
//! in a channel, and `channel.json` beside it.

use super::{
    collect::{Collector, Dropped, Part},
    json,
    times::moment,
};
use csv::ReaderBuilder;
use serde_json::Value;
use sheaf_protocol::statement::consent::DataClass;

/// What a file is, by its name.
pub(super) fn part(name: &str) -> Option<Part> {
    let parts: Vec<&str> = name.split('/').collect();
    let [.., folder, channel, file] = parts.as_slice() else {
        return None;
    };
    let number = channel.strip_prefix('c').unwrap_or(channel);
    let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let is_messages = matches!(*file, "messages.json" | "messages.csv");
    (folder.eq_ignore_ascii_case("messages") && digits && is_messages).then_some(Part::Channel)
}

/// Whether a file says what a channel is.
pub(super) fn is_channel(name: &str) -> bool {
    name.ends_with("/channel.json")
}

/// The file that says what the channel of these messages is.
pub(super) fn channel_of(name: &str) -> String {
    let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
    format!("{folder}/channel.json")
}

/// Whether a channel belongs to a group: what is not known to does not.
pub(super) fn is_group(channel: Option<&[u8]>) -> bool {
    let Some(channel) = channel.and_then(|bytes| json::read(bytes).ok()) else {
        return false;
    };
    let direct = match json::field(&channel, "type") {
        Some(Value::Number(number)) => matches!(number.as_u64(), None | Some(1 | 3)),
        Some(Value::String(name)) => name.to_uppercase().contains("DM"),
        _ => true,
    };
    !direct && json::field(&channel, "recipients").is_none()
}

pub(super) fn messages(
    name: &str,
    bytes: &[u8],
    collector: &mut Collector<'_>,
) -> Result<(), String> {
    if name.ends_with(".csv") {
        return csv_messages(bytes, collector);
    }
    for message in json::list(bytes)? {
        let time = json::text(&message, "Timestamp").and_then(moment);
        match json::text(&message, "Contents") {
            Some("") => collector.drop(Dropped::NothingLeft),
            Some(text) => collector.text(DataClass::Messages, time, text, &[]),
            None => collector.drop(Dropped::NotUnderstood),
        }
    }
    Ok(())
}

fn csv_messages(bytes: &[u8], collector: &mut Collector<'_>) -> Result<(), String> {
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(bytes);
    let header = reader.headers().map_err(|error| error.to_string())?;
    let place = |name| {
        let found = header.iter().position(|column| column == name);
        found.ok_or(format!("it has no column {name}"))
    };
    let (time, text) = (place("Timestamp")?, place("Contents")?);
    for record in reader.records() {
        match record {
            Ok(record) => {
                let moment = record.get(time).and_then(moment);
                let text = record.get(text).unwrap_or("");
                collector.text(DataClass::Messages, moment, text, &[]);
            }
            Err(_) => collector.drop(Dropped::NotUnderstood),
        }
    }
    Ok(())
}
