//! The router over real parts: a database, a folder of contents, a view of a pool. The chain does
//! not answer here: what needs it is tested with real processes.

use super::{router, stream::Feed};
use crate::{
    app::{App, Specifications},
    content::{self, ObjectContents},
    ingest::Progress,
    intake::{Intake, IntakeSettings},
    metrics::Metrics,
    place::Place,
    rounds::ActiveTree,
    run::roles::Role,
    store::{
        EventStore as _, Identity, IntakeStore as _, Location, RoundStore as _, SqlStore,
        events::{Effect, EventRow, Position, TransactionRow},
        intake::Admission,
        rounds::{OutcomeChanges, StoredOutcome},
    },
    view::{View, fixture},
};
use bytemuck::Zeroable;
use ed25519_dalek::SigningKey;
use serde_json::Value;
use sheaf_client::{
    Chain,
    event::Event,
    layout::{
        BatchPosted, DatasetClosed, DatasetLicensed, DatasetPublished, DutiesCounted,
        UsageRecorded, Validator,
    },
    token::Mint,
};
use sheaf_format::{Key, digest::EVENT_INSTRUCTION_TAG};
use sheaf_protocol::{
    api::{OutcomeView, Problem},
    ledger::Leaf,
    manifest::Manifest,
    statement::{Receipt, Signed, Submission},
    text::{Base58Key, HexHash},
};
use solana_commitment_config::CommitmentConfig;
use solana_sdk::{pubkey::Pubkey, signature::Signature};
use std::{net::SocketAddr, sync::Arc};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// An answer, as it came.
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Status line and headers, in lower case.
    pub head: String,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    fn json(&self) -> Value {
        let text = String::from_utf8_lossy(&self.body);
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }

    fn problem(&self) -> Problem {
        assert!(
            self.head.contains("application/problem+json"),
            "{}",
            self.head
        );
        let problem: Problem = serde_json::from_slice(&self.body).expect("a problem");
        assert_eq!(problem.status, self.status);
        problem
    }
}

/// Asks with GET.
pub async fn get(address: SocketAddr, path: &str) -> Answer {
    ask(address, "GET", path, "", b"").await
}

/// Asks; `headers` are lines with their ends.
async fn ask(address: SocketAddr, method: &str, path: &str, headers: &str, body: &[u8]) -> Answer {
    let mut line = TcpStream::connect(address).await.expect("a line");
    let length = body.len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: h\r\nconnection: close\r\n{headers}content-length: {length}\r\n\r\n"
    );
    line.write_all(head.as_bytes()).await.expect("sent");
    // A server that refuses may close before everything is sent.
    let _ = line.write_all(body).await;
    let mut answer = Vec::new();
    let _ = line.read_to_end(&mut answer).await;
    let end = answer
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .expect("a whole head");
    let head = String::from_utf8_lossy(&answer[..end]).to_lowercase();
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok());
    Answer {
        status: status.expect("a status"),
        head,
        body: answer[end + 4..].to_vec(),
    }
}

/// A server over a pool's data.
struct Served {
    address: SocketAddr,
    app: App,
    store: SqlStore,
    tell_progress: watch::Sender<Progress>,
    // These keep what is served alive.
    _view: watch::Sender<Arc<View>>,
    _end: watch::Sender<()>,
    _folder: TempDir,
}

const VALIDATORS: [Key; 3] = [[21; 32], [22; 32], [23; 32]];

fn place() -> Place {
    // Nobody listens on port 1.
    let program = Pubkey::new_from_array([2; 32]);
    let chain = Chain::new("http://127.0.0.1:1", program, CommitmentConfig::confirmed());
    let mint = Mint {
        address: Pubkey::new_from_array([4; 32]),
        token_program: Pubkey::new_from_array([5; 32]),
        decimals: 6,
        supply: 1_000_000,
    };
    Place {
        pool: chain.addresses().pool(&mint.address),
        chain,
        genesis: [1; 32],
        mint,
    }
}

