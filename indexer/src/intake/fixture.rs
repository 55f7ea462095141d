//! An indexer's app on real stores in a folder, with one job, for tests: over HTTP on loopback.

use super::{Intake, IntakeSettings};
use crate::{
    app::{App, Specifications},
    content::{self, ObjectContents},
    ingest::Progress,
    metrics::Metrics,
    place::Place,
    rounds::ActiveTree,
    run::roles::Role,
    serve,
    store::{Identity, IntakeStore as _, Location, RoundStore as _, SqlStore},
    view::{View, fixture},
};
use ed25519_dalek::SigningKey;
use sheaf_client::{Chain, indexer::Indexer, token::Mint};
use sheaf_format::Key;
use sheaf_protocol::{
    intake::Content,
    specification::Specification,
    statement::{Delegation, Signed, Submission, region_bytes},
};
use solana_commitment_config::CommitmentConfig;
use solana_sdk::pubkey::Pubkey;
use std::{future::pending, net::SocketAddr, sync::Arc};
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::watch};

pub const GENESIS: Key = [1; 32];
pub const PROGRAM: Key = [2; 32];
pub const CIPHERTEXT: &[u8] = b"ciphertext";
/// The round that takes submissions.
pub const ROUND: u64 = 4;

const SPECIFICATION: &[u8] = br#"{"kind":"web","title":"News","urls":["https://example.org/0","https://example.org/1","https://example.org/2","https://example.org/3"],"pages_per_node":3}"#;

pub struct Fixture {
    pub app: App,
    pub view: watch::Sender<Arc<View>>,
    pub indexer: Indexer,
    pub address: SocketAddr,
    _folder: TempDir,
}

pub fn key(byte: u8) -> SigningKey {
    SigningKey::from_bytes(&[byte; 32])
}

pub fn public(byte: u8) -> Key {
    key(byte).verifying_key().to_bytes()
}

/// A delegation from contributor `who` to the node with the next number.
pub fn delegation(who: u8) -> Signed<Delegation> {
    let body = Delegation {
        genesis: GENESIS,
        program: PROGRAM,
        contributor: public(who),
        node: public(who + 1),
        valid_until_slot: 9_000,
    };
    Signed::sign(body, &key(who))
}

/// What the node of contributor `who` says of `content`.
pub fn body(who: u8, task: u32, nonce: u64, content: &[u8]) -> Submission {
    Submission {
        genesis: GENESIS,
        program: PROGRAM,
        job: fixture::JOB,
        contributor: public(who),
        node: public(who + 1),
        content_hash: Content::of(content).hash,
        earliest_round: ROUND,
        nonce,
        expiry_slot: 2_000,
        observed_slot: 990,
        units: 1,
        task,
        content_bytes: u32::try_from(content.len()).expect("it is short"),
        region: region_bytes("eu").expect("a region"),
    }
}

pub fn submission(who: u8, task: u32, nonce: u64, content: &[u8]) -> Signed<Submission> {
    Signed::sign(body(who, task, nonce, content), &key(who + 1))
}

impl Fixture {
    pub async fn start() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn with(change: impl FnOnce(&mut IntakeSettings)) -> Self {
        let (fixture, workers) = Self::without_workers(change).await;
        tokio::spawn(workers.run(Arc::clone(&fixture.app.store)));
        fixture
    }

    /// One whose submissions are never dealt with.
    pub async fn without_workers(
        change: impl FnOnce(&mut IntakeSettings),
    ) -> (Self, super::Workers) {
        let folder = tempfile::tempdir().expect("a folder");
        let program = Pubkey::new_from_array(PROGRAM);
        let place = Place {
            // Nobody asks the chain here.
            chain: Chain::new("http://127.0.0.1:1", program, CommitmentConfig::confirmed()),
            genesis: GENESIS,
            pool: Pubkey::new_from_array([3; 32]),
            mint: Mint {
                address: Pubkey::new_from_array([4; 32]),
                token_program: Pubkey::new_from_array([5; 32]),
                decimals: 6,
                supply: 0,
            },
        };
        let store = SqlStore::open(&Location::File(folder.path().join("test.sqlite")))
            .await
            .expect("a database");
        let identity = Identity {
            genesis: GENESIS,
            program: PROGRAM,
            pool: place.pool_key(),
        };
        store.bind(&identity).await.expect("a new database");
        store.set_intake_round(ROUND).await.expect("the round");
        let aggregator = key(200);
        let mut seen = fixture::view();
        for (_, job) in seen.jobs.values_mut() {
            job.aggregator = aggregator.verifying_key().to_bytes();
        }
        let (tell, view) = watch::channel(Arc::new(seen));
        let specifications = Specifications::default();
        let specification = Specification::parse(SPECIFICATION).expect("a specification");
        specifications.add(0, SPECIFICATION, specification);
        let mut settings = IntakeSettings::default();
        change(&mut settings);
        let (intake, workers) = Intake::new(&settings);
        let contents = content::Location::Folder(folder.path().join("content"));
        let contents = ObjectContents::open(&contents).await.expect("a folder");
        let app = App {
            tree: Arc::new(
                ActiveTree::load(&place, &store)
                    .await
                    .expect("an empty tree"),
            ),
            place,
            store: Arc::new(store),
            contents: Arc::new(contents),
            intake,
            view,
            progress: watch::channel(Progress::default()).1,
            key: Arc::new(aggregator),
            specifications: Arc::new(specifications),
            metrics: Arc::new(Metrics::default()),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(serve::serve(
            listener,
            app.clone(),
            Role::ALL.to_vec(),
            pending(),
        ));
        let fixture = Self {
            app,
            view: tell,
            indexer: Indexer::new(&format!("http://{address}")).expect("an address"),
            address,
            _folder: folder,
        };
        (fixture, workers)
    }

    /// One whose contributors, by number, have delegated.
    pub async fn delegate(&self, contributors: &[u8]) {
        for who in contributors {
            let taken = self.indexer.delegate(&delegation(*who)).await;
            taken.expect("a delegation that holds");
        }
    }

    /// Whether a content is kept.
    pub async fn keeps(&self, content: &[u8]) -> bool {
        let found = self.app.contents.get(&Content::of(content).hash).await;
        found.expect("the folder can be read").is_some()
    }
}
