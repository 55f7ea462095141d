//! The whole path with real processes, while the indexer is killed before and after its commits and before
//! and after the transactions it sends, and started again each time.
//!
//! | module | what it guards |
//! |---|---|
//! | here | everybody is paid once, nothing is lost, sums are equal, events are those of the chain |
//! | `stage` | what the end-to-end tests start with |

#[path = "end_to_end/stage.rs"]
mod stage;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use sheaf_demo::{
    plan::Plan,
    scenario::{Role, Scenario},
};
use sheaf_format::stage::PoolStage;
use sheaf_indexer::store::{EventStore as _, Location, SqlStore};
use sheaf_protocol::{
    api::{SubmissionState, SubmissionView},
    text::HexHash,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    time::{Duration, Instant},
};

/// Kills of the ordinary run.
const SHORT: u64 = 10;
/// Commits of a life at which it is killed, one after another.
const COMMITS: u64 = 24;
/// Kills in one scenario of a long run.
const PER_SCENARIO: u64 = 12;
/// How long what was handed in may take to be paid once nobody is killed any more.
const PATIENCE: Duration = Duration::from_secs(150);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_indexer_that_is_killed_again_and_again_pays_everything_once() -> Result<()> {
    let done = play("kills", (0..SHORT).map(point).collect()).await?;
    println!("the indexer died at {done:?}");
    ensure!(done.len() as u64 >= SHORT / 2, "killed at {done:?} only");
    Ok(())
}

/// `cargo xtask kills`. `SHEAF_KILLS` says how often; the points follow from the number alone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes long: cargo xtask kills --count N"]
async fn as_often_as_asked() -> Result<()> {
    let asked = std::env::var("SHEAF_KILLS").ok();
    let count = asked.map_or(Ok(200), |count| count.parse::<u64>())?;
    let (mut first, mut killed) = (SHORT, 0);
    while killed < count {
        let last = first + PER_SCENARIO;
        let done = play("kills-long", (first..last).map(point).collect()).await?;
        killed += done.len() as u64;
        println!("kills {first} to {last}: died at {done:?}; {killed} of {count}");
        first = last;
    }
    Ok(())
}

/// Where kill `number` happens: a point, and how often a life reaches it before it ends there. What a life
/// did not send the next one does, so that every send has its turn; of the commits each of the first
/// ones.
fn point(number: u64) -> String {
    let commits = 1 + (number / 4) * 5 % COMMITS;
    match number % 4 {
        0 => format!("commit:{commits}"),
        1 => "send:1".to_owned(),
        2 => format!("committed:{commits}"),
        _ => "sent:1".to_owned(),
    }
}

/// Plays the path with kills at these points. Gives those at which the indexer died.
async fn play(name: &str, points: Vec<String>) -> Result<Vec<String>> {
    let plan = Plan::small();
    let collect_slots = plan.collect_slots;
    let mut playing = stage::stage(name, plan).await?;
    let url = playing.indexer.url().to_owned();
    let stack = &mut playing.stack;
    stack.kill_indexer_at(points, &url, collect_slots);
    playing.collect().await?;
    let done = playing.stack.stop_killing().await?;
    let paid = until_paid(&playing).await?;
    everybody_is_paid_once(&playing, &paid).await?;
    the_events_are_those_of_the_chain(playing).await?;
    Ok(done)
}

/// A line of a node's journal, as far as it is used.
#[derive(Deserialize)]
struct Line {
    event: String,
    submission: HexHash,
}

/// The ids of all submissions that a node has a receipt for.
fn receipts(folder: &Path) -> Result<BTreeSet<HexHash>> {
    let mut receipts = BTreeSet::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path
            .extension()
            .is_none_or(|extension| extension != "jsonl")
        {
            continue;
        }
        for line in std::fs::read_to_string(&path)?.lines() {
            let line: Line = serde_json::from_str(line)
                .with_context(|| format!("{} has another form", path.display()))?;
            if line.event == "accepted" {
                receipts.insert(line.submission);
            }
        }
    }
    ensure!(!receipts.is_empty(), "nobody handed anything in");
    Ok(receipts)
}

