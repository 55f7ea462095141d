//! Debian packages: installed as root or through `sudo -n`; otherwise the one command to run is
//! printed and xtask exits with code 3.

use crate::{
    failure::{Context, Failure, Result, failed},
    process,
};
use std::{fs, process::Stdio};

/// What the host workspace's dependencies need to compile.
pub const HOST: &[&str] = &[
    "ca-certificates",
    "gcc",
    "g++",
    "make",
    "libc6-dev",
    "libssl-dev",
    "pkg-config",
    "perl",
];

/// Real servers that tests run against, and what installs those that are not Debian's.
pub const TESTS: &[&str] = &["postgresql", "python3-venv"];

/// What building program bytes from packages needs.
pub const PROGRAM: &[&str] = &[
    "rustc-web",
    "cargo-web",
    "rust-web-src",
    "llvm-22",
    "llvm-22-dev",
    "libllvm22",
    "zlib1g-dev",
    "libzstd-dev",
];

/// What building modules for WebAssembly needs.
pub const MODULES: &[&str] = &["rustc-web", "cargo-web", "rust-web-src", "lld-22"];

/// Sources of Debian 12, for a machine whose own list lacks the security suite.
const DEBIAN_12_SOURCES: &str = "\
deb http://deb.debian.org/debian bookworm main
deb http://deb.debian.org/debian bookworm-updates main
deb http://deb.debian.org/debian-security bookworm-security main
";

/// Installs those of `packages` that are missing.
pub fn ensure(packages: &[&str]) -> Result<()> {
    let missing: Vec<&str> = packages
        .iter()
        .copied()
        .filter(|package| !is_installed(package))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    refuse_other_systems(&fs::read_to_string("/etc/os-release").unwrap_or_default())?;
    eprintln!("installing: {}", missing.join(" "));
    let sudo = if is_root() {
        None
    } else if may_sudo() {
        Some(["sudo", "-n"])
    } else {
        return Err(Failure::MissingPackages {
            command: format!("sudo apt-get install -y {}", missing.join(" ")),
        });
    };

    apt_get(sudo, &["update", "-q"])?;
    let mut install = vec!["install", "-y", "-q", "--no-install-recommends"];
    let sources = process::root().join("target/debian-12.list");
    let source_list = format!("Dir::Etc::SourceList={}", sources.display());
    if missing.iter().any(|package| !is_known(package)) {
        // Only for these two calls: the machine's own list is left as it is.
        fs::create_dir_all(process::root().join("target")).context("cannot create target/")?;
        fs::write(&sources, DEBIAN_12_SOURCES).context("cannot write target/debian-12.list")?;
        apt_get(sudo, &["update", "-q", "-o", &source_list])?;
        install.extend(["-o", &source_list]);
    }
    install.extend(&missing);
    apt_get(sudo, &install)
}

fn apt_get(sudo: Option<[&str; 2]>, arguments: &[&str]) -> Result<()> {
    let mut command = match sudo {
        Some([sudo, flag]) => {
            let mut command = process::command(sudo);
            command.args([flag, "env"]);
            command
        }
        None => process::command("env"),
    };
    command
        .args(["DEBIAN_FRONTEND=noninteractive", "apt-get"])
        .args(arguments)
        // What apt prints is no result of ours.
        .stdout(Stdio::null());
    process::run(&mut command)
}

fn is_installed(package: &str) -> bool {
    process::command("dpkg-query")
        .args(["-W", "-f=${Status}", package])
        .stderr(Stdio::null())
        .output()
        .is_ok_and(|output| output.stdout.ends_with(b"ok installed"))
}

fn is_known(package: &str) -> bool {
    process::command("apt-cache")
        .args(["show", "--quiet=0", package])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn is_root() -> bool {
    process::output(process::command("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

fn may_sudo() -> bool {
    process::command("sudo")
        .args(["-n", "true"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Packages are named as Debian 12 on amd64 names them; elsewhere they are asked for by hand.
fn refuse_other_systems(os_release: &str) -> Result<()> {
    let value = |key: &str| {
        os_release
            .lines()
            .find_map(|line| line.strip_prefix(key))
            .map(|text| text.trim_matches('"'))
    };
    let (id, version) = (value("ID="), value("VERSION_ID="));
    if id == Some("debian") && version == Some("12") && cfg!(target_arch = "x86_64") {
        return Ok(());
    }
    failed(format!(
        "packages are installed on Debian 12 on amd64 only; this is {} {} on {}. \
         Install Solana's own tools (cargo-build-sbf) and the packages the README names, then try again",
        id.unwrap_or("an unknown system"),
        version.unwrap_or(""),
        std::env::consts::ARCH
    ))
}

#[cfg(test)]
mod tests {
    use super::refuse_other_systems;

    #[test]
    fn only_debian_12_is_installed_on() {
        assert!(refuse_other_systems("ID=debian\nVERSION_ID=\"12\"\n").is_ok());
        for other in [
            "ID=debian\nVERSION_ID=\"13\"\n",
            "ID=ubuntu\nVERSION_ID=\"24.04\"\n",
            "",
        ] {
            assert!(refuse_other_systems(other).is_err(), "{other}");
        }
    }
}
