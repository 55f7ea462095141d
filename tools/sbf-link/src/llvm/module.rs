//! Contexts and modules.

use super::{
    Function, FunctionType, Instruction, Type, UNNAMED, Value, c_string, linked_list, take_message,
};
use llvm_sys::{
    analysis::*, bit_reader::*, core::*, debuginfo::*, ir_reader::*, linker::*, prelude::*,
    target::*,
};
use std::{path::Path, ptr::null_mut};

/// Everything that modules share.
#[derive(Clone, Copy)]
pub struct Context(pub(super) LLVMContextRef);

/// A module: functions and globals.
#[derive(Clone, Copy)]
pub struct Module(pub(super) LLVMModuleRef);

impl Context {
    /// A new one.
    pub fn new() -> Self {
        // SAFETY: needs nothing.
        Self(unsafe { LLVMContextCreate() })
    }

    /// The integer type of so many bits.
    pub fn integer(self, bits: u32) -> Type {
        // SAFETY: a live context; we ask for 1 to 256 bits.
        Type(unsafe { LLVMIntTypeInContext(self.0, bits) })
    }

    /// The type of pointers.
    pub fn pointer(self) -> Type {
        // SAFETY: a live context.
        Type(unsafe { LLVMPointerTypeInContext(self.0, 0) })
    }

    /// The type of no value.
    pub fn void(self) -> Type {
        // SAFETY: a live context.
        Type(unsafe { LLVMVoidTypeInContext(self.0) })
    }
}

impl Module {
    /// An empty module.
    pub fn new(context: Context) -> Self {
        // SAFETY: a live context and a C string.
        Self(unsafe { LLVMModuleCreateWithNameInContext(c"program".as_ptr(), context.0) })
    }

    /// Reads bitcode; what is wrong with it goes to the diagnostics.
    pub fn from_bitcode(context: Context, bytes: &[u8]) -> Option<Self> {
        let mut module = null_mut();
        // SAFETY: LLVM copies as many bytes as there are, and sets the module on success.
        unsafe {
            let buffer = memory_buffer(bytes);
            let failed = LLVMParseBitcodeInContext2(context.0, buffer, &mut module);
            LLVMDisposeMemoryBuffer(buffer);
            (failed == 0).then_some(Self(module))
        }
    }

    /// Reads LLVM's text form.
    pub fn from_text(context: Context, text: &str) -> Result<Self, String> {
        let (mut module, mut message) = (null_mut(), null_mut());
        // SAFETY: as above.
        unsafe {
            let buffer = memory_buffer(text.as_bytes());
            let failed = LLVMParseIRInContext2(context.0, buffer, &mut module, &mut message);
            LLVMDisposeMemoryBuffer(buffer);
            if failed == 0 {
                Ok(Self(module))
            } else {
                Err(take_message(message))
            }
        }
    }

    /// Moves the contents of another module here; what goes wrong goes to the diagnostics.
    pub fn absorb(self, other: Module) -> Option<()> {
        // SAFETY: LLVM destroys the other module, which callers use no more.
        unsafe { (LLVMLinkModules2(self.0, other.0) == 0).then_some(()) }
    }

    /// Takes over what the other module is compiled for.
    pub fn adopt_target(self, other: Module) {
        // SAFETY: live modules.
        unsafe {
            LLVMSetTarget(self.0, LLVMGetTarget(other.0));
            LLVMSetDataLayout(self.0, LLVMGetDataLayoutStr(other.0));
        }
    }

    /// Its context.
    pub fn context(self) -> Context {
        // SAFETY: a live module.
        Context(unsafe { LLVMGetModuleContext(self.0) })
    }

    /// Removes debug information and module-level assembly.
    pub fn strip(self) {
        // SAFETY: a live module and an empty text.
        unsafe {
            LLVMStripModuleDebugInfo(self.0);
            LLVMSetModuleInlineAsm2(self.0, UNNAMED, 0);
        }
    }

    /// Every function.
    pub fn functions(self) -> Vec<Function> {
        // SAFETY: a live module.
        unsafe {
            linked_list(LLVMGetFirstFunction(self.0), |it| LLVMGetNextFunction(it))
                .map(Function)
                .collect()
        }
    }

    /// Every global variable that is defined here.
    pub fn globals(self) -> Vec<Value> {
        // SAFETY: a live module.
        unsafe {
            linked_list(LLVMGetFirstGlobal(self.0), |it| LLVMGetNextGlobal(it))
                .filter(|global| LLVMIsDeclaration(*global) == 0)
                .map(Value)
                .collect()
        }
    }

    /// Every alias.
    pub fn aliases(self) -> Vec<Value> {
        // SAFETY: a live module.
        unsafe {
            linked_list(LLVMGetFirstGlobalAlias(self.0), |it| {
                LLVMGetNextGlobalAlias(it)
            })
            .map(Value)
            .collect()
        }
    }

    /// Every instruction of every function.
    pub fn instructions(self) -> Vec<Instruction> {
        let functions = self.functions().into_iter();
        functions.flat_map(Function::instructions).collect()
    }

    /// The function of a name.
    pub fn function(self, name: &str) -> Option<Function> {
        // SAFETY: a live module and a C string.
        let function = unsafe { LLVMGetNamedFunction(self.0, c_string(name).as_ptr()) };
        (!function.is_null()).then_some(Function(function))
    }

    /// Adds a declaration.
    pub fn declare(self, name: &str, kind: FunctionType) -> Function {
        // SAFETY: a live module, a C string and a function type.
        Function(unsafe { LLVMAddFunction(self.0, c_string(name).as_ptr(), kind.0) })
    }

    /// Bytes that a value of this type takes in memory.
    pub fn size_of(self, kind: Type) -> u64 {
        // SAFETY: callers ask for first-class types.
        unsafe { LLVMABISizeOfType(LLVMGetModuleDataLayout(self.0), kind.0) }
    }

    /// LLVM's own check of the module.
    pub fn verify(self, step: &str) -> Result<(), String> {
        let mut message = null_mut();
        let action = LLVMVerifierFailureAction::LLVMReturnStatusAction;
        // SAFETY: a live module.
        let broken = unsafe { LLVMVerifyModule(self.0, action, &mut message) } != 0;
        let message = take_message(message);
        if broken {
            Err(format!("the module is broken after {step}: {message}"))
        } else {
            Ok(())
        }
    }

    /// Writes the text form.
    pub fn print(self, path: &Path) -> Result<(), String> {
        let mut message = null_mut();
        let file = c_string(&path.display().to_string());
        // SAFETY: a live module and a C string.
        match unsafe { LLVMPrintModuleToFile(self.0, file.as_ptr(), &mut message) } {
            0 => Ok(()),
            _ => Err(take_message(message)),
        }
    }
}

unsafe fn memory_buffer(bytes: &[u8]) -> LLVMMemoryBufferRef {
    // SAFETY: LLVM copies as many bytes as there are.
    unsafe {
        LLVMCreateMemoryBufferWithMemoryRangeCopy(bytes.as_ptr().cast(), bytes.len(), UNNAMED)
    }
}
