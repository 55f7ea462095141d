//! `cargo xtask test`: everything CI runs.

use super::{mutants, set_up_host};
use crate::{
    failure::{Result, failed},
    idl, modules, packages, process, python, sbf,
    stage::stage,
};
use std::process::Command;

/// Every workspace, as a folder of the project.
const WORKSPACES: [&str; 4] = [".", "programs", "tools/sbf-link", modules::WORKSPACE];

/// Runs format check, lints as errors, and every test of every workspace.
pub fn run() -> Result<()> {
    find_components()?;
    set_up_host()?;
    stage("servers for the tests", || {
        packages::ensure(packages::TESTS)?;
        python::ensure()
    })?;
    stage("format", || {
        for workspace in WORKSPACES {
            process::run(process::cargo(workspace).args(["fmt", "--all", "--check"]))?;
        }
        Ok(())
    })?;
    sbf::build_programs(None)?;
    stage("linker: lints and tests", || {
        let folder = sbf::linker_folder();
        process::run(
            linted("tools/sbf-link")
                .args(["test", "--release", "--locked", "--target-dir"])
                .arg(folder),
        )
    })?;
    stage("programs: lints and unit tests", || {
        process::run(linted("programs").args(["test", "--workspace", "--locked"]))
    })?;
    stage("interface of the program", idl::check)?;
    modules::build()?;
    stage("modules: lints and unit tests", || {
        process::run(
            linted(modules::WORKSPACE)
                .args(["test", "--workspace", "--locked", "--target-dir"])
                .arg(modules::build_folder()),
        )
    })?;
    // Two stages, so that the seconds of building and of testing are seen.
    stage("host: build with lints as errors", || {
        process::run(linted(".").args(["build", "--workspace", "--all-targets", "--locked"]))
    })?;
    stage("host: tests", || {
        process::run(linted(".").args(["test", "--workspace", "--locked"]))
    })?;
    mutants::run_few(|| linted("."))
}

/// Cargo in a workspace, with clippy in the place of the compiler for our own crates: one build
/// gives lints (warnings are errors) and tests, and dependencies are compiled once.
fn linted(workspace: &str) -> Command {
    let mut cargo = process::cargo(workspace);
    cargo.env("RUSTC_WORKSPACE_WRAPPER", "clippy-driver").env(
        "CLIPPY_ARGS",
        "-D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__",
    );
    cargo
}

/// A toolchain without clippy or rustfmt is told apart from code that does not pass them.
fn find_components() -> Result<()> {
    for (program, component) in [("clippy-driver", "clippy"), ("rustfmt", "rustfmt")] {
        let works = process::command(program)
            .arg("--version")
            .output()
            .is_ok_and(|output| output.status.success());
        if !works {
            return failed(format!(
                "{program} is missing: run `rustup component add {component}`, then try again"
            ));
        }
    }
    Ok(())
}
