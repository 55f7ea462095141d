//! Events of finalised transactions: from a feed in memory into each database.

mod feed;

use crate::{
    database::{self, DATABASES, Database, Databases},
    intake::world,
    machine,
    report::{Report, Unit},
};
use anyhow::{Context as _, ensure};
use feed::Feed;
use sheaf_client::{Chain, token::Mint};
use sheaf_indexer::{
    ingest::{Ingest, decode::decode},
    place::Place,
    store::events::TransactionRow,
};
use solana_commitment_config::CommitmentConfig;
use solana_sdk::pubkey::Pubkey;
use std::{sync::Arc, time::Instant};

/// Transactions of the feed, each with one event of the pool.
const EVENTS: u64 = 20_000;
/// Transactions that pure inserts store by one database transaction, as ingest does.
const PER_TRANSACTION: usize = 200;

/// Measures.
///
/// # Errors
/// When something cannot be stored.
pub async fn measure() -> anyhow::Result<Report> {
    let load = format!(
        "{EVENTS} transactions with one event each, in the program's own encoding, as an RPC would give them, from memory."
    );
    let mut report = Report::new("ingest", load);
    let place = place();
    let feed = Arc::new(Feed::new(&place, EVENTS));
    let (rows, decoded) = decode_all(&place, &feed);
    report.add("decoded alone", None, decoded, Unit::PerSecond);
    let databases = Databases::start()?;
    for database in DATABASES {
        let name = Some(database.name());
        let inserts = insert(&databases, database, &place, &feed, &rows).await?;
        report.add("inserts alone", name, inserts, Unit::PerSecond);
        let (taken, memory) = ingest(&databases, database, &place, &feed).await?;
        report.add("events stored and acted upon", name, taken, Unit::PerSecond);
        report.add("peak memory beside the feed", name, memory, Unit::Mebibytes);
        report.add("taken / inserts alone", name, taken / inserts, Unit::Ratio);
    }
    Ok(report)
}

fn place() -> Place {
    let program = Pubkey::new_from_array(world::PROGRAM);
    Place {
        // Nobody asks the chain here.
        chain: Chain::new("http://127.0.0.1:1", program, CommitmentConfig::confirmed()),
        genesis: world::GENESIS,
        pool: Pubkey::new_from_array(world::POOL),
        mint: Mint {
            address: Pubkey::new_from_array([5; 32]),
            token_program: Pubkey::new_from_array([6; 32]),
            decimals: 6,
            supply: 0,
        },
    }
}

/// Decodes the whole feed.
fn decode_all(place: &Place, feed: &Feed) -> (Vec<TransactionRow>, f64) {
    let (program, network) = (place.chain.program(), place.chain.addresses().network());
    let started = Instant::now();
    let rows = feed
        .transactions()
        .map(|fetched| decode(fetched, &program, &network))
        .collect();
    (rows, machine::per_second(EVENTS, started))
}

/// Stores what was decoded, with nothing before or after it.
async fn insert(
    databases: &Databases,
    database: Database,
    place: &Place,
    feed: &Feed,
    rows: &[TransactionRow],
) -> anyhow::Result<f64> {
    let folder = tempfile::tempdir()?;
    let store = database::create(&databases.place(database, folder.path())?).await?;
    let newest = feed.newest().context("the feed is empty")?;
    let started = Instant::now();
    for group in rows.chunks(PER_TRANSACTION) {
        store.record(&place.pool_key(), newest, group).await?;
    }
    Ok(machine::per_second(EVENTS, started))
}

/// Reads the feed as the indexer does. Gives events a second and the memory it took.
async fn ingest(
    databases: &Databases,
    database: Database,
    place: &Place,
    feed: &Arc<Feed>,
) -> anyhow::Result<(f64, f64)> {
    let folder = tempfile::tempdir()?;
    let store = database::create(&databases.place(database, folder.path())?).await?;
    let ingest = Ingest {
        place: place.clone(),
        source: Arc::clone(feed) as Arc<_>,
        store,
    };
    let before = machine::forget_peak_memory().context("memory is not known here")?;
    let started = Instant::now();
    let progress = ingest.step().await?;
    let taken = machine::per_second(EVENTS, started);
    ensure!(progress.frontier == EVENTS, "an event was passed over");
    let peak = machine::peak_memory_mib().context("memory is not known here")?;
    Ok((taken, peak - before))
}
