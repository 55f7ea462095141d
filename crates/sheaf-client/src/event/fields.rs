//! The fields of events as JSON, for people and programs that do not read bytes: keys in base58,
//! hashes in hex, amounts as decimal strings, everything else as numbers.

use serde::Serialize;
use serde_json::{Map, Value};
use sheaf_protocol::text::{Base58Key, HexHash};

/// Fields of 32 bytes that are hashes; the others are keys.
const HASHES: &[&str] = &[
    "attestation",
    "commitment",
    "content_hash",
    "contributions_root",
    "manifest_hash",
    "root",
    "scores_root",
    "seed",
    "usage_hash",
];

/// Numbers that are base units or lamports: a `u64` does not survive every JSON reader.
const AMOUNTS: &[&str] = &[
    "amount",
    "arrived",
    "balance",
    "bond_lamports",
    "cumulative",
    "debited",
    "debits_total",
    "minimum_stake",
    "new_sum",
    "new_total",
    "old_sum",
    "old_total",
    "price",
    "reserved",
    "returned",
    "reward",
    "settled_total",
    "slashed",
    "stake",
    "stake_total",
    "total",
];

/// The fields of an event but its number.
pub fn of(event: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(event) {
        Ok(Value::Object(fields)) => shown(fields),
        // A plain struct of numbers is always an object.
        Ok(_) | Err(_) => Map::new(),
    }
}

fn shown(fields: Map<String, Value>) -> Map<String, Value> {
    fields
        .into_iter()
        .filter(|(name, _)| name != "sequence" && !name.starts_with('_'))
        .map(|(name, value)| {
            let value = show(&name, value);
            (name, value)
        })
        .collect()
}

fn show(name: &str, value: Value) -> Value {
    match value {
        Value::Array(bytes) => match key(&bytes) {
            Some(key) if name == "genesis_hash" => Value::String(Base58Key(key).to_string()),
            Some(hash) if HASHES.contains(&name) => Value::String(HexHash(hash).to_string()),
            Some(key) => Value::String(Base58Key(key).to_string()),
            None => Value::Array(bytes),
        },
        Value::Number(number) if AMOUNTS.contains(&name) => Value::String(number.to_string()),
        Value::Object(inner) => Value::Object(shown(inner)),
        other => other,
    }
}

fn key(bytes: &[Value]) -> Option<[u8; 32]> {
    let bytes: Vec<u8> = bytes
        .iter()
        .map(|byte| u8::try_from(byte.as_u64()?).ok())
        .collect::<Option<_>>()?;
    bytes.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        event::Event,
        layout::{BatchPosted, ParametersSet},
    };
    use bytemuck::Zeroable;
    use serde_json::json;
    use std::collections::BTreeSet;

    /// Numbers that are neither base units nor lamports.
    const NUMBERS: &[&str] = &[
        "answer_until_slot",
        "attest_slots",
        "cancelled_at",
        "cause",
        "commit_slots",
        "count",
        "from_round",
        "grace_slots",
        "index",
        "intake_slots",
        "jailed_until",
        "leaf_count",
        "license",
        "missed",
        "missed_duties",
        "new_deadline",
        "number",
        "old_deadline",
        "opened_slot",
        "page",
        "pause_again_at",
        "paused_until",
        "quorum_bps",
        "retargeted",
        "reveal_slots",
        "round",
        "seed_slot",
        "settle_slots",
        "side",
        "stage",
        "stall_seconds",
        "treasury_bps",
        "unbonding_seconds",
        "units",
        "usage",
        "validators_bps",
        "window_slots",
        "withdraw_after",
    ];

    #[test]
    fn keys_hashes_amounts_and_numbers_are_written_as_the_api_writes_them() {
        let event = Event::BatchPosted(BatchPosted {
            sequence: 9,
            contributions_root: [1; 32],
            round: 3,
            reserved: u64::MAX,
            ..BatchPosted::zeroed()
        });
        let fields = Value::Object(event.fields());
        assert_eq!(fields["contributions_root"], json!("01".repeat(32)));
        assert_eq!(fields["job"], json!("1".repeat(32)));
        assert_eq!(fields["reserved"], json!(u64::MAX.to_string()));
        assert_eq!(fields["round"], json!(3));
        assert!(fields.get("sequence").is_none());
    }

    #[test]
    fn parameters_are_shown_inside() {
        let event = Event::ParametersSet(ParametersSet::zeroed());
        let fields = Value::Object(event.fields());
        assert_eq!(fields["new"]["minimum_stake"], json!("0"));
        assert_eq!(fields["new"]["intake_slots"], json!(0));
        assert!(fields["new"].get("_padding").is_none());
    }

    fn numbers(fields: &Map<String, Value>, found: &mut BTreeSet<String>) {
        for (name, value) in fields {
            match value {
                Value::Number(_) => drop(found.insert(name.clone())),
                Value::Object(inner) => numbers(inner, found),
                Value::String(_) => {}
                other => panic!("{name} is shown as {other}"),
            }
        }
    }

    #[test]
    fn every_number_of_every_event_was_thought_about() {
        let mut found = BTreeSet::new();
        for event in Event::zeroed() {
            numbers(&event.fields(), &mut found);
        }
        let known: BTreeSet<String> = NUMBERS.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(found, known);
    }

    #[test]
    fn every_hash_and_amount_is_a_field_of_some_event() {
        let mut names = BTreeSet::new();
        for event in Event::zeroed() {
            for (name, value) in event.fields() {
                if let Value::Object(inner) = value {
                    names.extend(inner.into_iter().map(|(name, _)| name));
                }
                names.insert(name);
            }
        }
        for name in HASHES.iter().chain(AMOUNTS) {
            assert!(names.contains(*name), "{name}");
        }
    }
}
