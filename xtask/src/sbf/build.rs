//! Debian's cargo with our linker, and the last look at what came out.

use super::{compiler::RUSTC, deploy_folder};
use crate::{
    failure::{Context, Result, failed},
    process,
};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Debian's cargo, beside rustup's.
pub const CARGO: &str = "/usr/bin/cargo";
const TARGET: &str = "sbpf-solana-solana";

/// Builds `tools/sbf-link` and returns the binary.
pub fn linker() -> Result<PathBuf> {
    let folder = super::linker_folder();
    process::run(
        process::cargo("tools/sbf-link")
            .args(["build", "--quiet", "--release", "--locked", "--target-dir"])
            .arg(&folder),
    )?;
    Ok(folder.join("release/sbf-link"))
}

/// A workspace of programs, and where it is built.
pub struct Place {
    /// `programs/`, or a copy of it beside a copy of what it depends on.
    pub workspace: PathBuf,
    /// The compiler's folder.
    pub build: PathBuf,
}

impl Place {
    /// The project's own.
    pub fn own() -> Self {
        let root = process::root();
        Self {
            workspace: root.join("programs"),
            build: root.join("target/sbf/build"),
        }
    }

    /// Where a program's bytes come out.
    pub fn built(&self, program: &str) -> PathBuf {
        self.build.join(format!("{TARGET}/release/lib{program}.so"))
    }
}

/// Compiles and links a workspace of programs.
pub fn programs(
    place: &Place,
    linker: &Path,
    library: &Path,
    program_id: Option<&str>,
) -> Result<()> {
    let workspace = &place.workspace;
    let configuration = process::root().join("target/sbf/cargo.toml");
    fs::write(
        &configuration,
        configuration_text(linker, &workspace.join(format!("targets/{TARGET}.json"))),
    )
    .context("cannot write target/sbf/cargo.toml")?;

    let mut cargo = process::command(CARGO);
    cargo
        .current_dir(workspace)
        .args(["build", "--quiet", "--release", "--locked", "--workspace"])
        .arg("--config")
        .arg(&configuration)
        .arg("--target-dir")
        .arg(&place.build)
        .env("RUSTC", RUSTC)
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTC_BOOTSTRAP_SYNTHETIC_TARGET", "1")
        .env("__CARGO_TESTS_ONLY_SRC_ROOT", library)
        // Only cdylibs of crates in this folder are programs; see tools/sbf-link/README.md.
        .env("SBF_LINK_PROGRAMS", workspace);
    if let Some(address) = program_id {
        cargo.env("SHEAF_PROGRAM_ID", address);
    }
    process::run(&mut cargo)
}

/// Copies a program into `target/deploy/`, after the linker's own check of the whole file.
pub fn deploy(linker: &Path, program: &str) -> Result<()> {
    let built = Place::own().built(program);
    verify(linker, &built)?;
    let deployed = deploy_folder().join(format!("{program}.so"));
    fs::copy(&built, &deployed).context(format!("cannot copy {}", built.display()))?;
    let bytes = fs::metadata(&deployed)
        .context(format!("cannot read {}", deployed.display()))?
        .len();
    if bytes == 0 {
        return failed(format!("{} is empty", deployed.display()));
    }
    eprintln!("    {}: {bytes} bytes", deployed.display());
    Ok(())
}

/// The linker's own check of a whole file.
pub fn verify(linker: &Path, built: &Path) -> Result<()> {
    process::run(process::command(linker).arg("verify").arg(built))
}

fn configuration_text(linker: &Path, target: &Path) -> String {
    let (linker, target) = (linker.display(), target.display());
    format!(
        r#"# Written by `cargo xtask build-program`.
[build]
target = "{target}"

[unstable]
build-std = ["std"]
build-std-features = ["optimize_for_size"]
json-target-spec = true

[target.{TARGET}]
linker = "{linker}"
rustflags = [
    "-Zunstable-options",
    "-Cpanic=immediate-abort",
    "-Crelocation-model=static",
    "-Ctarget-cpu=v2",
]
"#
    )
}
