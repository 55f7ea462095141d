//! What LLVM has to say. Every error and every warning is fatal: the back end's warnings are stack
//! frames that overflow, and a program that ignores one corrupts memory.

use super::{Context, take_message};
use llvm_sys::{LLVMDiagnosticSeverity::*, core::*, prelude::*};
use std::{
    ffi::{CStr, c_char, c_void},
    sync::{Mutex, MutexGuard, PoisonError},
};

static REPORTED: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Memory routines that the helpers define in the module itself.
pub const MEMORY_ROUTINES: [&str; 5] = ["memcpy", "memmove", "memset", "memcmp", "bcmp"];

/// Sends the context's diagnostics here.
pub fn listen(context: Context) {
    // SAFETY: the context lives, and both handlers are functions of the right types.
    unsafe {
        llvm_sys::error_handling::LLVMInstallFatalErrorHandler(Some(fatal));
        LLVMContextSetDiagnosticHandler(context.0, Some(collect), std::ptr::null_mut());
    }
}

/// Fails with everything reported since the last call.
pub fn check(step: &str) -> Result<(), String> {
    let reported = std::mem::take(&mut *reported());
    if reported.is_empty() {
        Ok(())
    } else {
        let reported = reported.join("\n  ");
        Err(format!("LLVM reported, at {step}:\n  {reported}"))
    }
}

fn reported() -> MutexGuard<'static, Vec<String>> {
    REPORTED.lock().unwrap_or_else(PoisonError::into_inner)
}

extern "C" fn collect(diagnostic: LLVMDiagnosticInfoRef, _: *mut c_void) {
    // SAFETY: LLVM passes a live diagnostic.
    let (severity, message) = unsafe {
        (
            LLVMGetDiagInfoSeverity(diagnostic),
            take_message(LLVMGetDiagInfoDescription(diagnostic)),
        )
    };
    // The back end cannot know that the memory routines are defined here.
    let defined_here = |routine| {
        message.contains(&format!(
            "A call to built-in function '{routine}' is not supported."
        ))
    };
    match severity {
        LLVMDSError if MEMORY_ROUTINES.into_iter().any(defined_here) => {}
        LLVMDSError => reported().push(message),
        LLVMDSWarning => reported().push(format!("warning: {message}")),
        LLVMDSRemark | LLVMDSNote => {}
    }
}

extern "C" fn fatal(message: *const c_char) {
    // SAFETY: LLVM passes a C string, and expects us not to return.
    let message = unsafe { CStr::from_ptr(message) };
    eprintln!("sbf-link: LLVM cannot go on: {}", message.to_string_lossy());
    std::process::exit(1)
}
