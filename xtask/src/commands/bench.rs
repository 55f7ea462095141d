//! `cargo xtask bench`: figures that are committed.

use super::{ignored_test, set_up_host};
use crate::{
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
