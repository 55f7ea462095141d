//! The runbook's commands: those that only look run here as they stand there, and the indexer ends as
//! it says.

use anyhow::{Context, Result, ensure};
use sheaf_demo::scenario::Scenario;
use std::{path::Path, process::Output, time::Duration};
use tokio::process::Command;

/// How long the indexer may take to end, on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(60);

/// Commands that end by themselves and find nothing to do on books that agree.
const RUN: [&str; 5] = [
    "sheaf-indexer audit ",
    "sheaf-indexer review list ",
    "sheaf-indexer review retry --all ",
    "sheaf network show ",
    "sheaf job list ",
];

/// The runbook's command lines.
pub fn commands() -> Result<Vec<String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/runbook.md");
    let text = std::fs::read_to_string(&path)?;
    let blocks = text.split("```").skip(1).step_by(2);
    let lines = blocks
        .filter_map(|block| block.strip_prefix("sh\n"))
        .flat_map(str::lines)
        .filter(|line| !line.trim().is_empty());
    Ok(lines.map(str::to_owned).collect())
}

/// Runs a command line of the runbook in a shell, with its variables.
async fn shell(scenario: &Scenario, line: &str) -> Result<Output> {
    let stack = &scenario.stack;
    let network = &stack.localnet.manifest;
    let binaries = stack.binaries().indexer.parent().context("a folder")?;
    let path = std::env::var("PATH").unwrap_or_default();
    let mut shell = Command::new("/bin/sh");
    shell
        .args(["-c", line])
        .env("PATH", format!("{}:{path}", binaries.display()))
        .env("RPC", &network.rpc_url)
        .env("OTHER_RPC", &network.rpc_url)
        .env("MINT", &network.mint)
        .env("DATA", stack.folder.join("indexer"))
        .env("SHEAF_PROGRAM_ID", &network.program_id)
        .env("NO_PROXY", "127.0.0.1,localhost")
        .env("no_proxy", "127.0.0.1,localhost")
        .kill_on_drop(true);
    shell.output().await.context("a shell")
}

/// Runs every command of the runbook that only looks: chain and database have to agree.
async fn look(scenario: &Scenario) -> Result<()> {
    let lines = commands()?;
    for prefix in RUN {
        ensure!(
            lines.iter().any(|line| line.starts_with(prefix)),
            "the runbook has no `{prefix}…`"
        );
    }
    let looks = |line: &&String| RUN.iter().any(|prefix| line.starts_with(prefix));
    for line in lines.iter().filter(looks) {
        let output = shell(scenario, line).await?;
        ensure!(output.status.success(), "`{line}`: {output:?}");
    }
    Ok(())
}

/// Every check of the audit compares something, and says so to machines.
async fn every_check_compares_something(scenario: &Scenario) -> Result<()> {
    let line = r#"sheaf-indexer audit --url "$RPC" --mint "$MINT" --data "$DATA" --output json"#;
    let output = shell(scenario, line).await?;
    let report: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    assert_eq!(report["agrees"], true, "{report:#}");
    let checks = report["checks"].as_array().context("checks")?;
    let names: Vec<_> = checks
        .iter()
        .filter_map(|check| check["name"].as_str())
        .collect();
    let expected = [
        "events", "vault", "pool", "jobs", "batches", "rounds", "tree", "pages", "journal",
    ];
    assert_eq!(names, expected);
    for check in checks {
        assert!(check["compared"].as_u64() > Some(0), "{check:#}");
        assert!(check["skipped"].is_null(), "{check:#}");
    }
    Ok(())
}

/// 2 and a reason when it cannot look.
async fn an_audit_that_cannot_look_says_so(scenario: &Scenario) -> Result<()> {
    for line in [
        r#"sheaf-indexer audit --url http://127.0.0.1:1 --mint "$MINT" --data "$DATA""#,
        r#"sheaf-indexer audit --url "$RPC" --mint "$MINT" --data "$DATA/nowhere""#,
    ] {
        let output = shell(scenario, line).await?;
        let said = String::from_utf8(output.stderr)?;
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(
            said.contains("cannot be reached") || said.contains("there is no database"),
            "{said}"
        );
    }
    Ok(())
}

/// SIGTERM ends the indexer in order: it succeeds, and no longer says that it serves.
async fn the_indexer_ends_in_order(scenario: &mut Scenario) -> Result<()> {
    let serving = scenario.stack.folder.join("indexer/indexer.json");
    let json: serde_json::Value = serde_json::from_slice(&std::fs::read(&serving)?)?;
    let pid = json["pid"].as_u64().context("a process")?;
    let killed = shell(scenario, &format!("kill -TERM {pid}")).await?;
    ensure!(killed.status.success(), "{killed:?}");
    let process = scenario.stack.indexer().context("an indexer")?;
    let ending = async {
        loop {
            if let Some(status) = process.ended()? {
                return Ok::<_, anyhow::Error>(status);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let status = tokio::time::timeout(PATIENCE, ending).await??;
    assert!(status.success(), "{status}");
    assert!(!serving.exists());
    Ok(())
}

/// What an operator does, on a pool that has paid, and whose contributors have claimed.
pub async fn the_runbook_holds(scenario: &mut Scenario) -> Result<()> {
    look(scenario).await?;
    every_check_compares_something(scenario).await?;
    an_audit_that_cannot_look_says_so(scenario).await?;
    the_indexer_ends_in_order(scenario).await?;
    // The books agree when nobody works, too.
    look(scenario).await
}

#[test]
fn every_command_of_the_runbook_exists_with_its_flags() -> Result<()> {
    let binaries = sheaf_demo::stack::binaries::Binaries::beside_this_one()?;
    let others = [
        "kill", "jq", "mkdir", "mv", "rm", "cp", "df", "du", "curl", "solana", "sqlite3",
    ];
    let mut checked = 0;
    for line in commands()? {
        let mut words = line.split_whitespace();
        let program = words.next().unwrap_or_default();
        let binary = match program {
            "sheaf" => &binaries.sheaf,
            "sheaf-indexer" => &binaries.indexer,
            other => {
                let sets_variable = other.contains('=');
                ensure!(sets_variable || others.contains(&other), "what is {other}?");
                continue;
            }
        };
        let is_name = |word: &&str| word.starts_with(|c: char| c.is_ascii_lowercase());
        let path: Vec<&str> = words.clone().take_while(is_name).collect();
        let help = std::process::Command::new(binary)
            .args(&path)
            .arg("--help")
            .output()?;
        ensure!(help.status.success(), "`{program} {}`", path.join(" "));
        let help = String::from_utf8(help.stdout)?;
        let known: Vec<&str> = help
            .split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'))
            .collect();
        for flag in words.filter(|word| word.starts_with("--")) {
            ensure!(known.contains(&flag), "`{line}` has no {flag}");
            checked += 1;
        }
    }
    assert!(checked > 30, "only {checked} flags");
    Ok(())
}
