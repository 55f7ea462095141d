//! What the tests of the linker share.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// A folder that goes when the test ends.
pub struct Scratch(pub PathBuf);

impl Scratch {
    /// A folder of this name and process.
    pub fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("sbf-link-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).expect("a scratch folder");
        Self(folder)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The linker, as if nobody had set its variables.
pub fn linker() -> Command {
    let mut linker = Command::new(env!("CARGO_BIN_EXE_sbf-link"));
    for variable in ["SBF_LINK_PROGRAMS", "SBF_LINK_DUMP"] {
        linker.env_remove(variable);
    }
    linker
}

/// Runs the linker.
pub fn run(linker: &mut Command) -> Output {
    linker.output().expect("the linker runs")
}

/// Links one file.
pub fn link(input: &Path, output: &Path) -> Output {
    run(linker().args([input.as_os_str(), OsStr::new("-o"), output.as_os_str()]))
}

/// Checks one file.
pub fn verify(file: &Path) -> Output {
    run(linker().arg("verify").arg(file))
}

/// What a run said.
pub fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Assembles one of `tests/modules/`.
pub fn bitcode(module: &str, scratch: &Scratch) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/modules/{module}.ll"));
    let bitcode = scratch.0.join(format!("{module}.bc"));
    let status = Command::new("/usr/lib/llvm-22/bin/llvm-as")
        .args([&source, Path::new("-o"), &bitcode])
        .status()
        .expect("llvm-as of the package llvm-22");
    assert!(status.success(), "{module} is not LLVM 22 IR");
    bitcode
}
