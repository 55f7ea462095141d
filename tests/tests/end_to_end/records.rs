//! A `dataset` job: records leave a folder under a consent, are judged beside others, and are paid once.

use crate::stage::stage;
use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::{Value, json};
use sheaf_client::layout::Job;
use sheaf_demo::{
    plan::{Plan, VALIDATORS},
    scenario::Scenario,
};
use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};
use tokio::process::Child;

/// Records of a contribution.
const RECORDS: usize = 4;
/// Base units for one record at full quality: the price below.
const PRICE: u64 = 1_000_000;
/// How long everything may take, on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(150);

/// What `sheaf job create` prints, as far as it is used.
#[derive(Deserialize)]
struct Created {
    job: u64,
    published: bool,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn records_are_paid_once_and_reach_the_requester_with_their_consent() -> Result<()> {
    // Long enough that both hand in in the same round, on a busy machine too.
    let plan = Plan {
        collect_slots: 200,
        ..Plan::small()
    };
    let mut scenario = stage("records", plan).await?;
    let job = create_job(&scenario).await?;
    // The first has records of its own, the second the same ones, the third no consent to this purpose.
    let folders = [
        prepare(&scenario, 0, "training", 0).await?,
        prepare(&scenario, 1, "training", 0).await?,
        prepare(&scenario, 3, "research", 1).await?,
    ];
    for number in 0..VALIDATORS {
        let keys = scenario
            .stack
            .folder
            .join(format!("validators/{}", number + 1));
        let indexer = scenario.indexer.url().to_owned();
        scenario.stack.start_validator(number, &keys, &indexer)?;
    }
    let mut nodes = Vec::new();
    for (number, folder) in [0, 1, 3].into_iter().zip(&folders) {
        nodes.push(start_node(&scenario, job, number, folder)?);
    }
    let paid = wait_until_paid(&mut scenario, job).await?;
    // One of both who have the same records is paid for all of them; the third handed nothing in.
    assert_eq!(paid.settled_total, RECORDS as u64 * PRICE);
    let mut earned = Vec::new();
    for number in [0, 1, 3] {
        let wallet = scenario.stack.localnet.contributor(number)?.address()?;
        let view = scenario.indexer.contributor(&wallet.to_bytes()).await?;
        earned.push(view.leaf.map_or(0, |leaf| leaf.cumulative.0));
    }
    let shared = RECORDS as u64 * PRICE * 85 / 100;
    assert_eq!(earned.iter().sum::<u64>(), shared, "{earned:?}");
    assert!(
        earned[..2].contains(&shared) && earned[2] == 0,
        "{earned:?}"
    );
    delivered(&scenario, job, &folders[0]).await?;
    for mut node in nodes {
        // Its one round is over, or there was nothing for it to do.
        let _ = node.start_kill();
    }
    scenario.stack.end().await;
    Ok(())
}

async fn create_job(scenario: &Scenario) -> Result<u64> {
    let validation: Vec<Value> = (0..6)
        .map(|n| json!({"x": f64::from(n) + 0.5, "y": if n < 3 { "low" } else { "high" }}))
        .collect();
    let specification = json!({
        "kind": "dataset",
        "title": "Low and high",
        "schema": {"required": ["x", "y"], "properties": {"x": {"type": "number"}}},
        "data": ["records"],
        "purposes": ["training"],
        "records": RECORDS,
        "effect": {"label": "y", "features": ["x"], "k": 1, "validation": validation},
    });
    let file = scenario.stack.folder.join("requester/dataset.json");
    std::fs::write(&file, specification.to_string())?;
    let create = [
        "job",
        "create",
        "--mint",
        &scenario.mint.to_string(),
        "--aggregator",
        &scenario.stack.localnet.wallet("aggregator")?.pubkey,
        "--specification",
        &file.display().to_string(),
        "--amount",
        "100",
        "--price",
        "1",
        "--round-cap",
        "50",
        "--identity",
        &scenario.identity.display().to_string(),
        "--indexer",
        scenario.indexer.url(),
    ];
    let requester = &scenario.stack.localnet.wallet("requester")?.path;
    let created: Created = scenario.stack.cli.json(requester, &create).await?;
    ensure!(created.published, "the specification is not published");
    Ok(created.job)
}

/// Puts a person's consent and records into a folder, the consent by `sheaf consent grant`.
async fn prepare(scenario: &Scenario, person: usize, purpose: &str, shift: u8) -> Result<PathBuf> {
    // Below what the scenario's folder clears away from earlier runs.
    let folder = scenario.stack.folder.join(format!("nodes/person-{person}"));
    std::fs::create_dir_all(&folder)?;
    let wallet = &scenario.stack.localnet.contributor(person)?.path;
    let grant = [
        "consent",
        "grant",
        "--requester",
        &scenario.stack.localnet.wallet("requester")?.pubkey,
        "--data",
        "records",
        "--purpose",
        purpose,
        "--until",
        "2999-12-31",
        "--out",
        &folder.join("consent.json").display().to_string(),
    ];
    let granted: Value = scenario.stack.cli.json(wallet, &grant).await?;
    let text = granted["text"].as_str().context("its words")?;
    ensure!(text.contains("the records they prepared"), "{text}");
    let records: Vec<String> = [0.0, 2.0, 3.0, 5.0]
        .iter()
        .map(|x| json!({"x": x + f64::from(shift) / 10.0, "y": if *x < 3.0 { "low" } else { "high" }}))
        .map(|record| record.to_string())
        .collect();
    std::fs::write(folder.join("records.jsonl"), records.join("\n"))?;
    Ok(folder)
}

fn start_node(scenario: &Scenario, job: u64, person: usize, folder: &Path) -> Result<Child> {
    let wallet = &scenario.stack.localnet.contributor(person)?.path;
    let log = scenario.stack.folder.log(&format!("node-{person}"));
    let mut node = scenario.stack.cli.command(wallet);
    node.args(["node", "run", "--job", &job.to_string(), "--rounds", "1"])
        .args(["--indexer", scenario.indexer.url()])
        .arg("--compute-folder")
        .arg(folder)
        .arg("--data")
        .arg(folder.join("node"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(std::fs::File::create(log)?)
        .kill_on_drop(true);
    node.spawn().context("cannot start a node")
}

/// Waits until a final round has paid for the job's contributions.
async fn wait_until_paid(scenario: &mut Scenario, job: u64) -> Result<Job> {
    let waiting = Instant::now();
    loop {
        scenario.stack.check()?;
        let account = scenario.chain.job(&scenario.pool, job).await?;
        let pool = scenario.chain.pool(&scenario.pool).await?;
        let wallet = scenario.stack.localnet.contributor(0)?.address()?;
        let seen = scenario.indexer.contributor(&wallet.to_bytes()).await?;
        if account.settled_total > 0 && pool.active_round > 0 && seen.round == pool.active_round {
            return Ok(account);
        }
        ensure!(
            waiting.elapsed() < PATIENCE,
            "nothing was paid after {} s; look into {}",
            PATIENCE.as_secs(),
            scenario.stack.folder.log("indexer").display()
        );
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

/// The requester reads the records, and the consent that they came with.
async fn delivered(scenario: &Scenario, job: u64, folder: &Path) -> Result<()> {
    let out = scenario.stack.folder.join("requester/records");
    let download = [
        "job",
        "download",
        &job.to_string(),
        "--mint",
        &scenario.mint.to_string(),
        "--identity",
        &scenario.identity.display().to_string(),
        "--out",
        &out.display().to_string(),
        "--indexer",
        scenario.indexer.url(),
    ];
    let requester = &scenario.stack.localnet.wallet("requester")?.path;
    let downloaded: Value = scenario.stack.cli.json(requester, &download).await?;
    assert_eq!(downloaded["files"], 1, "{downloaded}");
    let index: Value = serde_json::from_slice(&std::fs::read(out.join("index.json"))?)?;
    let entry = &index["files"][0];
    assert_eq!(entry["quality_bps"], 10_000, "{entry}");
    assert!(entry["consent"]["signature"].is_string(), "{entry}");
    let file = entry["file"].as_str().context("a file")?;
    assert_eq!(
        std::fs::read(out.join(file))?,
        std::fs::read(folder.join("records.jsonl"))?
    );
    Ok(())
}
