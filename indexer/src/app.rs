//! What all roles of an indexer share.

use crate::{
    content::ContentStore,
    ingest::Progress,
    intake::Intake,
    metrics::Metrics,
    place::Place,
    rounds::ActiveTree,
    store::Store,
    view::{View, Watch},
};
use ed25519_dalek::SigningKey;
use sheaf_format::Key;
use sheaf_protocol::specification::Specification;
use std::{
    collections::BTreeMap,
    sync::{Arc, RwLock},
};
use tokio::sync::watch;

/// The indexer's parts. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// Where it works.
    pub place: Place,
    /// What it must not lose.
    pub store: Arc<dyn Store>,
    /// Ciphertexts.
    pub contents: Arc<dyn ContentStore>,
    /// Where submissions are taken.
    pub intake: Intake,
    /// The chain at `confirmed`.
    pub view: Watch,
    /// How far events are read.
    pub progress: watch::Receiver<Progress>,
    /// The active tree, finalised.
    pub tree: Arc<ActiveTree>,
    /// The aggregator's key: it signs receipts.
    pub key: Arc<SigningKey>,
    /// Published specifications by job number.
    pub specifications: Arc<Specifications>,
    /// What is counted and measured.
    pub metrics: Arc<Metrics>,
}

impl App {
    /// The newest view.
    pub fn view(&self) -> Arc<View> {
        Arc::clone(&self.view.borrow())
    }

    /// The aggregator's wallet.
    pub fn aggregator(&self) -> Key {
        self.key.verifying_key().to_bytes()
    }
}

/// A published specification.
#[derive(Clone, Debug)]
pub struct Published {
    /// As published.
    pub bytes: Arc<[u8]>,
    /// As read.
    pub specification: Arc<Specification>,
}

/// Published specifications by job number. They never change.
#[derive(Debug, Default)]
pub struct Specifications(RwLock<BTreeMap<u64, Published>>);

impl Specifications {
    /// A job's specification, if it was published.
    pub fn get(&self, job: u64) -> Option<Published> {
        let all = self
            .0
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        all.get(&job).cloned()
    }

    /// Adds one that was checked.
    pub fn add(&self, job: u64, bytes: &[u8], specification: Specification) {
        let published = Published {
            bytes: bytes.into(),
            specification: Arc::new(specification),
        };
        let mut all = self
            .0
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        all.entry(job).or_insert(published);
    }
}
