//! `cargo xtask mutants`: does a test notice when a guard of the program is gone?

use super::set_up_host;
use crate::{
    failure::{Context, Result, failed},
    mutants::{MUTANTS, Mutant},
    process, sbf,
    stage::stage,
};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// Suites that run on real bytes, in the order in which they are asked.
const SUITES: [&str; 2] = ["program", "property"];

/// Those that `cargo xtask test` breaks, too: money paid twice, and a result without a quorum.
const FEW: [&str; 2] = ["a claim is not remembered", "a single vote is a quorum"];

/// Breaks every guard once, in a copy of the source, and runs the suites on what is built of it.
pub fn run(only: Option<&str>) -> Result<()> {
    set_up_host()?;
    sbf::build_programs(None)?;
    stage("suites on the whole program", || {
        for suite in SUITES {
            let whole = sbf::deploy_folder().join("sheaf.so");
            process::run(&mut on_bytes(process::cargo("."), suite, &whole))?;
        }
        Ok(())
    })?;
    let chosen = |mutant: &&Mutant| only.is_none_or(|only| mutant.name.contains(only));
    judge(MUTANTS.iter().filter(chosen), || process::cargo("."))
}

/// A few of them, for the test command: `cargo` is its way to run tests. The suites passed before.
pub fn run_few(cargo: fn() -> Command) -> Result<()> {
    let chosen = |mutant: &&Mutant| FEW.contains(&mutant.name);
    judge(MUTANTS.iter().filter(chosen), cargo)
}

fn judge<'a>(mutants: impl Iterator<Item = &'a Mutant>, cargo: impl Fn() -> Command) -> Result<()> {
    let mut survivors = Vec::new();
    for mutant in mutants {
        match stage(mutant.name, || caught_by(mutant, &cargo))? {
            Some(suite) => eprintln!("    invariant {}: caught by {suite}", mutant.invariant),
            None => survivors.push(mutant.name),
        }
    }
    if survivors.is_empty() {
        Ok(())
    } else {
        failed(format!("no test noticed: {}", survivors.join(", ")))
    }
}

/// The first suite that fails on the mutant's bytes, if one does.
fn caught_by(mutant: &Mutant, cargo: impl Fn() -> Command) -> Result<Option<&'static str>> {
    let folder = process::root().join("target/mutants");
    copy_source(&folder.join("source"))?;
    mutant.apply(&folder.join("source"))?;
    let bytes = sbf::build_copy(&folder)?;
    for suite in SUITES {
        if !passes(&mut on_bytes(cargo(), suite, &bytes))? {
            return Ok(Some(suite));
        }
    }
    let mut unit_tests = process::cargo(folder.join("source/programs"));
    unit_tests
        .args(["test", "--quiet", "--locked", "-p", "sheaf"])
        .arg("--target-dir")
        .arg(folder.join("unit-tests"));
    Ok((!passes(&mut unit_tests)?).then_some("unit tests"))
}

/// A suite on some program's bytes. Always selected in the whole workspace, so that dependencies are
/// compiled with one set of features.
fn on_bytes(mut cargo: Command, suite: &str, program: &Path) -> Command {
    cargo
        .args([
            "test",
            "--workspace",
            "--locked",
            "--quiet",
            "--test",
            suite,
        ])
        .env("SHEAF_PROGRAM", program);
    cargo
}

fn passes(command: &mut Command) -> Result<bool> {
    let status = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .context("cannot start cargo")?;
    Ok(status.success())
}

/// Copies what the program is compiled from; files that are the same stay as they are, so that only what
/// changed is compiled again.
fn copy_source(to: &Path) -> Result<()> {
    for folder in ["programs", "crates/sheaf-format"] {
        copy_folder(&process::root().join(folder), &to.join(folder))?;
    }
    Ok(())
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    let cannot = || format!("cannot copy {}", from.display());
    fs::create_dir_all(to).context(cannot())?;
    for entry in fs::read_dir(from).context(cannot())? {
        let entry: PathBuf = entry.context(cannot())?.path();
        let Some(name) = entry.file_name().filter(|name| *name != "target") else {
            continue;
        };
        if entry.is_dir() {
            copy_folder(&entry, &to.join(name))?;
            continue;
        }
        let bytes = fs::read(&entry).context(cannot())?;
        if fs::read(to.join(name)).ok().as_ref() != Some(&bytes) {
            fs::write(to.join(name), bytes).context(cannot())?;
        }
    }
    Ok(())
}
