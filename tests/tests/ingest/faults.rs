//! All that nodes do wrong at once, also over crashes: the same database.

use crate::stage::{database, feed_of, folder, is_complete, look, picture, place, started};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use sheaf_indexer::{
    ingest::{RpcSource, source::Source},
    store::{EventStore as _, SqlStore},
};
use sheaf_tests::{
    rpc::{faults::Faults, feed::Feed, node::Node, server::Server},
    walk::WALKS,
};
use std::sync::Arc;

/// The seeds that are tried; `SHEAF_SEED` names another single one.
const SEEDS: std::ops::Range<u64> = 0..12;
/// Looks after which ingest should have come to the end: many times what is needed.
const LOOKS: u32 = 3_000;

/// Nothing is kept that is not final, and nothing acted upon that is not kept.
async fn check_final(feed: &Feed, store: &SqlStore, finalized: usize) {
    for account in [feed.network, feed.pool] {
        let key = account.to_bytes();
        let last = store.highest(&key).await.expect("a number");
        let frontier = store.series(&key).await.expect("a series").frontier;
        assert!(
            last <= feed.head(&account, finalized, 0),
            "an event that is not final"
        );
        assert!(frontier <= last);
    }
}

/// Reads a feed while it happens, from a node with faults, with crashes. Gives what the database says.
async fn read_through(feed: &Feed, seed: u64, per_cent: u32) -> String {
    let folder = folder();
    let node = Arc::new(Node::new(feed.clone(), Faults::new(seed, per_cent)));
    let server = Server::start(node.clone()).await;
    let place = place(feed, &server.url);
    let store = database(&folder.path().join("test.sqlite"), feed, None).await;
    let source: Arc<dyn Source> = Arc::new(RpcSource::new(place.chain.clone()));
    let mut random = StdRng::seed_from_u64(seed);
    let mut ingest = started(&place, &source, &store);
    let all = feed.transactions.len();
    let (mut confirmed, mut finalized, mut late) = (0, 0, 0);
    for _ in 0..LOOKS {
        confirmed = all.min(confirmed + random.gen_range(0..8));
        finalized = random.gen_range(finalized..=confirmed);
        node.advance(confirmed, finalized);
        look(&mut ingest).await;
        check_final(feed, &store, finalized).await;
        if finalized == all && is_complete(feed, &store).await {
            return picture(feed, &store).await;
        }
        late += u32::from(finalized == all);
        assert!(
            per_cent > 0 || late < 3,
            "seed {seed}: slow without any fault"
        );
        if random.gen_bool(0.05) {
            ingest = started(&place, &source, &store);
        }
    }
    panic!("seed {seed}: not at the end after {LOOKS} looks")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_nodes_do_ingest_comes_to_the_same_database() {
    let named = std::env::var("SHEAF_SEED").ok();
    let seeds = match named.and_then(|seed| seed.parse().ok()) {
        Some(seed) => seed..seed + 1,
        None => SEEDS,
    };
    let feeds = WALKS.map(|(name, way)| (name, feed_of(way)));
    for seed in seeds {
        let (name, feed) = &feeds[seed as usize % feeds.len()];
        let expected = read_through(feed, seed, 0).await;
        let found = read_through(feed, seed, 12).await;
        println!(
            "seed {seed}: {name}, {} transactions",
            feed.transactions.len()
        );
        assert_eq!(found, expected, "seed {seed}");
    }
}