fn pool_view() -> View {
    let mut view = fixture::view();
    let (address, job) = view.jobs[&0];
    view.jobs
        .extend((1..5).map(|number| (number, (address, job))));
    view.validators = VALIDATORS
        .map(|authority| Validator {
            authority,
            stake: 7,
            ..Validator::zeroed()
        })
        .to_vec();
    view.held = 100;
    view
}

async fn served() -> Served {
    let folder = tempfile::tempdir().expect("a folder");
    let store = SqlStore::open(&Location::File(folder.path().join("indexer.sqlite")))
        .await
        .expect("a database");
    let place = place();
    let identity = Identity {
        genesis: place.genesis,
        program: place.program(),
        pool: place.pool_key(),
    };
    store.bind(&identity).await.expect("bound");
    earn(&store, &place).await;
    let contents = ObjectContents::open(&content::Location::Folder(folder.path().join("content")))
        .await
        .expect("a folder");
    let tree = ActiveTree::load(&place, &store).await.expect("a tree");
    let (tell_view, view) = watch::channel(Arc::new(pool_view()));
    let (tell_progress, progress) = watch::channel(Progress::default());
    let (intake, _) = Intake::new(&IntakeSettings::default());
    let app = App {
        intake,
        place,
        store: Arc::new(store.clone()),
        contents: Arc::new(contents),
        view,
        progress,
        tree: Arc::new(tree),
        key: Arc::new(SigningKey::from_bytes(&[9; 32])),
        specifications: Arc::new(Specifications::default()),
        metrics: Arc::new(Metrics::default()),
    };
    let (end, ending) = watch::channel(());
    let (feed, beat) = Feed::new(app.clone(), ending);
    let routes = router(app.clone(), feed, Role::ALL.to_vec());
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(beat);
    tokio::spawn(async move { axum::serve(listener, routes).await });
    Served {
        address,
        app,
        store,
        tell_progress,
        _view: tell_view,
        _end: end,
        _folder: folder,
    }
}

/// Round 1 paid 5 to one contributor, round 3 another 7 to it and 1 to another.
async fn earn(store: &SqlStore, place: &Place) {
    let leaf = |contributor: u8, cumulative| Leaf {
        contributor: [contributor; 32],
        cumulative,
    };
    let rounds = [
        (1, vec![(0, leaf(11, 5))]),
        (3, vec![(0, leaf(11, 12)), (1, leaf(12, 1))]),
    ];
    for (round, leaves) in rounds {
        let outcome = StoredOutcome {
            round,
            outcome: outcome(),
            manifest: Manifest::new(place.pool_key(), round, vec![], vec![]),
        };
        let changes = OutcomeChanges {
            contributions: vec![],
            leaves,
        };
        let kept = store.put_outcome(&outcome, &changes, 0).await;
        assert!(kept.expect("kept"));
    }
    let mut events = Vec::new();
    for sequence in 1..=5 {
        events.push(event(
            place,
            Event::BatchPosted(BatchPosted {
                sequence,
                pool: place.pool_key(),
                round: sequence,
                ..BatchPosted::zeroed()
            }),
        ));
    }
    log(store, place.pool_key(), events, &[(1, 1), (5, 3)]).await;
}

fn outcome() -> OutcomeView {
    let hash = HexHash([6; 32]);
    OutcomeView {
        base_root: hash,
        root: hash,
        total: 13.into(),
        leaf_count: 2,
        debits_hash: hash,
        debits_total: 8.into(),
        manifest_hash: hash,
        attestation: hash,
        debits: vec![],
    }
}

fn event(place: &Place, event: Event) -> EventRow {
    let data = event.to_instruction();
    let network = place.chain.addresses().network();
    EventRow {
        series: event.pool().unwrap_or(network).to_bytes(),
        sequence: event.sequence(),
        name: event.name().to_owned(),
        data: data[EVENT_INSTRUCTION_TAG.len()..].to_vec(),
        position: Position {
            instruction: 0,
            inner: 0,
        },
    }
}

