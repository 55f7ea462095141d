//! Legacy and version 0, keys from tables, inner instructions.

use crate::stage::{feed_of, place};
use sheaf_client::address::TOKEN_PROGRAM;
use sheaf_indexer::ingest::{
    RpcSource,
    source::{Level, Since, Source as _},
};
use sheaf_tests::{
    rpc::{faults::Faults, node::Node, server::Server},
    walk::{WALKS, instructions},
};
use std::{collections::BTreeSet, sync::Arc};

#[tokio::test]
async fn every_transaction_is_read_as_it_happened_in_whatever_form() {
    let (mut legacy, mut with_table, mut token_calls_from_table) = (0, 0, 0);
    let mut events = BTreeSet::new();
    for (_, way) in WALKS {
        let feed = feed_of(way);
        let node = Arc::new(Node::new(feed.clone(), Faults::none()));
        node.advance(feed.transactions.len(), feed.transactions.len());
        let server = Server::start(node).await;
        let source = RpcSource::new(place(&feed, &server.url).chain);
        for landed in &feed.transactions {
            let mention = landed.mention();
            if mention.failed {
                continue;
            }
            let found = source.transaction(&mention, Level::Finalized).await;
            let found = found.expect("an answer").expect("a transaction");
            assert_eq!(found, landed.fetched());
            let own_keys = landed.transaction.message.static_account_keys();
            match landed.transaction.message.address_table_lookups() {
                None => legacy += 1,
                Some(_) => with_table += 1,
            }
            let tokens = found
                .calls
                .iter()
                .filter(|call| call.program == TOKEN_PROGRAM);
            if !own_keys.contains(&TOKEN_PROGRAM) {
                token_calls_from_table += tokens.count();
            }
            events.extend(landed.events().iter().map(|event| event.name()));
        }
        let listed = source.mentions(&feed.pool, Since::default(), Level::Finalized);
        let listed = listed.await.expect("a list");
        let own = feed.transactions.iter();
        let own: Vec<_> = own
            .filter(|landed| landed.keys().contains(&feed.pool))
            .map(|landed| landed.mention())
            .collect();
        assert_eq!(
            listed, own,
            "oldest first, also those that name the pool in a table"
        );
    }
    assert!(legacy > 20 && with_table > 20, "{legacy}, {with_table}");
    assert!(
        token_calls_from_table > 0,
        "calls of programs that come from a table"
    );
    let few = instructions().len() / 2;
    assert!(events.len() > few, "{} kinds of events", events.len());
}
