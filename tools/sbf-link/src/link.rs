//! The steps from bitcode to a program, in order.

use crate::{
    arguments::LinkRequest,
    inputs::one_module,
    internalise::internalise,
    legalise::legalise,
    llvm::{
        self, Context, Machine, Module,
        diagnostics::{self, MEMORY_ROUTINES},
    },
    object_file, verify,
};
use std::{fs, path::Path};

/// Bytes of a stack frame.
const FRAME: i32 = 4096;
/// v3 and v4 turn on 32-bit arithmetic, whose add, sub and mul SBPFv3 sign-extends and LLVM takes
/// as zero-extended: programs would build, load, and compute wrong results.
const CPU: &str = "v2";
/// Without it programs double in size.
const FEATURES: &str = "+allows-misaligned-mem-access";
const ENTRY_POINT: &str = "entrypoint";

/// Links one program, verifies it, and returns its bytes. LLVM's options are global: once per
/// process.
pub fn program(request: &LinkRequest) -> Result<Vec<u8>, String> {
    let dump = request.dump.as_deref();
    let stack = format!("--bpf-stack-size={FRAME}");
    llvm::initialise(&["sbf-link", &stack, "--cold-callsite-rel-freq=0"]);
    let context = Context::new();
    diagnostics::listen(context);

    let module = one_module(context, &request.inputs)?;
    let machine = Machine::new(module, CPU, FEATURES)?;
    module.strip();
    internalise(module, ENTRY_POINT)?;
    print(dump, module, "1-linked.ll")?;
    module.verify("linking")?;

    machine.run(module, "globaldce,function(lower-atomic)")?;
    machine.run(module, "default<O3>")?;
    diagnostics::check("optimisation")?;
    print(dump, module, "2-optimised.ll")?;

    let done = legalise(module, machine, ENTRY_POINT)?;
    print(dump, module, "3-legal.ll")?;

    let object = generate(module, machine)?;
    object_file::check(&object)?;
    let program = to_sbpf(&object)?;
    verify::bytes(&program)?;
    if dump.is_some() {
        eprintln!("sbf-link: {} bytes; {done}", program.len());
    }
    Ok(program)
}

/// Generates code; memory routines that nothing refers to are dropped on a second try.
fn generate(module: Module, machine: Machine) -> Result<Vec<u8>, String> {
    let object = emit(module, machine)?;
    let referenced = object_file::referenced(&object)?;
    let mut dropped = false;
    for routine in MEMORY_ROUTINES {
        let Some(function) = module.function(routine) else {
            continue;
        };
        if !referenced.contains(routine) && function.value().is_unused() {
            function.delete();
            dropped = true;
        }
    }
    if dropped {
        emit(module, machine)
    } else {
        Ok(object)
    }
}

fn emit(module: Module, machine: Machine) -> Result<Vec<u8>, String> {
    let object = machine.object(module);
    // What LLVM reported says more than that it failed.
    diagnostics::check("code generation")?;
    object
}

fn to_sbpf(object: &[u8]) -> Result<Vec<u8>, String> {
    let options = sbpf_linker::ProgramOptions::new(
        sbpf_linker::OptimizationConfig::disabled(),
        sbpf_linker::SbpfArch::V3,
        FRAME,
    );
    sbpf_linker::link_program(object, options).map_err(|errors| {
        let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
        format!("sbpf-linker refuses the object: {}", errors.join("\n  "))
    })
}

/// Prints the module for someone who wants to look at it.
fn print(folder: Option<&Path>, module: Module, file: &str) -> Result<(), String> {
    let Some(folder) = folder else { return Ok(()) };
    fs::create_dir_all(folder)
        .map_err(|error| error.to_string())
        .and_then(|()| module.print(&folder.join(file)))
        .map_err(|error| format!("cannot print to {}: {error}", folder.display()))
}
