//! JSON of archives: names vary in case between versions, and what is missing is no error.

use serde_json::{Map, Value};

/// A list, wherever it is documented to be.
pub(super) fn list(bytes: &[u8]) -> Result<Vec<Value>, String> {
    match read(bytes)? {
        Value::Array(values) => Ok(values),
        _ => Err("it is no list".to_owned()),
    }
}

/// Any JSON, with or without a byte-order mark.
pub(super) fn read(bytes: &[u8]) -> Result<Value, String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    serde_json::from_slice(bytes).map_err(|error| format!("it is not JSON: {error}"))
}

/// A field by its name, in whatever case.
pub(super) fn field<'a>(object: &'a Value, name: &str) -> Option<&'a Value> {
    let fields: &Map<String, Value> = object.as_object()?;
    fields.get(name).or_else(|| {
        let mut fields = fields.iter();
        let found = fields.find(|(field, _)| field.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value)
    })
}

/// A field's text.
pub(super) fn text<'a>(object: &'a Value, name: &str) -> Option<&'a str> {
    field(object, name).and_then(Value::as_str)
}
