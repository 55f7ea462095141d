//! A final round, computed again by `sheaf` from what was published, against the chain.

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use sheaf_demo::scenario::Scenario;
use std::{path::Path, process::Output};

/// Exit code of a difference.
const DIFFERENT: i32 = 3;

/// Verifies a round from the indexer and from a saved copy, sees that a changed copy is refused, and
/// proves each of its contributions.
pub async fn round_is_recomputed(scenario: &Scenario, round: u64) -> Result<()> {
    let folder = scenario.stack.folder.join(format!("copy-{round}"));
    let text = folder.to_str().context("a path that is no text")?;
    let number = round.to_string();
    let verify = ["verify", "round", &number];
    let indexer = ["--indexer", scenario.indexer.url()];

    let verified = run(
        scenario,
        &[&verify[..], &indexer, &["--save", text]].concat(),
    )
    .await?;
    let report = report(&verified, 0)?;
    assert_eq!(report["verified"], true, "{report}");
    let account = scenario.chain.round(&scenario.pool, round).await?;
    let account = account.context("the round's account")?;
    let result = &report["result"];
    assert_eq!(result["total"], account.total.to_string());
    assert_eq!(result["debits_total"], account.debits_total.to_string());
    assert_eq!(result["leaf_count"], account.leaf_count);
    assert!(
        !result["faults"]
            .as_array()
            .context("faults")?
            .iter()
            .any(|_| true)
    );

    let from_copy = [&verify[..], &["--from", text]].concat();
    let again = self::report(&run(scenario, &from_copy).await?, 0)?;
    assert_eq!(again["result"], *result, "the copy says the same");

    let by_events = [&from_copy[..], &["--events"]].concat();
    let again = self::report(&run(scenario, &by_events).await?, 0)?;
    assert_eq!(again["result"], *result, "events say the same as accounts");

    a_changed_copy_is_refused(scenario, &folder, round, &from_copy).await?;
    contributions_are_proven(scenario, round, &indexer).await
}

async fn a_changed_copy_is_refused(
    scenario: &Scenario,
    folder: &Path,
    round: u64,
    verify: &[&str],
) -> Result<()> {
    let scores = folder.join(format!("rounds/{round}/scores"));
    let file = std::fs::read_dir(&scores)?
        .next()
        .context("a score file")??
        .path();
    let original = std::fs::read(&file)?;
    let mut changed: Value = serde_json::from_slice(&original)?;
    let score = &mut changed["file"]["scores"][0]["quality_bps"];
    let quality = score.as_u64().context("a quality")?;
    *score = Value::from(quality.checked_sub(1).unwrap_or(1));
    std::fs::write(&file, serde_json::to_vec(&changed)?)?;
    let refused = report(&run(scenario, verify).await?, DIFFERENT)?;
    assert_eq!(refused["verified"], false);
    assert_eq!(refused["difference"]["kind"], "score_file");
    let validator = file.file_stem().and_then(|name| name.to_str());
    assert_eq!(refused["difference"]["validator"].as_str(), validator);
    std::fs::write(&file, original)?;
    Ok(())
}

/// The first and the last contribution of the batch: commands take some time each.
async fn contributions_are_proven(scenario: &Scenario, round: u64, indexer: &[&str]) -> Result<()> {
    let file = scenario.indexer.batch(round, scenario.job).await?;
    let ends = [file.submissions.first(), file.submissions.last()];
    for entry in ends.into_iter().flatten() {
        let id = hex(&entry.id());
        let prove = [&["contribution", "prove", &id], indexer].concat();
        let proof = report(&run(scenario, &prove).await?, 0)?;
        assert_eq!(proof["included"], true, "{proof}");
        assert_eq!(proof["contributions_root"], hex(&file.root()));
        assert_eq!(proof["count"], file.submissions.len());
    }
    let unknown = ["contribution", "prove", &"00".repeat(32)];
    let refused = run(scenario, &[&unknown[..], indexer].concat()).await?;
    ensure!(refused.status.code() == Some(1), "{refused:?}");
    Ok(())
}

async fn run(scenario: &Scenario, arguments: &[&str]) -> Result<Output> {
    let wallet = &scenario.stack.localnet.wallet("admin")?.path;
    scenario.stack.cli.output(wallet, arguments).await
}

/// What a command printed, once it ended with this code.
fn report(output: &Output, code: i32) -> Result<Value> {
    ensure!(
        output.status.code() == Some(code),
        "{} instead of {code}: {}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(serde_json::from_slice(&output.stdout)?)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
