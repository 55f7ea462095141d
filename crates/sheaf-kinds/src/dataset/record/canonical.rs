//! One spelling for equal records.
//!
//! Keys in the order of their bytes, no blanks, strings as `serde_json` escapes them. Numbers that are
//! equal are written alike: whole ones without a fraction (`1.0` and `1e0` as `1`, `-0` as `0`), others in
//! the shortest form that reads back as the same `f64`.

use serde_json::{Map, Number, Value};
use sheaf_format::{Hash, digest::sha256};

/// Domain of [`record_hash`].
const DOMAIN: &[u8] = b"sheaf:record:v1";

/// Whole numbers below this size are exact in `f64`.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// The hash of a record: equal for records that say the same.
pub fn record_hash(record: &Map<String, Value>) -> Hash {
    sha256(&[DOMAIN, canonical(record).as_bytes()])
}

/// The canonical JSON of a record.
pub fn canonical(record: &Map<String, Value>) -> String {
    let mut text = String::new();
    write_object(record, &mut text);
    text
}

fn write_object(object: &Map<String, Value>, text: &mut String) {
    let mut fields: Vec<(&String, &Value)> = object.iter().collect();
    fields.sort_by_key(|(name, _)| *name);
    text.push('{');
    for (place, (name, value)) in fields.into_iter().enumerate() {
        if place > 0 {
            text.push(',');
        }
        write_string(name, text);
        text.push(':');
        write_value(value, text);
    }
    text.push('}');
}

fn write_value(value: &Value, text: &mut String) {
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
        Value::Number(number) => text.push_str(&number_text(number)),
        Value::String(string) => write_string(string, text),
        Value::Array(values) => {
            text.push('[');
            for (place, value) in values.iter().enumerate() {
                if place > 0 {
                    text.push(',');
                }
                write_value(value, text);
            }
            text.push(']');
        }
        Value::Object(object) => write_object(object, text),
    }
}

fn write_string(string: &str, text: &mut String) {
    text.push_str(&Value::from(string).to_string());
}

fn number_text(number: &Number) -> String {
    if number.is_i64() || number.is_u64() {
        return number.to_string();
    }
    match number.as_f64() {
        Some(float) if float.fract() == 0.0 && float.abs() < EXACT => (float as i64).to_string(),
        Some(float) => format!("{float:?}"),
        None => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(json: &str) -> String {
        canonical(&serde_json::from_str(json).expect("an object"))
    }

    #[test]
    fn records_that_say_the_same_are_spelt_the_same() {
        let one = written(r#"{"b":[1,2.50],"a":{"y":"é\n","x":null}}"#);
        assert_eq!(one, r#"{"a":{"x":null,"y":"é\n"},"b":[1,2.5]}"#);
        let other = " { \"a\" : {\"x\":null, \"y\":\"\\u00e9\\u000a\"}, \"b\": [1.0, 25e-1] } ";
        assert_eq!(written(other), one);
        assert_eq!(written(r#"{"n":-0.0}"#), r#"{"n":0}"#);
        assert_eq!(written(r#"{"n":1e3}"#), r#"{"n":1000}"#);
    }

    #[test]
    fn records_that_differ_are_spelt_differently() {
        for (a, b) in [
            (r#"{"n":1}"#, r#"{"n":"1"}"#),
            (
                r#"{"n":18446744073709551615}"#,
                r#"{"n":18446744073709551614}"#,
            ),
            (r#"{"n":0.1}"#, r#"{"n":0.10000000000000002}"#),
            (r#"{"n":[1,2]}"#, r#"{"n":[2,1]}"#),
            (r#"{"n":null}"#, "{}"),
            (r#"{"a":"b\",\"c"}"#, r#"{"a":"b","c":""}"#),
        ] {
            assert_ne!(written(a), written(b));
        }
    }
}