/// Keeps events, each in its own transaction, and acts upon them; `finals` says which number ends
/// which round.
async fn log(store: &SqlStore, series: Key, events: Vec<EventRow>, finals: &[(u64, u64)]) {
    for event in events {
        let sequence = event.sequence;
        let mut signature = [0; 64];
        signature[..8].copy_from_slice(&sequence.to_le_bytes());
        signature[8] = series[0];
        let signature = Signature::from(signature);
        let row = TransactionRow {
            signature,
            slot: 100 + sequence,
            events: vec![event],
            dead_letters: vec![],
        };
        let newest = (signature, row.slot);
        store.record(&series, newest, &[row]).await.expect("kept");
        let effect = finals
            .iter()
            .find(|(number, _)| *number == sequence)
            .map_or(Effect::None, |(_, round)| Effect::Final {
                round: *round,
                root: [6; 32],
            });
        let applied = store.apply(&series, sequence, &effect).await;
        assert_eq!(
            applied.expect("applied"),
            crate::store::events::Applied::Done
        );
    }
}

/// Stores a submission, in the slot of its number.
async fn hand_in(served: &Served, number: u64, contributor: u8, job: u64) -> HexHash {
    let key = SigningKey::from_bytes(&[13; 32]);
    let body = Submission {
        genesis: [1; 32],
        program: [2; 32],
        job: fixture::JOB,
        contributor: [contributor; 32],
        node: key.verifying_key().to_bytes(),
        content_hash: [number as u8; 32],
        earliest_round: 1,
        nonce: number,
        expiry_slot: 5_000,
        observed_slot: 1,
        units: 1,
        task: number as u32,
        content_bytes: 1,
        region: [0; 12],
    };
    let submission = Signed::sign(body, &key);
    let receipt = Receipt {
        genesis: [1; 32],
        program: [2; 32],
        job: fixture::JOB,
        submission: submission.id(),
        round: 1,
        received_slot: number,
    };
    let admission = Admission {
        submission,
        job,
        receipt: Signed::sign(receipt, &key),
    };
    let answers = served.store.admit_all(&[admission]).await.expect("answers");
    assert_eq!(answers, [crate::store::intake::Admitted::Stored]);
    submission.id().into()
}

/// Every entry of a list, read in parts of `limit`.
async fn whole(served: &Served, path: &str, limit: usize) -> Vec<Value> {
    let mut entries: Vec<Value> = Vec::new();
    let (mut next, mut parts) = (String::new(), 0);
    let joint = if path.contains('?') { '&' } else { '?' };
    loop {
        let asked = format!("{path}{joint}limit={limit}{next}");
        let answer = get(served.address, &asked).await;
        assert_eq!(
            answer.status,
            200,
            "{asked}: {}",
            String::from_utf8_lossy(&answer.body)
        );
        let page = answer.json();
        let items = page["items"].as_array().expect("items");
        assert!(items.len() <= limit);
        entries.extend(items.iter().cloned());
        parts += 1;
        assert!(parts < 50, "{path} does not end");
        match page["next_cursor"].as_str() {
            None => return entries,
            Some(cursor) => next = format!("&cursor={cursor}"),
        }
    }
}

fn numbers(entries: &[Value], field: &str) -> Vec<u64> {
    entries
        .iter()
        .map(|entry| entry[field].as_u64().expect("a number"))
        .collect()
}

