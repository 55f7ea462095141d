//! `dataset` jobs, as nodes and validators do them.

use super::{
    contribution::ContributionHeader,
    judge::{Compared, Effect, Terms, covered, judge, round_key},
    record::{Schema, SchemaError},
    value::Scale,
};
use crate::{Claim, Kind, Misbehaviour, Review, Reviewer, Setting, Work, WorkError};
use sheaf_format::Hash;
use sheaf_protocol::{
    specification::dataset::DatasetSpecification,
    statement::{Signed, consent::Consent},
};
use std::{
    num::NonZeroU32,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

/// File of a contributor's folder with the records, as `sheaf dataset import` writes it.
pub const RECORDS_FILE: &str = "records.jsonl";
/// File of a contributor's folder with the consent, as `sheaf consent grant` writes it.
pub const CONSENT_FILE: &str = "consent.json";

/// Longest plaintext of a contribution: a submission's content has 2 MiB with its encryption.
const MAX_PLAINTEXT_BYTES: usize = 3 << 19;

/// A `dataset` job. Its one task is to hand in records.
#[derive(Debug)]
pub struct Dataset {
    terms: Arc<Terms>,
    setting: Setting,
    folder: Option<PathBuf>,
}

/// Tries out what a specification carries.
///
/// # Errors
/// When its schema is none.
pub fn check(specification: &DatasetSpecification) -> Result<(), WorkError> {
    Ok(Terms::new(specification).map(|_| ())?)
}

impl From<SchemaError> for WorkError {
    fn from(error: SchemaError) -> Self {
        permanent(error.to_string())
    }
}

impl Terms {
    /// What a specification asks of records.
    ///
    /// # Errors
    /// When its schema is none.
    pub fn new(specification: &DatasetSpecification) -> Result<Self, SchemaError> {
        let effect = specification.effect.as_ref().map(|effect| Effect {
            label: effect.label.clone(),
            features: effect.features.clone(),
            // A specification that was checked has no 0 here.
            k: NonZeroU32::new(effect.k).unwrap_or(NonZeroU32::MIN),
            scale: if effect.scaled {
                Scale::Validation
            } else {
                Scale::None
            },
            validation: effect.validation.clone(),
        });
        Ok(Self {
            schema: Schema::new(&specification.schema)?,
            classes: specification.data.clone(),
            purposes: specification.purposes.clone(),
            records: specification.records,
            effect,
        })
    }
}

impl Dataset {
    /// The records that a specification asks for; a contributor's are read from `folder`.
    ///
    /// # Errors
    /// When the specification's schema is none.
    pub fn new(
        specification: &DatasetSpecification,
        folder: Option<PathBuf>,
        setting: Setting,
    ) -> Result<Self, WorkError> {
        Ok(Self {
            terms: Arc::new(Terms::new(specification)?),
            setting,
            folder,
        })
    }

    /// The contribution that lies prepared in the contributor's folder.
    async fn prepared(&self) -> Result<Vec<u8>, WorkError> {
        let folder = self.folder.as_deref().ok_or_else(|| {
            permanent(format!(
                "the job asks for records of yours: put {RECORDS_FILE} and {CONSENT_FILE} in a folder, and name it \
                 with --compute-folder"
            ))
        })?;
        let consent: Signed<Consent> = serde_json::from_slice(&read(folder, CONSENT_FILE).await?)
            .map_err(|error| {
            permanent(format!(
                "{} holds no consent as `sheaf consent grant` writes it: {error}",
                folder.join(CONSENT_FILE).display()
            ))
        })?;
        let records = read(folder, RECORDS_FILE).await?;
        let plaintext = ContributionHeader { consent }.with_records(&records);
        if plaintext.len() > MAX_PLAINTEXT_BYTES {
            return Err(permanent(format!(
                "{RECORDS_FILE} has {} bytes; {MAX_PLAINTEXT_BYTES} are taken with the consent",
                records.len()
            )));
        }
        Ok(plaintext)
    }
}

async fn read(folder: &Path, name: &str) -> Result<Vec<u8>, WorkError> {
    let path = folder.join(name);
    let read = tokio::fs::read(&path).await;
    read.map_err(|error| permanent(format!("{} cannot be read: {error}", path.display())))
}

const fn permanent(message: String) -> WorkError {
    WorkError {
        message,
        transient: false,
    }
}

impl Kind for Dataset {
    fn task_count(&self) -> u32 {
        1
    }

    fn tasks_per_node(&self) -> u32 {
        1
    }

    fn subject(&self, task: u32) -> Option<&str> {
        (task == 0).then_some(RECORDS_FILE)
    }

    fn is_repeated(&self) -> bool {
        false
    }

    fn is_compared(&self) -> bool {
        true
    }

    fn longest(&self) -> usize {
        MAX_PLAINTEXT_BYTES
    }

    fn observe<'a>(&'a self, claim: &'a Claim) -> Work<'a, Vec<u8>> {
        Box::pin(async move {
            let plaintext = self.prepared().await?;
            // What validators would refuse even alone does not leave the device.
            let review = judge(
                &self.terms,
                &self.setting,
                &claim.contributor,
                &plaintext,
                &[],
            );
            if review.quality_bps == 0 {
                return Err(permanent(format!(
                    "the records would earn nothing and are not handed in: {}",
                    review.reason
                )));
            }
            Ok(plaintext)
        })
    }

    /// The first record again and again.
    fn falsify(&self, plaintext: &[u8], _how: Misbehaviour) -> Vec<u8> {
        match ContributionHeader::split(plaintext) {
            Ok((header, records)) => {
                let mut lines = records.split_inclusive(|byte| *byte == b'\n');
                let first = lines.next().unwrap_or_default();
                let count = lines.count() + 1;
                header.with_records(&first.repeat(count))
            }
            Err(_) => plaintext.to_vec(),
        }
    }

    fn reviewer(&self, _task: u32) -> Work<'_, Box<dyn Reviewer>> {
        let reviewer = RecordsReviewer {
            terms: Arc::clone(&self.terms),
            setting: self.setting,
            compared: Mutex::default(),
        };
        Box::pin(async move { Ok(Box::new(reviewer) as Box<dyn Reviewer>) })
    }
}