/// Waits until everything that a receipt was given for is paid and nothing is under way.
async fn until_paid(playing: &Scenario) -> Result<Vec<SubmissionView>> {
    let receipts = receipts(&playing.stack.folder.join("nodes"))?;
    let waiting = Instant::now();
    loop {
        let (mut paid, mut open) = (Vec::new(), 0);
        for id in &receipts {
            let view = playing.indexer.submission(&id.0).await?;
            let view = view.with_context(|| format!("submission {id} is lost"))?;
            match view.state {
                SubmissionState::Paid => paid.push(view),
                _ => open += 1,
            }
        }
        let pool = playing.chain.pool(&playing.pool).await?;
        let job = playing.chain.job(&playing.pool, playing.job).await?;
        let idle = PoolStage::from_byte(pool.round_stage) == Some(PoolStage::Idle);
        if open == 0 && idle && job.reserved_round == 0 && pool.in_round_total == 0 {
            return Ok(paid);
        }
        ensure!(
            waiting.elapsed() < PATIENCE,
            "{open} of {} submissions with receipts are not paid",
            receipts.len()
        );
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

async fn everybody_is_paid_once(playing: &Scenario, paid: &[SubmissionView]) -> Result<()> {
    // Each stands in one batch of a final round.
    let rounds: BTreeSet<u64> = paid.iter().filter_map(|view| view.round).collect();
    let mut batched = BTreeMap::new();
    for round in rounds {
        for submission in playing.indexer.batch(round, playing.job).await?.submissions {
            *batched.entry(submission.id()).or_insert(0) += 1;
        }
    }
    for view in paid {
        ensure!(
            batched.get(&view.id.0) == Some(&1),
            "{} is not batched once",
            view.id
        );
    }
    ensure!(
        batched.len() == paid.len(),
        "something was batched without a receipt"
    );
    // What each earned is the sum of what its submissions were paid.
    let books = playing.books().await?;
    ensure!(
        books.accounts.balanced(),
        "{:?}",
        books.accounts.equations()
    );
    for (earner, earned) in playing.earners.iter().zip(&books.earned) {
        if let Role::Contributor(_) = earner.role {
            let own = paid
                .iter()
                .filter(|view| view.contributor.0 == earner.wallet.to_bytes());
            let amounts: u64 = own.filter_map(|view| Some(view.amount?.0)).sum();
            ensure!(
                amounts == *earned,
                "{}: {amounts}, not {earned}",
                earner.name()
            );
        }
    }
    playing.claim_for_all().await?;
    let accounts = playing.books().await?.accounts;
    ensure!(accounts.balanced(), "{:?}", accounts.equations());
    ensure!(accounts.leaves.unclaimed == 0 && accounts.pages_claimed == accounts.jobs.settled);
    Ok(())
}

/// The killed indexer has the events that one has which reads the chain anew.
async fn the_events_are_those_of_the_chain(playing: Scenario) -> Result<()> {
    let folder = playing.stack.folder.path().to_owned();
    let anew = playing.stack.backfill(&folder.join("indexer/anew")).await?;
    let series = [playing.chain.addresses().network(), playing.pool];
    playing.stack.end().await;
    let kept = SqlStore::open(&Location::File(folder.join("indexer/indexer.sqlite"))).await?;
    let anew = SqlStore::open(&Location::File(anew)).await?;
    for account in series {
        let key = account.to_bytes();
        let frontier = kept.series(&key).await?.frontier;
        ensure!(frontier > 3, "{account}: only {frontier} events");
        let last = frontier.min(anew.complete(&key, 0).await?);
        ensure!(
            frontier <= last + 5,
            "the backfill stops at {last} of {frontier}"
        );
        for number in 1..=last {
            let place = (
                kept.position(&key, number).await?,
                anew.position(&key, number).await?,
            );
            ensure!(place.0 == place.1, "event {number} of {account}: {place:?}");
            let event = (
                kept.event(&key, number).await?,
                anew.event(&key, number).await?,
            );
            ensure!(event.0 == event.1, "event {number} of {account}: {event:?}");
        }
        let letters = (kept.dead_letters().await?, anew.dead_letters().await?);
        ensure!(letters.0.is_empty() && letters.1.is_empty());
    }
    Ok(())
}
