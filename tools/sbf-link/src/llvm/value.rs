//! Values and attributes.

use super::{Function, Type, copy_text, take_message};
use llvm_sys::{LLVMLinkage::*, LLVMVisibility, core::*, prelude::*};

/// Longest text of a value in a message.
const TEXT_CHARACTERS: usize = 400;

/// Any value.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Value(pub(super) LLVMValueRef);

/// An attribute.
#[derive(Clone, Copy)]
pub struct Attribute(pub(super) LLVMAttributeRef);

/// Where an attribute stands.
#[derive(Clone, Copy)]
pub enum Place {
    /// At the function or call itself.
    Function,
    /// At the result.
    Result,
    /// At a parameter or argument, counted from zero.
    Argument(u32),
}

impl Value {
    /// Its type.
    pub fn kind(self) -> Type {
        // SAFETY: a live value.
        Type(unsafe { LLVMTypeOf(self.0) })
    }

    /// LLVM's own text, cut if long.
    pub fn text(self) -> String {
        // SAFETY: a live value.
        let text = take_message(unsafe { LLVMPrintValueToString(self.0) });
        text.chars().take(TEXT_CHARACTERS).collect()
    }

    /// Its name, or nothing.
    pub fn name(self) -> String {
        let mut length = 0;
        // SAFETY: LLVM returns as many bytes as it says.
        unsafe {
            let start = LLVMGetValueName2(self.0, &mut length);
            copy_text(start, length)
        }
    }

    /// The value of an integer constant of at most 64 bits.
    pub fn as_constant(self) -> Option<u64> {
        // SAFETY: the value is asked of integer constants that fit.
        unsafe {
            (self.is_constant_integer() && LLVMGetIntTypeWidth(self.kind().0) <= 64)
                .then(|| LLVMConstIntGetZExtValue(self.0))
        }
    }

    /// Whether it is an integer constant.
    pub fn is_constant_integer(self) -> bool {
        // SAFETY: a live value.
        unsafe { !LLVMIsAConstantInt(self.0).is_null() }
    }

    /// Whether it is the constant zero.
    pub fn is_zero(self) -> bool {
        // SAFETY: a live value.
        unsafe { LLVMIsNull(self.0) != 0 }
    }

    /// Bits of the integer that this value extends with zeros, if it does.
    pub fn zero_extended_bits(self) -> Option<u32> {
        // SAFETY: an extension has one operand.
        unsafe {
            let extended = !LLVMIsAZExtInst(self.0).is_null();
            extended.then(|| Value(LLVMGetOperand(self.0, 0)).kind().integer_bits())?
        }
    }

    /// The function that it is.
    pub fn as_function(self) -> Option<Function> {
        // SAFETY: a live value.
        unsafe { (!LLVMIsAFunction(self.0).is_null()).then_some(Function(self.0)) }
    }

    /// The text of the inline assembly that it is.
    pub fn assembly(self) -> Option<String> {
        // SAFETY: the text is asked of inline assembly only, with its length.
        unsafe {
            if LLVMIsAInlineAsm(self.0).is_null() {
                return None;
            }
            let mut length = 0;
            let start = LLVMGetInlineAsmAsmString(self.0, &mut length);
            Some(copy_text(start, length))
        }
    }

    /// Puts another value of the same type in its place.
    pub fn replace_with(self, other: Value) {
        // SAFETY: live values; callers keep the type.
        unsafe { LLVMReplaceAllUsesWith(self.0, other.0) }
    }

    /// Whether nothing refers to it.
    pub fn is_unused(self) -> bool {
        // SAFETY: a live value.
        unsafe { LLVMGetFirstUse(self.0).is_null() }
    }

    /// Makes a global invisible outside the module.
    pub fn hide(self) {
        // SAFETY: called for functions, globals and aliases.
        unsafe {
            LLVMSetLinkage(self.0, LLVMInternalLinkage);
            LLVMSetVisibility(self.0, LLVMVisibility::LLVMDefaultVisibility);
        }
    }
}

impl Place {
    pub(super) fn index(self) -> u32 {
        match self {
            Place::Function => llvm_sys::LLVMAttributeFunctionIndex,
            Place::Result => 0,
            Place::Argument(place) => place + 1,
        }
    }
}

impl Attribute {
    /// LLVM's number for a kind of attribute.
    pub fn kind(name: &str) -> u32 {
        // SAFETY: a text with its length.
        unsafe { LLVMGetEnumAttributeKindForName(name.as_ptr().cast(), name.len()) }
    }

    /// Whether it is of one of these kinds.
    pub fn is_of(self, kinds: &[u32]) -> bool {
        // SAFETY: the kind is asked of enum attributes only.
        unsafe {
            LLVMIsEnumAttribute(self.0) != 0 && kinds.contains(&LLVMGetEnumAttributeKind(self.0))
        }
    }
}
