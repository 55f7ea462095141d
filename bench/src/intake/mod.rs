//! Signed submissions: over HTTP into each database, beside what signatures, files and inserts
//! alone take.

mod load;
mod server;
pub mod world;

pub use server::{SERVE, serve};

use crate::{
    database::{self, DATABASES, Database, Databases},
    machine,
    report::{Report, Unit},
};
use anyhow::{Context as _, ensure};
use load::Load;
use server::Server;
use sheaf_indexer::{
    content::{ContentStore as _, Location, ObjectContents},
    intake::verify::PER_THREAD,
    store::intake::{Admission, Admitted},
};
use sheaf_protocol::statement::{Signed, Submission};
use std::{sync::Arc, time::Instant};
use tokio::task::JoinSet;
use world::{CONTENT_BYTES, CONTRIBUTORS, SUBMISSIONS};

/// Connections that send at once, each the next when the one before is answered.
const CONNECTIONS: usize = 128;
/// Submissions that pure inserts store by one database transaction, as intake does at most.
const PER_TRANSACTION: usize = 256;
/// Each figure is the median of so many runs.
const RUNS: usize = 3;

/// Measures.
///
/// # Errors
/// When something is refused or cannot be stored.
pub async fn measure() -> anyhow::Result<Report> {
    let mut report = Report::new(
        "intake",
        format!(
            "{SUBMISSIONS} submissions of {CONTRIBUTORS} nodes with {CONTENT_BYTES} bytes of content each, {CONNECTIONS} connections from one \
             process to another on loopback; each figure is the median of {RUNS} runs."
        ),
    );
    let submissions: Arc<Vec<Signed<Submission>>> = Arc::new(world::submissions());
    let signatures = median(RUNS, async || verify(&submissions).await).await?;
    report.add("signatures alone", None, signatures, Unit::PerSecond);
    let contents = median(RUNS, async || put(&submissions).await).await?;
    report.add("contents alone", None, contents, Unit::PerSecond);
    let databases = Databases::start()?;
    for database in DATABASES {
        let name = Some(database.name());
        let inserts = median(RUNS, async || {
            insert(&databases, database, &submissions).await
        })
        .await?;
        report.add("inserts alone", name, inserts, Unit::PerSecond);
        let requests = Arc::new(world::requests(&submissions));
        let mut loads = Vec::new();
        for _ in 0..RUNS {
            loads.push(end_to_end(&databases, database, &requests).await?);
        }
        loads.sort_by(|one, other| one.0.per_second().total_cmp(&other.0.per_second()));
        let (load, memory) = loads.swap_remove(RUNS / 2);
        let taken = load.per_second();
        report.add("submissions taken", name, taken, Unit::PerSecond);
        report.add("median answer", name, load.latency(50), Unit::Milliseconds);
        report.add(
            "99th percentile of answers",
            name,
            load.latency(99),
            Unit::Milliseconds,
        );
        report.add(
            "peak memory of the indexer's part",
            name,
            memory,
            Unit::Mebibytes,
        );
        report.add(
            "taken / signatures alone",
            name,
            taken / signatures,
            Unit::Ratio,
        );
        report.add(
            "taken / contents alone",
            name,
            taken / contents,
            Unit::Ratio,
        );
        report.add("taken / inserts alone", name, taken / inserts, Unit::Ratio);
    }
    Ok(report)
}

async fn median(runs: usize, run: impl AsyncFn() -> anyhow::Result<f64>) -> anyhow::Result<f64> {
    let mut figures = Vec::with_capacity(runs);
    for _ in 0..runs {
        figures.push(run().await?);
    }
    figures.sort_by(f64::total_cmp);
    Ok(figures[runs / 2])
}

/// Verifies all signatures, on as many threads as intake does.
async fn verify(submissions: &Arc<Vec<Signed<Submission>>>) -> anyhow::Result<f64> {
    let started = Instant::now();
    let mut threads = JoinSet::new();
    for thread in 0..machine::threads() {
        let submissions = Arc::clone(submissions);
        threads.spawn_blocking(move || {
            let ours = submissions.chunks(PER_THREAD).skip(thread);
            ours.step_by(machine::threads())
                .flatten()
                .all(|submission| submission.verify_named().is_ok())
        });
    }
    while let Some(valid) = threads.join_next().await {
        ensure!(valid?, "a signature does not verify");
    }
    Ok(machine::per_second(submissions.len() as u64, started))
}

/// Keeps all contents in a folder.
async fn put(submissions: &[Signed<Submission>]) -> anyhow::Result<f64> {
    let folder = tempfile::tempdir()?;
    let store = ObjectContents::open(&Location::Folder(folder.path().join("content"))).await?;
    let contents: Vec<Vec<u8>> = (0..submissions.len()).map(world::content).collect();
    let started = Instant::now();
    let mut puts = JoinSet::new();
    for content in contents {
        if puts.len() == CONNECTIONS
            && let Some(put) = puts.join_next().await
        {
            put??;
        }
        let store = store.clone();
        puts.spawn(async move { store.put(content).await.map(drop) });
    }
    while let Some(put) = puts.join_next().await {
        put??;
    }
    Ok(machine::per_second(submissions.len() as u64, started))
}

/// Stores all submissions, with nothing before or after it.
async fn insert(
    databases: &Databases,
    database: Database,
    submissions: &[Signed<Submission>],
) -> anyhow::Result<f64> {
    let folder = tempfile::tempdir()?;
    let store = database::create(&databases.place(database, folder.path())?).await?;
    let admissions: Vec<Admission> = submissions.iter().map(world::admission).collect();
    let started = Instant::now();
    for group in admissions.chunks(PER_TRANSACTION) {
        let answers = store.admit_all(group).await?;
        let stored = answers.iter().all(|answer| *answer == Admitted::Stored);
        ensure!(stored, "a submission is not stored");
    }
    Ok(machine::per_second(submissions.len() as u64, started))
}

/// Hands in all submissions over HTTP. Gives what came of it, and the peak memory of the server.
async fn end_to_end(
    databases: &Databases,
    database: Database,
    requests: &Arc<Vec<Vec<u8>>>,
) -> anyhow::Result<(Load, f64)> {
    let folder = tempfile::tempdir()?;
    let place = databases.place(database, folder.path())?;
    let server = Server::start(&place, folder.path()).await?;
    let load = load::send(server.address, requests, CONNECTIONS).await?;
    let memory = server.end().await.context("the server's end")?;
    Ok((load, memory))
}
