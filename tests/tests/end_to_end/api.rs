//! The API over a pool that has played a round: what it shows adds up to what is on chain, and it is
//! what its own description says, as an independent checker finds.

use crate::stage::stage;
use anyhow::{Context, Result, ensure};
use sheaf_client::indexer::Submissions;
use sheaf_demo::{plan::Plan, scenario::Scenario};
use sheaf_protocol::api::{RoundStage, Series, SubmissionState, ValidatorState};
use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};
use tokio::process::Command;

/// How long the indexer may take to act upon what is final, on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(90);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_api_shows_what_happened_and_is_what_it_says_it_is() -> Result<()> {
    let mut playing = stage("api", Plan::small()).await?;
    playing.collect().await?;
    it_acts_upon_the_end_of_the_round(&playing).await?;
    the_books_are_the_chains(&playing).await?;
    every_submission_tells_its_end(&playing).await?;
    earnings_add_up(&playing).await?;
    the_log_has_no_gap(&playing).await?;
    the_round_stays_known(&playing).await?;
    it_is_what_it_says_it_is(&playing).await?;
    playing.stack.end().await;
    Ok(())
}

/// Waits until the indexer's tree is that of a final round: then all else it shows follows it.
async fn it_acts_upon_the_end_of_the_round(scenario: &Scenario) -> Result<()> {
    let anybody = scenario.earners.first().context("nobody earns")?;
    let started = Instant::now();
    while scenario
        .indexer
        .contributor(&anybody.wallet.to_bytes())
        .await?
        .round
        == 0
    {
        ensure!(started.elapsed() < PATIENCE, "no round becomes final here");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    Ok(())
}

async fn the_books_are_the_chains(scenario: &Scenario) -> Result<()> {
    let books = scenario.indexer.pool().await?;
    // Nobody claims here, so that nothing leaves the vault, whatever a next round does.
    let vault = scenario.chain.addresses().vault(&scenario.pool);
    let vault = scenario.chain.token_account(&vault).await?;
    assert_eq!(books.held.0, vault.context("a vault")?.amount);
    assert_eq!(books.held.0, books.owed.total.0, "all that is held is owed");
    assert!(books.solvent);
    let validators = scenario.indexer.validators().await?;
    assert_eq!(validators.len(), 3);
    for validator in validators {
        assert_eq!(validator.state, ValidatorState::Voting);
        assert!(validator.stake.0 > 0);
    }
    Ok(())
}

async fn every_submission_tells_its_end(scenario: &Scenario) -> Result<()> {
    let indexer = &scenario.indexer;
    let of_round = Submissions {
        round: Some(1),
        ..Submissions::default()
    };
    let paid = indexer.submissions(&of_round, usize::MAX).await?;
    assert_eq!(paid.len(), 16, "four nodes hand in four pages each");
    for submission in &paid {
        assert_eq!(submission.state, SubmissionState::Paid, "{submission:?}");
        let again = indexer.submission(&submission.id.0).await?;
        assert_eq!(again.as_ref(), Some(submission));
    }
    let contributor = paid[0].contributor;
    let own = Submissions {
        contributor: Some(contributor.0),
        ..of_round
    };
    let own = indexer.submissions(&own, usize::MAX).await?;
    assert_eq!(own.len(), 4);
    assert!(own.iter().all(|entry| entry.contributor == contributor));
    Ok(())
}

async fn earnings_add_up(scenario: &Scenario) -> Result<()> {
    for earner in &scenario.earners {
        let wallet = earner.wallet.to_bytes();
        let shown = scenario.indexer.earnings(&wallet).await?;
        // A next round may become final between two questions.
        let first = shown.items.iter().find(|entry| entry.round == 1);
        let leaf = scenario.indexer.contributor(&wallet).await?.leaf;
        let Some(leaf) = leaf else {
            assert!(shown.items.is_empty(), "{shown:?}");
            continue;
        };
        let first = first.context("whoever has a leaf has earned it")?;
        assert_eq!(first.amount, first.cumulative);
        assert!(first.cumulative <= leaf.cumulative);
        let total: u64 = shown.items.iter().map(|entry| entry.amount.0).sum();
        let newest = shown.items.first().context("an entry")?;
        assert_eq!(newest.cumulative.0, total);
        assert_eq!(shown.claimed.map(|claimed| claimed.0), Some(0));
    }
    Ok(())
}

async fn the_log_has_no_gap(scenario: &Scenario) -> Result<()> {
    let mut numbers = Vec::new();
    loop {
        let after = numbers.last().copied().unwrap_or(0);
        let events = scenario.indexer.events(Series::Pool, after).await?;
        if events.is_empty() {
            break;
        }
        numbers.extend(events.iter().map(|event| event.sequence));
    }
    let expected: Vec<u64> = (1..=numbers.len() as u64).collect();
    assert_eq!(numbers, expected);
    let network = scenario.indexer.events(Series::Network, 0).await?;
    let joined = network
        .iter()
        .filter(|event| event.name == "ValidatorRegistered")
        .count();
    assert_eq!(joined, 3);
    Ok(())
}

async fn the_round_stays_known(scenario: &Scenario) -> Result<()> {
    let started = Instant::now();
    loop {
        let round = scenario.indexer.round(1).await?;
        assert_eq!(round.stage, RoundStage::Final);
        let debits = round.outcome.as_ref().map(|outcome| outcome.debits_total);
        let debited: u64 = round.batches.iter().map(|batch| batch.debited.0).sum();
        assert_eq!(debits.map(|debits| debits.0), Some(debited));
        let listed = scenario.indexer.rounds(10).await?;
        if listed.last() == Some(&round) {
            return Ok(());
        }
        // Its batch may have been released between the two questions.
        ensure!(started.elapsed() < PATIENCE, "{listed:?} without {round:?}");
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

/// Where the checker is: the test command installs it.
fn checker() -> Result<PathBuf> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("..");
    let checker = target.join("python/bin/schemathesis");
    ensure!(
        checker.exists(),
        "there is no {}: `cargo xtask test` installs it",
        checker.display()
    );
    Ok(checker)
}

/// Runs schemathesis over every operation: the same examples each time, good ones and bad ones.
async fn it_is_what_it_says_it_is(scenario: &Scenario) -> Result<()> {
    let url = scenario.indexer.url();
    is_ready(url, scenario).await?;
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/schemathesis.toml");
    let output = Command::new(checker()?)
        .arg("--config-file")
        .arg(config)
        .args(["run", &format!("{url}/v1/openapi.json")])
        .args([
            "--seed",
            "20260101",
            "--generation-deterministic",
            "--no-color",
        ])
        .current_dir(env!("CARGO_TARGET_TMPDIR"))
        .env("NO_PROXY", "127.0.0.1,localhost")
        .env("no_proxy", "127.0.0.1,localhost")
        .kill_on_drop(true)
        .output()
        .await?;
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{said}\n{complained}");
    Ok(())
}

/// Waits until the indexer says that it can do its work.
async fn is_ready(url: &str, scenario: &Scenario) -> Result<()> {
    let started = Instant::now();
    loop {
        let asked = scenario.indexer.ready().await;
        let Err(error) = asked else { return Ok(()) };
        ensure!(started.elapsed() < PATIENCE, "{url} is not ready: {error}");
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}
