//! The part of LLVM's C interface that the linker needs, behind types that cannot be mixed up.
//! All unsafe code of the linker is here.
//!
//! Why the methods may be safe although LLVM is not: a process links one program, in one context,
//! on one thread, and frees nothing before it ends, so every handle stays valid. The exceptions
//! are [`Instruction::erase`] and [`Function::delete`]: their callers use no handle to what they
//! removed. Methods that need a certain kind of type or value check for it.

#![allow(unsafe_code)]

mod builder;
pub mod diagnostics;
mod function;
mod instruction;
mod machine;
mod module;
mod types;
mod value;

pub use builder::Builder;
pub use function::Function;
pub use instruction::{Call, Instruction};
pub use llvm_sys::{LLVMIntPredicate as Compare, LLVMOpcode as Op, LLVMRealPredicate as Real};
pub use machine::{Machine, initialise};
pub use module::{Context, Module};
pub use types::{FunctionType, Shape, Type};
pub use value::{Attribute, Place, Value};

use std::ffi::{CStr, CString, c_char};

const UNNAMED: *const c_char = c"".as_ptr();

/// Text for LLVM. It ends at a zero byte, of which neither our texts nor paths have any.
fn c_string(text: &str) -> CString {
    CString::new(text.split('\0').next().unwrap_or_default()).unwrap_or_default()
}

/// Takes over a message that LLVM allocated.
fn take_message(message: *mut c_char) -> String {
    if message.is_null() {
        return String::new();
    }
    // SAFETY: LLVM's messages are C strings that we own.
    unsafe {
        let text = CStr::from_ptr(message).to_string_lossy().into_owned();
        llvm_sys::core::LLVMDisposeMessage(message);
        text
    }
}

/// Copies a text of known length that LLVM owns; it may be nowhere if it is empty.
///
/// # Safety
/// `start` must be null or point to `length` bytes.
unsafe fn copy_text(start: *const c_char, length: usize) -> String {
    if start.is_null() {
        return String::new();
    }
    // SAFETY: see above.
    let bytes = unsafe { std::slice::from_raw_parts(start.cast(), length) };
    String::from_utf8_lossy(bytes).into_owned()
}

/// The handles of a list that LLVM links through "first" and "next".
fn linked_list<T>(first: *mut T, next: impl Fn(*mut T) -> *mut T) -> impl Iterator<Item = *mut T> {
    let present = |handle: *mut T| (!handle.is_null()).then_some(handle);
    std::iter::successors(present(first), move |handle| present(next(*handle)))
}
