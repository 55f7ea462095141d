//! Never signed twice: sender and watcher with a real journal, on an RPC that says what a test wants.

use super::{
    fee::FeePolicy,
    sender::{JournaledSender, Order, Sender as _, Sent},
    watch::{Outcome, Watcher},
};
use crate::store::{JournalStore as _, Location, SqlStore, journal::Ending};
use axum::{Json, Router, extract::State, routing::post};
use serde_json::{Value, json};
use sheaf_client::{Chain, instruction::transfer_lamports};
use solana_commitment_config::CommitmentConfig;
use solana_sdk::{hash::Hash, pubkey::Pubkey, signature::Keypair, signer::Signer as _};
use std::{
    net::Ipv4Addr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tempfile::TempDir;

/// Last block height of every transaction here.
const LAST_VALID: u64 = 250;

/// What the RPC says, and what it was sent.
struct Node {
    finalized_height: u64,
    status_slot: u64,
    status: Value,
    sent: Vec<String>,
}

type Shared = Arc<Mutex<Node>>;

fn answer(node: &mut Node, request: &Value) -> Value {
    match request["method"].as_str() {
        Some("getLatestBlockhash") => json!({
            "context": {"slot": 110},
            "value": {
                "blockhash": Hash::new_unique().to_string(),
                "lastValidBlockHeight": LAST_VALID,
            },
        }),
        Some("simulateTransaction") => json!({
            "context": {"slot": 110},
            "value": {"err": null, "logs": [], "accounts": null, "unitsConsumed": 450, "returnData": null},
        }),
        Some("getRecentPrioritizationFees") => json!([{"slot": 100, "prioritizationFee": 7}]),
        Some("sendTransaction") => {
            let bytes = request["params"][0].as_str().unwrap_or_default();
            node.sent.push(bytes.to_owned());
            // Its first signature, which the client compares.
            json!("1111111111111111111111111111111111111111111111111111111111111111")
        }
        Some("getSignatureStatuses") => json!({
            "context": {"slot": node.status_slot},
            "value": [node.status],
        }),
        Some("getBlockHeight") => json!(node.finalized_height),
        Some("getSlot") => json!(node.finalized_height + 10),
        other => panic!("nobody asks for {other:?}"),
    }
}

struct Fixture {
    node: Shared,
    store: Arc<SqlStore>,
    sender: JournaledSender,
    watcher: Watcher,
    _folder: TempDir,
}

impl Fixture {
    async fn new() -> Self {
        let node = Arc::new(Mutex::new(Node {
            finalized_height: 120,
            status_slot: 160,
            status: Value::Null,
            sent: Vec::new(),
        }));
        let route = post(
            |State(node): State<Shared>, Json(request): Json<Value>| async move {
                let mut node = node.lock().unwrap_or_else(PoisonError::into_inner);
                let result = answer(&mut node, &request);
                Json(json!({"jsonrpc": "2.0", "id": request["id"], "result": result}))
            },
        );
        let routes = Router::new()
            .route("/", route)
            .with_state(Arc::clone(&node));
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
        let listener = listener.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move { axum::serve(listener, routes).await });
        let commitment = CommitmentConfig::confirmed();
        let chain = Chain::new(
            &format!("http://{address}"),
            Pubkey::new_unique(),
            commitment,
        );
        let folder = tempfile::tempdir().expect("a folder");
        let store = SqlStore::open(&Location::File(folder.path().join("indexer.sqlite"))).await;
        let store = Arc::new(store.expect("a database"));
        Self {
            watcher: Watcher::new(&chain, Arc::clone(&store) as _),
            sender: JournaledSender {
                chain,
                store: Arc::clone(&store) as _,
                wallet: Arc::new(Keypair::new()),
                fees: FeePolicy {
                    percentile: 75,
                    floor: 0,
                    ceiling: 1_000,
                },
                patience: Duration::from_millis(1),
            },
            node,
            store,
            _folder: folder,
        }
    }

    /// Sends the action as settlement does.
    async fn send(&self) -> Sent {
        let payer = self.sender.wallet.pubkey();
        let instructions = [transfer_lamports(&payer, &Pubkey::new_unique(), 1)];
        let order = Order {
            action: "round 1: tally",
            instructions: &instructions,
            slot: 105,
            deaths: 0,
        };
        self.sender.send(&order).await.expect("sent")
    }

    fn says(&self, change: impl FnOnce(&mut Node)) {
        change(&mut self.node.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Different transactions that reached the RPC, and how often any did.
    fn reached(&self) -> (usize, usize) {
        let node = self.node.lock().unwrap_or_else(PoisonError::into_inner);
        let mut different = node.sent.clone();
        different.sort_unstable();
        different.dedup();
        (different.len(), node.sent.len())
    }

    async fn look(&mut self) -> Outcome {
        let mut all = self.watcher.step().await.expect("looked");
        assert_eq!(all.len(), 1);
        all.remove(0).1
    }
}

fn landed(commitment: &str) -> Value {
    json!({
        "slot": 130, "confirmations": null, "err": null, "status": {"Ok": null},
        "confirmationStatus": commitment,
    })
}

#[tokio::test]
async fn while_one_may_land_the_same_bytes_are_sent_and_nothing_new_is_signed() {
    let mut fixture = Fixture::new().await;
    assert!(matches!(fixture.send().await, Sent::Open(Some(_))));
    assert_eq!(fixture.look().await, Outcome::Open(None));
    assert_eq!(fixture.send().await, Sent::Open(None));
    // It could have landed up to now, but the node that answers lags behind the other.
    fixture.says(|node| (node.finalized_height, node.status_slot) = (300, 200));
    assert!(matches!(fixture.look().await, Outcome::Uncertain(_)));
    assert_eq!(fixture.send().await, Sent::Open(None));
    let (different, all) = fixture.reached();
    assert_eq!(different, 1);
    assert!(all >= 2, "the watcher sent it again");
}

#[tokio::test]
async fn only_a_dead_one_is_signed_anew() {
    let mut fixture = Fixture::new().await;
    fixture.send().await;
    fixture.says(|node| (node.finalized_height, node.status_slot) = (251, 300));
    assert_eq!(fixture.look().await, Outcome::Dead);
    let closed = fixture.store.closed_entries(9).await.expect("read");
    assert_eq!(closed[0].ending, Ending::Dead);
    assert!(matches!(fixture.send().await, Sent::Open(Some(_))));
    assert_eq!(fixture.reached().0, 2);
}

#[tokio::test]
async fn a_confirmed_one_stays_open_until_it_is_final_and_is_found_after_a_crash() {
    let mut fixture = Fixture::new().await;
    fixture.says(|node| node.status = landed("confirmed"));
    assert!(matches!(
        fixture.send().await,
        Sent::Landed { slot: 130, .. }
    ));
    assert_eq!(fixture.look().await, Outcome::Open(Some(130)));
    assert_eq!(
        fixture.send().await,
        Sent::Open(None),
        "its fork may be dropped"
    );
    // Its fork is dropped: another process finds it in the journal and sends it again.
    fixture.says(|node| node.status = Value::Null);
    fixture.watcher = Watcher::new(&fixture.sender.chain, Arc::clone(&fixture.store) as _);
    assert_eq!(fixture.look().await, Outcome::Open(None));
    assert_eq!(fixture.reached(), (1, 2));
    fixture.says(|node| node.status = landed("finalized"));
    assert_eq!(fixture.look().await, Outcome::Landed(130));
    assert_eq!(fixture.store.open_entries().await.expect("read"), []);
    assert_eq!(fixture.reached(), (1, 2));
}
