//! `cargo xtask test`: everything CI runs.

use super::set_up_host;
use crate::{failure::Result, process, sbf, stage::stage};

/// Runs format check, lints as errors, and every test of every workspace.
pub fn run() -> Result<()> {
    set_up_host()?;
    stage("format", || {
        for workspace in [".", "programs", "tools/sbf-link"] {
            process::run(process::cargo(workspace).args(["fmt", "--all", "--check"]))?;
        }
        Ok(())
    })?;
    sbf::build_programs(None)?;
    stage("linker: lints and tests", || {
        let folder = process::root().join("target/sbf-link");
        for arguments in [
            &["clippy", "--all-targets", "--release", "--locked"][..],
            &["test", "--release", "--locked"],
        ] {
            let mut cargo = process::cargo("tools/sbf-link");
            cargo.args(arguments).arg("--target-dir").arg(&folder);
            if arguments[0] == "clippy" {
                cargo.args(["--", "-D", "warnings"]);
            }
            process::run(&mut cargo)?;
        }
        Ok(())
    })?;
    // Clippy stands in for the compiler on our own crates, so that the dependencies, which it
    // leaves to the compiler, are compiled once for lints and tests together.
    stage("build with lints as errors", || {
        process::run(&mut linted(&[
            "build",
            "--workspace",
            "--all-targets",
            "--locked",
        ]))
    })?;
    stage("tests", || {
        process::run(&mut linted(&["test", "--workspace", "--locked"]))
    })
}

fn linted(arguments: &[&str]) -> std::process::Command {
    let mut cargo = process::cargo(".");
    cargo.args(arguments);
    cargo
}
