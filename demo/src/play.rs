//! The demo's phases in their order.

use anyhow::{Context, Result};
use sheaf_demo::{
    phases::Phases,
    plan::{Conduct, Plan},
    report::{Earnings, Report},
    scenario::{Earner, Role, Scenario, books::Books, claims::Claimed},
    stack::{Stack, binaries::Binaries, folder::Folder},
};
use std::path::{Path, PathBuf};

/// Plays the demo and reports. Every process has ended when it returns.
///
/// # Errors
/// When a phase fails. What was started is killed.
pub async fn play(site: &Path, program: &Path, data: &Path) -> Result<Report> {
    let binaries = Binaries::beside_this_one()?;
    let folder = Folder::claim(data)?;
    let plan = Plan::demo();
    let mut phases = Phases::default();
    let program = program
        .canonicalize()
        .with_context(|| format!("there is no program {}", program.display()))?;
    eprintln!("Logs of every process: {}", folder.join("logs").display());
    let wallets = plan.nodes.len();
    let stack = phases
        .run(
            "network",
            "network: a chain with the program, a mint and funded wallets",
            Stack::start(folder, binaries, &program, wallets),
        )
        .await?;
    let mut scenario = phases
        .run(
            "job",
            "job: network, pool, 3 staked validators, indexer, 1,000 tokens in escrow",
            Scenario::prepare(plan, stack, site),
        )
        .await?;
    let rounds = phases
        .run(
            "rounds",
            "rounds: 20 nodes collect, 3 validators score, two rounds settle",
            scenario.collect(),
        )
        .await?;
    for round in &rounds {
        phases.note(&format!("round {}", round.number), round.seconds);
    }
    let claimed = phases
        .run(
            "claims",
            "claims: contributors, validators and treasury, through the CLI",
            scenario.claim_for_all(),
        )
        .await?;
    let again = claimed.iter().position(|claim| claim.paid.0 > 0);
    let again = &scenario.earners[again.context("nobody earned anything")?];
    let repeated = phases
        .run(
            "claim again",
            "claim again: it must pay nothing",
            repeat(&scenario, again),
        )
        .await?;
    let delivered = phases
        .run(
            "download",
            "download: the requester decrypts what it paid for",
            scenario.deliver(),
        )
        .await?;
    let books = phases
        .run("ledger", "ledger: every account is read", scenario.books())
        .await?;
    let report = Report {
        decimals: scenario.stack.localnet.manifest.decimals,
        accounts: books.accounts,
        earnings: earnings(&scenario, &books, claimed),
        repeated,
        delivered: delivered.to_string(),
        phases,
        places: places(&scenario),
    };
    scenario.stack.end().await;
    Ok(report)
}

/// Claims once more for somebody who was paid. Returns what the command says.
async fn repeat(scenario: &Scenario, earner: &Earner) -> Result<String> {
    let claimed = scenario.claim(earner).await?;
    anyhow::ensure!(
        claimed.paid.0 == 0 && claimed.signature.is_none(),
        "a repeated claim paid {} base units to {}",
        claimed.paid,
        earner.name()
    );
    Ok(claimed.message)
}

fn earnings(scenario: &Scenario, books: &Books, claimed: Vec<Claimed>) -> Vec<Earnings> {
    let of_earner = |((earner, earned), claimed): ((&Earner, &u64), Claimed)| Earnings {
        name: earner.name(),
        remark: remark(&scenario.plan, earner.role),
        is_contributor: matches!(earner.role, Role::Contributor(_)),
        is_lazy: conduct(&scenario.plan, earner.role).is_some_and(Conduct::is_lazy),
        earned: *earned,
        paid: claimed.paid.0,
        signature: claimed.signature,
    };
    let earners = scenario.earners.iter().zip(&books.earned);
    earners.zip(claimed).map(of_earner).collect()
}

fn conduct(plan: &Plan, role: Role) -> Option<Conduct> {
    match role {
        Role::Contributor(number) => plan.nodes.get(number).copied(),
        _ => None,
    }
}

fn remark(plan: &Plan, role: Role) -> String {
    let Role::Contributor(number) = role else {
        return String::new();
    };
    let what = match conduct(plan, role) {
        Some(Conduct::Mirrored) => "  its pages carry a date and a banner: honest",
        Some(Conduct::Altered) => "  lazy: hands in altered pages",
        Some(Conduct::Stale) => "  lazy: hands in stale pages",
        Some(Conduct::Honest) | None => "",
    };
    format!("{:<12}{what}", plan.region(number))
        .trim_end()
        .to_owned()
}

fn places(scenario: &Scenario) -> Vec<(&'static str, PathBuf)> {
    let folder = &scenario.stack.folder;
    vec![
        ("pages", folder.join("download")),
        ("identity", scenario.identity.clone()),
        ("specification", folder.join("requester/specification.json")),
        ("wallets", folder.join("localnet")),
        ("receipts", folder.join("nodes")),
        ("scores", folder.join("validators")),
        ("indexer", folder.join("indexer")),
        ("logs", folder.join("logs")),
    ]
}
