//! `cargo xtask kills`: the indexer killed at every commit and every send.

use super::{build_host, ignored_test, set_up_host};
use crate::{failure::Result, process, sbf, stage::stage};

/// Plays the path from escrow to claim with an indexer that is killed so many times.
pub fn run(count: u64) -> Result<()> {
    set_up_host()?;
    sbf::build_programs(None)?;
    build_host()?;
    stage("kills", || {
        process::run(
            ignored_test("kills", "as_often_as_asked").env("SHEAF_KILLS", count.to_string()),
        )
    })
}
