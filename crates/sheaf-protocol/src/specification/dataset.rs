//! A `dataset` job: records of people, and how their effect is measured.
//!
//! What schema, consent and value mean is in `docs/dataset.md`; this is what the requester publishes.

use crate::statement::consent::{DataClass, Purpose};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Most records of one contribution.
pub const MAX_RECORDS: u32 = 10_000;
/// Most validation records.
pub const MAX_VALIDATION_RECORDS: usize = 2_000;
/// Most fields by which distances are measured.
pub const MAX_FEATURES: usize = 100;

/// Why a `dataset` specification is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DatasetFault {
    /// A number out of its bounds.
    #[error("\"{name}\" is {found}; it must be {least} to {most}")]
    Limit {
        /// Which.
        name: &'static str,
        /// What the specification says.
        found: u64,
        /// Smallest allowed.
        least: u64,
        /// Largest allowed.
        most: u64,
    },
    /// Consent to nothing, or to something twice.
    #[error("\"{0}\" must name at least one, and each once")]
    Terms(&'static str),
    /// The schema is not even an object.
    #[error("\"schema\" must be a JSON Schema, which is a JSON object")]
    Schema,
    /// Distances by nothing, by the label, or by a field twice.
    #[error("\"features\" must name at least one field, each once, and not the label")]
    Features,
    /// A validation record that cannot examine.
    #[error("validation record {record} needs the label {label:?} and a number in each feature")]
    Validation {
        /// Its place, from 0.
        record: usize,
        /// The label's field.
        label: String,
    },
}

/// A `dataset` job. It has one task: a contributor hands in `records` records, once a round.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatasetSpecification {
    /// Title, for people.
    pub title: String,
    /// JSON Schema that each record follows.
    pub schema: Value,
    /// Classes of data that consents must cover.
    pub data: Vec<DataClass>,
    /// Purposes that consents must allow.
    pub purposes: Vec<Purpose>,
    /// Records of a contribution, and its units: fewer are worth their share, more are not taken.
    pub records: u32,
    /// How the effect of records is measured; without it all that follow the schema are worth the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<EffectSpecification>,
}

/// A classifier, and what examines it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EffectSpecification {
    /// Field with the label.
    pub label: String,
    /// Fields with numbers, by which distances are measured.
    pub features: Vec<String>,
    /// Neighbours that vote.
    pub k: u32,
    /// Whether fields are brought to mean 0 and deviation 1 of the validation records.
    #[serde(default)]
    pub scaled: bool,
    /// Records that examine the classifier. Everybody can read them.
    pub validation: Vec<Map<String, Value>>,
}

const fn within(name: &'static str, found: u64, least: u64, most: u64) -> Result<(), DatasetFault> {
    if found < least || found > most {
        return Err(DatasetFault::Limit {
            name,
            found,
            least,
            most,
        });
    }
    Ok(())
}

fn are_distinct<T: Ord>(several: &[T]) -> bool {
    !several.is_empty() && several.iter().collect::<BTreeSet<_>>().len() == several.len()
}

impl DatasetSpecification {
    /// Checks what the types do not say.
    ///
    /// # Errors
    /// [`DatasetFault`].
    pub fn check(&self) -> Result<(), DatasetFault> {
        within("records", self.records.into(), 1, MAX_RECORDS.into())?;
        if !are_distinct(&self.data) {
            return Err(DatasetFault::Terms("data"));
        }
        if !are_distinct(&self.purposes) {
            return Err(DatasetFault::Terms("purposes"));
        }
        if !self.schema.is_object() {
            return Err(DatasetFault::Schema);
        }
        self.effect
            .as_ref()
            .map_or(Ok(()), EffectSpecification::check)
    }
}

impl EffectSpecification {
    fn check(&self) -> Result<(), DatasetFault> {
        within("k", self.k.into(), 1, 1_000)?;
        let count = self.validation.len() as u64;
        within("validation", count, 1, MAX_VALIDATION_RECORDS as u64)?;
        within(
            "features",
            self.features.len() as u64,
            1,
            MAX_FEATURES as u64,
        )?;
        if !are_distinct(&self.features) || self.features.contains(&self.label) {
            return Err(DatasetFault::Features);
        }
        for (record, fields) in self.validation.iter().enumerate() {
            let has_label = matches!(
                fields.get(&self.label),
                Some(Value::String(_) | Value::Number(_) | Value::Bool(_))
            );
            let is_number = |name: &String| fields.get(name).is_some_and(Value::is_number);
            if !has_label || !self.features.iter().all(is_number) {
                return Err(DatasetFault::Validation {
                    record,
                    label: self.label.clone(),
                });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::specification::{Specification, SpecificationError};
    use sheaf_format::stage::JobKind;

    const DATASET: &str = r#"{"kind":"dataset","title":"Flowers","schema":{"required":["species"]},"data":["records"],"purposes":["training"],"records":50,"effect":{"label":"species","features":["width"],"k":5,"scaled":true,"validation":[{"species":"rose","width":1.5}]}}"#;

    fn parse(text: &str) -> Result<Specification, SpecificationError> {
        Specification::parse(text.as_bytes())
    }

    #[test]
    fn a_dataset_job_reads_and_writes_as_documented() {
        let specification = parse(DATASET).expect("reads");
        assert_eq!(specification.to_bytes().as_deref(), Ok(DATASET.as_bytes()));
        assert_eq!(specification.kind(), JobKind::Dataset);
        assert_eq!(specification.title(), "Flowers");
        assert_eq!(specification.task_count(), 1);
        assert_eq!(specification.units_of(0), Some(50));
        assert_eq!(specification.units_of(1), None);
    }

    #[test]
    fn what_nobody_could_judge_is_refused() {
        for (from, to, said) in [
            ("\"records\":50", "\"records\":0", "\"records\" is 0"),
            (
                "\"records\":50",
                "\"records\":20000",
                "\"records\" is 20000",
            ),
            ("[\"records\"]", "[]", "\"data\" must name"),
            ("[\"records\"]", "[\"diary\"]", "\"diary\" is not known"),
            (
                "[\"training\"]",
                "[\"training\",\"training\"]",
                "\"purposes\" must",
            ),
            ("{\"required\":[\"species\"]}", "true", "\"schema\" must be"),
            ("[\"width\"]", "[]", "\"features\" is 0"),
            ("[\"width\"]", "[\"species\"]", "\"features\" must name"),
            ("\"k\":5", "\"k\":0", "\"k\" is 0"),
            (
                "\"width\":1.5",
                "\"width\":\"wide\"",
                "validation record 0 needs",
            ),
            (
                "\"species\":\"rose\"",
                "\"kind\":\"rose\"",
                "validation record 0 needs",
            ),
            ("\"title\":\"Flowers\"", "\"title\":\" \"", "the title must"),
            ("\"k\":5", "\"k\":5,\"bonus\":1", "unknown field `bonus`"),
        ] {
            let changed = DATASET.replace(from, to);
            assert_ne!(changed, DATASET, "{from}");
            let refused = parse(&changed).expect_err(to).to_string();
            assert!(refused.contains(said), "{to}: {refused}");
        }
    }
}
