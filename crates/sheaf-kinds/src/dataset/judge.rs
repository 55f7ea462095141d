//! What a contribution of records is worth beside the others of its round. Pure.
//!
//! Contributions come in the order of their plaintexts' hashes; whatever is refused is refused alike
//! by everybody. A contribution without a consent that covers it is not looked at. Of the others every record
//! must follow the schema and say something that no earlier record and no validation record says. The
//! records that are left are valued together, and a contribution's quality is its records' score, times
//! the share of the wanted number that it has.

use super::{
    contribution::ContributionHeader,
    record::{Form, Known, Origin, Record, Schema, Screen},
    value::{Id, Scale, Table, score_bps, value},
};
use crate::Review;
use serde_json::{Map, Value};
use sheaf_format::{Key, digest::sha256};
use sheaf_protocol::statement::consent::{DataClass, Purpose, Use, check_use};
use std::num::NonZeroU32;

/// What a job asks of records.
#[derive(Debug)]
pub struct Terms {
    /// What every record must look like.
    pub schema: Schema,
    /// Classes of data that consents must cover.
    pub classes: Vec<DataClass>,
    /// Purposes that consents must allow.
    pub purposes: Vec<Purpose>,
    /// Records a contribution should have; more are not taken.
    pub records: u32,
    /// How records are valued; by number alone without it.
    pub effect: Option<Effect>,
}

/// How the effect of records is measured.
#[derive(Debug)]
pub struct Effect {
    /// Field with the label.
    pub label: String,
    /// Fields with numbers, by which distances are measured.
    pub features: Vec<String>,
    /// Neighbours that vote.
    pub k: NonZeroU32,
    /// How fields are scaled.
    pub scale: Scale,
    /// Records that examine the classifier.
    pub validation: Vec<Map<String, Value>>,
}

/// Where and when records are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Genesis hash of the cluster.
    pub genesis: Key,
    /// The program's address.
    pub program: Key,
    /// Who asks for the records.
    pub requester: Key,
    /// In which job.
    pub job: Key,
    /// Unix time of the chain.
    pub now: u64,
}

/// Judges `own`, which `contributor` handed in, beside the `others` of its round.
pub fn judge(
    terms: &Terms,
    place: &Place,
    contributor: &Key,
    own: &[u8],
    others: &[Option<&[u8]>],
) -> Review {
    let mine = match covered(terms, place, Some(contributor), own) {
        Ok(records) => records,
        Err(reason) => return Review::worthless(reason),
    };
    let mut contributions: Vec<(_, bool, &[u8])> = vec![(sha256(&[own]), true, mine)];
    for other in others.iter().copied().flatten() {
        // Whose it is, its own review sees to.
        if let Ok(records) = covered(terms, place, None, other) {
            contributions.push((sha256(&[other]), false, records));
        }
    }
    contributions.sort();

    let mut screen = Screen::new(Some(&terms.schema));
    if let Some(effect) = &terms.effect {
        screen.know(known(&effect.validation));
    }
    let mut taken: Vec<(bool, Record)> = Vec::new();
    let mut refused = String::new();
    for (_, is_own, text) in contributions {
        match screen.take(text, Form::JsonLines) {
            Ok(screening) => {
                if let (true, Some(first)) = (is_own, screening.refused.first()) {
                    refused = format!(
                        "; {} refused, first line {}: {}",
                        screening.refused.len(),
                        first.line,
                        first.reason
                    );
                }
                let wanted = screening.accepted.into_iter().take(terms.records as usize);
                taken.extend(wanted.map(|record| (is_own, record)));
            }
            Err(error) if is_own => return Review::worthless(error.to_string()),
            Err(_) => {}
        }
    }
    let own_count = taken.iter().filter(|(is_own, _)| *is_own).count();
    let score = match &terms.effect {
        None => 10_000,
        Some(effect) => match effect.score(&taken, own_count) {
            Ok(score) => score,
            Err(reason) => return Review::worthless(reason),
        },
    };
    let quality = u64::from(score) * own_count as u64 / u64::from(terms.records.max(1));
    Review {
        // At most 10,000: no more records are taken than are wanted.
        quality_bps: quality.min(10_000) as u16,
        reason: format!(
            "{own_count} of {} records taken, worth {score} bps{refused}",
            terms.records
        ),
    }
}