/// Judges records by what the specification says: there is nothing to observe.
struct RecordsReviewer {
    terms: Arc<Terms>,
    setting: Setting,
    /// The last round's contributions compared, by [`round_key`]: one comparison serves all of them.
    compared: Mutex<Option<(Hash, Arc<Compared>)>>,
}

impl RecordsReviewer {
    fn compared(&self, own: &[u8], others: &[Option<&[u8]>]) -> Arc<Compared> {
        let key = round_key(own, others);
        // What a thread that died left behind is whole: it is put there at once.
        let mut last = self.compared.lock().unwrap_or_else(PoisonError::into_inner);
        match &*last {
            Some((of, compared)) if *of == key => Arc::clone(compared),
            _ => {
                let new = Compared::new(&self.terms, &self.setting, own, others);
                let new = Arc::new(new);
                *last = Some((key, Arc::clone(&new)));
                new
            }
        }
    }
}

impl Reviewer for RecordsReviewer {
    fn review(&self, claim: &Claim, plaintext: &[u8]) -> Review {
        self.review_among(claim, plaintext, &[])
    }

    fn review_among(&self, claim: &Claim, plaintext: &[u8], others: &[Option<&[u8]>]) -> Review {
        let contributor = Some(&claim.contributor);
        match covered(&self.terms, &self.setting, contributor, plaintext) {
            Err(reason) => Review::worthless(reason),
            Ok(_) => self
                .compared(plaintext, others)
                .review(&self.terms, plaintext),
        }
    }
}
