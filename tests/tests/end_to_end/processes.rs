//! An indexer of three processes on one PostgreSQL database: one works, one stands by, one serves. The one that
//! works dies in the middle of a round, and everybody is paid as if nothing had happened.

use crate::{money::check_shares, stage::stage_on};
use anyhow::{Context, Result, bail};
use sheaf_client::indexer::Indexer;
use sheaf_demo::{
    plan::Plan,
    stack::{postgres::Postgres, process::Process},
};
use std::time::{Duration, Instant};

/// How long the first batch may take, on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(120);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_processes_pay_a_job_through_though_one_dies() -> Result<()> {
    let database = Postgres::shared()?.create_database()?;
    let mut playing = stage_on("processes", Plan::small(), Some(database)).await?;
    let working = playing.stack.indexers.remove(0);
    let indexer = playing.indexer.clone();
    let (rounds, dead) = tokio::join!(playing.collect(), kill_once_batched(working, &indexer));
    dead?;
    assert_eq!(rounds?.len(), 1, "no round was void");
    check_shares(&playing, &playing.books().await?);

    // The process that serves has the tree that another moved.
    playing.claim_for_all().await?;
    let accounts = playing.books().await?.accounts;
    assert!(accounts.balanced(), "{:?}", accounts.equations());
    assert_eq!(accounts.leaves.unclaimed, 0);
    assert_eq!(accounts.pages_claimed, accounts.jobs.settled);
    playing.stack.end().await;
    Ok(())
}

/// Kills a process as soon as submissions go to the next round: its batches are made, and everything
/// after is another's.
async fn kill_once_batched(mut process: Process, indexer: &Indexer) -> Result<()> {
    let waiting = Instant::now();
    while indexer.status().await?.intake_round < 2 {
        process.must_run()?;
        if waiting.elapsed() > PATIENCE {
            bail!("nothing was batched");
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    process.must_run().context("it was to be killed")?;
    process.kill().await;
    Ok(())
}
