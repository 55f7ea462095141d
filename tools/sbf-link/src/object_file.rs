//! Checks on the object that LLVM emitted, before the SBPF step, which would not make them.

use crate::syscalls::SYSCALLS;
use object::{
    File, Object, ObjectSection, ObjectSymbol, RelocationTarget, Section, SectionFlags,
    elf::{SHF_ALLOC, SHF_TLS, SHF_WRITE},
};
use std::collections::HashSet;

/// Sections that hold code that would run before the entry point.
const BEFORE_START: [&str; 4] = [".init_array", ".fini_array", ".preinit_array", ".ctors"];
/// Written by a loader before the start, and by nobody here: the SBPF step does it once.
const RELOCATED_CONSTANTS: &str = ".data.rel.ro";
/// For debuggers and unwinding, which programs have none of: the SBPF step leaves it out.
const UNWIND_TABLE: &str = ".eh_frame";
/// Sections that the SBPF step copies into the program.
const LOADED: [&str; 3] = [".text", ".rodata", RELOCATED_CONSTANTS];

/// Names that a relocation refers to.
pub fn referenced(object: &[u8]) -> Result<HashSet<String>, String> {
    let file = parse(object)?;
    let mut names = HashSet::new();
    for section in file.sections() {
        for (_, relocation) in section.relocations() {
            if let RelocationTarget::Symbol(index) = relocation.target()
                && let Ok(name) = file.symbol_by_index(index).and_then(|symbol| symbol.name())
            {
                names.insert(name.to_owned());
            }
        }
    }
    Ok(names)
}

/// Refuses undefined symbols that are no syscalls, writable statics, and sections that the SBPF
/// step would leave out.
pub fn check(object: &[u8]) -> Result<(), String> {
    let file = parse(object)?;
    check_symbols(&file)?;
    file.sections()
        .try_for_each(|section| check_section(&file, &section))
}

fn check_symbols(file: &File) -> Result<(), String> {
    let unnamed = |name: &&str| name.is_empty();
    // LLVM's own name for a trap; the SBPF step makes it the syscall `abort`.
    let known = |name: &&str| *name == "__bpf_trap" || SYSCALLS.contains(name);
    let mut unknown: Vec<&str> = file
        .symbols()
        .filter(ObjectSymbol::is_undefined)
        .filter_map(|symbol| symbol.name().ok())
        .filter(|name| !unnamed(name) && !known(name))
        .collect();
    if unknown.is_empty() {
        return Ok(());
    }
    unknown.sort_unstable();
    Err(format!(
        "undefined, and not a syscall: {}; a program cannot call what the runtime does not have",
        unknown.join(", ")
    ))
}

fn check_section(file: &File, section: &Section) -> Result<(), String> {
    let name = section.name().unwrap_or("without a name");
    let starts_with = |prefix: &&str| name.starts_with(*prefix);
    // What a section may do decides, not its name, which a program can choose.
    let SectionFlags::Elf { sh_flags, .. } = section.flags() else {
        return Err(format!("section {name} is not of an ELF file"));
    };
    let has = |flag| sh_flags.contains(flag);
    if section.size() == 0 || !has(SHF_ALLOC) {
        return Ok(());
    }
    let symbols = || {
        let here = file
            .symbols()
            .filter(|it| it.section_index() == Some(section.index()));
        let names: Vec<String> = here
            .filter_map(|symbol| Some(symbol.name().ok()?.to_owned()))
            .filter(|name| !name.is_empty())
            .collect();
        format!("{name} ({} bytes): {}", section.size(), names.join(", "))
    };
    if BEFORE_START.iter().any(starts_with) {
        return Err(format!(
            "code that would run before the entry point, in section {}",
            symbols()
        ));
    }
    if has(SHF_TLS) || has(SHF_WRITE) && !name.starts_with(RELOCATED_CONSTANTS) {
        return Err(format!(
            "writable section {}; a program has no writable statics: make it a constant, or keep \
             it on the stack, the heap or in an account",
            symbols()
        ));
    }
    if !LOADED.iter().any(starts_with) && name != UNWIND_TABLE {
        return Err(format!("the program would lack section {}", symbols()));
    }
    Ok(())
}

fn parse(object: &[u8]) -> Result<File<'_>, String> {
    File::parse(object).map_err(|error| format!("cannot read the object LLVM emitted: {error}"))
}
