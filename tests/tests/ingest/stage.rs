//! What the tests start with: feeds of the program's real transactions, and databases.

use sheaf_client::{Chain, address::TOKEN_PROGRAM, token::Mint};
use sheaf_format::LOCALNET_PROGRAM_ID;
use sheaf_indexer::{
    ingest::{Ingest, source::Source},
    place::Place,
    store::{
        EventStore as _, Identity, IntakeStore as _, Location, RoundStore as _, SqlStore, Store,
        StoreError,
        events::Beginning,
        intake::Admission,
        rounds::{OutcomeChanges, StoredOutcome},
    },
};
use sheaf_protocol::{
    api::OutcomeView,
    ledger::Leaf,
    manifest::Manifest,
    statement::{Receipt, Signed, Submission},
};
use sheaf_tests::{
    mint::MintKind,
    rpc::feed::Feed,
    walk::{Walk, walk},
    world::{GENESIS, World},
};
use solana_commitment_config::CommitmentConfig;
use solana_sdk::{pubkey::Pubkey, signer::Signer as _};
use std::{fmt::Write as _, path::Path, sync::Arc};

/// Where the databases lie: in memory where the system has it, because thousands are written.
pub fn folder() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    match memory.is_dir() {
        true => tempfile::tempdir_in(memory),
        false => tempfile::tempdir(),
    }
    .expect("a folder")
}

/// Everything that happens on a way through the program's instructions, from the first transaction on.
pub fn feed_of(way: Walk) -> Feed {
    let mut world = World::without_network(&MintKind::Token);
    world.record();
    walk(&mut world, way);
    world.recorded()
}

/// The end of a round and of a job, after much that is not recorded.
pub fn short_feed() -> (Feed, Beginning) {
    let mut world = World::new(&MintKind::Token);
    let job = world.create_job(1_000_000);
    let person = world.keys.address();
    let round = world.post_batch(job);
    world.open_round();
    let plan = world.plan(&[(person, 600)], &[(job, 600)]);
    world.vote(&plan);
    world.tally(&plan);
    let beginning = Beginning {
        slot: world.slot(),
        series: vec![
            (
                world.build.at.network().to_bytes(),
                world.network().sequence,
            ),
            (world.build.pool.to_bytes(), world.pool().sequence),
        ],
        active_round: 0,
        leaves: Vec::new(),
    };
    world.record();
    world.settle(&plan);
    world.finalise(&plan);
    world.release(job, round);
    world.cancel_job(job);
    let leaving = world.validators[0].authority.insecure_clone();
    let request = world.build.request_unstake(&leaving.pubkey());
    world.must("request_unstake", request, &[&leaving]);
    world.pass_grace(job);
    let destination = world.build.token_account(&world.requester.pubkey());
    let refund = world.build.refund_job(job, &destination);
    world.must("refund_job", refund, &[]);
    (world.recorded(), beginning)
}

/// Where the feed's pool is.
pub fn place(feed: &Feed, url: &str) -> Place {
    let program = Pubkey::new_from_array(LOCALNET_PROGRAM_ID);
    Place {
        chain: Chain::new(url, program, CommitmentConfig::confirmed()),
        genesis: GENESIS,
        pool: feed.pool,
        mint: Mint {
            address: Pubkey::default(),
            token_program: TOKEN_PROGRAM,
            decimals: 6,
            supply: 0,
        },
    }
}

/// A database that knows the outcome of every round of the feed, with a submission in the first one's
/// batch and one that waits.
pub async fn database(file: &Path, feed: &Feed, beginning: Option<&Beginning>) -> SqlStore {
    let store = SqlStore::open(&Location::File(file.to_owned()))
        .await
        .expect("a database");
    let identity = Identity {
        genesis: GENESIS,
        program: LOCALNET_PROGRAM_ID,
        pool: feed.pool.to_bytes(),
    };
    store.bind(&identity).await.expect("a new database");
    if let Some(beginning) = beginning {
        assert!(store.begin(beginning).await.expect("begun"), "it is empty");
    }
    for nonce in [1, 2] {
        let admitted = store.admit_all(&[admission(nonce)]).await;
        admitted.expect("a submission");
        if nonce == 1 {
            store.freeze(1, &[(0, [4; 32])]).await.expect("a batch");
        }
    }
    for (index, (round, root)) in (0u32..).zip(feed.final_rounds()) {
        let leaf = Leaf {
            contributor: [round as u8; 32],
            cumulative: 600,
        };
        let changes = OutcomeChanges {
            contributions: Vec::new(),
            leaves: vec![(index, leaf)],
        };
        let outcome = outcome(feed, round, root);
        let kept = store.put_outcome(&outcome, &changes, 0).await;
        assert!(kept.expect("an outcome"));
    }
    store
}

