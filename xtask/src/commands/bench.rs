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