/// The records of a contribution, when its consent covers them.
fn covered<'a>(
    terms: &Terms,
    place: &Place,
    contributor: Option<&Key>,
    plaintext: &'a [u8],
) -> Result<&'a [u8], String> {
    let (header, records) = ContributionHeader::split(plaintext)?;
    let usage = Use {
        genesis: place.genesis,
        program: place.program,
        contributor: *contributor.unwrap_or(&header.consent.body.contributor),
        requester: place.requester,
        job: place.job,
        classes: &terms.classes,
        purposes: &terms.purposes,
        now: place.now,
    };
    // Nothing publishes revocations yet: none are known here.
    check_use(&header.consent, &[], &usage).map_err(|refused| refused.to_string())?;
    Ok(records)
}

/// The validation records: copies of them are worth nothing.
fn known(validation: &[Map<String, Value>]) -> Known {
    let mut known = Known::default();
    for (line, record) in (1..).zip(validation) {
        let origin = Origin {
            contribution: u32::MAX,
            line,
        };
        // Equal ones among themselves are the requester's affair.
        let _ = known.add(origin, record);
    }
    known
}

impl Effect {
    /// The score of the own records, valued together with all others, in bps.
    fn score(&self, taken: &[(bool, Record)], own: usize) -> Result<u16, String> {
        let validation = self.table(self.validation.iter())?;
        let records = self.table(taken.iter().map(|(_, record)| &record.fields))?;
        let found = value(&records, &validation, self.k, self.scale, 1);
        let values = found.map_err(|error| error.to_string())?.values;
        let mine = taken.iter().zip(values).filter(|((is_own, _), _)| *is_own);
        let sum = mine.map(|(_, value)| value).sum();
        Ok(score_bps(sum, own, taken.len(), self.k.get()))
    }

