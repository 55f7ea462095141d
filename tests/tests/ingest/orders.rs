//! Whatever the order in which transactions come, and however often: the same database.

use crate::stage::{
    database, feed_of, folder, is_complete, look, picture, place, short_feed, started,
};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng, seq::SliceRandom as _};
use sheaf_indexer::{
    ingest::source::Source,
    store::{Location, SqlStore, events::Beginning},
};
use sheaf_tests::{
    rpc::{delivery::Delivery, feed::Feed},
    walk::WALKS,
};
use std::{path::Path, sync::Arc};

/// Seed of everything that is drawn here.
const SEED: u64 = 0x0eaf;
/// Orders of a long feed that are tried.
const LONG_ORDERS: u64 = 40;

/// Delivers the feed in an order, in parts that are cut and repeat at random, with crashes between
/// looks. Gives what the database then says.
async fn delivered(feed: &Feed, file: &Path, order: &[usize], random: &mut StdRng) -> String {
    let store = SqlStore::open(&Location::File(file.to_owned()))
        .await
        .expect("a database");
    let place = place(feed, "http://127.0.0.1:9");
    let delivery = Arc::new(Delivery::new(feed.clone()));
    let source: Arc<dyn Source> = delivery.clone();
    let mut ingest = started(&place, &source, &store);
    let mut rest = order;
    let mut before: Vec<usize> = Vec::new();
    while !rest.is_empty() {
        let (part, later) = rest.split_at(random.gen_range(1..=rest.len().div_ceil(2)));
        // What came before is listed again, or not, once or twice, before or behind what is new.
        let mut listed: Vec<usize> = Vec::new();
        for _ in 0..2 {
            listed.extend(before.iter().filter(|_| random.gen_bool(0.3)));
        }
        let at = random.gen_range(0..=listed.len());
        listed.splice(at..at, part.iter().copied());
        delivery.list(&listed);
        look(&mut ingest).await;
        if random.gen_bool(0.2) {
            ingest = started(&place, &source, &store);
        }
        before.extend(part);
        rest = later;
    }
    assert!(is_complete(feed, &store).await, "order {order:?}");
    let picture = picture(feed, &store).await;
    store.close().await;
    picture
}

/// A database with everything but events, to be copied.
async fn blank(folder: &Path, feed: &Feed, beginning: Option<&Beginning>) -> std::path::PathBuf {
    let file = folder.join("blank.sqlite");
    database(&file, feed, beginning).await.close().await;
    file
}

/// Every order of so many things.
fn orders(count: usize) -> Vec<Vec<usize>> {
    let mut orders = vec![Vec::new()];
    for next in 0..count {
        orders = orders
            .into_iter()
            .flat_map(|order: Vec<usize>| {
                (0..=order.len()).map(move |at| {
                    let mut longer = order.clone();
                    longer.insert(at, next);
                    longer
                })
            })
            .collect();
    }
    orders
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_order_of_six_transactions_gives_the_same_database() {
    let (feed, beginning) = short_feed();
    assert_eq!(feed.transactions.len(), 6);
    assert_eq!(feed.final_rounds().len(), 1, "one of them pays");
    let folder = folder();
    let blank = blank(folder.path(), &feed, Some(&beginning)).await;
    let orders = orders(6);
    assert_eq!(orders.len(), 720);
    let mut expected = None;
    for (number, order) in (0u64..).zip(&orders) {
        let file = folder.path().join("order.sqlite");
        std::fs::copy(&blank, &file).expect("a copy");
        let mut random = StdRng::seed_from_u64(SEED ^ number);
        let found = delivered(&feed, &file, order, &mut random).await;
        let expected = expected.get_or_insert_with(|| found.clone());
        assert_eq!(&found, expected, "order {order:?} of seed {SEED:#x}");
    }
    let expected = expected.expect("many orders");
    assert!(expected.contains("paid: true"), "{expected}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_of_every_instruction_give_the_same_database() {
    for (name, way) in WALKS {
        let feed = feed_of(way);
        let folder = folder();
        let blank = blank(folder.path(), &feed, None).await;
        let mut order: Vec<usize> = (0..feed.transactions.len()).collect();
        let mut expected = None;
        for number in 0..LONG_ORDERS / WALKS.len() as u64 {
            let file = folder.path().join("order.sqlite");
            std::fs::copy(&blank, &file).expect("a copy");
            let mut random = StdRng::seed_from_u64(SEED ^ number);
            let found = delivered(&feed, &file, &order, &mut random).await;
            let expected = expected.get_or_insert_with(|| found.clone());
            assert_eq!(&found, expected, "{name}: order {number} of seed {SEED:#x}");
            order.shuffle(&mut random);
        }
    }
}
