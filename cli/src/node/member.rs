//! One node: its key, its delegation, its rounds.

use super::{
    errand::{self, Outcome, Round},
    journal::Journal,
    offer,
    place::Place,
    settings::NodeSettings,
    tasks,
    watch::Now,
};
use crate::output::note;
use anyhow::Context as _;
use ed25519_dalek::SigningKey;
use sheaf_client::keys::{read_keypair, read_or_create_keypair};
use sheaf_format::Key;
use sheaf_kinds::{AddressPolicy, Setting, Vantage};
use sheaf_protocol::statement::{Delegation, Signed, signing_key};
use solana_sdk::{
    pubkey::Pubkey,
    signature::{Keypair, Signer},
};
use std::{path::Path, sync::Arc, time::Duration};
use tokio::{
    sync::{Mutex, watch},
    task::JoinSet,
};

/// Tasks of one node under way at once.
const AT_ONCE: usize = 4;
/// Slots a delegation is signed for: twelve days of 400 ms slots.
const DELEGATION_SLOTS: u64 = 2_592_000;
/// Pause before a round that failed is tried again; doubled each time.
const PAUSE: Duration = Duration::from_secs(2);
/// Longest pause between tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// How a node's look at a round ended.
enum RoundEnd {
    /// The round needs nothing more from this node.
    Done,
    /// Something failed that may succeed later.
    Unfinished,
    /// The job takes no more contributions, for this reason.
    JobEnded(String),
}

/// One node.
pub struct Member {
    /// Where it works.
    pub place: Place,
    /// What it was told.
    pub settings: NodeSettings,
    /// The wallet that earns.
    pub contributor: Key,
    /// The node key's address.
    pub node: Key,
    /// The node key.
    pub key: SigningKey,
    /// What it did.
    pub journal: Mutex<Journal>,
    wallet: SigningKey,
    policy: AddressPolicy,
    tasks: Option<u32>,
}

fn own_key(keypair: &Keypair) -> anyhow::Result<SigningKey> {
    signing_key(&keypair.to_bytes()).with_context(|| {
        format!(
            "the halves of key {} do not belong together",
            keypair.pubkey()
        )
    })
}

impl Member {
    /// Prepares a node: reads its keys, creating its own when there is none, and its journal.
    ///
    /// # Errors
    /// When a file cannot be used.
    pub fn new(
        place: Place,
        settings: NodeSettings,
        policy: AddressPolicy,
        tasks: Option<u32>,
        data: &Path,
    ) -> anyhow::Result<Self> {
        let wallet = read_keypair(&settings.keypair)?;
        let node = read_or_create_keypair(&settings.node_key)?;
        let address = node.pubkey();
        let journal = Journal::open(&data.join(format!("journal-{address}.jsonl")))?;
        Ok(Self {
            place,
            contributor: wallet.pubkey().to_bytes(),
            node: address.to_bytes(),
            key: own_key(&node)?,
            wallet: own_key(&wallet)?,
            journal: Mutex::new(journal),
            settings,
            policy,
            tasks,
        })
    }

    /// What messages call this node.
    pub fn name(&self) -> String {
        let address = Pubkey::new_from_array(self.node).to_string();
        format!("node {}… ({})", &address[..6], self.settings.region)
    }

