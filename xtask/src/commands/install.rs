//! `cargo xtask install`: binaries and program, laid out below a prefix.

use super::{build_host, set_up_host};
use crate::{
    failure::{Context, Result, failed},
    process, sbf,
};
use std::{fs, path::PathBuf};

const BINARIES: [&str; 3] = ["sheaf", "sheaf-localnet", "sheaf-indexer"];

/// Builds everything and copies it to `<prefix>/bin` and `<prefix>/share/sheaf`.
pub fn run(prefix: Option<PathBuf>) -> Result<()> {
    let prefix = match (prefix, std::env::var_os("HOME")) {
        (Some(prefix), _) => prefix,
        (None, Some(home)) => PathBuf::from(home).join(".local"),
        (None, None) => return failed("HOME is not set: say where to install with --prefix DIR"),
    };
    set_up_host()?;
    sbf::build_programs(None)?;
    build_host()?;
    let debug = process::root().join("target/debug");
    let bin = prefix.join("bin");
    let share = prefix.join("share/sheaf");
    for folder in [&bin, &share] {
        fs::create_dir_all(folder).context(format!("cannot create {}", folder.display()))?;
    }
    let mut files: Vec<(PathBuf, PathBuf)> = BINARIES
        .iter()
        .map(|name| (debug.join(name), bin.join(name)))
        .collect();
    files.push((
        sbf::deploy_folder().join("sheaf.so"),
        share.join("sheaf.so"),
    ));
    for (from, to) in files {
        // A running binary cannot be written over, but it can be replaced.
        let _ = fs::remove_file(&to);
        fs::copy(&from, &to).context(format!("cannot copy to {}", to.display()))?;
        println!("{}", to.display());
    }
    Ok(())
}
