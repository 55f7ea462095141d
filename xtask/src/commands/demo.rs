//! `cargo xtask demo`: sets up, builds, and hands over to the `sheaf-demo` binary.

use super::{build_host, set_up_host};
use crate::{
    failure::{Result, failed},
    process, sbf,
};
use std::path::PathBuf;

/// Runs the path end to end.
pub fn run(json: Option<PathBuf>, site: Option<PathBuf>) -> Result<()> {
    let site = match site {
        Some(site) => site,
        None => rust_documentation()?,
    };
    set_up_host()?;
    sbf::build_programs(None)?;
    build_host()?;
    let mut demo = process::command(process::root().join("target/debug/sheaf-demo"));
    demo.arg("--site")
        .arg(site)
        .arg("--program")
        .arg(sbf::deploy_folder().join("sheaf.so"));
    if let Some(json) = json {
        demo.arg("--json").arg(json);
    }
    process::run(&mut demo)
}

/// The HTML documentation of the toolchain in use: tens of thousands of real pages.
fn rust_documentation() -> Result<PathBuf> {
    let sysroot = process::output(process::command("rustc").args(["--print", "sysroot"]))?;
    let folder = PathBuf::from(sysroot.trim()).join("share/doc/rust/html");
    if folder.join("std/index.html").is_file() {
        return Ok(folder);
    }
    failed(format!(
        "this toolchain has no HTML documentation ({} is missing): run `rustup component add rust-docs`, \
         or name another folder of HTML pages with --site DIR",
        folder.display()
    ))
}
