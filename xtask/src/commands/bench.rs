//! `cargo xtask bench`: figures that are committed.

use super::{build_host, ignored_test, set_up_host};
use crate::{
    arguments::Throughput,
    failure::{Context, Result},
    process, sbf,
    stage::stage,
};
use std::path::{PathBuf, absolute};

/// Measures what instructions cost, and rewrites `docs/compute-units.md`.
pub fn compute_units(json: Option<PathBuf>) -> Result<()> {
    set_up_host()?;
    sbf::build_programs(None)?;
    stage("compute units", || {
        let mut test = ignored_test("compute_units", "rewrite_the_document");
        if let Some(json) = json {
            let file = absolute(&json).context(format!("cannot find {}", json.display()))?;
            test.env("SHEAF_BENCH_JSON", file);
        }
        process::run(&mut test)
    })
}

/// Measures how much an indexer takes in, and rewrites that part of `docs/performance.md`.
///
/// The binary is of the build that everything else uses, so that no dependency is compiled twice.
pub fn throughput(bench: Throughput, json: Option<PathBuf>) -> Result<()> {
    set_up_host()?;
    build_host()?;
    stage(bench.name(), || {
        let mut command = process::command(process::root().join("target/debug/sheaf-bench"));
        command.current_dir(process::root()).arg(bench.name());
        if let Some(json) = json {
            let file = absolute(&json).context(format!("cannot find {}", json.display()))?;
            command.arg("--json").arg(file);
        }
        process::run(&mut command)
    })
}
/// Plays one round at full size, and rewrites `docs/performance-epoch.md`.
pub fn epoch(
    json: Option<PathBuf>,
    contributors: Option<u64>,
    submissions: Option<u64>,
) -> Result<()> {
    set_up_host()?;
    stage("one round at full size", || {
        let mut cargo = process::cargo(".");
        cargo
            .args([
                "run",
                "--release",
                "--locked",
                "--target-dir",
                "target/bench",
            ])
            .args(["--package", "sheaf-protocol", "--example", "epoch", "--"])
            .args(["--document", "docs/performance-epoch.md"]);
        if let Some(json) = json {
            let file = absolute(&json).context(format!("cannot find {}", json.display()))?;
            cargo.arg("--json").arg(file);
        }
        let sizes = [
            ("--contributors", contributors),
            ("--submissions-per-contributor", submissions),
        ];
        for (name, size) in sizes {
            if let Some(size) = size {
                cargo.arg(name).arg(size.to_string());
            }
        }
        process::run(&mut cargo)
    })
}

/// Simulates validators that do not work, and rewrites `docs/quality.md`.
pub fn quality() -> Result<()> {
    set_up_host()?;
    stage("bad validators", || {
        process::run(optimised("test").args(["--test", "quality", "--"]).args([
            "--ignored",
            "--exact",
            "rewrite_the_document",
        ]))
    })
}

/// Cargo for the pure crate alone, with optimisation, into a folder of its own: few dependencies, a minute.
fn optimised(command: &str) -> std::process::Command {
    let mut cargo = process::cargo(".");
    cargo.args([command, "--release", "--locked"]).args([
        "--target-dir",
        "target/bench",
        "--package",
        "sheaf-protocol",
    ]);
    cargo
}
