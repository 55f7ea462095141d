//! The back end: its options, passes, and code generation.

use super::{Module, c_string, take_message};
use llvm_sys::{
    core::*, error::*, support::*, target::*, target_machine::*, transforms::pass_builder::*,
};
use std::{ffi::CStr, ptr::null_mut};

/// A configured back end.
#[derive(Clone, Copy)]
pub struct Machine(LLVMTargetMachineRef);

/// Registers the BPF back end and sets LLVM's global options: once per process.
pub fn initialise(options: &[&str]) {
    let options: Vec<_> = options.iter().map(|option| c_string(option)).collect();
    let pointers: Vec<_> = options.iter().map(|option| option.as_ptr()).collect();
    // SAFETY: as many C strings as we say.
    unsafe {
        LLVMInitializeBPFTarget();
        LLVMInitializeBPFTargetMC();
        LLVMInitializeBPFTargetInfo();
        LLVMInitializeBPFAsmPrinter();
        LLVMParseCommandLineOptions(pointers.len() as i32, pointers.as_ptr(), super::UNNAMED);
    }
}

impl Machine {
    /// The back end for the module's target.
    pub fn new(module: Module, cpu: &str, features: &str) -> Result<Self, String> {
        let (mut target, mut message) = (null_mut(), null_mut());
        // SAFETY: a live module, C strings, and a target that LLVM found.
        unsafe {
            let triple = LLVMGetTarget(module.0);
            if LLVMGetTargetFromTriple(triple, &mut target, &mut message) != 0 {
                return Err(take_message(message));
            }
            Ok(Self(LLVMCreateTargetMachine(
                target,
                triple,
                c_string(cpu).as_ptr(),
                c_string(features).as_ptr(),
                LLVMCodeGenOptLevel::LLVMCodeGenLevelAggressive,
                LLVMRelocMode::LLVMRelocStatic,
                LLVMCodeModel::LLVMCodeModelDefault,
            )))
        }
    }

    /// Runs passes, named as for LLVM's `opt`.
    pub fn run(self, module: Module, passes: &str) -> Result<(), String> {
        // SAFETY: live objects; the message is copied before LLVM takes it back.
        unsafe {
            let options = LLVMCreatePassBuilderOptions();
            let error = LLVMRunPasses(module.0, c_string(passes).as_ptr(), self.0, options);
            LLVMDisposePassBuilderOptions(options);
            if error.is_null() {
                return Ok(());
            }
            let message = LLVMGetErrorMessage(error);
            let text = CStr::from_ptr(message).to_string_lossy().into_owned();
            LLVMDisposeErrorMessage(message);
            Err(format!("LLVM cannot run {passes}: {text}"))
        }
    }

    /// Generates an object file.
    pub fn object(self, module: Module) -> Result<Vec<u8>, String> {
        let (mut buffer, mut message) = (null_mut(), null_mut());
        let object = LLVMCodeGenFileType::LLVMObjectFile;
        // SAFETY: live objects; the buffer holds as many bytes as LLVM says.
        unsafe {
            // Code generation rewrites the module: work on a copy.
            let copy = LLVMCloneModule(module.0);
            if LLVMTargetMachineEmitToMemoryBuffer(self.0, copy, object, &mut message, &mut buffer)
                != 0
            {
                return Err(format!("code generation: {}", take_message(message)));
            }
            let start = LLVMGetBufferStart(buffer).cast::<u8>();
            let bytes = std::slice::from_raw_parts(start, LLVMGetBufferSize(buffer)).to_vec();
            LLVMDisposeMemoryBuffer(buffer);
            LLVMDisposeModule(copy);
            Ok(bytes)
        }
    }
}
