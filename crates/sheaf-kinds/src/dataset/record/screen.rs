//! A contribution's records, one by one.

use super::{FileError, Form, Known, Match, Origin, Reason, Record, Refusal, Schema, read_records};

/// Checks contributions against a schema and against those before them.
#[derive(Debug, Default)]
pub struct Screen<'a> {
    schema: Option<&'a Schema>,
    known: Known,
    contributions: u32,
}

/// What became of a contribution's records.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Screening {
    /// Records that are taken, in the order of the file.
    pub accepted: Vec<Record>,
    /// Those that are not, in the order of the file.
    pub refused: Vec<Refusal>,
}

impl<'a> Screen<'a> {
    /// Before the first contribution.
    pub fn new(schema: Option<&'a Schema>) -> Self {
        Self {
            schema,
            ..Self::default()
        }
    }

    /// Looks at contributions beside what is known before the first of them.
    pub fn know(&mut self, known: Known) {
        self.known = known;
    }

    /// Screens the next contribution. Of records that say the same the first is taken; so the order of
    /// contributions decides, and must be the same for everybody.
    ///
    /// # Errors
    /// When it cannot be read at all; it counts all the same.
    pub fn take(&mut self, text: &[u8], form: Form) -> Result<Screening, FileError> {
        let contribution = self.contributions;
        self.contributions += 1;
        let mut screening = Screening::default();
        for read in read_records(text, form, self.schema)? {
            let checked = read.and_then(|record| {
                let line = record.line;
                let refused = |reason| Refusal { line, reason };
                self.check(contribution, &record).map_err(refused)?;
                Ok(record)
            });
            match checked {
                Ok(record) => screening.accepted.push(record),
                Err(refusal) => screening.refused.push(refusal),
            }
        }
        Ok(screening)
    }