#[tokio::test]
async fn refusals_are_problems_wherever_they_arise() {
    let served = served().await;
    let large = vec![b'x'; 9_000];
    let json = "content-type: application/json\r\n";
    let key = Base58Key([3; 32]);
    let long = format!("/v1/contributors/{}", "1".repeat(300));
    for (method, path, headers, body, status, code) in [
        ("GET", "/nowhere", "", &b""[..], 404, "unknown_path"),
        ("DELETE", "/v1/jobs", "", b"", 405, "wrong_method"),
        ("GET", "/v1/jobs/first", "", b"", 400, "malformed"),
        ("GET", "/v1/jobs/99", "", b"", 404, "unknown_job"),
        ("GET", "/v1/jobs?limit=0", "", b"", 400, "malformed"),
        ("GET", "/v1/jobs?limit=x", "", b"", 400, "malformed"),
        ("GET", "/v1/jobs?page=2", "", b"", 400, "malformed"),
        ("GET", "/v1/jobs?cursor=zz", "", b"", 400, "malformed"),
        ("GET", "/v1/leaves?cursor=2.0", "", b"", 410, "tree_moved"),
        (
            "GET",
            "/v1/events?name=Nothing",
            "",
            b"",
            404,
            "unknown_event",
        ),
        ("GET", "/v1/events/0", "", b"", 404, "unknown_event"),
        (
            "GET",
            "/v1/rounds/18446744073709551615",
            "",
            b"",
            404,
            "unknown_round",
        ),
        (
            "GET",
            "/v1/rounds/1/batches/18446744073709551615",
            "",
            b"",
            404,
            "unknown_number",
        ),
        (
            "GET",
            "/v1/rounds/2/manifest",
            "",
            b"",
            404,
            "manifest_not_ready",
        ),
        ("GET", "/v1/submissions/00", "", b"", 400, "malformed"),
        ("GET", long.as_str(), "", b"", 400, "malformed"),
        (
            "GET",
            &format!("/v1/validators/{key}"),
            "",
            b"",
            404,
            "unknown_validator",
        ),
        (
            "GET",
            &format!("/v1/validators/{key}/duties"),
            "",
            b"",
            404,
            "unknown_validator",
        ),
        // The chain does not answer, and this contributor has a leaf.
        (
            "GET",
            &format!("/v1/contributors/{}", Base58Key([11; 32])),
            "",
            b"",
            503,
            "unavailable",
        ),
        ("GET", "/readyz", "", b"", 503, "not_ready"),
        (
            "POST",
            "/v1/delegations",
            "",
            b"{}",
            415,
            "unsupported_media_type",
        ),
        ("POST", "/v1/delegations", json, b"{", 400, "malformed"),
        ("POST", "/v1/delegations", json, b"{}", 400, "malformed"),
        ("POST", "/v1/delegations", json, &large, 413, "too_large"),
        ("POST", "/v1/submissions", "", b"", 400, "malformed"),
        (
            "GET",
            "/v1/events/stream",
            "last-event-id: x\r\n",
            b"",
            400,
            "malformed",
        ),
    ] {
        let answer = ask(served.address, method, path, headers, body).await;
        let problem = answer.problem();
        assert_eq!(
            (problem.status, problem.code.as_str()),
            (status, code),
            "{method} {path}"
        );
        assert_eq!(problem.instance, path.split('?').next().unwrap_or_default());
        assert_eq!(problem.kind, format!("/v1/problems/{code}"));
        let kind = get(served.address, &problem.kind).await;
        assert_eq!(
            (kind.status, kind.json()["title"].as_str()),
            (200, Some(problem.title.as_str()))
        );
        assert_eq!(
            answer.head.contains("retry-after: "),
            status == 503,
            "{path}"
        );
    }
    let wrong = ask(served.address, "DELETE", "/v1/jobs", "", b"").await;
    assert!(wrong.head.contains("allow: get"), "{}", wrong.head);
}

