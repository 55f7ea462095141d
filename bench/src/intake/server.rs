//! The indexer's intake in a process of its own, so that its memory is its own: the API, the pipeline and
//! the stores, without a chain.

use super::world::{self, GENESIS, JOB, JOB_NUMBER, POOL, PROGRAM, ROUND, SLOT};
use crate::{database, machine};
use anyhow::{Context as _, ensure};
use bytemuck::Zeroable as _;
use sheaf_client::{
    Chain,
    layout::{Job, Network, Pool},
    token::Mint,
};
use sheaf_indexer::{
    app::{App, Specifications},
    content::{self, ObjectContents},
    ingest::Progress,
    intake::{Intake, IntakeSettings},
    metrics::Metrics,
    place::Place,
    rounds::ActiveTree,
    run::roles::Role,
    serve,
    store::Location,
    view::View,
};
use sheaf_protocol::specification::{Specification, WebSpecification};
use solana_commitment_config::CommitmentConfig;
use solana_sdk::pubkey::Pubkey;
use std::{
    collections::BTreeMap, future::pending, io::Write as _, net::SocketAddr, path::Path,
    process::Stdio, sync::Arc,
};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader, Lines},
    net::TcpListener,
    process::{Child, ChildStdout, Command},
    sync::watch,
};

/// The word that makes this program the server.
pub const SERVE: &str = "serve";
/// More than anybody sends here: limits are on, and never reached.
const UNREACHED: u32 = 1_000_000;

/// A running server.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Server {
    /// Starts a server on a new database, with everybody's delegation, and its contents in `folder`.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start(place: &Location, folder: &Path) -> anyhow::Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .args([SERVE, &place.to_string()])
            .arg(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("cannot start the server")?;
        let stdout = child.stdout.take().context("no output")?;
        let mut lines = BufReader::new(stdout).lines();
        let line = lines.next_line().await?.context("the server ended")?;
        Ok(Self {
            address: line.parse().context("the server's address")?,
            child,
            lines,
        })
    }

    /// Ends it. Gives the most memory it held, in MiB.
    ///
    /// # Errors
    /// When it fails.
    pub async fn end(mut self) -> anyhow::Result<f64> {
        drop(self.child.stdin.take());
        let line = self.lines.next_line().await?.context("the server ended")?;
        ensure!(self.child.wait().await?.success(), "the server failed");
        line.parse().context("the server's memory")
    }
}

/// Serves until standard input closes: `DATABASE FOLDER`.
///
/// # Errors
/// When something cannot be set up.
pub async fn serve(mut words: impl Iterator<Item = String>) -> anyhow::Result<()> {
    let place: Location = words.next().context("name a database")?.parse()?;
    let folder = words.next().context("name a folder")?;
    let (app, workers) = app(&place, Path::new(&folder)).await?;
    tokio::spawn(workers.run(Arc::clone(&app.store)));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println(&listener.local_addr()?)?;
    let serving = tokio::spawn(serve::serve(listener, app, Role::ALL.to_vec(), pending()));
    let _ = tokio::io::stdin().read_to_end(&mut Vec::new()).await?;
    serving.abort();
    println(&machine::peak_memory_mib().context("memory is not known here")?)
}

fn println(value: &impl std::fmt::Display) -> anyhow::Result<()> {
    let mut out = std::io::stdout();
    writeln!(out, "{value}")?;
    Ok(out.flush()?)
}

async fn app(
    place_of_data: &Location,
    folder: &Path,
) -> anyhow::Result<(App, sheaf_indexer::intake::Workers)> {
    let program = Pubkey::new_from_array(PROGRAM);
    let place = Place {
        // Nobody asks the chain here.
        chain: Chain::new("http://127.0.0.1:1", program, CommitmentConfig::confirmed()),
        genesis: GENESIS,
        pool: Pubkey::new_from_array(POOL),
        mint: Mint {
            address: Pubkey::new_from_array([5; 32]),
            token_program: Pubkey::new_from_array([6; 32]),
            decimals: 6,
            supply: 0,
        },
    };
    let store = database::create(place_of_data).await?;
    for delegation in world::delegations() {
        store.put_delegation(&delegation).await?;
    }
    let specification = Specification::Web(WebSpecification {
        title: "Pages".to_owned(),
        urls: (0..world::TASKS)
            .map(|task| format!("https://example.org/{task}"))
            .collect(),
        pages_per_node: 1,
    });
    let specifications = Specifications::default();
    let bytes = serde_json::to_vec(&specification)?;
    specifications.add(JOB_NUMBER, &bytes, specification);
    let (intake, workers) = Intake::new(&IntakeSettings {
        node_rate: UNREACHED,
        node_burst: UNREACHED,
        address_rate: UNREACHED,
        address_burst: UNREACHED,
        ..IntakeSettings::default()
    });
    let contents = content::Location::Folder(folder.join("content"));
    let contents = ObjectContents::open(&contents).await?;
    let app = App {
        tree: Arc::new(ActiveTree::load(&place, &*store).await?),
        place,
        store,
        contents: Arc::new(contents),
        intake,
        view: watch::channel(Arc::new(view())).1,
        progress: watch::channel(Progress::default()).1,
        key: Arc::new(world::aggregator()),
        specifications: Arc::new(specifications),
        metrics: Arc::new(Metrics::default()),
    };
    Ok((app, workers))
}

/// A chain on which one job takes submissions and could pay for all of them.
fn view() -> View {
    let job = Job {
        aggregator: world::aggregator().verifying_key().to_bytes(),
        balance: u64::MAX,
        round_cap: u64::MAX,
        price_per_unit: 1,
        deadline: i64::MAX,
        ..Job::zeroed()
    };
    View {
        slot: SLOT,
        unix_time: 1,
        network: Network::zeroed(),
        validators: Vec::new(),
        held: 0,
        pool: Pool {
            round: ROUND - 1,
            ..Pool::zeroed()
        },
        jobs: BTreeMap::from([(JOB_NUMBER, (JOB, job))]),
        round: None,
        batches: BTreeMap::new(),
    }
}
