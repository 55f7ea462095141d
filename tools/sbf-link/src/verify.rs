//! The last word: the loader's own parser and verifier, for SBPFv3 alone, and what they leave to
//! the run: that every call goes somewhere.

use crate::syscalls::SYSCALLS;
use solana_sbpf::{
    ebpf,
    elf::Executable,
    memory_region::MemoryMapping,
    program::{BuiltinFunctionDefinition, BuiltinProgram, SBPFVersion},
    verifier::RequisiteVerifier,
    vm::{Config, ContextObject},
};
use std::{error::Error, fs, path::Path, ptr::NonNull, sync::Arc};

/// What a dependency's cdylib holds instead of a program.
pub const SKIPPED: &str = "not a program: dependency cdylib skipped by sbf-link\n";

/// Source registers of a call instruction, which say what its number means.
const TO_SYSCALL: u8 = 0;
const TO_FUNCTION: u8 = 1;

/// Checks a file that was linked before.
pub fn file(path: &Path) -> Result<(), String> {
    let read = fs::read(path).map_err(|error| error.to_string());
    read.and_then(|program| bytes(&program)).map_err(|reason| {
        let path = path.display();
        format!("{path} is not a program: {reason}; build it anew")
    })
}

/// Checks a whole program.
pub fn bytes(program: &[u8]) -> Result<(), String> {
    if program.is_empty() {
        return Err("the file is empty".into());
    }
    if program == SKIPPED.as_bytes() {
        return Err("it says that it is the cdylib of a dependency, which sbf-link skipped".into());
    }
    // The loader reads only what it runs; this reads the section table too, at the file's end.
    object::File::parse(program)
        .map_err(|error| format!("it is no ELF file, or a part of one: {error}"))?;
    let config = Config {
        enabled_sbpf_versions: SBPFVersion::V3..=SBPFVersion::V3,
        reject_broken_elfs: true,
        ..Config::default()
    };
    let mut loader = BuiltinProgram::<Nothing>::new_loader(config);
    for syscall in SYSCALLS {
        loader
            .register_function(syscall, (NoSyscall::vm, NoSyscall::codegen))
            .map_err(|error| format!("cannot register {syscall}: {error}"))?;
    }
    // Loading checks that the header's entry point lies in the code.
    let executable = Executable::<Nothing>::load(program, Arc::new(loader))
        .map_err(|error| format!("the loader refuses it: {error}"))?;
    if executable.get_sbpf_version() != SBPFVersion::V3 {
        return Err("it is not SBPFv3".into());
    }
    executable
        .verify::<RequisiteVerifier>()
        .map_err(|error| format!("the verifier refuses it: {error}"))?;
    check_calls(&executable)
}

/// For SBPFv3 the verifier leaves this to the run, where a wrong call ends the transaction.
fn check_calls(executable: &Executable<Nothing>) -> Result<(), String> {
    let (_, code) = executable.get_text_bytes();
    let syscalls = executable.get_loader().get_function_registry();
    let count = code.len() / ebpf::INSN_SIZE;
    for place in 0..count {
        let instruction = ebpf::get_insn_unchecked(code, place);
        if instruction.opc != ebpf::CALL_IMM {
            continue;
        }
        let number = instruction.imm;
        let known = match instruction.src {
            TO_SYSCALL => syscalls.lookup_by_key(number as u32).is_some(),
            TO_FUNCTION => (0..count as i64).contains(&(place as i64 + 1 + number)),
            _ => false,
        };
        if !known {
            return Err(format!(
                "instruction {place} calls {number:#x}, which is neither a known syscall nor a \
                 place in the program"
            ));
        }
    }
    Ok(())
}

/// A context for a virtual machine that is never run.
struct Nothing;

impl ContextObject for Nothing {
    fn consume(&mut self, _: u64) {}

    fn get_remaining(&self) -> u64 {
        0
    }

    fn active_mapping_ptr(&mut self) -> NonNull<MemoryMapping> {
        unreachable!("programs are loaded and verified here, never run")
    }
}

solana_sbpf::declare_builtin_function!(
    NoSyscall,
    fn rust(
        _context: &mut Nothing,
        _a: u64,
        _b: u64,
        _c: u64,
        _d: u64,
        _e: u64,
    ) -> Result<u64, Box<dyn Error>> {
        Ok(0)
    }
);
