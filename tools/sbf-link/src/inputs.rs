//! Reads what rustc passes, and makes one module of it.

use crate::llvm::{Context, Module, diagnostics};
use std::{fs, io, path::Path};

/// How bitcode starts: bare, or in a wrapper.
const BITCODE: [&[u8]; 2] = [b"BC\xC0\xDE", b"\xDE\xC0\x17\x0b"];

/// Links all bitcode into one module. What else is in archives (metadata, symbol lists) is not
/// bitcode and is left out.
pub fn one_module(context: Context, inputs: &[impl AsRef<Path>]) -> Result<Module, String> {
    let module = Module::new(context);
    let mut found = false;
    for input in inputs {
        for (name, bytes) in members(input.as_ref())? {
            if !BITCODE.iter().any(|start| bytes.starts_with(start)) {
                continue;
            }
            let Some(part) = Module::from_bitcode(context, &bytes) else {
                diagnostics::check(&format!("reading {name}"))?;
                return Err(format!("{name} is not bitcode that LLVM 22 reads"));
            };
            if !found {
                module.adopt_target(part);
                found = true;
            }
            if module.absorb(part).is_none() {
                diagnostics::check(&format!("linking {name}"))?;
                return Err(format!("{name} cannot be linked with the others"));
            }
        }
    }
    diagnostics::check("linking")?;
    if found {
        Ok(module)
    } else {
        Err("there is no bitcode among the inputs: the target must say obj-is-bitcode".into())
    }
}

/// The files of an archive, or the one file that is none.
fn members(path: &Path) -> Result<Vec<(String, Vec<u8>)>, String> {
    let failed = |error: io::Error| format!("cannot read {}: {error}", path.display());
    let bytes = fs::read(path).map_err(failed)?;
    let name = path.display().to_string();
    if !bytes.starts_with(b"!<arch>") {
        return Ok(vec![(name, bytes)]);
    }
    let mut members = Vec::new();
    let mut archive = ar::Archive::new(&bytes[..]);
    while let Some(entry) = archive.next_entry() {
        let mut entry = entry.map_err(failed)?;
        let mut content = Vec::new();
        io::Read::read_to_end(&mut entry, &mut content).map_err(failed)?;
        let member = String::from_utf8_lossy(entry.header().identifier()).into_owned();
        members.push((format!("{name}({member})"), content));
    }
    Ok(members)
}
