//! Fresh databases, and what is put into them.

use crate::store::{
    EventStore as _, Identity, IntakeStore as _, Location, SqlStore, StoreError,
    events::{EventRow, Position, TransactionRow},
    intake::{Admission, Admitted},
    journal::JournalEntry,
    rounds::StoredOutcome,
};
use sheaf_demo::stack::postgres::Postgres;
use sheaf_protocol::{
    api::OutcomeView,
    manifest::Manifest,
    scores::{ScoreFile, SignedScoreFile},
    statement::{Receipt, Signed, Submission},
};
use solana_sdk::signature::Signature;
use tempfile::TempDir;

pub const IDENTITY: Identity = Identity {
    genesis: [1; 32],
    program: [2; 32],
    pool: [3; 32],
};
pub const JOB: [u8; 32] = [4; 32];
pub const POOL: [u8; 32] = IDENTITY.pool;

/// A database of [`IDENTITY`] with nothing in it.
pub struct Fresh {
    pub store: SqlStore,
    pub location: Location,
    _folder: Option<TempDir>,
}

pub async fn sqlite() -> Fresh {
    let folder = tempfile::tempdir().expect("a folder");
    let location = Location::File(folder.path().join("test.sqlite"));
    fresh(location, Some(folder)).await
}

pub async fn postgres() -> Fresh {
    let url = Postgres::shared().and_then(Postgres::create_database);
    fresh(Location::Server(url.expect("a database")), None).await
}

async fn fresh(location: Location, folder: Option<TempDir>) -> Fresh {
    let store = SqlStore::open(&location).await.expect("a database");
    store.bind(&IDENTITY).await.expect("a new database");
    Fresh {
        store,
        location,
        _folder: folder,
    }
}

/// Admits one submission.
pub async fn admit(store: &SqlStore, admission: &Admission) -> Result<Admitted, StoreError> {
    let answers = store.admit_all(std::slice::from_ref(admission)).await?;
    Ok(answers.into_iter().next().expect("one answer"))
}

/// A submission of contributor `who` to `task` with `nonce`, taken for `round` in slot 10 × nonce.
pub fn admission(who: u8, task: u32, nonce: u64, round: u64) -> Admission {
    let submission = Signed {
        body: Submission {
            genesis: IDENTITY.genesis,
            program: IDENTITY.program,
            job: JOB,
            contributor: [who; 32],
            node: [who; 32],
            content_hash: [9; 32],
            earliest_round: round,
            nonce,
            expiry_slot: 1_000,
            observed_slot: 5,
            units: 1,
            task,
            content_bytes: 7,
            region: [0; 12],
        },
        signature: [5; 64],
    };
    let receipt = Receipt {
        genesis: IDENTITY.genesis,
        program: IDENTITY.program,
        job: JOB,
        submission: submission.id(),
        round,
        received_slot: 10 * nonce,
    };
    Admission {
        submission,
        job: 7,
        receipt: Signed {
            body: receipt,
            signature: [6; 64],
        },
    }
}

pub fn outcome(round: u64, root: u8) -> StoredOutcome {
    StoredOutcome {
        round,
        outcome: OutcomeView {
            base_root: [0; 32].into(),
            root: [root; 32].into(),
            total: 5.into(),
            leaf_count: 1,
            debits_hash: [0; 32].into(),
            debits_total: 5.into(),
            manifest_hash: [0; 32].into(),
            attestation: [0; 32].into(),
            debits: Vec::new(),
        },
        manifest: Manifest::new(POOL, round, Vec::new(), Vec::new()),
    }
}

pub async fn record(store: &SqlStore, sequences: &[u64]) {
    let events = sequences.iter().map(|sequence| EventRow {
        series: POOL,
        sequence: *sequence,
        name: "JobFunded".to_owned(),
        data: vec![1],
        position: Position {
            instruction: 0,
            inner: *sequence as u32,
        },
    });
    let row = TransactionRow {
        signature: Signature::default(),
        slot: 4,
        events: events.collect(),
        dead_letters: Vec::new(),
    };
    store
        .record(&POOL, (Signature::default(), 4), &[row])
        .await
        .expect("kept");
}

pub fn entry(byte: u8) -> JournalEntry {
    JournalEntry {
        action: "round 1: tally".to_owned(),
        signature: Signature::from([byte; 64]),
        bytes: vec![byte],
        last_valid_block_height: 9,
    }
}

pub fn score_file(validator: u8, round: u64) -> SignedScoreFile {
    SignedScoreFile {
        file: ScoreFile::new([validator; 32], round, Vec::new()).expect("a file"),
        signature: [0; 64].into(),
    }
}
