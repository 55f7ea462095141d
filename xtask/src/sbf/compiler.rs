//! The route is made for one compiler. Any other is refused by name, because it would need
//! another linker and other edits.

use crate::{
    failure::{Result, failed},
    process,
};

/// Debian's compiler, beside rustup's.
pub const RUSTC: &str = "/usr/bin/rustc";
/// The release the library edits were made for.
pub const RELEASE: &str = "1.96.0";
/// The LLVM that both the compiler and the linker must have.
const LLVM_MAJOR: &str = "22";

/// Refuses a compiler the route was not made for.
pub fn check() -> Result<()> {
    accept(&process::output(process::command(RUSTC).arg("-vV"))?)
}

fn accept(version: &str) -> Result<()> {
    let field = |name: &str| {
        version
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .unwrap_or("unknown")
            .trim()
    };
    let (release, llvm) = (field("release:"), field("LLVM version:"));
    if release == RELEASE && llvm.split('.').next() == Some(LLVM_MAJOR) {
        return Ok(());
    }
    failed(format!(
        "{RUSTC} is rustc {release} with LLVM {llvm}; program bytes are built with rustc {RELEASE} and LLVM {LLVM_MAJOR}. \
         Install Debian 12's rustc-web of that version, or Solana's own tools"
    ))
}

#[cfg(test)]
mod tests {
    use super::accept;

    #[test]
    fn another_compiler_or_llvm_is_refused_by_name() {
        assert!(accept("release: 1.96.0\nLLVM version: 22.1.8\n").is_ok());
        let error = accept("release: 1.97.1\nLLVM version: 23.1.0\n").unwrap_err();
        assert!(error.to_string().contains("rustc 1.97.1 with LLVM 23.1.0"));
        assert!(accept("release: 1.96.0\nLLVM version: 23.1.0\n").is_err());
    }
}
