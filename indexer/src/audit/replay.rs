//! What the accounts must hold, from the pool's events alone (pure).

use sheaf_client::event::Event;
use sheaf_format::{Hash, Key};
use std::collections::BTreeMap;

/// Who pays a batch: a job, or the dataset that distributes its licences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PayerKind {
    /// A job.
    Job,
    /// A dataset.
    Dataset,
}

/// What events say of a job or a dataset. Amounts are base units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payer {
    /// Which.
    pub kind: PayerKind,
    /// Number of the job, also that of a dataset.
    pub number: u64,
    /// What arrived for it.
    pub arrived: u128,
    /// What went back.
    pub refunded: u128,
    /// What released batches of final rounds took.
    pub settled: u128,
    /// Whether its account was closed.
    pub closed: bool,
}

/// What events say of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PostedBatch {
    /// Root over its contributions.
    pub root: Hash,
    /// What it reserved.
    pub reserved: u64,
    /// Units of its contributions.
    pub units: u64,
    /// Their number.
    pub count: u64,
    /// What was debited, once it was released.
    pub released: Option<u64>,
}

/// How a round ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Its root became active.
    Final {
        /// The root.
        root: Hash,
        /// Sum of the tree before.
        old_total: u64,
        /// Sum of the tree since.
        new_total: u64,
        /// Leaves of the tree since.
        leaf_count: u64,
    },
    /// Without effect.
    Void,
}

/// What events say of a round.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Played {
    /// Its batches by payer.
    pub batches: BTreeMap<Key, PostedBatch>,
    /// What was settled of its debits.
    pub settled: u64,
    /// How it ended, if it did.
    pub end: Option<End>,
}

/// The tree that is active.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ActiveTree {
    /// Round in which it became active.
    pub round: u64,
    /// Its root.
    pub root: Hash,
    /// Its sum.
    pub total: u64,
    /// Its leaves.
    pub leaf_count: u64,
}

/// What the accounts must hold after some events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Replay {
    /// Number of the last event.
    pub sequence: u64,
    /// The last event that is not kept, when the indexer began after it: what came before is unknown.
    pub base: u64,
    /// Jobs that were created.
    pub jobs_created: u64,
    /// What ever arrived in the vault.
    pub arrived: u128,
    /// What ever went back.
    pub refunded: u128,
    /// Jobs and datasets.
    pub payers: BTreeMap<Key, Payer>,
    /// Rounds that took a batch.
    pub rounds: BTreeMap<u64, Played>,
    /// The active tree.
    pub active: ActiveTree,
}

impl Replay {
    /// Begins in the middle: the first event is the one after `base`.
    pub const fn begin_after(&mut self, base: u64) {
        self.base = base;
        self.sequence = base;
    }

    /// Takes the next event of the pool.
    pub fn take(&mut self, event: &Event) {
        self.sequence = event.sequence();
        match event {
            Event::JobCreated(event) => {
                self.jobs_created += 1;
                let payer = new_payer(PayerKind::Job, event.number);
                let payer = self.payers.entry(event.job).or_insert(payer);
                payer.arrived += u128::from(event.arrived);
                self.arrived += u128::from(event.arrived);
            }
            Event::JobFunded(event) => self.arrive(&event.job, event.arrived),
            Event::JobRefunded(event) => {
                self.refunded += u128::from(event.amount);
                self.payer(&event.job, |payer| {
                    payer.refunded += u128::from(event.amount);
                });
            }
            Event::JobClosed(event) => self.payer(&event.job, |payer| payer.closed = true),
            Event::DatasetPublished(event) => {
                let payer = new_payer(PayerKind::Dataset, event.number);
                // One that was closed may be published again, and starts empty.
                self.payers.insert(event.dataset, payer);
            }
            Event::DatasetLicensed(event) => self.arrive(&event.dataset, event.arrived),
            Event::DatasetClosed(event) => self.payer(&event.dataset, |payer| {
                payer.closed = true;
            }),
            Event::BatchPosted(event) => {
                let batch = PostedBatch {
                    root: event.contributions_root,
                    reserved: event.reserved,
                    units: event.units,
                    count: event.count,
                    released: None,
                };
                self.round(event.round).batches.insert(event.job, batch);
            }
            Event::DebitsSettled(event) => self.round(event.round).settled = event.settled_total,
            Event::RoundFinalised(event) => {
                self.round(event.round).end = Some(End::Final {
                    root: event.root,
                    old_total: event.old_total,
                    new_total: event.new_total,
                    leaf_count: event.leaf_count,
                });
                self.active = ActiveTree {
                    round: event.round,
                    root: event.root,
                    total: event.new_total,
                    leaf_count: event.leaf_count,
                };
            }
            Event::RoundVoided(event) => self.round(event.round).end = Some(End::Void),
            Event::BatchReleased(event) => {
                let round = self.round(event.round);
                if let Some(batch) = round.batches.get_mut(&event.job) {
                    batch.released = Some(event.debited);
                }
                if matches!(round.end, Some(End::Final { .. })) {
                    self.payer(&event.job, |payer| {
                        payer.settled += u128::from(event.debited);
                    });
                }
            }
            _ => {}
        }
    }

    fn arrive(&mut self, address: &Key, amount: u64) {
        self.arrived += u128::from(amount);
        self.payer(address, |payer| payer.arrived += u128::from(amount));
    }

    fn payer(&mut self, address: &Key, change: impl FnOnce(&mut Payer)) {
        if let Some(payer) = self.payers.get_mut(address) {
            change(payer);
        }
    }

    fn round(&mut self, number: u64) -> &mut Played {
        self.rounds.entry(number).or_default()
    }

    /// Batches that were not released: round and payer.
    pub fn unreleased(&self) -> impl Iterator<Item = (u64, &Key, &PostedBatch)> {
        self.rounds.iter().flat_map(|(number, round)| {
            let batches = round.batches.iter();
            batches
                .filter(|(_, batch)| batch.released.is_none())
                .map(|(payer, batch)| (*number, payer, batch))
        })
    }

    /// Number of the last round that took a batch.
    pub fn last_round(&self) -> u64 {
        self.rounds.keys().next_back().copied().unwrap_or_default()
    }
}

const fn new_payer(kind: PayerKind, number: u64) -> Payer {
    Payer {
        kind,
        number,
        arrived: 0,
        refunded: 0,
        settled: 0,
        closed: false,
    }
}