    fn check(&mut self, contribution: u32, record: &Record) -> Result<(), Reason> {
        if let Some(schema) = self.schema {
            schema.check(&record.fields)?;
        }
        let line = record.line;
        let origin = Origin { contribution, line };
        let added = self.known.add(origin, &record.fields);
        added.map_err(|found| match found {
            Match::Exact(of) => Reason::Duplicate { of },
            Match::Near { of, similarity_bps } => Reason::NearDuplicate { of, similarity_bps },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::record::{MAX_RECORD_BYTES, SchemaError};

    const SCHEMA: &str = r##"{
        "type": "object",
        "properties": {
            "age": {"type": "integer", "minimum": 0},
            "name": {"$ref": "#/$defs/name"},
            "member": {"type": "boolean"}
        },
        "required": ["age"],
        "additionalProperties": false,
        "$defs": {"name": {"type": "string", "pattern": "^[a-z]+$"}}
    }"##;

    fn schema() -> Schema {
        Schema::parse(SCHEMA.as_bytes()).expect("a schema")
    }

    fn refusals(text: &[u8], form: Form) -> Vec<(u64, String)> {
        let schema = schema();
        let screening = Screen::new(Some(&schema)).take(text, form);
        let refused = screening.expect("it can be read").refused;
        let said = refused.into_iter();
        said.map(|refusal| (refusal.line, refusal.reason.to_string()))
            .collect()
    }

    #[test]
    fn each_refusal_names_its_line_and_why_and_not_what_the_record_says() {
        let text = concat!(
            "{\"age\": 30, \"name\": \"ann\"}\n",
            "\n",
            "{\"age\": -1}\r\n",
            "{\"age\": 31, \"name\": \"SECRET\"}\n",
            "{\"age\": 32\n",
            "[1]\n",
            "{\"age\": 30.0, \"name\": \"ann\"}\n",
            "{\"name\": \"ben\"}\n",
            "{\"age\": 33, \"secret\": 1}",
        );
        let found = refusals(text.as_bytes(), Form::JsonLines);
        let lines: Vec<u64> = found.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [3, 4, 5, 6, 7, 8, 9]);
        for ((_, said), expected) in found.iter().zip([
            "at \"/age\" (minimum)",
            "at \"/name\" (pattern)",
            "it is not JSON: EOF",
            "it is no JSON object",
            "it is the same as line 1 of contribution 0",
            "at \"\" (required)",
            "at \"\" (additionalProperties)",
        ]) {
            assert!(said.contains(expected), "{said}");
            assert!(!said.contains("SECRET"), "{said}");
        }
        let long = format!(
            "{{\"age\":1,\"name\":\"{}\"}}",
            "a".repeat(MAX_RECORD_BYTES)
        );
        let found = refusals(long.as_bytes(), Form::JsonLines);
        assert!(found[0].1.contains("more than 65536"), "{found:?}");
        let found = refusals(b"{\"age\":1}\n\xff\n", Form::JsonLines);
        assert_eq!(found, [(2, "it is not UTF-8".to_owned())]);
    }

    #[test]
    fn csv_is_read_by_the_types_of_the_schema() {
        let text =
            "age,name,member\n30,ann,true\n,ben,false\nold,cem,\n40,dan,yes\n41,eve\n42,fay,\n";
        let schema = schema();
        let screening = Screen::new(Some(&schema)).take(text.as_bytes(), Form::Csv);
        let screening = screening.expect("it can be read");
        let taken: Vec<u64> = screening
            .accepted
            .iter()
            .map(|record| record.line)
            .collect();
        assert_eq!(taken, [2, 7]);
        let fields = serde_json::to_string(&screening.accepted[0].fields).expect("json");
        assert_eq!(
            fields.len(),
            "{\"age\":30,\"name\":\"ann\",\"member\":true}".len()
        );
        assert!(fields.contains("\"age\":30"), "{fields}");
        let reasons: Vec<String> = screening.refused.iter().map(ToString::to_string).collect();
        for (said, expected) in reasons.iter().zip([
            "line 3: it does not follow the schema at \"\" (required)",
            "line 4: it does not follow the schema at \"/age\" (type)",
            "line 5: it does not follow the schema at \"/member\" (type)",
            "line 6: it has 2 fields where the first line has 3",
        ]) {
            assert!(said.starts_with(expected), "{said}");
        }
        assert_eq!(reasons.len(), 4);
    }

    #[test]
    fn what_another_contribution_has_is_refused_in_every_spelling() {
        let mut screen = Screen::new(None);
        let story = "once upon a time there was a small dataset that nobody had seen before and nobody missed";
        let first = format!("{{\"text\":\"{story}\"}}\n{{\"x\":1}}\n");
        let taken = screen.take(first.as_bytes(), Form::JsonLines);
        assert_eq!(taken.expect("it can be read").accepted.len(), 2);
        let second = format!(
            "{{\"x\":1.0}}\n{{\"text\":\"{}!\"}}\n{{\"x\":2}}\n",
            story.to_uppercase()
        );
        let found = screen.take(second.as_bytes(), Form::JsonLines);
        let found = found.expect("it can be read");
        assert_eq!(found.accepted.len(), 1);
        let of = |line| Origin {
            contribution: 0,
            line,
        };
        let reasons: Vec<Reason> = found.refused.into_iter().map(|r| r.reason).collect();
        let near = Reason::NearDuplicate {
            of: of(1),
            similarity_bps: 10_000,
        };
        assert_eq!(reasons, [Reason::Duplicate { of: of(2) }, near]);
    }

    #[test]
    fn a_refusal_is_typed_in_json() {
        let mut screen = Screen::new(None);
        let found = screen.take(b"{\"x\":1}\n{\"x\":1}\n", Form::JsonLines);
        let refused = found.expect("it can be read").refused;
        assert_eq!(
            serde_json::to_value(&refused).expect("json"),
            serde_json::json!([
                {"line": 2, "reason": "duplicate", "of": {"contribution": 0, "line": 1}}
            ])
        );
    }

    #[test]
    fn schemas_stand_for_themselves() {
        for (schema, said) in [
            ("{", "not JSON"),
            ("[]", "no JSON object"),
            (r#"{"type": "nothing"}"#, "no JSON Schema"),
            (
                r#"{"$ref": "http://127.0.0.1/schema.json"}"#,
                "nothing is fetched",
            ),
            (r#"{"$ref": "file:///etc/passwd"}"#, "nothing is fetched"),
            (r#"{"pattern": "(?=a)b"}"#, "no look-around"),
        ] {
            let refused = Schema::parse(schema.as_bytes()).map(|_| ());
            let refused = refused.expect_err(schema).to_string();
            assert!(refused.contains(said), "{schema}: {refused}");
        }
        let long = vec![b' '; 300_000];
        assert!(matches!(
            Schema::parse(&long),
            Err(SchemaError::TooLong(300_000))
        ));
    }

    #[test]
    fn a_file_without_records_is_refused() {
        let take = |text: &str, form| Screen::new(None).take(text.as_bytes(), form);
        assert!(matches!(
            take(" \n\n", Form::JsonLines),
            Err(FileError::Empty)
        ));
        assert!(matches!(take("a,b\n", Form::Csv), Err(FileError::Empty)));
        assert!(matches!(
            take("a,a\n1,2\n", Form::Csv),
            Err(FileError::Columns(2))
        ));
        assert!(matches!(
            take("a,\n1,2\n", Form::Csv),
            Err(FileError::Columns(2))
        ));
    }
}
