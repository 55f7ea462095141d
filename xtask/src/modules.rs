//! Modules of `examples/compute`, for jobs of the kind `compute`: Rust for WebAssembly from Debian's packages.
//!
//! The target is `wasm32v1-none`, the WebAssembly that every host has. Its `core` is compiled from Debian's
//! sources and linked by LLVM's own linker. The same sources give the same bytes wherever they lie, and
//! so the same hash.

use crate::{
    failure::{Context, Result},
    packages, process,
    sbf::{CARGO, RUSTC, check_compiler, library_source},
    stage::stage,
};
use std::{fs, path::PathBuf};

/// The workspace of the modules.
pub const WORKSPACE: &str = "examples/compute";
const TARGET: &str = "wasm32v1-none";
/// The modules, by crate.
const MODULES: [&str; 2] = ["classify", "sketch"];

/// Where the modules come out.
fn folder() -> PathBuf {
    process::root().join("target/modules")
}

/// Where the workspace is compiled.
pub fn build_folder() -> PathBuf {
    folder().join("build")
}

/// Builds every module into `target/modules/`.
pub fn build() -> Result<()> {
    stage("packages for WebAssembly", || {
        packages::ensure(packages::MODULES)
    })?;
    check_compiler()?;
    stage("modules", compile)?;
    for module in MODULES {
        let built = build_folder().join(format!("{TARGET}/release/{module}.wasm"));
        let module = folder().join(format!("{module}.wasm"));
        let bytes =
            fs::copy(&built, &module).context(format!("cannot copy {}", built.display()))?;
        eprintln!("    {}: {bytes} bytes", module.display());
    }
    Ok(())
}

fn compile() -> Result<()> {
    let root = process::root();
    fs::create_dir_all(folder()).context("cannot create target/modules")?;
    let library = library_source()?;
    let configuration = folder().join("cargo.toml");
    fs::write(
        &configuration,
        configuration_text(&root.display().to_string()),
    )
    .context("cannot write target/modules/cargo.toml")?;
    process::run(
        process::command(CARGO)
            .current_dir(root.join(WORKSPACE))
            .args(["build", "--quiet", "--release", "--locked", "--workspace"])
            .arg("--config")
            .arg(&configuration)
            .arg("--target-dir")
            .arg(build_folder())
            .env("RUSTC", RUSTC)
            .env("RUSTC_BOOTSTRAP", "1")
            .env("__CARGO_TESTS_ONLY_SRC_ROOT", library),
    )
}

fn configuration_text(root: &str) -> String {
    format!(
        r#"# Written by `cargo xtask build-modules`.
[build]
target = "{TARGET}"

[unstable]
build-std = ["core", "compiler_builtins"]
build-std-features = ["compiler-builtins-mem"]

[target.{TARGET}]
linker = "wasm-ld-22"
rustflags = [
    "-Clinker-flavor=wasm-ld",
    "-Zunstable-options",
    "-Cpanic=immediate-abort",
    # Bytes must not say where they were built.
    "--remap-path-prefix={root}=sheaf",
    # Small modules: a stack of 64 KiB is a page.
    "-Clink-arg=-zstack-size=65536",
]
"#
    )
}
