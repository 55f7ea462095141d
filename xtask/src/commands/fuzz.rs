//! `cargo xtask fuzz`: the stateful property test, for long.

use super::{ignored_test, set_up_host};
use crate::{failure::Result, process, sbf, stage::stage};

/// Runs random sequences of instructions against the reference model for some minutes.
pub fn run(minutes: u64) -> Result<()> {
    set_up_host()?;
    sbf::build_programs(None)?;
    stage("property test", || {
        process::run(
            ignored_test("property", "for_as_long_as_asked")
                .env("SHEAF_FUZZ_MINUTES", minutes.to_string()),
        )
    })
}
