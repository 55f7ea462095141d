//! The requester's JSON Schema.

use super::Reason;
use jsonschema::{PatternOptions, Validator};
use serde_json::{Map, Value};
use std::collections::HashMap;

/// Longest schema in bytes.
const MAX_SCHEMA_BYTES: usize = 256 << 10;

/// Most characters of what the validator says of a record.
const SHOWN_CHARACTERS: usize = 200;

/// Why a schema is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SchemaError {
    /// Too many bytes.
    #[error("the schema has {0} bytes; at most {MAX_SCHEMA_BYTES} are taken")]
    TooLong(usize),
    /// Not JSON.
    #[error("the schema is not JSON: {0}")]
    NotJson(String),
    /// Not a JSON Schema, or one that refers to another document.
    #[error(
        "the schema is no JSON Schema that stands for itself (nothing is fetched; patterns have no look-around): {0}"
    )]
    NotASchema(String),
}

/// What every record of a job must look like.
#[derive(Debug)]
pub struct Schema {
    validator: Validator,
    /// The type that a property must have, where there is one.
    types: HashMap<String, Kind>,
}

/// A type that text of CSV is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Number,
    Boolean,
}

impl Schema {
    /// Reads a schema. References to other documents are refused, so that it says the same on every
    /// machine; patterns take time linear in the text, so that no record can stop a validator.
    ///
    /// # Errors
    /// [`SchemaError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, SchemaError> {
        if bytes.len() > MAX_SCHEMA_BYTES {
            return Err(SchemaError::TooLong(bytes.len()));
        }
        let schema: Value = serde_json::from_slice(bytes)
            .map_err(|error| SchemaError::NotJson(error.to_string()))?;
        Self::new(&schema)
    }

    /// As [`Schema::parse`], from JSON in memory.
    ///
    /// # Errors
    /// [`SchemaError::NotASchema`].
    pub fn new(schema: &Value) -> Result<Self, SchemaError> {
        let refused = |reason: String| SchemaError::NotASchema(reason);
        if !schema.is_object() {
            return Err(refused("it is no JSON object".to_owned()));
        }
        let validator = jsonschema::options()
            .offline()
            .with_pattern_options(PatternOptions::regex())
            .build(schema)
            .map_err(|error| refused(error.to_string().chars().take(SHOWN_CHARACTERS).collect()))?;
        let properties = schema.get("properties").and_then(Value::as_object);
        let types = properties.into_iter().flatten().filter_map(|(name, of)| {
            let kind = match of.get("type")?.as_str()? {
                "number" | "integer" => Kind::Number,
                "boolean" => Kind::Boolean,
                _ => return None,
            };
            Some((name.clone(), kind))
        });
        Ok(Self {
            types: types.collect(),
            validator,
        })
    }

    /// Checks a record.
    ///
    /// # Errors
    /// [`Reason::Schema`], without what the record says.
    pub fn check(&self, record: &Map<String, Value>) -> Result<(), Reason> {
        let instance = Value::Object(record.clone());
        self.validator
            .validate(&instance)
            .map_err(|error| Reason::Schema {
                path: error.instance_path().to_string(),
                keyword: error.kind().keyword().to_owned(),
                detail: error
                    .masked()
                    .to_string()
                    .chars()
                    .take(SHOWN_CHARACTERS)
                    .collect(),
            })
    }

    /// Text of CSV as the type that its property must have; as text when it cannot be read as that, so
    /// that the check says so.
    pub(super) fn typed(&self, property: &str, text: &str) -> Value {
        let read = match self.types.get(property) {
            Some(Kind::Number) => serde_json::from_str(text).ok().filter(Value::is_number),
            Some(Kind::Boolean) => serde_json::from_str(text).ok().filter(Value::is_boolean),
            None => None,
        };
        read.unwrap_or_else(|| text.into())
    }
}