#[tokio::test]
async fn lists_are_the_same_in_parts_of_any_size() {
    let served = served().await;
    for number in 1..=7 {
        hand_in(&served, number, 11 + (number % 2) as u8, number % 3).await;
    }
    for limit in [1, 2, 3, 100] {
        let jobs = whole(&served, "/v1/jobs", limit).await;
        assert_eq!(numbers(&jobs, "number"), [0, 1, 2, 3, 4]);
        let submissions = whole(&served, "/v1/submissions", limit).await;
        assert_eq!(
            numbers(&submissions, "received_slot"),
            [7, 6, 5, 4, 3, 2, 1]
        );
        let events = whole(&served, "/v1/events", limit).await;
        assert_eq!(numbers(&events, "sequence"), [1, 2, 3, 4, 5]);
        let leaves = whole(&served, "/v1/leaves", limit).await;
        assert_eq!(leaves.len(), 2);
        let validators = whole(&served, "/v1/validators", limit.min(100)).await;
        let authorities: Vec<_> = validators
            .iter()
            .map(|validator| validator["authority"].as_str().expect("a key").to_owned())
            .collect();
        let expected = VALIDATORS.map(|authority| Base58Key(authority).to_string());
        assert_eq!(authorities, expected);
        let of = format!("/v1/contributors/{}/earnings", Base58Key([11; 32]));
        let earnings = whole(&served, &of, limit).await;
        assert_eq!(numbers(&earnings, "round"), [3, 1]);
        let amounts: Vec<_> = earnings
            .iter()
            .map(|earning| earning["amount"].clone())
            .collect();
        assert_eq!(amounts, ["7", "5"]);
    }
}

#[tokio::test]
async fn what_comes_between_two_parts_neither_repeats_nor_hides_an_entry() {
    let served = served().await;
    for number in 1..=4 {
        hand_in(&served, number, 11, 0).await;
    }
    let first = get(served.address, "/v1/submissions?limit=2").await.json();
    assert_eq!(
        numbers(first["items"].as_array().expect("items"), "received_slot"),
        [4, 3]
    );
    hand_in(&served, 9, 11, 0).await;
    let cursor = first["next_cursor"].as_str().expect("a cursor");
    let rest = get(served.address, &format!("/v1/submissions?cursor={cursor}")).await;
    let rest = rest.json();
    assert_eq!(
        numbers(rest["items"].as_array().expect("items"), "received_slot"),
        [2, 1]
    );
}

#[tokio::test]
async fn submissions_are_found_by_whom_what_and_where_they_stand() {
    let served = served().await;
    for number in 1..=6 {
        hand_in(&served, number, 11 + (number % 2) as u8, number % 3).await;
    }
    let contributor = Base58Key([12; 32]);
    let of = format!("/v1/submissions?contributor={contributor}");
    assert_eq!(
        numbers(&whole(&served, &of, 2).await, "received_slot"),
        [5, 3, 1]
    );
    let both = format!("{of}&job=0");
    assert_eq!(
        numbers(&whole(&served, &both, 2).await, "received_slot"),
        [3]
    );
    let batches = served.store.freeze(1, &[(0, fixture::JOB)]).await;
    assert_eq!(batches.expect("a batch").len(), 1);
    let batched = whole(&served, "/v1/submissions?state=batched", 1).await;
    assert_eq!(numbers(&batched, "received_slot"), [6, 3]);
    assert_eq!(whole(&served, "/v1/submissions?round=1", 9).await, batched);
    assert_eq!(
        whole(&served, "/v1/submissions?state=received", 9)
            .await
            .len(),
        4
    );
    assert_eq!(
        whole(&served, "/v1/submissions?state=paid", 9).await.len(),
        0
    );
    // Job 0 of the fixture is over at its deadline: what still waits is lost.
    let mut over = pool_view();
    over.unix_time = 5_000;
    served._view.send_replace(Arc::new(over));
    assert_eq!(
        whole(&served, "/v1/submissions?state=received", 9)
            .await
            .len(),
        0
    );
    assert_eq!(
        whole(&served, "/v1/submissions?state=rejected", 1)
            .await
            .len(),
        4
    );
}

