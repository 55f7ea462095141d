//! The database's side.

use super::replay::{End, Replay};
use crate::store::{
    Store,
    rounds::{FrozenBatch, StoredOutcome},
};
use sheaf_client::event::Event;
use sheaf_format::Key;
use sheaf_protocol::ledger::Ledger;
use std::collections::{BTreeMap, BTreeSet};

/// Events read at once.
const PER_READ: u32 = 1_000;

/// How far a series is kept and acted upon.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// The last event up to which none is missing.
    pub unbroken: u64,
    /// The last event that was acted upon.
    pub frontier: u64,
    /// The highest event that is kept.
    pub highest: u64,
}

/// What the database says.
#[derive(Clone, Debug)]
pub struct DatabaseBooks {
    /// The network's series.
    pub network: Kept,
    /// The pool's series.
    pub pool: Kept,
    /// Events that cannot be read.
    pub dead_letters: u64,
    /// What the pool's events say.
    pub replay: Replay,
    /// Round and tree of the leaves that are active, or why they make none.
    pub tree: Result<(u64, Ledger), String>,
    /// Batches as they were frozen, by round and job number.
    pub frozen: BTreeMap<(u64, u64), FrozenBatch>,
    /// Outcomes of the rounds that became final, and of the last round, each if it is known.
    pub outcomes: BTreeMap<u64, Option<StoredOutcome>>,
    /// Rounds whose leaves were made active.
    pub final_rounds: BTreeSet<u64>,
}

impl DatabaseBooks {
    /// Whether a round became final, by its events.
    pub fn final_in_events(&self, round: u64) -> bool {
        let round = self.replay.rounds.get(&round);
        round.is_some_and(|round| matches!(round.end, Some(End::Final { .. })))
    }
}

/// Reads the events that come after those of `replay`.
///
/// # Errors
/// When the store fails, or an event cannot be read.
pub async fn read_on(store: &dyn Store, pool: &Key, replay: &mut Replay) -> anyhow::Result<()> {
    loop {
        let events = store.events_after(pool, replay.sequence, PER_READ).await?;
        if events.is_empty() {
            return Ok(());
        }
        for row in events {
            if replay.sequence == 0 && row.sequence > 1 {
                replay.begin_after(row.sequence - 1);
            }
            if row.sequence != replay.sequence + 1 {
                // Behind a gap nothing can be said.
                return Ok(());
            }
            replay.take(&Event::decode(&row.data)?);
        }
    }
}

/// The rest of the database, to a replay that is read to its end.
///
/// # Errors
/// When the store fails.
pub async fn read(
    store: &dyn Store,
    (network, pool): (&Key, &Key),
    program: &Key,
    replay: Replay,
) -> anyhow::Result<DatabaseBooks> {
    let mut frozen = BTreeMap::new();
    for round in store.frozen_rounds_after(0).await? {
        for batch in store.frozen(round).await? {
            frozen.insert((round, batch.job), batch);
        }
    }
    let ended = replay.rounds.iter().filter(|(number, round)| {
        matches!(round.end, Some(End::Final { .. })) || **number == replay.last_round()
    });
    let mut outcomes = BTreeMap::new();
    for (number, _) in ended {
        outcomes.insert(*number, store.outcome(*number).await?);
    }
    let final_rounds = store.final_rounds_after(0).await?;
    let tree = match store.leaves().await {
        Err(error) => Err(error.to_string()),
        Ok((round, leaves)) => Ledger::from_leaves(*program, *pool, &leaves)
            .map(|ledger| (round, ledger))
            .map_err(|error| error.to_string()),
    };
    Ok(DatabaseBooks {
        network: kept(store, network).await?,
        pool: Kept {
            unbroken: replay.sequence,
            ..kept(store, pool).await?
        },
        dead_letters: store.unread().await?,
        replay,
        tree,
        frozen,
        outcomes,
        final_rounds: final_rounds.into_iter().map(|(round, _)| round).collect(),
    })
}

/// How far a series is kept. The frontier never jumps a gap.
async fn kept(store: &dyn Store, series: &Key) -> anyhow::Result<Kept> {
    let frontier = store.acted(series).await?;
    Ok(Kept {
        unbroken: frontier,
        frontier,
        highest: store.highest(series).await?,
    })
}
