//! Servers and checkers from PyPI that tests run against, in an environment of their own under
//! `target/python`.

use crate::{
    failure::{Context, Result},
    process,
};
use std::fs;

/// What is installed, with exact versions.
const REQUIREMENTS: &str = "tests/python/requirements.txt";

/// Creates the environment, unless it is there with the same requirements.
pub fn ensure() -> Result<()> {
    let root = process::root();
    let requirements = root.join(REQUIREMENTS);
    let wanted =
        fs::read_to_string(&requirements).context(format!("cannot read {REQUIREMENTS}"))?;
    let folder = root.join("target/python");
    let installed = folder.join("installed.txt");
    if fs::read_to_string(&installed).is_ok_and(|found| found == wanted) {
        return Ok(());
    }
    process::run(
        process::command("/usr/bin/python3")
            .args(["-m", "venv", "--clear"])
            .arg(&folder),
    )?;
    process::run(
        process::command(folder.join("bin/pip"))
            .args(["install", "--quiet", "--disable-pip-version-check", "-r"])
            .arg(&requirements),
    )?;
    fs::write(&installed, wanted).context("cannot write target/python/installed.txt")
}