#[tokio::test]
async fn datasets_and_duties_are_read_from_the_log() {
    let served = served().await;
    let place = &served.app.place;
    let pool = place.pool_key();
    let (one, other) = ([31; 32], [32; 32]);
    let consumer = [33; 32];
    let published = |sequence, dataset| {
        Event::DatasetPublished(DatasetPublished {
            sequence,
            pool,
            dataset,
            number: 2,
            price: 50,
            ..DatasetPublished::zeroed()
        })
    };
    let events = [
        published(6, one),
        published(7, other),
        Event::DatasetLicensed(DatasetLicensed {
            sequence: 8,
            pool,
            dataset: one,
            consumer,
            license: 1,
            arrived: 49,
            ..DatasetLicensed::zeroed()
        }),
        Event::UsageRecorded(UsageRecorded {
            sequence: 9,
            pool,
            dataset: one,
            consumer,
            usage: 1,
            ..UsageRecorded::zeroed()
        }),
        Event::DatasetClosed(DatasetClosed {
            sequence: 10,
            pool,
            dataset: other,
        }),
    ];
    let rows = events.map(|one| event(place, one)).to_vec();
    log(&served.store, pool, rows, &[]).await;
    let all = whole(&served, "/v1/usage", 2).await;
    assert_eq!(numbers(&all, "sequence"), [10, 9, 8, 7, 6]);
    let of = format!("/v1/usage?dataset={}", Base58Key(one));
    let found = whole(&served, &of, 1).await;
    assert_eq!(numbers(&found, "sequence"), [9, 8, 6]);
    assert_eq!(found[1]["event"]["what"], "licensed");
    assert_eq!(found[1]["event"]["arrived"], "49");

    let duty = |sequence, authority| {
        let counted = DutiesCounted {
            sequence,
            authority,
            pool,
            round: sequence,
            missed: sequence % 2,
            ..DutiesCounted::zeroed()
        };
        event(place, Event::DutiesCounted(counted))
    };
    let network = place.chain.addresses().network().to_bytes();
    let duties = vec![
        duty(1, VALIDATORS[0]),
        duty(2, VALIDATORS[1]),
        duty(3, VALIDATORS[0]),
    ];
    log(&served.store, network, duties, &[]).await;
    let of = format!("/v1/validators/{}/duties", Base58Key(VALIDATORS[0]));
    let found = whole(&served, &of, 1).await;
    assert_eq!(numbers(&found, "round"), [3, 1]);
    assert_eq!(found[0]["missed"], true);
    let named = whole(&served, "/v1/events?series=network&name=DutiesCounted", 2).await;
    assert_eq!(numbers(&named, "sequence"), [1, 2, 3]);
}

#[tokio::test]
async fn ended_rounds_are_kept_and_need_no_chain() {
    let served = served().await;
    // The chain does not answer, so what is not kept cannot be told.
    assert_eq!(
        get(served.address, "/v1/rounds").await.problem().code,
        "unavailable"
    );
    for number in [1, 2] {
        let round = sheaf_protocol::api::RoundView {
            number,
            stage: sheaf_protocol::api::RoundStage::Final,
            account: None,
            batches: vec![],
            outcome: None,
        };
        crate::store::ReadStore::put_ended_round(&served.store, &round)
            .await
            .expect("kept");
    }
    let rounds = whole(&served, "/v1/rounds", 2).await;
    assert_eq!(numbers(&rounds, "number"), [3, 2, 1]);
    assert_eq!(rounds[2]["outcome"]["total"], "13");
    assert_eq!(get(served.address, "/v1/rounds/2").await.status, 200);
    assert_eq!(
        get(served.address, "/v1/rounds/4").await.problem().code,
        "unknown_round"
    );
}