    /// Works round after round until `rounds` are done, for ever without, or until the job ends.
    ///
    /// # Errors
    /// When the status is no longer watched.
    pub async fn run(
        self: Arc<Self>,
        mut now: watch::Receiver<Now>,
        rounds: Option<u64>,
    ) -> anyhow::Result<()> {
        let mut delegated_until = 0;
        let mut begun = 0;
        let mut last = None;
        let mut pause = PAUSE;
        loop {
            let current = *now.borrow_and_update();
            if last != Some(current.intake_round) {
                if rounds.is_some_and(|rounds| begun >= rounds) {
                    return Ok(());
                }
                begun += 1;
                pause = PAUSE;
                last = Some(current.intake_round);
            }
            let end = Arc::clone(&self).attempt(current, &now, &mut delegated_until);
            match end.await {
                Ok(RoundEnd::Done) => {
                    if rounds.is_some_and(|rounds| begun >= rounds) {
                        return Ok(());
                    }
                    while now.borrow_and_update().intake_round == current.intake_round {
                        now.changed()
                            .await
                            .context("the aggregator's status is no longer watched")?;
                    }
                    continue;
                }
                Ok(RoundEnd::JobEnded(reason)) => {
                    note(&format!("{}: {reason}", self.name()));
                    return Ok(());
                }
                Ok(RoundEnd::Unfinished) => {}
                Err(error) => note(&format!(
                    "{}: round {}: {error:#}; trying again",
                    self.name(),
                    current.intake_round
                )),
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Sees to the delegation, then to the round's tasks.
    async fn attempt(
        self: Arc<Self>,
        now: Now,
        changes: &watch::Receiver<Now>,
        delegated_until: &mut u64,
    ) -> anyhow::Result<RoundEnd> {
        if *delegated_until < now.slot + DELEGATION_SLOTS / 2 {
            *delegated_until = self.delegate(now.slot).await?;
        }
        self.round(now.intake_round, changes.clone()).await
    }

    /// Signs with the wallet that the node key may work for it, and tells the aggregator.
    async fn delegate(&self, slot: u64) -> anyhow::Result<u64> {
        let valid_until_slot = slot + DELEGATION_SLOTS;
        let delegation = Delegation {
            genesis: self.place.genesis,
            program: self.place.program,
            contributor: self.contributor,
            node: self.node,
            valid_until_slot,
        };
        let signed = Signed::sign(delegation, &self.wallet);
        self.place
            .indexer
            .delegate(&signed)
            .await
            .context("the delegation was not taken")?;
        Ok(valid_until_slot)
    }

    /// Does this round's tasks.
    async fn round(
        self: Arc<Self>,
        number: u64,
        now: watch::Receiver<Now>,
    ) -> anyhow::Result<RoundEnd> {
        let job = self.place.job().await?;
        if let Some(reason) = offer::refusal(&job) {
            return Ok(RoundEnd::JobEnded(reason));
        }
        let specification = self.place.specification(&job).await?;
        let vantage = Vantage {
            policy: self.policy,
            source: self.settings.source_address,
        };
        let folder = self.settings.compute_folder.as_deref();
        let setting = Setting {
            genesis: self.place.genesis,
            program: self.place.program,
            requester: job.requester,
            job: self.place.job.to_bytes(),
            unix_time: u64::try_from(self.place.chain.unix_time().await?).unwrap_or(0),
        };
        let kind = sheaf_kinds::open(specification.clone(), vantage, folder, &setting)?;
        let wanted = kind.tasks_per_node();
        let count = self.tasks.map_or(wanted, |most| most.min(wanted)) as usize;
        let address = self.place.job.to_bytes();
        let chosen = if kind.is_repeated() {
            tasks::choose(&self.node, &address, number, kind.task_count(), count)
        } else {
            let job = self.place.job.to_string();
            let over = self.journal.lock().await.done_in_other_rounds(&job, number);
            tasks::choose_new(
                &self.node,
                &address,
                number,
                kind.task_count(),
                count,
                &over,
            )
        };
        let round = Arc::new(Round {
            number,
            now,
            recipients: self.place.recipients(&job).await?,
            aggregator: *job.aggregator_in(number),
            specification,
            kind,
        });
        let outcomes = Arc::clone(&self).work(&round, chosen).await?;
        let how_many = |outcome| outcomes.iter().filter(|found| **found == outcome).count();
        let failed = how_many(Outcome::Failed);
        self.journal.lock().await.sync()?;
        note(&format!(
            "round {number}: {} of {} handed in, {} refused, {} failed · {}",
            how_many(Outcome::Accepted),
            outcomes.len(),
            how_many(Outcome::Refused),
            failed + how_many(Outcome::Impossible),
            self.name(),
        ));
        Ok(if failed == 0 {
            RoundEnd::Done
        } else {
            RoundEnd::Unfinished
        })
    }

    async fn work(
        self: Arc<Self>,
        round: &Arc<Round>,
        tasks: Vec<u32>,
    ) -> anyhow::Result<Vec<Outcome>> {
        let mut outcomes = Vec::new();
        let mut under_way = JoinSet::new();
        for task in tasks {
            let errand = (self.place.job.to_string(), round.number, task);
            if self.journal.lock().await.is_done(&errand) {
                continue;
            }
            if under_way.len() == AT_ONCE {
                outcomes.extend(under_way.join_next().await.transpose()?);
            }
            under_way.spawn(errand::run(Arc::clone(&self), Arc::clone(round), task));
        }
        while let Some(outcome) = under_way.join_next().await {
            outcomes.push(outcome?);
        }
        Ok(outcomes)
    }
}
