//! What a contribution of records is worth beside the others of its round. Pure.
//!
//! Contributions come in the order of their plaintexts' hashes; whatever is refused is refused alike
//! by everybody. A contribution without a consent that covers it is not looked at. Of the others every record
//! must follow the schema and say something that no earlier record and no validation record says. The
//! records that are left are valued together, and a contribution's quality is its records' score, times
//! the share of the wanted number that it has.

use super::{
    contribution::ContributionHeader,
    record::{Form, Known, Origin, Record, Refusal, Schema, Screen},
    value::{Id, Scale, Table, score_bps, value},
};
use crate::{Review, Setting};
use serde_json::{Map, Value};
use sheaf_format::{Hash, Key, digest::sha256};
use sheaf_protocol::statement::consent::{DataClass, Purpose, Use, check_use};
use std::{
    collections::{BTreeMap, BTreeSet},
    num::NonZeroU32,
};

/// Full score.
const FULL_BPS: u16 = 10_000;

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

/// Judges `own`, which `contributor` handed in, beside the `others` of its round.
pub fn judge(
    terms: &Terms,
    setting: &Setting,
    contributor: &Key,
    own: &[u8],
    others: &[Option<&[u8]>],
) -> Review {
    match covered(terms, setting, Some(contributor), own) {
        Err(reason) => Review::worthless(reason),
        Ok(_) => Compared::new(terms, setting, own, others).review(terms, own),
    }
}

/// All contributions of a round, compared with each other. It is the same beside whichever of them.
#[derive(Debug)]
pub struct Compared {
    /// By the hash of the plaintext.
    contributions: BTreeMap<Hash, Standing>,
}

/// Where a contribution stands.
#[derive(Debug)]
struct Standing {
    /// Records that are taken.
    taken: usize,
    /// Why it cannot be read at all, or the first of its refusals.
    refused: Option<String>,
    /// Its score in bps; an error in words when it has none.
    score: Result<u16, String>,
}

/// What tells one round's contributions from another's, in whatever order they come.
pub fn round_key(own: &[u8], others: &[Option<&[u8]>]) -> Hash {
    let all = others.iter().copied().flatten().chain([own]);
    let hashes: BTreeSet<Hash> = all.map(|plaintext| sha256(&[plaintext])).collect();
    let hashes: Vec<&[u8]> = hashes.iter().map(<[u8; 32]>::as_slice).collect();
    sha256(&hashes)
}

impl Compared {
    /// Compares `own` and the `others`. Whose they are, each one's own review sees to.
    pub fn new(terms: &Terms, setting: &Setting, own: &[u8], others: &[Option<&[u8]>]) -> Self {
        let all = others.iter().copied().flatten().chain([own]);
        // Equal ones are one.
        let in_order: BTreeMap<Hash, &[u8]> = all
            .filter_map(|plaintext| {
                let records = covered(terms, setting, None, plaintext).ok()?;
                Some((sha256(&[plaintext]), records))
            })
            .collect();
        let mut screen = Screen::new(Some(&terms.schema));
        if let Some(effect) = &terms.effect {
            screen.know(known(&effect.validation));
        }
        let mut contributions = BTreeMap::new();
        let mut records: Vec<(Hash, Record)> = Vec::new();
        for (hash, text) in in_order {
            let mut standing = Standing {
                taken: 0,
                refused: None,
                score: Ok(0),
            };
            match screen.take(text, Form::JsonLines) {
                Ok(found) => {
                    standing.refused = found.refused.first().map(|first| {
                        let (count, Refusal { line, reason }) = (found.refused.len(), first);
                        format!("{count} refused, first line {line}: {reason}")
                    });
                    let wanted = found.accepted.into_iter().take(terms.records as usize);
                    records.extend(wanted.map(|record| (hash, record)));
                }
                Err(error) => standing.refused = Some(error.to_string()),
            }
            contributions.insert(hash, standing);
        }
        for (hash, _) in &records {
            if let Some(standing) = contributions.get_mut(hash) {
                standing.taken += 1;
            }
        }
        let values = terms.effect.as_ref().map(|effect| effect.values(&records));
        for (hash, standing) in &mut contributions {
            standing.score = match (&values, &terms.effect) {
                (Some(Ok(values)), Some(effect)) => {
                    let mine = records.iter().zip(values).filter(|((by, _), _)| by == hash);
                    let sum = mine.map(|(_, value)| value).sum();
                    Ok(score_bps(
                        sum,
                        standing.taken,
                        records.len(),
                        effect.k.get(),
                    ))
                }
                (Some(Err(reason)), _) => Err(reason.clone()),
                _ => Ok(FULL_BPS),
            };
        }
        Self { contributions }
    }

    /// What one of the contributions is worth.
    pub fn review(&self, terms: &Terms, own: &[u8]) -> Review {
        let Some(standing) = self.contributions.get(&sha256(&[own])) else {
            return Review::worthless("it was not compared with the others");
        };
        let score = match &standing.score {
            Ok(score) => *score,
            Err(reason) => return Review::worthless(reason.clone()),
        };
        let (taken, wanted) = (standing.taken, terms.records);
        let quality = u64::from(score) * taken as u64 / u64::from(wanted.max(1));
        let refused = standing.refused.as_ref();
        let refused = refused.map_or_else(String::new, |refused| format!("; {refused}"));
        Review {
            quality_bps: quality.min(u64::from(FULL_BPS)) as u16,
            reason: format!("{taken} of {wanted} records taken, worth {score} bps{refused}"),
        }
    }
}

/// The records of a contribution, when its consent covers them; whose it is, is looked at when it is known.
///
/// # Errors
/// A reason in words.
pub fn covered<'a>(
    terms: &Terms,
    setting: &Setting,
    contributor: Option<&Key>,
    plaintext: &'a [u8],
) -> Result<&'a [u8], String> {
    let (header, records) = ContributionHeader::split(plaintext)?;
    let usage = Use {
        genesis: setting.genesis,
        program: setting.program,
        contributor: *contributor.unwrap_or(&header.consent.body.contributor),
        requester: setting.requester,
        job: setting.job,
        classes: &terms.classes,
        purposes: &terms.purposes,
        now: setting.unix_time,
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
            contribution: Origin::GIVEN,
            line,
        };
        // Equal ones among themselves are the requester's affair.
        let _ = known.add(origin, record);
    }
    known
}

impl Effect {
    /// The value of each record.
    fn values<T>(&self, records: &[(T, Record)]) -> Result<Vec<f64>, String> {
        let validation = self.table(self.validation.iter())?;
        let records = self.table(records.iter().map(|(_, record)| &record.fields))?;
        let found = value(&records, &validation, self.k, self.scale, 1);
        Ok(found.map_err(|error| error.to_string())?.values)
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
mod tests;