fn admission(nonce: u64) -> Admission {
    let submission = Signed {
        body: Submission {
            genesis: GENESIS,
            program: LOCALNET_PROGRAM_ID,
            job: [4; 32],
            contributor: [1; 32],
            node: [1; 32],
            content_hash: [9; 32],
            earliest_round: nonce,
            nonce,
            expiry_slot: 1_000,
            observed_slot: 5,
            units: 1,
            task: 0,
            content_bytes: 7,
            region: [0; 12],
        },
        signature: [5; 64],
    };
    let receipt = Receipt {
        genesis: GENESIS,
        program: LOCALNET_PROGRAM_ID,
        job: [4; 32],
        submission: submission.id(),
        round: nonce,
        received_slot: 10 * nonce,
    };
    Admission {
        submission,
        job: 0,
        receipt: Signed {
            body: receipt,
            signature: [6; 64],
        },
    }
}

fn outcome(feed: &Feed, round: u64, root: [u8; 32]) -> StoredOutcome {
    StoredOutcome {
        round,
        outcome: OutcomeView {
            base_root: [0; 32].into(),
            root: root.into(),
            total: 600.into(),
            leaf_count: 1,
            debits_hash: [0; 32].into(),
            debits_total: 600.into(),
            manifest_hash: [0; 32].into(),
            attestation: [0; 32].into(),
            debits: Vec::new(),
        },
        manifest: Manifest::new(feed.pool.to_bytes(), round, Vec::new(), Vec::new()),
    }
}

/// Ingest that was just started, over a database that may hold anything.
pub fn started(place: &Place, source: &Arc<dyn Source>, store: &SqlStore) -> Ingest {
    Ingest::new(place.clone(), Arc::clone(source), Arc::new(store.clone()))
}

/// One look. That the source fails is told; that the database does not fit the chain fails the test.
pub async fn look(ingest: &mut Ingest) {
    if let Err(error) = ingest.step().await {
        let broken = error.downcast_ref::<StoreError>();
        assert!(broken.is_none(), "{error:#}");
    }
}

/// Whether everything of the feed is kept and acted upon, and nothing is shown as confirmed only.
pub async fn is_complete(feed: &Feed, store: &SqlStore) -> bool {
    let all = feed.transactions.len();
    for account in [feed.network, feed.pool] {
        let key = account.to_bytes();
        let series = store.series(&key).await.expect("a series");
        let early = store.early(&key).await.expect("early events");
        if series.frontier != feed.head(&account, all, series.base) || !early.is_empty() {
            return false;
        }
    }
    true
}

/// Everything that a database says, in words.
pub async fn picture(feed: &Feed, store: &dyn Store) -> String {
    let digest = store.digest().await.expect("a digest");
    let mut picture = format!("{digest:?}\n");
    let mut add = |line: String| writeln!(picture, "{line}").expect("text");
    for account in [feed.network, feed.pool] {
        let key = account.to_bytes();
        let series = store.series(&key).await.expect("a series");
        add(format!("{account}: {series:?}"));
        let last = store.highest(&key).await.expect("a number");
        for number in series.base + 1..=last {
            let event = store.event(&key, number).await.expect("an event");
            let position = store.position(&key, number).await.expect("a position");
            add(format!("{number}: {event:?} {position:?}"));
        }
        add(format!("{:?}", store.early(&key).await.expect("early")));
    }
    let signatures: Vec<_> = feed
        .transactions
        .iter()
        .map(|one| one.signature())
        .collect();
    let unknown = store.unknown(&signatures).await.expect("signatures");
    add(format!("unknown: {unknown:?}"));
    let letters = store.dead_letters().await.expect("letters");
    add(format!("letters: {letters:?}"));
    add(format!("{:?}", store.leaves().await.expect("leaves")));
    let finals = store.final_rounds_after(0).await.expect("rounds");
    add(format!("final: {finals:?}"));
    for nonce in [1, 2] {
        let id = admission(nonce).submission.id();
        let kept = store.submission(&id).await.expect("a submission");
        add(format!("{kept:?}"));
    }
    picture
}
