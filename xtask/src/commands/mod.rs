//! The commands. Each does its own set-up.

mod bench;
mod demo;
mod fuzz;
mod install;
mod mutants;
mod test;

use crate::{
    arguments::{Command, USAGE},
    failure::Result,
    idl, modules, packages, process, sbf,
    stage::stage,
};

/// Runs one command.
pub fn run(command: Command) -> Result<()> {
    match command {
        Command::Help => {
            println!("{USAGE}");
            Ok(())
        }
        Command::BuildProgram { program_id } => {
            set_up_host()?;
            sbf::build_programs(program_id.as_deref())
        }
        Command::BuildModules => modules::build(),
        Command::Idl => {
            set_up_host()?;
            stage("interface of the program", idl::write)
        }
        Command::BenchComputeUnits { json } => bench::compute_units(json),
        Command::BenchThroughput { bench, json } => bench::throughput(bench, json),
        Command::BenchEpoch {
            json,
            contributors,
            submissions,
        } => bench::epoch(json, contributors, submissions),
        Command::BenchQuality => bench::quality(),
        Command::Fuzz { minutes } => fuzz::run(minutes),
        Command::Mutants { only } => mutants::run(only.as_deref()),
        Command::Install { prefix } => install::run(prefix),
        Command::Test => test::run(),
        Command::Demo { json, site } => demo::run(json, site),
    }
}

/// Installs what the host workspace needs to compile.
fn set_up_host() -> Result<()> {
    stage("packages for the host", || packages::ensure(packages::HOST))
}

/// Builds every binary of the host workspace. Always the whole workspace, so that dependencies
/// are compiled with one set of features.
fn build_host() -> Result<()> {
    stage("host binaries", || {
        process::run(process::cargo(".").args([
            "build",
            "--workspace",
            "--all-targets",
            "--locked",
        ]))
    })
}

/// One test of `tests/` that is not part of the ordinary run. Always selected in the whole workspace,
/// so that dependencies are compiled with one set of features.
fn ignored_test(suite: &str, test: &str) -> std::process::Command {
    let mut cargo = process::cargo(".");
    cargo
        .args(["test", "--workspace", "--locked", "--test", suite, "--"])
        .args(["--ignored", "--exact", "--nocapture", test]);
    cargo
}