    /// Records as rows, in their order.
    fn table<'a>(
        &self,
        records: impl Iterator<Item = &'a Map<String, Value>>,
    ) -> Result<Table, String> {
        let mut table = Table::new(self.features.clone()).map_err(|error| error.to_string())?;
        for (line, record) in (1..).zip(records) {
            let number = |name: &String| record.get(name).and_then(Value::as_f64);
            let numbers: Vec<f64> = self.features.iter().map_while(number).collect();
            let label = match record.get(&self.label) {
                Some(Value::String(label)) => label.clone(),
                Some(other @ (Value::Number(_) | Value::Bool(_))) => other.to_string(),
                _ => return Err(format!("a record has no label {:?}", self.label)),
            };
            let id = Id::from(line.to_string().as_str());
            let added = table.add(line, id, &label, &numbers);
            added.map_err(|error| error.to_string())?;
        }
        Ok(table)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::SigningKey;
    use sheaf_protocol::statement::{
        Signed,
        consent::{ANY_JOB, Consent},
    };

    const PLACE: Place = Place {
        genesis: [1; 32],
        program: [2; 32],
        requester: [3; 32],
        job: [4; 32],
        now: 1_000,
    };

    fn person(number: u8) -> SigningKey {
        SigningKey::from_bytes(&[number; 32])
    }

    fn key(number: u8) -> Key {
        person(number).verifying_key().to_bytes()
    }

    fn consent(number: u8) -> Consent {
        Consent {
            genesis: PLACE.genesis,
            program: PLACE.program,
            contributor: key(number),
            requester: PLACE.requester,
            job: ANY_JOB,
            classes: DataClass::Records.bit(),
            purposes: Purpose::Training.bit(),
            valid_from: 0,
            valid_until: 2_000,
            nonce: 0,
        }
    }

    fn handed_in(consent: Consent, number: u8, records: &[&str]) -> Vec<u8> {
        let consent = Signed::sign(consent, &person(number));
        ContributionHeader { consent }.with_records(records.join("\n").as_bytes())
    }

    fn by(number: u8, records: &[&str]) -> Vec<u8> {
        handed_in(consent(number), number, records)
    }

    fn terms(effect: bool) -> Terms {
        let schema =
            serde_json::json!({"required": ["x", "y"], "properties": {"x": {"type": "number"}}});
        let validation = [(0.0, "a"), (10.0, "b")].map(|(x, y)| {
            Map::from_iter([
                ("x".to_owned(), Value::from(x)),
                ("y".to_owned(), Value::from(y)),
            ])
        });
        Terms {
            schema: Schema::new(&schema).expect("a schema"),
            classes: vec![DataClass::Records],
            purposes: vec![Purpose::Training],
            records: 2,
            effect: effect.then(|| Effect {
                label: "y".to_owned(),
                features: vec!["x".to_owned()],
                k: NonZeroU32::MIN,
                scale: Scale::None,
                validation: validation.to_vec(),
            }),
        }
    }

    const RIGHT: [&str; 2] = [r#"{"x":1,"y":"a"}"#, r#"{"x":9,"y":"b"}"#];

    fn quality(effect: bool, own: &[u8], others: &[Option<&[u8]>]) -> u16 {
        judge(&terms(effect), &PLACE, &key(7), own, others).quality_bps
    }

    #[test]
    fn right_records_are_paid_and_wrong_ones_are_not() {
        assert_eq!(quality(true, &by(7, &RIGHT), &[]), 10_000);
        let wrong = by(7, &[r#"{"x":1,"y":"b"}"#, r#"{"x":9,"y":"a"}"#]);
        assert_eq!(quality(true, &wrong, &[]), 0);
        // Half of the wanted number, and alone it answers half of the validation set.
        assert_eq!(quality(true, &by(7, &RIGHT[..1]), &[]), 2_500);
        // Harm to others is seen beside them.
        let right = by(8, &RIGHT);
        let near = by(7, &[r#"{"x":0.5,"y":"b"}"#, r#"{"x":9.5,"y":"a"}"#]);
        assert_eq!(quality(true, &near, &[Some(&right)]), 0);
    }

    #[test]
    fn without_a_measured_effect_the_number_of_records_counts() {
        assert_eq!(quality(false, &by(7, &RIGHT), &[]), 10_000);
        let more = [RIGHT[0], RIGHT[1], r#"{"x":5,"y":"a"}"#];
        assert_eq!(quality(false, &by(7, &more), &[]), 10_000);
        let refused = by(7, &[RIGHT[0], r#"{"x":"one","y":"a"}"#]);
        let review = judge(&terms(false), &PLACE, &key(7), &refused, &[]);
        assert_eq!(review.quality_bps, 5_000);
        assert!(
            review.reason.contains("1 refused, first line 2"),
            "{}",
            review.reason
        );
    }

    #[test]
    fn what_two_people_hand_in_is_paid_once() {
        let (mine, theirs) = (by(7, &RIGHT), by(8, &RIGHT));
        let first = judge(&terms(false), &PLACE, &key(7), &mine, &[Some(&theirs)]);
        let second = judge(&terms(false), &PLACE, &key(8), &theirs, &[Some(&mine)]);
        let mut qualities = [first.quality_bps, second.quality_bps];
        qualities.sort_unstable();
        assert_eq!(qualities, [0, 10_000]);
        // Nobody loses to one who could not hand it in.
        let mut forged = consent(8);
        forged.valid_until = 999;
        let expired = handed_in(forged, 8, &RIGHT);
        for other in [Some(&*expired), Some(b"noise".as_slice()), None] {
            assert_eq!(quality(false, &mine, &[other]), 10_000);
        }
    }

    #[test]
    fn copies_of_the_validation_set_are_worth_nothing() {
        let copies = by(7, &[r#"{"x":0,"y":"a"}"#, r#"{"x":10.0,"y":"b"}"#]);
        assert_eq!(quality(true, &copies, &[]), 0);
    }

    #[test]
    fn without_a_consent_that_covers_it_nothing_is_looked_at() {
        let refused = |consent: Consent, signer: u8, said: &str| {
            let own = handed_in(consent, signer, &RIGHT);
            let review = judge(&terms(true), &PLACE, &key(7), &own, &[]);
            assert_eq!(review.quality_bps, 0);
            assert!(review.reason.contains(said), "{}", review.reason);
        };
        refused(consent(8), 8, "another person's");
        refused(consent(7), 8, "not by");
        let changed = |change: fn(&mut Consent)| {
            let mut consent = consent(7);
            change(&mut consent);
            consent
        };
        refused(changed(|c| c.valid_until = 999), 7, "ended");
        refused(changed(|c| c.requester = [9; 32]), 7, "another requester");
        refused(changed(|c| c.job = [9; 32]), 7, "another job");
        refused(changed(|c| c.genesis = [9; 32]), 7, "another cluster");
        refused(
            changed(|c| c.classes = DataClass::Posts.bit()),
            7,
            "does not cover records",
        );
        refused(
            changed(|c| c.purposes = Purpose::Research.bit()),
            7,
            "does not allow training",
        );
        let review = judge(&terms(true), &PLACE, &key(7), b"{}\n{}", &[]);
        assert!(review.reason.contains("no consent"), "{}", review.reason);
    }

    #[test]
    fn the_plaintext_is_a_line_with_the_consent_and_the_records() {
        let plaintext = by(7, &RIGHT);
        let (header, records) = ContributionHeader::split(&plaintext).expect("a contribution");
        assert_eq!(header.consent.body, consent(7));
        assert_eq!(records, RIGHT.join("\n").as_bytes());
        assert!(ContributionHeader::split(&[b'x'; 9_000]).is_err());
    }
}
