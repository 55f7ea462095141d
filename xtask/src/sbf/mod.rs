//! Real program bytes from Debian's packages and crates.io alone.
//!
//! [`compiler`] refuses any compiler but the one the route was made for, [`library`] makes the
//! edited copy of the standard library, [`build`] runs Debian's cargo with our linker and
//! checks what came out. Where Solana's own tools are installed they are used instead.

mod build;
mod compiler;
mod library;

pub use build::CARGO;
pub use compiler::{RUSTC, check as check_compiler};
pub use library::source as library_source;

use crate::{
    failure::{Context, Result, failed},
    packages, process,
    stage::stage,
};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Programs of the `programs/` workspace: what tests and demo load.
const PROGRAMS: [&str; 2] = ["sheaf", "probe"];

/// Where the programs' bytes lie.
pub fn deploy_folder() -> PathBuf {
    process::root().join("target/deploy")
}

/// Where the linker is built.
pub fn linker_folder() -> PathBuf {
    process::root().join("target/sbf-link")
}

/// Builds every program into `target/deploy/`.
pub fn build_programs(program_id: Option<&str>) -> Result<()> {
    if let Some(address) = program_id {
        check_address(address)?;
    }
    if process::exists("cargo-build-sbf") {
        return stage("programs, with Solana's tools", || {
            build_with_solana_tools(program_id)
        });
    }
    stage("packages for program bytes", || {
        packages::ensure(packages::PROGRAM)
    })?;
    compiler::check()?;
    let linker = stage("linker", build::linker)?;
    let library = stage("standard library for Solana", library::prepare)?;
    stage("programs", || {
        build::programs(&build::Place::own(), &linker, &library, program_id)
    })?;
    fs::create_dir_all(deploy_folder()).context("cannot create target/deploy")?;
    for program in PROGRAMS {
        build::deploy(&linker, program)?;
    }
    Ok(())
}

/// Builds a copy of the programs below a folder: sources in `source/programs`, beside a copy of
/// `crates/sheaf-format`. Returns the on-chain program's bytes.
pub fn build_copy(folder: &Path) -> Result<PathBuf> {
    let place = build::Place {
        workspace: folder.join("source/programs"),
        build: folder.join("build"),
    };
    let (linker, library) = (build::linker()?, library::prepare()?);
    build::programs(&place, &linker, &library, None)?;
    let built = place.built("sheaf");
    build::verify(&linker, &built)?;
    Ok(built)
}

/// The reference route. It could not be tried where this was written: the tools are not
/// available there.
fn build_with_solana_tools(program_id: Option<&str>) -> Result<()> {
    for program in PROGRAMS {
        let mut command = process::command("cargo-build-sbf");
        command
            .current_dir(process::root().join("programs").join(program))
            .arg("--sbf-out-dir")
            .arg(deploy_folder());
        if let Some(address) = program_id {
            command.env("SHEAF_PROGRAM_ID", address);
        }
        process::run(&mut command)?;
    }
    Ok(())
}

/// An address is 32 bytes in base58, so 32 to 44 characters of its alphabet.
fn check_address(address: &str) -> Result<()> {
    const ALPHABET: &str = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    let fits = (32..=44).contains(&address.len())
        && address.chars().all(|letter| ALPHABET.contains(letter));
    if fits {
        Ok(())
    } else {
        failed(format!(
            "'{address}' is not a program address: expected 32 bytes in base58, as `solana-keygen pubkey` prints it"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::check_address;

    #[test]
    fn a_program_id_must_look_like_an_address() {
        assert!(check_address("SheafLoca1net111111111111111111111111111111").is_ok());
        for wrong in ["", "short", "SheafLoca1net11111111111111111111111111111O"] {
            assert!(check_address(wrong).is_err(), "{wrong}");
        }
    }
}