#[tokio::test]
async fn the_books_say_whether_the_vault_covers_what_is_owed() {
    let served = served().await;
    let books = get(served.address, "/v1/pool").await.json();
    assert_eq!(
        (&books["held"], &books["solvent"]),
        (&"100".into(), &true.into())
    );
    let mut broken = pool_view();
    broken.pool.escrow_total = 101;
    served._view.send_replace(Arc::new(broken));
    let books = get(served.address, "/v1/pool").await.json();
    assert_eq!(books["owed"]["total"], "101");
    assert_eq!(books["solvent"], false);
}

/// Lines of a stream until as many events of the program came as are asked for: their numbers.
async fn hear(address: SocketAddr, headers: &str, count: usize) -> Vec<u64> {
    let mut line = TcpStream::connect(address).await.expect("a line");
    let head = format!("GET /v1/events/stream HTTP/1.1\r\nhost: h\r\n{headers}\r\n");
    line.write_all(head.as_bytes()).await.expect("sent");
    let mut lines = BufReader::new(line).lines();
    let mut heard = Vec::new();
    while heard.len() < count {
        let line = lines.next_line().await.expect("a line").expect("no end");
        if let Some(number) = line.strip_prefix("id: ") {
            heard.push(number.parse().expect("a number"));
        }
    }
    heard
}

#[tokio::test]
async fn who_comes_back_hears_what_was_missed_and_then_what_comes() {
    let served = served().await;
    let back = "last-event-id: 2\r\n";
    assert_eq!(hear(served.address, back, 3).await, [3, 4, 5]);

    let listening = tokio::spawn(hear(served.address, back, 5));
    let place = &served.app.place;
    let pool = place.pool_key();
    for sequence in 6..=7 {
        let posted = BatchPosted {
            sequence,
            pool,
            ..BatchPosted::zeroed()
        };
        let row = event(place, Event::BatchPosted(posted));
        log(&served.store, pool, vec![row], &[]).await;
        served
            .tell_progress
            .send_modify(|progress| progress.frontier = sequence);
    }
    assert_eq!(listening.await.expect("heard"), [3, 4, 5, 6, 7]);
}

#[tokio::test]
async fn a_pulse_says_where_things_stand() {
    let served = served().await;
    hand_in(&served, 1, 11, 0).await;
    let mut line = TcpStream::connect(served.address).await.expect("a line");
    let head = b"GET /v1/events/stream HTTP/1.1\r\nhost: h\r\n\r\n";
    line.write_all(head).await.expect("sent");
    let mut lines = BufReader::new(line).lines();
    // A view that moves on makes the pulse beat.
    let moving = async {
        loop {
            let view = served.app.view();
            served._view.send_replace(view);
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    let hearing = async {
        loop {
            let line = lines.next_line().await.expect("a line").expect("no end");
            if let Some(data) = line.strip_prefix("data: ") {
                break serde_json::from_str::<Value>(data).expect("json");
            }
        }
    };
    let pulse = tokio::select! {
        pulse = hearing => pulse,
        () = moving => unreachable!("it moves for ever"),
    };
    assert_eq!(
        (&pulse["slot"], &pulse["waiting"]),
        (&1_000.into(), &1.into())
    );
    assert_eq!(pulse["round"], 3);
}

#[tokio::test]
async fn requests_are_counted_by_route_and_metrics_tell() {
    let served = served().await;
    get(served.address, "/v1/jobs/0").await;
    get(served.address, "/v1/jobs/1").await;
    get(served.address, "/v1/jobs/77").await;
    let answer = get(served.address, "/metrics").await;
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    for expected in [
        "sheaf_http_requests_total{method=\"GET\",route=\"/v1/jobs/{number}\",status=\"200\"} 2",
        "sheaf_http_refusals_total{code=\"unknown_job\"} 1",
        "sheaf_pool_held_base_units 100",
        "sheaf_leaves 2",
    ] {
        assert!(text.contains(expected), "no {expected} in {text}");
    }
}
