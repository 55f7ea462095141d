//! Other programs, started from a cleaned environment.
//!
//! `cargo xtask` itself runs under cargo and rustup, which set variables (`RUSTUP_TOOLCHAIN`,
//! `CARGO_*`, `RUSTFLAGS`) that would reach a nested cargo of another workspace or of another
//! compiler and change what it does.

use crate::failure::{Context, Result, failed};
use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// The project's root folder.
pub fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest).to_path_buf()
}

/// Whether a variable may not reach a nested program.
fn is_inherited_from_cargo(name: &str) -> bool {
    const KEPT: [&str; 2] = ["CARGO_HOME", "RUSTUP_HOME"];
    let prefixes = ["CARGO", "RUSTUP", "RUSTC", "RUSTDOC", "RUSTFLAGS"];
    !KEPT.contains(&name) && prefixes.iter().any(|prefix| name.starts_with(prefix))
}

/// A command without the variables that cargo and rustup set for us.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(is_inherited_from_cargo) {
            command.env_remove(name);
        }
    }
    command
}

/// rustup's cargo in the project's root, or in one of its folders.
pub fn cargo(folder: impl AsRef<Path>) -> Command {
    let mut cargo = command("cargo");
    cargo.current_dir(root().join(folder));
    cargo
}

/// Runs a command whose output goes to the terminal.
pub fn run(command: &mut Command) -> Result<()> {
    let shown = shown(command);
    let status = command
        .status()
        .context(format!("cannot start `{shown}`"))?;
    if status.success() {
        Ok(())
    } else {
        failed(format!("`{shown}` ended with {status}"))
    }
}

/// Runs a command and returns what it printed.
pub fn output(command: &mut Command) -> Result<String> {
    let shown = shown(command);
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .context(format!("cannot start `{shown}`"))?;
    if !output.status.success() {
        return failed(format!("`{shown}` ended with {}", output.status));
    }
    String::from_utf8(output.stdout).context(format!("`{shown}` printed something else than text"))
}

/// Whether a program is in the path.
pub fn exists(program: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| {
        std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
    })
}

fn shown(command: &Command) -> String {
    let mut text = command.get_program().to_string_lossy().into_owned();
    for argument in command.get_args() {
        text.push(' ');
        text.push_str(&argument.to_string_lossy());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::is_inherited_from_cargo;

    #[test]
    fn variables_of_cargo_and_rustup_are_dropped_but_not_their_homes() {
        for dropped in [
            "RUSTUP_TOOLCHAIN",
            "CARGO",
            "CARGO_MANIFEST_DIR",
            "RUSTFLAGS",
            "RUSTC_WRAPPER",
        ] {
            assert!(is_inherited_from_cargo(dropped), "{dropped}");
        }
        for kept in ["CARGO_HOME", "RUSTUP_HOME", "PATH", "HOME"] {
            assert!(!is_inherited_from_cargo(kept), "{kept}");
        }
    }
}
